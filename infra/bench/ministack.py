"""Runs ministack in another process, with the resources of the same template and the same handlers.

ministack's CloudFormation creates the resources of our translated template, without the types that it
rejects.
"""

import io
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import Any

import boto3

from infra.bench.server_process import HOST, Server, free_port, serving
from infra.local.in_process import STACK
from infra.local.model.credentials import REGION
from infra.local.model.stack import DEFAULT
from infra.local.provisioning.model import Template
from infra.local.provisioning.template import load
from infra.shared.root import ROOT

PYTHON = ROOT / ".venv-ministack" / "bin" / "python"
API = "HttpApi"
CODE = {"S3Bucket": "code", "S3Key": "functions.zip"}
REJECTED_TYPES = (
    "AWS::CloudWatch::Alarm",  # it rejects alarms with an expression; the local run has no alarms
    "AWS::CloudWatch::Dashboard",
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentGroup",
)
POLL_SECONDS = 0.05


@contextmanager
def ministack(parameters: dict[str, str] | None = None) -> Iterator[Server]:
    """Starts ministack and waits until it has created the stack. The server's URL is that of the HTTP API."""
    port = free_port()
    url = f"http://{HOST}:{port}"
    template = load(ROOT / "template.yaml", {"AwsEndpoint": url} | (parameters or {}))
    with tempfile.TemporaryDirectory() as folder:
        # ministack passes its environment to the functions, so it gets none of this process's variables.
        environment = {
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(port),
            "LAMBDA_EXECUTOR": "local",
            "LOG_LEVEL": "ERROR",
            "PATH": os.environ["PATH"],
            "TMPDIR": folder,
        }
        with serving([str(PYTHON), "-m", "ministack"], url, environment) as process:
            yield Server(_deployed(template, url), process)


def _deployed(template: Template, url: str) -> str:
    """Creates the stack. Returns the URL of its HTTP API."""
    client = partial(
        boto3.client,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id="test",  # ministack's default account, which unsigned requests have too
        aws_secret_access_key="local",
    )
    s3, bucket = client("s3"), CODE["S3Bucket"]
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=bucket, Key=CODE["S3Key"], Body=_zipped(ROOT / "functions"))
    s3.put_object(Bucket=bucket, Key="template", Body=json.dumps(document(template)).encode())
    cloudformation = client("cloudformation")
    cloudformation.create_stack(
        StackName=STACK, TemplateURL=f"{url}/{bucket}/template", Capabilities=["CAPABILITY_IAM"]
    )
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName=STACK, WaiterConfig={"Delay": POLL_SECONDS}
    )
    found = cloudformation.describe_stack_resource(StackName=STACK, LogicalResourceId=API)
    return f"{url}/_aws/execute-api/{found['StackResourceDetail']['PhysicalResourceId']}/$default"


def document(template: Template) -> dict[str, Any]:
    """The template in the form that ministack's CloudFormation accepts.

    It lacks the rejected types. The HTTP API's routes are resources, because ministack does not read them
    from the API's definition.
    """
    known = {name: r for name, r in template.resources.items() if r["Type"] not in REJECTED_TYPES}
    return {
        "Transform": "AWS::LanguageExtensions",  # for a DeletionPolicy that depends on the stage
        "Parameters": {
            name: {"Type": "String", "Default": value}
            for name, value in template.parameters.items()
            if not name.startswith("AWS::")
        },
        "Conditions": template.conditions,
        "Mappings": template.mappings,
        "Resources": {name: _adapted(resource, template.parameters) for name, resource in known.items()}
        | _routes(template.resources[API]["Properties"]["Body"]["paths"]),
        "Outputs": template.outputs,
    }


def _adapted(resource: Mapping[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    properties = dict(resource.get("Properties", {}))
    if resource["Type"] == "AWS::Lambda::Function":
        properties["Code"] = CODE
    if resource["Type"] == "AWS::SecretsManager::Secret":
        # ministack ignores ExcludePunctuation, and the carrier's secret must be base64.
        properties["SecretString"] = token_hex(properties.pop("GenerateSecretString")["PasswordLength"] // 2)
    if limit := properties.get("ScalingConfig"):
        # ministack keeps a parameter's value as text, which stops its polling of all queues.
        properties["ScalingConfig"] = {
            "MaximumConcurrency": int(parameters[limit["MaximumConcurrency"]["Ref"]])
        }
    rest = {key: value for key, value in resource.items() if key != "UpdatePolicy"}  # it is for CodeDeploy
    return rest | {"Properties": properties}


def _routes(paths: Mapping[str, Any]) -> dict[str, Any]:
    """The routes and integrations of the HTTP API's definition, as resources."""
    made: dict[str, Any] = {}
    operations = [(p, method, found) for p, methods in paths.items() for method, found in methods.items()]
    for number, (path, method, operation) in enumerate(operations):
        key = path if path == DEFAULT else f"{method.upper()} {path}"
        target = f"Integration{number}"
        integration = {
            "IntegrationType": "AWS_PROXY",
            "IntegrationUri": operation["x-amazon-apigateway-integration"]["uri"],
            "PayloadFormatVersion": "2.0",
        }
        made[target] = _of_api("Integration", integration)
        route = {"RouteKey": key, "Target": {"Fn::Sub": f"integrations/${{{target}}}"}}
        made[f"Route{number}"] = _of_api("Route", route)
    return made


def _of_api(kind: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"Type": f"AWS::ApiGatewayV2::{kind}", "Properties": {"ApiId": {"Ref": API}} | properties}


def _zipped(folder: Path) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in folder.rglob("*.py"):
            archive.write(path, path.relative_to(folder))
    return packed.getvalue()
