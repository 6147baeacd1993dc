"""Adds and removes faults of AWS calls. Each happens once, in the next invocation that makes the call."""

from http import HTTPStatus
from typing import Any

from infra.live.problems import Problem
from infra.live.requests import CallFaultRequest
from infra.local.control.project import RunParts
from infra.local.model.call_faults import CallFault


def add(parts: RunParts, asked: CallFaultRequest) -> dict[str, Any]:
    """Adds a fault. Raises Problem if the run has no such function or service."""
    functions = parts.stacks.functions()
    known = sorted({function.logical_id for function in functions} | {each.service for each in functions})
    if asked.function not in known:
        reason = f"there is no function or service {asked.function}: choose from {', '.join(known)}"
        raise Problem(HTTPStatus.NOT_FOUND, reason)
    fault = CallFault(**{**asked.model_dump(), "containing": tuple(asked.containing)})
    parts.faults.calls[fault.id] = fault
    return fault.to_json()


def remove(parts: RunParts, fault_id: str) -> dict[str, Any]:
    """Removes a fault. Raises Problem if it has happened, or never existed."""
    fault = parts.faults.calls.pop(fault_id, None)
    if fault is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"fault {fault_id} does not wait: it may have happened")
    return fault.to_json()
