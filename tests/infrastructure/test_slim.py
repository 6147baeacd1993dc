"""Slimming keeps the descriptions of the services that a role allows, and changes nothing else."""

import json
import shutil
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import botocore
import pytest

from infra.build.slim import UnsupportedRole, called, slim
from infra.local.in_process import STACK
from infra.permissions.roles import allowed
from tests.infrastructure.test_least_privilege import HTTP, NOTIFICATIONS, SANDBOX, STRIPE, changed

SERVICES = ["dynamodb", "logs", "secretsmanager", "sns", "sqs", "xray"]

# ---------------------------------------------------------------- services that functions may call


def test_a_service_may_be_called_if_any_role_allows_it_with_any_parameters() -> None:
    permissions = allowed(SANDBOX, STACK) | allowed(STRIPE, STACK) | allowed(HTTP, STACK)
    assert {p.action.partition(":")[0] for p in permissions} == set(SERVICES)
    assert called(SANDBOX) == {*SERVICES, "kms"}, "kms, for secrets with a customer managed key"
    assert called(NOTIFICATIONS) == {"dynamodb", "logs", "sqs", "xray"}


def test_an_action_under_a_false_condition_counts() -> None:
    extra = {"Fn::If": ["UsesStripe", statement("s3:GetObject"), {"Ref": "AWS::NoValue"}]}
    template = changed("OrderApiRole", lambda statements: statements.append(extra))
    assert called(template) == {*SERVICES, "kms", "s3"}


def test_a_service_may_have_another_name_in_botocore() -> None:
    template = changed(
        "OrderApiRole", lambda statements: statements.append(statement("states:StopExecution"))
    )
    assert called(template) == {*SERVICES, "kms", "stepfunctions"}


def test_a_managed_policy_is_an_error() -> None:
    resources = deepcopy(dict(SANDBOX.resources))
    resources["OrderApiRole"]["Properties"]["ManagedPolicyArns"] = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
    with pytest.raises(UnsupportedRole, match="OrderApiRole"):
        called(replace(SANDBOX, resources=resources))


def statement(action: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": "*"}


# ---------------------------------------------------------------- removed descriptions


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return a bundle with the descriptions of three services and the endpoints of all services."""
    data = Path(botocore.__file__).parent / "data"
    for service in ("cloudwatch", "sns", "stepfunctions"):
        shutil.copytree(data / service, tmp_path / "botocore/data" / service)
    shutil.copy(data / "endpoints.json", tmp_path / "botocore/data")
    return tmp_path


def endpoints(bundle: Path) -> Any:
    return json.loads((bundle / "botocore/data/endpoints.json").read_text())


def services(bundle: Path) -> list[str]:
    return sorted(path.name for path in (bundle / "botocore/data").iterdir() if path.is_dir())


def test_the_descriptions_of_other_services_are_removed(small: Path) -> None:
    slim(small, {"sns", "stepfunctions"})
    assert services(small) == ["sns", "stepfunctions"]


def test_the_endpoints_of_a_service_are_kept_under_their_prefix(small: Path) -> None:
    slim(small, {"cloudwatch"})
    assert all(partition["services"].keys() <= {"monitoring"} for partition in endpoints(small)["partitions"])
    assert "eu-west-1" in endpoints(small)["partitions"][0]["services"]["monitoring"]["endpoints"]


def test_everything_except_services_stays_in_the_endpoints(small: Path) -> None:
    before = endpoints(small)
    slim(small, {"sns"})
    after = endpoints(small)
    for partition in (*before["partitions"], *after["partitions"]):
        del partition["services"]
    assert after == before


def test_a_slim_bundle_is_not_changed(small: Path) -> None:
    slim(small, {"sns"})
    before = endpoints(small)
    slim(small, {"sns"})
    assert (services(small), endpoints(small)) == (["sns"], before)


def test_an_unknown_service_is_an_error_before_any_file_is_removed(small: Path) -> None:
    with pytest.raises(UnsupportedRole, match=r"actions of execute-api, .* FOLDERS in infra/build/slim\.py"):
        slim(small, {"sns", "execute-api"})
    assert services(small) == ["cloudwatch", "sns", "stepfunctions"]
