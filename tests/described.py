"""Checks the answers that boto3 clients in this process get against botocore's models of the services."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from botocore.endpoint import Endpoint
from botocore.model import OperationModel

from infra.local.model.messages import Response
from tests.local import shapes

_get_response: Any = Endpoint._do_get_response  # type: ignore[attr-defined]  # where answers are read


@dataclass
class Checked:
    """The operations whose answers were checked, and the errors found."""

    operations: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


@contextmanager
def described() -> Iterator[Checked]:
    """Checks all answers in the block: those of moto, of the local run, and of other engines."""
    checked = Checked()

    def check(endpoint: Any, request: Any, operation: OperationModel, context: Any) -> Any:
        found, failure = _get_response(endpoint, request, operation, context)
        if found is not None:
            answer = Response(found[0].status_code, [], found[0].content)
            checked.operations.add(operation.name)
            checked.wrong += shapes.errors(operation.service_model.service_name, operation.name, answer)
        return found, failure

    with patch.object(Endpoint, "_do_get_response", check):
        yield checked
