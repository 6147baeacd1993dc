"""Functions start from the slimmed bundle, and their clients work as with the whole botocore."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from infra.bench.bundle import add_packages
from infra.bench.cold_start import fresh_python
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import InProcess
from infra.local.model.stack import Function
from tests.infrastructure.test_slim import SERVICES, services
from tests.infrastructure.test_template import FUNCTIONS

pytestmark = pytest.mark.proof

DESCRIBED = sorted({*SERVICES, "kms"})
"""A role may allow kms, for a secret with a customer managed key."""
REGIONS = ["eu-west-1", "us-east-1", "us-gov-west-1", "cn-north-1", "us-iso-east-1", "eu-west-99"]

CLIENTS = """
import importlib, json, sys
importlib.import_module(sys.argv[1])
from choreography import aws
clients = aws.dynamodb(), aws.secretsmanager(), aws.sns(), aws.sqs()
print(json.dumps([client.meta.service_model.service_name for client in clients]))
"""
ANOTHER = """
import boto3, json
try:
    boto3.client("s3")
except Exception as error:
    print(json.dumps(str(error)))
"""
ENDPOINTS = """
import boto3, json, sys
def url(service, region):
    return boto3.client(service, region).meta.endpoint_url
print(json.dumps([[url(service, region) for region in sys.argv[2:]] for service in json.loads(sys.argv[1])]))
"""
CREDENTIALS = """
import boto3, json
found = boto3.Session().get_credentials()
boto3.client("dynamodb")
print(json.dumps([found.method, found.access_key]))
"""


@pytest.fixture(scope="module")
def functions() -> dict[str, Function]:
    with patched_moto():
        return InProcess().stack.functions


@pytest.fixture(scope="module")
def on_aws(functions: dict[str, Function]) -> Function:
    """A function that uses AWS's own endpoints."""
    return replace(functions["OrderApi"], environment={})


def test_the_bundle_describes_exactly_the_services_that_functions_may_call(bundle: Path) -> None:
    assert services(bundle) == DESCRIBED


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_can_create_its_clients(bundle: Path, functions: dict[str, Function], name: str) -> None:
    made = fresh_python(bundle, functions[name], CLIENTS, functions[name].handler.rpartition(".")[0])
    assert made == ["dynamodb", "secretsmanager", "sns", "sqs"]


def test_the_error_for_another_services_client_lists_the_services(bundle: Path, on_aws: Function) -> None:
    assert fresh_python(bundle, on_aws, ANOTHER) == (
        f"Unknown service: 's3'. Valid service names are: {', '.join(DESCRIBED)}"
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with unchanged boto3."""
    path = tmp_path_factory.mktemp("whole")
    add_packages(path, "boto3")
    return path


@pytest.mark.parametrize("fips", ["false", "true"])
def test_endpoints_are_the_same_in_every_partition(
    bundle: Path, whole: Path, on_aws: Function, fips: str
) -> None:
    function = replace(on_aws, environment={"AWS_USE_FIPS_ENDPOINT": fips})
    before, after = (
        fresh_python(path, function, ENDPOINTS, json.dumps(SERVICES), *REGIONS) for path in (whole, bundle)
    )
    assert after == before
    assert len({url for urls in after for url in urls}) == len(SERVICES) * len(REGIONS)


@pytest.fixture
def role(tmp_path: Path) -> Iterator[str]:
    """The server from which a function restored from a snapshot gets its role's credentials."""
    credentials = {
        "AccessKeyId": "of-the-role",
        "SecretAccessKey": "s",
        "Token": "t",
        "Expiration": "2099-01-01T00:00:00Z",
    }
    (tmp_path / "credentials").write_text(json.dumps(credentials))
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/credentials"
        server.shutdown()


def test_a_restored_function_uses_the_credentials_of_its_role(
    bundle: Path, on_aws: Function, role: str
) -> None:
    restored = {"AWS_ACCESS_KEY_ID": "", "AWS_CONTAINER_CREDENTIALS_FULL_URI": role}
    assert fresh_python(bundle, on_aws, CREDENTIALS) == ["env", "local"]
    assert fresh_python(bundle, replace(on_aws, environment=restored), CREDENTIALS) == [
        "container-role",
        "of-the-role",
    ]
