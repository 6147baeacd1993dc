"""The simulation makes the calls that other tests make, a hundred times as many."""

import pytest


@pytest.fixture(autouse=True)
def as_described() -> None:
    """In place of the check of tests/conftest.py, which would take a tenth of the time here."""
