"""Checks the answers that boto3 clients in this process get against botocore's models of the services."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from botocore.endpoint import Endpoint
from botocore.model import OperationModel

from infra.local.aws.short_way.answers import to_json
from infra.local.aws.short_way.operations import Call
from infra.local.model.messages import Response
from tests.local import shapes

_get_response: Any = Endpoint._do_get_response  # type: ignore[attr-defined]  # where answers are read
_result = Call.result  # and those of the short way


@dataclass
class Checked:
    """The operations whose answers were checked, and the errors found."""

    operations: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def add(self, service: str, operation: str, answer: Response) -> None:
        self.operations.add(operation)
        self.wrong += shapes.errors(service, operation, answer)


@contextmanager
def described() -> Iterator[Checked]:
    """Checks all answers in the block: those of moto, of the local run, and of other engines."""
    checked = Checked()

    def check(endpoint: Any, request: Any, operation: OperationModel, context: Any) -> Any:
        found, failure = _get_response(endpoint, request, operation, context)
        if found is not None:
            answer = Response(found[0].status_code, [], found[0].content)
            checked.add(operation.service_model.service_name, operation.name, answer)
        return found, failure

    def check_result(call: Call) -> dict[str, Any]:
        result = _result(call)
        checked.add(call.service, call.operation, Response(200, [], to_json(result)))
        return result

    with patch.object(Endpoint, "_do_get_response", check), patch.object(Call, "result", check_result):
        yield checked
