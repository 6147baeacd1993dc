"""tests/conftest.py fails a test that receives an answer that botocore's model does not allow."""

import pytest
from moto.secretsmanager.responses import SecretsManagerResponse

from infra.local.aws.clients import client
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import environment
from infra.permissions.calls import NEEDED
from tests.described import described
from tests.infrastructure.test_least_privilege import run_every_case
from tests.world import World


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        ('{"ARN": "arn", "Name": "name", "SecretString": "s"}', []),
        ('{"ARN": "arn", "Secret": "s"}', ["GetSecretValue: Secret is unknown"]),
        ('{"ARN": 1}', ["GetSecretValue.ARN: 1 is not a string"]),
    ],
)
def test_each_answer_to_a_client_is_checked(
    answer: str, wrong: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SecretsManagerResponse, "get_secret_value", lambda _: answer)
    with patched_moto(), environment({}), described() as checked:
        client("secretsmanager").get_secret_value(SecretId="secret")
    assert checked.wrong == wrong


def test_the_answer_to_each_operation_that_functions_call_is_checked(world: World) -> None:
    with described() as checked:
        run_every_case(world)
    assert NEEDED.keys() - checked.operations == set()
    assert checked.wrong == []
