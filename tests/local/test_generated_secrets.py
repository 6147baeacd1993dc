"""The secrets of a template are in Secrets Manager, and each start generates other ones."""

from infra.local.aws.clients import client
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import ROOT, STACK, environment
from infra.local.provisioning.provisioner import Provisioner
from infra.local.provisioning.template import load


def generated() -> str:
    """The carrier's secret after a start."""
    with patched_moto(), environment({}):
        stack = Provisioner(load(ROOT / "template.yaml"), STACK, "http://localhost:3000").provision()
        secret = client("secretsmanager").get_secret_value(SecretId=stack.secrets["CarrierSecret"])
        return str(secret["SecretString"])


def test_a_secret_is_generated_as_the_template_says() -> None:
    secret = generated()
    assert len(secret) == 64
    assert secret.isalnum()


def test_each_start_generates_another_secret() -> None:
    assert generated() != generated()
