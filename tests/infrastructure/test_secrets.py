"""The template has only names of secrets. Secrets Manager has the values, and Powertools fetches them."""

import re
from fnmatch import fnmatch
from typing import Any

import pytest
from aws_lambda_powertools.utilities.parameters import SecretsProvider

from choreography import secrets
from infra.local.in_process import STACK, environment
from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.stack import Resource, Stack
from infra.local.provisioning.resolver import Resolver
from infra.local.provisioning.template import load
from infra.permissions.roles import allowed
from infra.shared.root import ROOT
from tests.infrastructure.test_template import FUNCTIONS
from tests.world import DISPATCH_SECRET, PARAMETERS

SENSITIVE = re.compile("SECRET|KEY|TOKEN|PASSWORD|CREDENTIAL")
NAMES = [{"Ref": "CarrierSecret"}, {"Ref": "DispatchSecretArn"}, {"Ref": "StripeSecretArn"}]
"""References to secrets, which are their ARNs."""
TEMPLATES = [ROOT / "template.yaml", *ROOT.glob("infra/examples/*/template.yaml")]
CODE = {
    str(path.relative_to(ROOT)): path.read_text()
    for folder in ("functions", "infra/examples/notifications/src/notifications")
    for path in sorted((ROOT / folder).rglob("*.py"))
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_variables_of_a_function_have_only_names_of_secrets(name: str) -> None:
    variables: dict[str, Any] = FUNCTIONS[name]["Environment"]["Variables"]
    sensitive = {variable: value for variable, value in variables.items() if SENSITIVE.search(variable)}
    assert all(variable.endswith("_SECRET_ID") for variable in sensitive)
    assert all(value in NAMES for value in sensitive.values())


PARTIAL = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:mine"
WHOLE = f"{PARTIAL}-a1B2c3"
SECRET_OF = {"PaymentConsumer": "StripeSecret", "ShippingConsumer": "DispatchSecret"}
"""The parameter of the secret that each function reads."""


@pytest.mark.parametrize("function", SECRET_OF)
@pytest.mark.parametrize("given", [PARTIAL, WHOLE], ids=["partial", "whole"])
def test_a_function_may_read_a_secret_by_its_whole_or_partial_arn(function: str, given: str) -> None:
    """https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen"""
    patterns = statement(function, "secretsmanager:GetSecretValue", given)["Resource"]
    assert any(fnmatch(WHOLE, pattern) for pattern in patterns)
    assert not any(fnmatch(f"{PARTIAL}-of-another-a1B2c3", pattern) for pattern in patterns)


@pytest.mark.parametrize("function", SECRET_OF)
def test_a_role_may_use_a_customer_managed_key_only_through_secrets_manager(function: str) -> None:
    """https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html"""
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
    decrypt = statement(function, "kms:Decrypt", WHOLE, key)
    assert decrypt["Resource"] == key
    assert decrypt["Condition"] == {
        "StringEquals": {"kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com"}
    }


def statement(function: str, action: str, arn: str, key: str = "") -> dict[str, Any]:
    """Return the statement of a function's role that allows this action, in a stack without sandboxes."""
    parameters = {"PaymentGateway": "stripe", "Carrier": "http"}
    given = SECRET_OF[function]
    template = load(ROOT / "template.yaml", parameters | {f"{given}Arn": arn, f"{given}KmsKeyArn": key})
    resolve = Resolver(template, Stack(STACK), lambda name: Resource("", name, {"Arn": name})).resolve
    policies = resolve(template.resources[f"{function}Role"]["Properties"]["Policies"])
    (found,) = [
        statement
        for policy in policies
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Action"] == action
    ]
    return dict(found)


def test_only_one_role_can_read_the_secret_of_the_dispatches() -> None:
    """The webhook's role cannot read it, so a compromised webhook cannot dispatch a parcel."""
    template = load(ROOT / "template.yaml", PARAMETERS[-1])
    reading = {p.function for p in allowed(template, STACK) if p.resource.startswith(DISPATCH_SECRET)}
    assert reading == {f"{STACK}-ShippingConsumer"}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.parent.name)
@pytest.mark.parametrize("by_value", ["{{resolve:", "NoEcho", "SecretString:"])
def test_a_template_contains_no_secret_and_has_no_parameter_for_one(path: Any, by_value: str) -> None:
    """GenerateSecretString makes Secrets Manager generate the value."""
    assert by_value not in path.read_text().replace("GenerateSecretString:", "")


@pytest.mark.parametrize("path", CODE)
def test_code_reads_the_name_of_a_secret_only_to_fetch_the_secret(path: str) -> None:
    read = re.findall(r"""(\S*)os\.environ(?:\[|\.get\()["'](\w+)""", CODE[path])
    assert all(before.endswith("secret(") for before, name in read if SENSITIVE.search(name)), path


def test_only_one_module_fetches_secrets_and_uses_powertools_parameters() -> None:
    fetching = re.compile(r"aws\.secretsmanager|get_secret_value|utilities\.parameters|[\"']ssm[\"']")
    assert [path for path, text in CODE.items() if fetching.search(text)] == [
        "functions/choreography/secrets.py"
    ]
    with environment({}):
        assert isinstance(secrets.provider(), SecretsProvider)
