"""HTTP APIs and their stages. The module `definition` reads the OpenAPI definition."""

from infra.local import definition
from infra.local.provisioning.kinds import Declared, Kind
from infra.local.provisioning.shapes import anything, map_of, text
from infra.local.stack import Resource


def _api(declared: Declared) -> Resource:
    return declared.resource(declared.name, ApiEndpoint=declared.endpoint, ApiId=declared.name)


def _create_api(declared: Declared, described: Resource) -> Resource:
    stack = declared.stack
    stack.apis[described.id] = definition.http_api(declared.properties, stack.function_called)
    return described


def _stage(declared: Declared) -> Resource:
    return declared.resource(declared.properties["StageName"])


def _create_stage(declared: Declared, described: Resource) -> Resource:
    api = declared.stack.apis[declared.properties["ApiId"]]
    api.stages[described.id] = declared.properties.get("StageVariables", {})
    return described


KINDS = {
    "AWS::ApiGatewayV2::Api": Kind(
        _api,
        _create_api,
        played={"Body": anything, "CorsConfiguration": anything},
        required=("Body",),
        left_out=("Description", "FailOnWarnings", "Tags"),
    ),
    # Throttling would only slow down a try of a thousand orders; requests are not logged.
    "AWS::ApiGatewayV2::Stage": Kind(
        _stage,
        _create_stage,
        played={"ApiId": text, "StageName": text, "StageVariables": map_of(text)},
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
