"""Least privilege, proven: what each function asks of AWS, and what its role lets it."""
