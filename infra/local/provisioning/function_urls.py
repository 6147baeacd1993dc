"""Lambda function URLs."""

from infra.local.http.function_urls import PREFIX
from infra.local.model.stack import FunctionUrl, Resource
from infra.local.provisioning.functions import function_of
from infra.local.provisioning.openapi import cors
from infra.local.provisioning.resource_types import ResourceDefinition, ResourceType
from infra.local.provisioning.shapes import boolean, integer, list_of, loose_object, one_of, text


def _describe(definition: ResourceDefinition) -> Resource:
    function = function_of(definition, definition.properties["TargetFunctionArn"], "TargetFunctionArn")
    url = f"{definition.endpoint}{PREFIX}{function.name}/"
    return definition.resource(function.arn, FunctionArn=function.arn, FunctionUrl=url)


def _create(definition: ResourceDefinition, described: Resource) -> Resource:
    function = function_of(definition, definition.properties["TargetFunctionArn"], "TargetFunctionArn")
    cors_properties = definition.properties.get("Cors")
    definition.stack.urls[definition.logical_id] = FunctionUrl(
        function.logical_id,
        None
        if cors_properties is None
        else cors({name[0].lower() + name[1:]: v for name, v in cors_properties.items()}),
    )
    return described


RESOURCE_TYPES = {
    "AWS::Lambda::Url": ResourceType(
        _describe,
        _create,
        supported={
            "AuthType": one_of("NONE"),
            "Cors": loose_object(
                AllowCredentials=boolean,
                AllowHeaders=list_of(text),
                AllowMethods=list_of(text),
                AllowOrigins=list_of(text),
                ExposeHeaders=list_of(text),
                MaxAge=integer(0, 86_400),
            ),
            "InvokeMode": one_of("BUFFERED"),
            "TargetFunctionArn": text,
        },
        required=("AuthType", "TargetFunctionArn"),
        ignored=("Qualifier",),  # the local run has one version of the code
    ),
}
