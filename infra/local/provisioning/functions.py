"""Lambda functions and layers, and versions and aliases, which all run the code in the folder."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.stack import Function, Resource
from infra.local.provisioning.errors import PropertyError
from infra.local.provisioning.resource_types import ResourceDefinition, ResourceType
from infra.local.provisioning.shapes import (
    any_value,
    describe_value,
    integer,
    list_of,
    map_of,
    matching,
    one_of,
    scalar,
    strict_object,
    text,
)
from infra.local.runtime import inline_code

ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
LAYER = "AWS::Lambda::LayerVersion"
POWERTOOLS = "AWSLambdaPowertoolsPython"
"""Part of the ARN of Powertools' public layers. They are skipped, because Powertools is installed locally."""


def _describe(definition: ResourceDefinition) -> Resource:
    name = definition.properties.get("FunctionName", definition.name_within(64))
    return definition.resource(name, Arn=ARN + name)


def _create(definition: ResourceDefinition, described: Resource) -> Resource:
    properties = definition.properties
    runtime = properties.get("Runtime", "")
    if not runtime.startswith("python"):
        raise PropertyError(
            f"Runtime {runtime or '(none)'} is not supported locally; "
            "use a Python runtime, such as python3.13"
        )
    variables = properties.get("Environment", {}).get("Variables", {})
    definition.stack.functions[definition.logical_id] = Function(
        name=described.id,
        logical_id=definition.logical_id,
        arn=described.attributes["Arn"],
        handler=properties["Handler"],
        code=_code(definition),
        environment=variables,
        timeout_seconds=properties.get("Timeout", 3),
        memory_mb=properties.get("MemorySize", 128),
        dead_letter_arn=_dead_letter_arn(properties),
        may_recurse=properties.get("RecursiveLoop") == "Allow",
        runtime=runtime,
        layers=tuple(
            _layer(definition, arn) for arn in properties.get("Layers", []) if POWERTOOLS not in arn
        ),
    )
    return described


def _dead_letter_arn(properties: Mapping[str, Any]) -> str:
    target: str = properties.get("DeadLetterConfig", {}).get("TargetArn", "")
    return checked_target("DeadLetterConfig.TargetArn", target)


def checked_target(path: str, arn: str) -> str:
    """The ARN, which must be empty or of a queue or topic. Raises PropertyError."""
    if arn and not re.match("arn:aws:(sqs|sns):", arn):
        raise PropertyError(f"{path}: {arn} is not supported locally; use the ARN of a queue or a topic")
    return arn


def _code(definition: ResourceDefinition) -> Path:
    code = definition.properties.get("Code", {})
    if isinstance(code, str):
        return _folder(definition.template.root / code, "Code")
    if "ZipFile" in code:
        return inline_code.folder(code["ZipFile"])
    folder = definition.template.code.get(definition.logical_id)
    if folder is None:
        raise PropertyError(
            "Code: code in S3 and container images are not supported locally; give a local folder"
        )
    return _folder(folder, "CodeUri")


def _folder(path: Path, property_: str) -> Path:
    if not path.is_dir():
        raise PropertyError(f"{property_} {path} is not a folder; give the folder with the code")
    return path.resolve()


def _code_shape(path: str, value: Any) -> Any:
    """A path of a folder, as `aws cloudformation package` accepts it, or CloudFormation's Code object."""
    return value if isinstance(value, str) else map_of(text)(path, value)


def _layer(definition: ResourceDefinition, arn: str) -> str:
    """The import path of a layer: its `python` folder, as on Lambda, or else the layer's folder itself."""
    for logical_id, resource in definition.stack.resources.items():
        if resource.type == LAYER and resource.id == arn:
            content = _content(definition, logical_id)
            return str(content / "python" if (content / "python").is_dir() else content)
    raise PropertyError(
        f"Layers: the layer {arn} is not in this template, and the local run cannot download it; install its "
        "packages with pip into the folder of an AWS::Serverless::LayerVersion, or remove the layer"
    )


def _content(definition: ResourceDefinition, logical_id: str) -> Path:
    folder = definition.template.code.get(definition.template.source_id(logical_id))
    if folder is None:
        raise PropertyError(
            "Content: a layer in S3 is not supported locally; use AWS::Serverless::LayerVersion"
        )
    return _folder(folder, "ContentUri")


def _layer_version(definition: ResourceDefinition) -> Resource:
    name = definition.properties.get("LayerName", definition.name_within(140))
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:{name}:1"
    return definition.resource(arn, LayerVersionArn=arn)


def _create_layer_version(definition: ResourceDefinition, described: Resource) -> Resource:
    _content(definition, definition.logical_id)
    return described


def _version(definition: ResourceDefinition) -> Resource:
    arn = f"{ARN}{function_name(definition.properties['FunctionName'])}:1"
    return definition.resource(arn, Version="1", FunctionArn=arn)


def _alias(definition: ResourceDefinition) -> Resource:
    function = function_name(definition.properties["FunctionName"])
    return definition.resource(f"{ARN}{function}:{definition.properties['Name']}")


def function_name(reference: str) -> str:
    """The name of the function in a reference: a name or an ARN, possibly with a version or alias."""
    return reference.removeprefix(ARN).partition(":")[0]


def function_of(definition: ResourceDefinition, reference: Any, property_: str = "FunctionName") -> Function:
    """The function of the stack that a property refers to. Raises PropertyError if it does not exist."""
    try:
        return definition.stack.find_function(reference)
    except LookupError:
        problem = f"{describe_value(reference)} is not a function of this template; refer to one that is"
        raise PropertyError(f"{property_}: {problem}") from None


def _check_function_name(definition: ResourceDefinition, described: Resource) -> Resource:
    function_of(definition, definition.properties["FunctionName"])
    return described


RESOURCE_TYPES = {
    "AWS::Lambda::Function": ResourceType(
        _describe,
        _create,
        supported={
            "Code": _code_shape,
            "DeadLetterConfig": strict_object(TargetArn=text),
            "Environment": strict_object(Variables=map_of(scalar)),
            "FunctionName": matching(
                "[a-zA-Z0-9_-]{1,64}", "up to 64 letters, digits, hyphens and underscores"
            ),
            "Handler": matching(r"\S{1,128}", "text such as module.function"),
            "Layers": list_of(text),
            "MemorySize": integer(128, 10_240),
            "RecursiveLoop": one_of("Allow", "Terminate"),
            "Runtime": text,
            "Timeout": integer(1, 900),
        },
        required=("Handler",),
        ignored=(
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
    "AWS::Lambda::LayerVersion": ResourceType(
        _layer_version,
        _create_layer_version,
        supported={
            "Content": any_value,
            "LayerName": matching("[a-zA-Z0-9_-]{1,140}", "letters, digits, - and _"),
        },
        ignored=("CompatibleArchitectures", "CompatibleRuntimes", "Description", "LicenseInfo"),
    ),
    "AWS::Lambda::Version": ResourceType(
        _version,
        _check_function_name,
        supported={"FunctionName": text},
        required=("FunctionName",),
        ignored=("Description", "ProvisionedConcurrencyConfig"),
    ),
    # RoutingConfig is not supported: it would need the code of two versions.
    "AWS::Lambda::Alias": ResourceType(
        _alias,
        _check_function_name,
        supported={"FunctionName": text, "FunctionVersion": text, "Name": text},
        required=("FunctionName", "Name"),
        ignored=("Description", "ProvisionedConcurrencyConfig"),
    ),
}
