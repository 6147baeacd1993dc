"""Parameters of SSM Parameter Store."""

from infra.local.aws.clients import client
from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.stack import Resource
from infra.local.provisioning.resource_types import ResourceDefinition, ResourceType
from infra.local.provisioning.shapes import matching, one_of, text

NAME = matching("[a-zA-Z0-9_./-]{1,1011}", "letters, digits and _./-")


def _describe(definition: ResourceDefinition) -> Resource:
    name = definition.properties.get("Name", definition.name)
    arn = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/{name.removeprefix('/')}"
    return definition.resource(
        name, Arn=arn, Type=definition.properties["Type"], Value=definition.properties["Value"]
    )


def _create(definition: ResourceDefinition, described: Resource) -> Resource:
    type_, value = described.attributes["Type"], described.attributes["Value"]
    client("ssm").put_parameter(Name=described.id, Type=type_, Value=value)
    return described


def _remove(parameter: Resource) -> None:
    client("ssm").delete_parameter(Name=parameter.id)


RESOURCE_TYPES = {
    "AWS::SSM::Parameter": ResourceType(
        _describe,
        _create,
        _remove,
        service="ssm",
        supported={"Name": NAME, "Type": one_of("String", "StringList"), "Value": text},
        required=("Type", "Value"),
        ignored=("AllowedPattern", "DataType", "Description", "Policies", "Tags", "Tier"),
    ),
}
