"""Patches that make moto and botocore faster and change no answer. `--plain-moto` leaves them out.

docs/moto.md describes the two largest as changes for moto itself: serializer.py and queues.py.
"""
