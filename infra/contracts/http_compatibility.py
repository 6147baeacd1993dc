"""Finds breaking changes of the OpenAPI document, in callers' requests and in the answers that they read."""

from typing import Any

from infra.contracts.compatibility import Harmed, Incompatible, breaks
from infra.contracts.schemas import resolved


def refuse_http(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Raises Incompatible if the change breaks a caller.

    The text names routes and fields, and says what to do.
    """
    found = http_breaks(old, new)
    if found:
        raise Incompatible(
            f"{'; '.join(found)}. This breaks callers of the HTTP API. Add a new major version instead: "
            "other routes, such as /v2/orders, beside these until every caller uses them."
        )


def http_breaks(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """The breaking changes, each with its route and field."""
    before, after = _operations(old), _operations(new)
    gone = [f"{route}: removed" for route in sorted(before.keys() - after.keys())]
    return gone + [
        f"{route} {found}"
        for route in sorted(before.keys() & after.keys())
        for found in (
            *breaks(_request(before[route]), _request(after[route]), {Harmed.WRITERS}),
            *breaks(_answers(before[route]), _answers(after[route]), {Harmed.READERS, Harmed.CALLERS}),
        )
    ]


def _operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    components = {name: made for kind in document["components"].values() for name, made in kind.items()}
    return {
        f"{method.upper()} {path}": operation
        for path, methods in resolved(document["paths"], components).items()
        for method, operation in methods.items()
    }


def _request(operation: dict[str, Any]) -> dict[str, Any]:
    """One schema of all that a caller sends: parameters and body."""
    sent = {parameter["name"]: parameter for parameter in operation["parameters"]}
    body = operation.get("requestBody")
    if body is not None:
        sent["body"] = body | body["content"]["application/json"]
    return _object(sent) | {"additionalProperties": False}


def _answers(operation: dict[str, Any]) -> dict[str, Any]:
    """The answers on which a caller may rely. An error status that disappears breaks no caller."""
    answers = {
        status: {"schema": _answer(response)}
        for status, response in operation["responses"].items()
        if status.startswith("2") or status == "400"
    }
    return _object(answers)


def _answer(response: dict[str, Any]) -> dict[str, Any]:
    content = {kind: {"required": True} | made for kind, made in response.get("content", {}).items()}
    return _object(response["headers"] | content)


def _object(fields: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The schema of an object whose fields have `schema` and `required`, as OpenAPI describes them."""
    return {
        "type": "object",
        "properties": {name: field["schema"] for name, field in fields.items()},
        "required": [name for name, field in fields.items() if field.get("required")],
    }
