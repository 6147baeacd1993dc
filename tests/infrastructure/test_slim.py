"""A bundle keeps the descriptions of the services that roles let functions call; nothing else changes."""

import json
import shutil
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import botocore
import pytest

from infra.build.slim import NotUnderstood, called, slim
from infra.local.in_process import STACK
from infra.permissions.roles import allowed
from tests.infrastructure.test_least_privilege import HTTP, NOTIFICATIONS, SANDBOX, STRIPE, changed

SERVICES = ["dynamodb", "logs", "secretsmanager", "sns", "sqs", "xray"]

# ---------------------------------------------------------------- what may be called


def test_a_service_may_be_called_if_any_role_allows_it_with_any_parameters() -> None:
    permissions = allowed(SANDBOX, STACK) | allowed(STRIPE, STACK) | allowed(HTTP, STACK)
    assert {p.action.partition(":")[0] for p in permissions} == set(SERVICES)
    assert called(SANDBOX) == {*SERVICES, "kms"}, "kms where a secret has a key of its own"
    assert called(NOTIFICATIONS) == {"dynamodb", "logs", "sqs", "xray"}


def test_an_action_in_a_branch_that_is_not_taken_counts() -> None:
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
    with pytest.raises(NotUnderstood, match="OrderApiRole"):
        called(replace(SANDBOX, resources=resources))


def statement(action: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": "*"}


# ---------------------------------------------------------------- what is left out


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A bundle with the descriptions of three services, and the endpoints of all."""
    data = Path(botocore.__file__).parent / "data"
    for service in ("cloudwatch", "sns", "stepfunctions"):
        shutil.copytree(data / service, tmp_path / "botocore/data" / service)
    shutil.copy(data / "endpoints.json", tmp_path / "botocore/data")
    return tmp_path


def endpoints(bundle: Path) -> Any:
    return json.loads((bundle / "botocore/data/endpoints.json").read_text())


def services(bundle: Path) -> list[str]:
    return sorted(path.name for path in (bundle / "botocore/data").iterdir() if path.is_dir())


def test_the_descriptions_of_other_services_are_left_out(small: Path) -> None:
    slim(small, {"sns", "stepfunctions"})
    assert services(small) == ["sns", "stepfunctions"]


def test_endpoints_are_found_by_the_name_that_the_description_gives_them(small: Path) -> None:
    slim(small, {"cloudwatch"})
    assert all(partition["services"].keys() <= {"monitoring"} for partition in endpoints(small)["partitions"])
    assert "eu-west-1" in endpoints(small)["partitions"][0]["services"]["monitoring"]["endpoints"]


def test_nothing_else_is_taken_from_the_endpoints(small: Path) -> None:
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


def test_a_service_that_botocore_does_not_know_is_named_before_anything_is_left_out(small: Path) -> None:
    with pytest.raises(NotUnderstood, match=r"actions of execute-api, .* FOLDERS in infra/build/slim\.py"):
        slim(small, {"sns", "execute-api"})
    assert services(small) == ["cloudwatch", "sns", "stepfunctions"]
