"""CloudFormation calls about the running stacks, so that tools find their resources as on AWS.

Resources whose type the local run ignores are not listed.
"""

from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl
from xml.etree.ElementTree import Element, SubElement, tostring

from infra.local.model.messages import AwsCall, Response
from infra.local.model.stack import Stack

CREATED = "2020-01-01T00:00:00Z"
"""The creation time of all stacks and resources. Clients require one; the local run does not record it."""


def respond(call: AwsCall, stacks: Mapping[str, Stack]) -> Response:
    """The response to DescribeStacks, DescribeStackResources or ListStackResources."""
    parameters = dict(parse_qsl(call.request.body.decode()))
    name = parameters.get("StackName", "").rpartition(":stack/")[2].partition("/")[0]
    if name and name not in stacks:
        return _error_response(f"Stack with id {name} does not exist")
    match call.operation:
        case "DescribeStacks":
            described = [stacks[name]] if name else list(stacks.values())
            return _list_response(call.operation, "Stacks", [_stack(stack) for stack in described])
        case "DescribeStackResources" if name:
            return _list_response(
                call.operation, "StackResources", list(_resources(stacks[name], "Timestamp"))
            )
        case "ListStackResources" if name:
            listed = list(_resources(stacks[name], "LastUpdatedTimestamp"))
            return _list_response(call.operation, "StackResourceSummaries", listed)
    return _error_response(f"{call.operation} is not supported locally")


def _stack(stack: Stack) -> Element:
    member = _member(
        StackName=stack.name,
        StackId=stack.id,
        CreationTime=CREATED,
        StackStatus="CREATE_COMPLETE",
    )
    exports = {value: export for export, value in stack.exports.items()}
    outputs = SubElement(member, "Outputs")
    for name, value in stack.outputs.items():
        exported = {"ExportName": exports[value]} if value in exports else {}
        outputs.append(_member(OutputKey=name, OutputValue=value, **exported))
    return member


def _resources(stack: Stack, time: str) -> Iterator[Element]:
    """The members of a list of resources. `time` is the operation's name for the time of the last change."""
    for logical_id, resource in stack.resources.items():
        yield _member(
            LogicalResourceId=logical_id,
            PhysicalResourceId=resource.id,
            ResourceType=resource.type,
            ResourceStatus="CREATE_COMPLETE",
            **{time: CREATED},
        )


def _member(**fields: str) -> Element:
    member = Element("member")
    for name, value in fields.items():
        SubElement(member, name).text = value
    return member


def _list_response(operation: str, listed: str, members: list[Element]) -> Response:
    response = Element(f"{operation}Response")
    SubElement(SubElement(response, f"{operation}Result"), listed).extend(members)
    return _xml(200, response)


def _error_response(message: str) -> Response:
    response = Element("ErrorResponse")
    error = SubElement(response, "Error")
    for name, value in (("Type", "Sender"), ("Code", "ValidationError"), ("Message", message)):
        SubElement(error, name).text = value
    return _xml(400, response)


def _xml(status: int, document: Element) -> Response:
    return Response(status, [("content-type", "text/xml")], tostring(document))
