"""A version is rolled out in steps and rolled back by alarms; the workflows store no key."""

import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import environment
from infra.local.provisioning.errors import TemplateError
from infra.local.provisioning.model import Template
from infra.local.provisioning.provisioner import Provisioner
from infra.local.provisioning.template import load
from infra.shared.root import ROOT
from tests.infrastructure.test_alarms import ALARMS
from tests.infrastructure.test_template import FUNCTIONS, MAPPINGS, RESOURCES, TEMPLATE, aliased, of_type

GROUPS = of_type("AWS::CodeDeploy::DeploymentGroup")
WORKFLOWS = {path.stem: path.read_text() for path in (ROOT / ".github/workflows").glob("*.yml")}
GITHUB = load(ROOT / "infra/deployment/github.yaml", {"Repository": "shop/orders", "Stage": "prod"})
CONSUMERS = [aliased(m["FunctionName"]) for m in MAPPINGS.values() if "StartingPosition" not in m]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_rollout_in_prod_starts_with_a_tenth_of_the_traffic(name: str) -> None:
    shifted, condition = GROUPS[f"{name}DeploymentGroup"], TEMPLATE.conditions["ShiftsTraffic"]
    (when, staged, otherwise) = shifted["DeploymentConfigName"]["Fn::If"]
    assert when == "ShiftsTraffic"
    assert staged["Fn::Sub"][1] == {"ConfigName": "Canary10Percent10Minutes"}
    assert otherwise["Fn::Sub"][1] == {"ConfigName": "AllAtOnce"}
    assert {"Fn::Equals": [{"Ref": "Stage"}, "prod"]} in condition["Fn::And"]
    assert TEMPLATE.parameters["Rollout"] == "staged"


def alarm_named(name: Any) -> str:
    """Return the logical id of the alarm with this reference or name."""
    if "Ref" in name:
        return str(name["Ref"])
    (found,) = [alarm for alarm, properties in ALARMS.items() if properties.get("AlarmName") == name]
    return found


def alarms_on_uncounted_failures(function: str, service: str) -> set[str]:
    """Return the alarms on failures of a function that Lambda does not count as errors."""
    if function in CONSUMERS:
        return {f"{service}MessagesFail"}
    if function.endswith("Relay"):
        return {f"{service}EventsNotPublished"}
    return {f"{service}RequestsFail", "HttpApiServerErrors"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_alarms_of_a_function_roll_its_version_back(name: str) -> None:
    (when, watched, otherwise) = GROUPS[f"{name}DeploymentGroup"]["AlarmConfiguration"]["Fn::If"]
    assert (when, otherwise) == ("ShiftsTraffic", {})
    alarms = [alarm_named(alarm["Name"]) for alarm in watched["Alarms"]]
    service = FUNCTIONS[name]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"].capitalize()
    assert alarms == [f"{name}Errors", *sorted(alarms_on_uncounted_failures(name, service))]
    assert set(alarms) <= ALARMS.keys()
    rollback = GROUPS[f"{name}DeploymentGroup"]["AutoRollbackConfiguration"]
    assert rollback["Enabled"] is True
    assert "DEPLOYMENT_STOP_ON_ALARM" in rollback["Events"]


def test_the_alarms_fire_within_the_first_step_of_a_rollout() -> None:
    (minutes,) = re.findall(r"Canary10Percent(\d+)Minutes", json.dumps(GROUPS["OrderApiDeploymentGroup"]))
    for group in GROUPS.values():
        for alarm in group["AlarmConfiguration"]["Fn::If"][1]["Alarms"]:
            assert 2 * ALARMS[alarm_named(alarm["Name"])]["EvaluationPeriods"] <= int(minutes)


def test_every_mapping_permission_and_route_invokes_the_alias() -> None:
    """An invocation without the alias would run the new version at once."""
    aliases = of_type("AWS::Lambda::Alias").keys()
    invoked = [p["FunctionName"]["Ref"] for p in of_type("AWS::Lambda::Permission").values()]
    invoked += [mapping["FunctionName"]["Ref"] for mapping in MAPPINGS.values()]
    invoked += re.findall(r"\$\{(\w+)\}/invocations", json.dumps(RESOURCES["HttpApi"]))
    assert set(invoked) == aliases == {f"{name}Aliaslive" for name in FUNCTIONS}


def version_of(function: str, template: Template = TEMPLATE) -> tuple[str, Any]:
    """Return the version's logical id and description. A change of either publishes a new version."""
    (found,) = [
        (name, resource["Properties"]["Description"])
        for name, resource in template.resources.items()
        if resource["Type"] == "AWS::Lambda::Version"
        and resource["Properties"]["FunctionName"] == {"Ref": function}
    ]
    return found


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_changed_parameter_of_a_function_publishes_a_new_version(name: str) -> None:
    """SAM does not compare parameters, so the description has them. Else the alias keeps the old version."""
    made_of = json.dumps(FUNCTIONS[name])
    conditions = re.findall(r'"Fn::If": \["(\w+)"', made_of)
    made_of += json.dumps([TEMPLATE.conditions[condition] for condition in conditions])
    settings = re.findall(r'"Ref": "(\w+)"', made_of)
    described = re.findall(r"\$\{(\w+)\}", version_of(name)[1]["Fn::Sub"])
    assert set(described) == set(settings) & TEMPLATE.parameters.keys()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_changed_setting_in_the_template_publishes_a_new_version(name: str, tmp_path: Path) -> None:
    changed = tmp_path / "template.yaml"
    changed.write_text((ROOT / "template.yaml").read_text().replace("MemorySize: 512", "MemorySize: 1024"))
    assert version_of(name, load(changed))[0] != version_of(name)[0]


def test_the_local_run_refuses_an_alias_with_weights() -> None:
    resources = {name: dict(resource) for name, resource in TEMPLATE.resources.items()}
    alias = resources["OrderConsumerAliaslive"]
    alias["Properties"] = {**alias["Properties"], "RoutingConfig": {"AdditionalVersionWeights": []}}
    with (
        patched_moto(),
        environment({}),
        pytest.raises(TemplateError, match="RoutingConfig is unknown or not supported"),
    ):
        Provisioner(replace(TEMPLATE, resources=resources), "split", "http://localhost:3000").provision()


def steps() -> list[dict[str, Any]]:
    jobs = [job for text in WORKFLOWS.values() for job in yaml.safe_load(text)["jobs"].values()]
    return [step for job in jobs for step in job.get("steps", ())]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_stores_no_key_and_has_few_permissions(name: str) -> None:
    workflow = yaml.safe_load(WORKFLOWS[name])
    assert not re.search(r"secrets\.|access-key", WORKFLOWS[name])
    assert workflow["permissions"] == {}
    may_sign = {name for name, job in workflow["jobs"].items() if "id-token" in job["permissions"]}
    assert may_sign == {"ci": set(), "deploy": {"dev", "prod"}, "stage": {"deploy"}}[name]


def test_every_action_of_a_workflow_is_pinned_by_commit() -> None:
    used = [step["uses"] for step in steps() if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action) for action in used)


def test_a_workflow_runs_targets_of_the_makefile() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    run = {step["run"].split()[1] for step in steps() if "run" in step}
    assert run <= targets
    assert {"lint", "test", "sam-validate", "sam-build", "deploy"} <= run


def test_checks_come_before_dev_and_dev_before_prod() -> None:
    jobs = yaml.safe_load(WORKFLOWS["deploy"])["jobs"]
    assert (jobs["dev"]["needs"], jobs["prod"]["needs"]) == ("ci", "dev")
    configured = tomllib.loads((ROOT / "samconfig.toml").read_text())
    for stage in ("dev", "prod"):
        assert jobs[stage]["with"]["stage"] == stage
        assert configured[stage]["deploy"]["parameters"]["stack_name"] == f"order-choreography-{stage}"
    assert yaml.safe_load(WORKFLOWS["stage"])["jobs"]["deploy"]["environment"] == "${{ inputs.stage }}"


def test_the_build_runs_before_the_job_has_credentials() -> None:
    (stage,) = yaml.safe_load(WORKFLOWS["stage"])["jobs"].values()
    done = [step.get("uses", step.get("run")).partition("@")[0] for step in stage["steps"]]
    credentials = done.index("aws-actions/configure-aws-credentials")
    assert done[credentials - 1].startswith("make sam-build")
    assert done[credentials + 1 :] == ["make deploy", "make continue-rollback", "make republish"]


def test_a_rollback_is_continued_only_if_the_deployment_failed() -> None:
    (stage,) = yaml.safe_load(WORKFLOWS["stage"])["jobs"].values()
    assert {step["run"]: step.get("if") for step in stage["steps"][-3:]} == {
        "make deploy": None,
        "make continue-rollback": "failure()",
        "make republish": None,
    }


def test_only_one_environment_of_one_repository_can_assume_the_role() -> None:
    role = GITHUB.resources["DeployRole"]["Properties"]
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": {"Fn::Sub": "repo:${Repository}:environment:${Stage}"},
        }
    }


@pytest.mark.parametrize(
    ("repository", "fits"),
    [
        ("my-shop/orders", True),
        ("my-shop@123456/orders@789012", True),
        ("my-shop@123456/orders", False),
        ("my-shop/orders@789012", False),
        ("my-shop@*/orders@*", False),
        ("my-shop", False),
    ],
)
def test_the_role_accepts_repository_names_with_and_without_ids(repository: str, fits: bool) -> None:
    """GitHub adds ids since July 2026: https://docs.github.com/en/actions/reference/security/oidc"""
    source = (ROOT / "infra/deployment/github.yaml").read_text()
    (pattern,) = re.findall(r'AllowedPattern: "(.+)"', source)
    assert bool(re.fullmatch(pattern, repository)) is fits


def test_the_execution_role_may_create_api_gateways_service_linked_role() -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/using-service-linked-roles.html"""
    (policy,) = GITHUB.resources["ExecutionRole"]["Properties"]["Policies"]
    (statement,) = [
        s for s in policy["PolicyDocument"]["Statement"] if s["Action"] == "iam:CreateServiceLinkedRole"
    ]
    assert statement["Resource"]["Fn::Sub"].endswith("/AWSServiceRoleForAPIGateway")
    assert statement["Condition"] == {"StringEquals": {"iam:AWSServiceName": "ops.apigateway.amazonaws.com"}}


def test_the_role_may_change_one_stack_and_pass_one_role() -> None:
    policy, _ = GITHUB.resources["DeployRole"]["Properties"]["Policies"]
    passed = [s for s in policy["PolicyDocument"]["Statement"] if s["Action"] == "iam:PassRole"]
    assert [s["Resource"] for s in passed] == [{"Fn::GetAtt": ["ExecutionRole", "Arn"]}]
    (stacks,) = {
        s["Resource"]["Fn::Sub"]
        for s in policy["PolicyDocument"]["Statement"]
        if "ExecuteChangeSet" in str(s)
    }
    assert stacks.endswith(":stack/order-choreography-${Stage}/*")
    made = {resource["Type"] for resource in GITHUB.resources.values()}
    assert made.isdisjoint({"AWS::IAM::User", "AWS::IAM::AccessKey"})


def test_the_execution_role_may_create_exactly_the_stacks_resource_types() -> None:
    (policy,) = GITHUB.resources["ExecutionRole"]["Properties"]["Policies"]
    allowed = json.dumps(policy["PolicyDocument"])
    services = {resource["Type"].split("::")[1].lower() for resource in RESOURCES.values()}
    for service in services - {"apigatewayv2"} | {"apigateway"}:
        assert f'"{service}:' in allowed, service


def test_the_guide_has_every_variable_of_the_workflows() -> None:
    guide = (ROOT / "docs/github-workflows.md").read_text()
    for variable in re.findall(r"vars\.(\w+)", WORKFLOWS["stage"]):
        assert f"`{variable}`" in guide


def test_the_workflows_are_in_githubs_folder() -> None:
    assert {Path(name).name for name in WORKFLOWS} == {"ci", "deploy", "stage"}
