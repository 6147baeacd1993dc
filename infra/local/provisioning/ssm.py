"""SSM parameters."""

from infra.local.aws.clients import client
from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.stack import Resource
from infra.local.provisioning.kinds import Declared, Kind
from infra.local.provisioning.shapes import choice, named, text

NAME = named("[a-zA-Z0-9_./-]{1,1011}", "letters, digits and _./-")


def _describe(declared: Declared) -> Resource:
    name = declared.properties.get("Name", declared.name)
    arn = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/{name.removeprefix('/')}"
    return declared.resource(
        name, Arn=arn, Type=declared.properties["Type"], Value=declared.properties["Value"]
    )


def _create(declared: Declared, described: Resource) -> Resource:
    type_, value = described.attributes["Type"], described.attributes["Value"]
    client("ssm").put_parameter(Name=described.id, Type=type_, Value=value)
    return described


def _remove(parameter: Resource) -> None:
    client("ssm").delete_parameter(Name=parameter.id)


KINDS = {
    "AWS::SSM::Parameter": Kind(
        _describe,
        _create,
        _remove,
        service="ssm",
        played={"Name": NAME, "Type": choice("String", "StringList"), "Value": text},
        required=("Type", "Value"),
        left_out=("AllowedPattern", "DataType", "Description", "Policies", "Tags", "Tier"),
    ),
}
