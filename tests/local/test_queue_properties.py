"""A queue gets its properties from the template."""

from pathlib import Path

import pytest

from infra.local.aws.clients import client
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import environment
from infra.local.provisioning.provisioner import Provisioner
from infra.local.provisioning.template import load


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("DelaySeconds", "7"),
        ("MessageRetentionPeriod", "600"),
        ("ReceiveMessageWaitTimeSeconds", "20"),
        ("VisibilityTimeout", "45"),
    ],
)
def test_a_queue_has_the_attribute_of_the_template(name: str, number: str, tmp_path: Path) -> None:
    template = tmp_path / "shop.yaml"
    template.write_text(f"Resources: {{Queue: {{Type: AWS::SQS::Queue, Properties: {{{name}: {number}}}}}}}")
    with patched_moto(), environment({}):
        stack = Provisioner(load(template), "shop", "http://localhost:3000").provision()
        asked = {"QueueUrl": stack.queues["Queue"], "AttributeNames": [name]}
        assert client("sqs").get_queue_attributes(**asked)["Attributes"] == {name: number}
