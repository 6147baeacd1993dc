"""Reads each event once for all checks of a run: events do not change."""

from functools import lru_cache

from contracts import catalogue

read = lru_cache(maxsize=10_000)(catalogue.read)
"""`catalogue.read` for checks. The services read every message themselves."""
