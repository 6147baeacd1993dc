"""Secrets of a template are in Secrets Manager, and each start generates new values."""

from infra.local.aws.clients import client
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import STACK, environment
from infra.local.provisioning.provisioner import Provisioner
from infra.local.provisioning.template import load
from infra.shared.root import ROOT


def generated_secret() -> str:
    """The value of the carrier's secret after a start."""
    with patched_moto(), environment({}):
        stack = Provisioner(load(ROOT / "template.yaml"), STACK, "http://localhost:3000").provision()
        secret = client("secretsmanager").get_secret_value(SecretId=stack.secrets["CarrierSecret"])
        return str(secret["SecretString"])


def test_a_generated_secret_has_the_length_and_characters_in_the_template() -> None:
    secret = generated_secret()
    assert len(secret) == 64
    assert secret.isalnum()


def test_each_start_generates_a_new_secret() -> None:
    assert generated_secret() != generated_secret()
