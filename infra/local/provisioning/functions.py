"""Lambda functions and layers, and versions and aliases, which all are the one code in the folder."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.stack import Function, Resource
from infra.local.provisioning.errors import Refused
from infra.local.provisioning.kinds import Declared, Kind
from infra.local.provisioning.shapes import (
    anything,
    choice,
    list_of,
    map_of,
    named,
    number,
    record,
    scalar,
    shown,
    text,
)
from infra.local.runtime import inline_code

ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
LAYER = "AWS::Lambda::LayerVersion"
POWERTOOLS = "AWSLambdaPowertoolsPython"
"""In the ARNs of the public layers of Powertools, which is installed here."""


def _describe(declared: Declared) -> Resource:
    name = declared.properties.get("FunctionName", declared.name_within(64))
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
        environment=variables,
        timeout_seconds=given.get("Timeout", 3),
        memory_mb=given.get("MemorySize", 128),
        dead_letters=_target(given),
        may_recurse=given.get("RecursiveLoop") == "Allow",
        runtime=runtime,
        layers=tuple(_layer(declared, arn) for arn in given.get("Layers", []) if POWERTOOLS not in arn),
    )
    return described


def _target(given: Mapping[str, Any]) -> str:
    target: str = given.get("DeadLetterConfig", {}).get("TargetArn", "")
    return checked_target("DeadLetterConfig.TargetArn", target)


def checked_target(path: str, arn: str) -> str:
    """The ARN of a queue or topic that failed events are sent to, or no text. Raises Refused for another."""
    if arn and not re.match("arn:aws:(sqs|sns):", arn):
        raise Refused(f"{path}: {arn} cannot be played locally; use a queue or a topic, by ARN")
    return arn


def _code(declared: Declared) -> Path:
    code = declared.properties.get("Code", {})
    if isinstance(code, str):
        return _folder(declared.template.root / code, "Code")
    if "ZipFile" in code:
        return inline_code.folder(code["ZipFile"])
    folder = declared.template.code.get(declared.logical_id)
    if folder is None:
        raise Refused("Code: code in S3 or an image cannot be played locally; give the folder with the code")
    return _folder(folder, "CodeUri")


def _folder(path: Path, property_: str) -> Path:
    if not path.is_dir():
        raise Refused(f"{property_} {path} is no folder; name the one with the code")
    return path.resolve()


def _code_shape(path: str, value: Any) -> Any:
    """The path of a folder, as `aws cloudformation package` takes it, or CloudFormation's own object."""
    return value if isinstance(value, str) else map_of(text)(path, value)


def _layer(declared: Declared, arn: str) -> str:
    """The folder of a layer that modules are imported from: `python` in it, as Lambda has it, or itself."""
    for logical_id, resource in declared.stack.resources.items():
        if resource.type == LAYER and resource.id == arn:
            content = _content(declared, logical_id)
            return str(content / "python" if (content / "python").is_dir() else content)
    raise Refused(
        f"Layers: {arn} is no layer of this template and cannot be fetched; install its packages with pip "
        "and name their folder in an AWS::Serverless::LayerVersion, or remove it"
    )


def _content(declared: Declared, logical_id: str) -> Path:
    folder = declared.template.code.get(declared.template.maker(logical_id))
    if folder is None:
        raise Refused("Content: a layer in S3 cannot be played locally; use AWS::Serverless::LayerVersion")
    return _folder(folder, "ContentUri")


def _layer_version(declared: Declared) -> Resource:
    name = declared.properties.get("LayerName", declared.name_within(140))
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:{name}:1"
    return declared.resource(arn, LayerVersionArn=arn)


def _create_layer_version(declared: Declared, described: Resource) -> Resource:
    _content(declared, declared.logical_id)
    return described


def _version(declared: Declared) -> Resource:
    arn = f"{ARN}{function_name(declared.properties['FunctionName'])}:1"
    return declared.resource(arn, Version="1", FunctionArn=arn)


def _alias(declared: Declared) -> Resource:
    function = function_name(declared.properties["FunctionName"])
    return declared.resource(f"{ARN}{function}:{declared.properties['Name']}")


def function_name(reference: str) -> str:
    """The name of the function that a name, an ARN, or either with a version or alias refers to."""
    return reference.removeprefix(ARN).partition(":")[0]


def function_of(declared: Declared, reference: Any, property_: str = "FunctionName") -> Function:
    """The function of the stack that a property refers to. Raises Refused if there is none."""
    try:
        return declared.stack.function_called(reference)
    except LookupError:
        told = f"{property_}: {shown(reference)} is no function of this template; refer to one of them"
        raise Refused(told) from None


def _of_a_function(declared: Declared, described: Resource) -> Resource:
    function_of(declared, declared.properties["FunctionName"])
    return described


KINDS = {
    "AWS::Lambda::Function": Kind(
        _describe,
        _create,
        played={
            "Code": _code_shape,
            "DeadLetterConfig": record(TargetArn=text),
            "Environment": record(Variables=map_of(scalar)),
            "FunctionName": named("[a-zA-Z0-9_-]{1,64}", "up to 64 letters, digits, hyphens and underscores"),
            "Handler": named(r"\S{1,128}", "text such as module.function"),
            "Layers": list_of(text),
            "MemorySize": number(128, 10_240),
            "RecursiveLoop": choice("Allow", "Terminate"),
            "Runtime": text,
            "Timeout": number(1, 900),
        },
        required=("Handler",),
        left_out=(
            "Architectures",
            "CodeSigningConfigArn",
            "Description",
            "EphemeralStorage",
            "KmsKeyArn",
            "LoggingConfig",
            "PackageType",
            "ReservedConcurrentExecutions",
            "Role",
            "RuntimeManagementConfig",
            "SnapStart",
            "Tags",
            "TracingConfig",
            "VpcConfig",
        ),
    ),
    "AWS::Lambda::LayerVersion": Kind(
        _layer_version,
        _create_layer_version,
        played={"Content": anything, "LayerName": named("[a-zA-Z0-9_-]{1,140}", "letters, digits, - and _")},
        left_out=("CompatibleArchitectures", "CompatibleRuntimes", "Description", "LicenseInfo"),
    ),
    "AWS::Lambda::Version": Kind(
        _version,
        _of_a_function,
        played={"FunctionName": text},
        required=("FunctionName",),
        left_out=("Description", "ProvisionedConcurrencyConfig"),
    ),
    # Without RoutingConfig: an alias that is split would need the code of two versions.
    "AWS::Lambda::Alias": Kind(
        _alias,
        _of_a_function,
        played={"FunctionName": text, "FunctionVersion": text, "Name": text},
        required=("FunctionName", "Name"),
        left_out=("Description", "ProvisionedConcurrencyConfig"),
    ),
}
