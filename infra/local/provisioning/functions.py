"""Lambda functions, with their versions and aliases, which all are the one code in the folder."""

from pathlib import Path

from infra.local import inline
from infra.local.credentials import ACCOUNT, REGION
from infra.local.provisioning.errors import Refused
from infra.local.provisioning.kinds import Declared, Kind
from infra.local.provisioning.shapes import anything, map_of, number, record, text
from infra.local.provisioning.template import as_text
from infra.local.stack import Function, Resource

ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"


def _describe(declared: Declared) -> Resource:
    name = declared.properties.get("FunctionName", declared.name)
    return declared.resource(name, Arn=ARN + name)


def _create(declared: Declared, described: Resource) -> Resource:
    given = declared.properties
    runtime = given.get("Runtime", "")
    if not runtime.startswith("python"):
        raise Refused(
            f"Runtime {runtime or '(none)'} cannot be played locally; only Python's can, such as python3.13"
        )
    variables = given.get("Environment", {}).get("Variables", {})
    declared.stack.functions[declared.logical_id] = Function(
        name=described.id,
        logical_id=declared.logical_id,
        arn=described.attributes["Arn"],
        handler=given["Handler"],
        code=_code(declared),
        environment={name: as_text(value) for name, value in variables.items()},
        timeout_seconds=int(given.get("Timeout", 3)),
        memory_mb=int(given.get("MemorySize", 128)),
        runtime=runtime,
    )
    return described


def _code(declared: Declared) -> Path:
    source = declared.properties.get("Code", {}).get("ZipFile")
    if source is not None:
        return inline.folder(source)
    folder = declared.template.code.get(declared.logical_id)
    if folder is None or not folder.is_dir():
        raise Refused(f"CodeUri {folder or '(none)'} is no folder; name the one with the function's code")
    return folder.resolve()


def _version(declared: Declared) -> Resource:
    arn = f"{ARN}{function_name(declared.properties['FunctionName'])}:1"
    return declared.resource(arn, Version="1", FunctionArn=arn)


def _alias(declared: Declared) -> Resource:
    return declared.resource(
        f"{ARN}{function_name(declared.properties['FunctionName'])}:{declared.properties['Name']}"
    )


def function_name(reference: str) -> str:
    """The name of the function that a name, an ARN, or either with a version or alias refers to."""
    return reference.removeprefix(ARN).partition(":")[0]


KINDS = {
    "AWS::Lambda::Function": Kind(
        _describe,
        _create,
        played={
            "Code": anything,
            "Environment": record(Variables=map_of(anything)),
            "FunctionName": text,
            "Handler": text,
            "MemorySize": number(128, 10_240),
            "Runtime": text,
            "Timeout": number(1, 900),
        },
        required=("Handler",),
        left_out=("Architectures", "LoggingConfig", "Role", "SnapStart", "Tags", "TracingConfig"),
    ),
    "AWS::Lambda::Version": Kind(
        _version, played={"FunctionName": text}, required=("FunctionName",), left_out=("Description",)
    ),
    # Without RoutingConfig: an alias that is split would need the code of two versions.
    "AWS::Lambda::Alias": Kind(
        _alias,
        played={"FunctionName": text, "FunctionVersion": text, "Name": text},
        required=("FunctionName", "Name"),
        left_out=("Description",),
    ),
}
