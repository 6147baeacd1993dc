"""Fixtures of the simulation's tests."""

import pytest


@pytest.fixture(autouse=True)
def answers_match_models() -> None:
    """Replace the fixture of tests/conftest.py, which would take a tenth of the time here.

    The simulation makes the same AWS calls as other tests, a hundred times as often.
    """
