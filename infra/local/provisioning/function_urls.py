"""Function URLs."""

from infra.local.http.function_urls import PREFIX
from infra.local.model.stack import FunctionUrl, Resource
from infra.local.provisioning.definition import cors
from infra.local.provisioning.functions import function_of
from infra.local.provisioning.kinds import Declared, Kind
from infra.local.provisioning.shapes import choice, flag, list_of, number, partial, text


def _describe(declared: Declared) -> Resource:
    function = function_of(declared, declared.properties["TargetFunctionArn"], "TargetFunctionArn")
    address = f"{declared.endpoint}{PREFIX}{function.name}/"
    return declared.resource(function.arn, FunctionArn=function.arn, FunctionUrl=address)


def _create(declared: Declared, described: Resource) -> Resource:
    function = function_of(declared, declared.properties["TargetFunctionArn"], "TargetFunctionArn")
    given = declared.properties.get("Cors")
    declared.stack.urls[declared.logical_id] = FunctionUrl(
        function.logical_id,
        None if given is None else cors({name[0].lower() + name[1:]: v for name, v in given.items()}),
    )
    return described


KINDS = {
    "AWS::Lambda::Url": Kind(
        _describe,
        _create,
        played={
            "AuthType": choice("NONE"),
            "Cors": partial(
                AllowCredentials=flag,
                AllowHeaders=list_of(text),
                AllowMethods=list_of(text),
                AllowOrigins=list_of(text),
                ExposeHeaders=list_of(text),
                MaxAge=number(0, 86_400),
            ),
            "InvokeMode": choice("BUFFERED"),
            "TargetFunctionArn": text,
        },
        required=("AuthType", "TargetFunctionArn"),
        left_out=("Qualifier",),  # one version of the code runs
    ),
}
