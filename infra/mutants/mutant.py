"""What a mutant is."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

Mutant = Callable[[], AbstractContextManager[Any]]
"""Makes the context in which the code of this process lacks one safeguard."""
