"""HTTP APIs of API Gateway, and their stages. `openapi` reads the definition of an API."""

from functools import partial
from typing import Any

from infra.local.model.stack import DEFAULT, Resource
from infra.local.provisioning import openapi
from infra.local.provisioning.errors import PropertyError
from infra.local.provisioning.functions import function_of
from infra.local.provisioning.resource_types import ResourceDefinition, ResourceType
from infra.local.provisioning.shapes import (
    boolean,
    integer,
    list_of,
    loose_object,
    map_of,
    matching,
    scalar,
    text,
)

OPERATION = loose_object(
    security=list_of(map_of(list_of(text))),
    **{
        "x-amazon-apigateway-integration": loose_object(
            payloadFormatVersion=text, timeoutInMillis=integer(50, 30_000), uri=text
        )
    },
)
SCHEME = loose_object(
    **{
        "x-amazon-apigateway-authorizer": loose_object(
            identitySource=text, jwtConfiguration=loose_object(audience=list_of(text), issuer=text), type=text
        )
    }
)
CORS = {
    "allowCredentials": boolean,
    "allowHeaders": list_of(text),
    "allowMethods": list_of(text),
    "allowOrigins": list_of(text),
    "exposeHeaders": list_of(text),
    "maxAge": integer(-1, 86_400),
}


def _paths(path: str, value: Any) -> Any:
    paths = map_of(loose_object(**dict.fromkeys(openapi.METHODS, OPERATION)))(path, value)
    for name in paths:
        if not name.startswith(("/", DEFAULT)):
            raise PropertyError(f"{path}: the path {name!r} does not begin with a slash; add a slash")
    return paths


BODY = loose_object(
    components=loose_object(securitySchemes=map_of(SCHEME)),
    paths=_paths,
    **{"x-amazon-apigateway-cors": loose_object(**CORS)},
)


def _api(definition: ResourceDefinition) -> Resource:
    return definition.resource(definition.name, ApiEndpoint=definition.endpoint, ApiId=definition.name)


def _create_api(definition: ResourceDefinition, described: Resource) -> Resource:
    find_function = partial(function_of, definition, property_="Body")
    definition.stack.apis[described.id] = openapi.http_api(definition.properties, find_function)
    return described


def _stage(definition: ResourceDefinition) -> Resource:
    return definition.resource(definition.properties["StageName"])


def _create_stage(definition: ResourceDefinition, described: Resource) -> Resource:
    api = definition.stack.apis.get(definition.properties["ApiId"])
    if api is None:
        raise PropertyError(
            f"ApiId {definition.properties['ApiId']} is not an HTTP API of this template; "
            "refer to one that is"
        )
    variables = definition.properties.get("StageVariables", {})
    api.stages[described.id] = variables
    return described


RESOURCE_TYPES = {
    "AWS::ApiGatewayV2::Api": ResourceType(
        _api,
        _create_api,
        supported={
            "Body": BODY,
            "CorsConfiguration": loose_object(
                **{name[0].upper() + name[1:]: shape for name, shape in CORS.items()}
            ),
        },
        required=("Body",),
        ignored=("Description", "FailOnWarnings", "Tags"),
    ),
    # Throttling is ignored: it would only slow down a local test with many orders. There is no access log.
    "AWS::ApiGatewayV2::Stage": ResourceType(
        _stage,
        _create_stage,
        supported={
            "ApiId": text,
            "StageName": matching(r"[a-zA-Z0-9_-]{1,128}|\$default", "letters, digits, - and _, or $default"),
            "StageVariables": map_of(scalar),
        },
        required=("ApiId", "StageName"),
        ignored=(
            "AccessLogSettings",
            "AutoDeploy",
            "DefaultRouteSettings",
            "DeploymentId",
            "Description",
            "RouteSettings",
            "Tags",
        ),
    ),
}
