"""HTTP APIs and their stages. The module `definition` reads the OpenAPI definition."""

from functools import partial as given_first
from typing import Any

from infra.local.model.stack import DEFAULT, Resource
from infra.local.provisioning import definition
from infra.local.provisioning.errors import Refused
from infra.local.provisioning.functions import function_of
from infra.local.provisioning.kinds import Declared, Kind
from infra.local.provisioning.shapes import flag, list_of, map_of, named, number, partial, scalar, text

OPERATION = partial(
    security=list_of(map_of(list_of(text))),
    **{
        "x-amazon-apigateway-integration": partial(
            payloadFormatVersion=text, timeoutInMillis=number(50, 30_000), uri=text
        )
    },
)
SCHEME = partial(
    **{
        "x-amazon-apigateway-authorizer": partial(
            identitySource=text, jwtConfiguration=partial(audience=list_of(text), issuer=text), type=text
        )
    }
)
CORS = {
    "allowCredentials": flag,
    "allowHeaders": list_of(text),
    "allowMethods": list_of(text),
    "allowOrigins": list_of(text),
    "exposeHeaders": list_of(text),
    "maxAge": number(-1, 86_400),
}


def _paths(path: str, value: Any) -> Any:
    paths = map_of(partial(**dict.fromkeys(definition.METHODS, OPERATION)))(path, value)
    for name in paths:
        if not name.startswith(("/", DEFAULT)):
            raise Refused(f"{path}: the path {name!r} does not begin with a slash; add it")
    return paths


BODY = partial(
    components=partial(securitySchemes=map_of(SCHEME)),
    paths=_paths,
    **{"x-amazon-apigateway-cors": partial(**CORS)},
)


def _api(declared: Declared) -> Resource:
    return declared.resource(declared.name, ApiEndpoint=declared.endpoint, ApiId=declared.name)


def _create_api(declared: Declared, described: Resource) -> Resource:
    function_called = given_first(function_of, declared, property_="Body")
    declared.stack.apis[described.id] = definition.http_api(declared.properties, function_called)
    return described


def _stage(declared: Declared) -> Resource:
    return declared.resource(declared.properties["StageName"])


def _create_stage(declared: Declared, described: Resource) -> Resource:
    api = declared.stack.apis.get(declared.properties["ApiId"])
    if api is None:
        raise Refused(f"ApiId {declared.properties['ApiId']} is no HTTP API of this template; refer to one")
    variables = declared.properties.get("StageVariables", {})
    api.stages[described.id] = variables
    return described


KINDS = {
    "AWS::ApiGatewayV2::Api": Kind(
        _api,
        _create_api,
        played={
            "Body": BODY,
            "CorsConfiguration": partial(
                **{name[0].upper() + name[1:]: shape for name, shape in CORS.items()}
            ),
        },
        required=("Body",),
        left_out=("Description", "FailOnWarnings", "Tags"),
    ),
    # Throttling would only slow down a try of a thousand orders; requests are not logged.
    "AWS::ApiGatewayV2::Stage": Kind(
        _stage,
        _create_stage,
        played={
            "ApiId": text,
            "StageName": named(r"[a-zA-Z0-9_-]{1,128}|\$default", "letters, digits, - and _, or $default"),
            "StageVariables": map_of(scalar),
        },
        required=("ApiId", "StageName"),
        left_out=(
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
