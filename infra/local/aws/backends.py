"""moto's backends, one a service: their content as a whole, and the ids that they generate."""

from typing import Any

from moto.backends import get_backend
from moto.core.base_backend import BaseBackend
from moto.moto_api._internal import mock_random

from infra.local.model.credentials import ACCOUNT, REGION


def backend(service: str) -> Any:
    """The object that holds a service's resources. Its attributes are its content."""
    return get_backend(service)[ACCOUNT][REGION]


def service_of(value: object) -> str | None:
    """The service of a backend. None for any other object."""
    return type(value).__module__.split(".")[1] if isinstance(value, BaseBackend) else None


def seed_ids(seed: int) -> None:
    """Makes all ids that moto generates from now on follow from a seed."""
    mock_random.seed(seed)
