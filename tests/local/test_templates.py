"""The local run accepts a template, or reports one error that names the file and deletes all it created."""

import asyncio
from pathlib import Path

import pytest

from infra.local.backend import Backend
from infra.local.model.stack import Stack
from infra.local.provisioning.errors import TemplateError
from infra.local.provisioning.template import load
from tests.local.templates import ACCEPTED, HEAD, cases
from tests.local.templates.outcomes import UNEXPECTED, folder, outcome

__all__ = ["folder"]  # the fixture

CASES = {name: (template, expected) for name, template, expected in cases()}


@pytest.mark.parametrize("name", CASES)
def test_a_template_is_accepted_or_reports_one_error(name: str) -> None:
    template, expected = CASES[name]
    result = outcome(template)
    if expected == ACCEPTED:
        assert result == ACCEPTED
        return
    assert expected in result
    assert result.startswith("template.yaml:")
    assert "\n" not in result
    assert UNEXPECTED not in result


def test_there_are_at_least_300_cases_with_unique_names() -> None:
    assert len(CASES) == len(list(cases())) >= 300


def test_the_error_for_a_file_that_is_not_utf_8_has_the_line() -> None:
    result = outcome("# first\nDescription: Über\nResources: {}\n".encode("latin-1"))
    assert result == "template.yaml:2: this line is not UTF-8; save the file as UTF-8"


def test_a_folder_is_not_a_template(folder: Path) -> None:
    with pytest.raises(TemplateError, match="Is a directory; give the path of a SAM template"):
        load(folder)


def test_a_defect_of_the_local_run_is_reported_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.local.provisioning.provisioner.strict_object", lambda *_, **__: 1 / 0)
    result = outcome("Resources: {Q: {Type: AWS::SQS::Queue}}\n")
    assert result.startswith(
        "template.yaml: Q: creating it failed with ZeroDivisionError('division by zero')"
    )
    assert UNEXPECTED in result


def test_a_stack_can_join_after_an_error_in_its_template(folder: Path) -> None:
    async def join() -> Stack:
        backend, template = Backend("http://localhost:3000"), folder / "joining.yaml"
        template.write_text("Resources: {Q: {Type: AWS::SQS::Queue}, T: {Type: AWS::S3::Bucket}}\n")
        with pytest.raises(TemplateError, match="T: AWS::S3::Bucket is not supported locally; remove it"):
            backend.stacks.add("guest", template)
        template.write_text("Resources: {Q: {Type: AWS::SQS::Queue}, T: {Type: AWS::SNS::Topic}}\n")
        stack = backend.stacks.add("guest", template)
        backend.stacks.remove("guest")
        return stack

    assert set(asyncio.run(join()).resources) == {"Q", "T"}


def test_after_an_aws_error_all_created_resources_are_deleted() -> None:
    resource = "  Z: {Type: AWS::SNS::Subscription, Properties: {Protocol: sqs, TopicArn: !Ref T, "
    resource += "Endpoint: !GetAtt Q.Arn, FilterPolicy: {a: %s}}}\n"
    assert "AWS rejects it" in outcome(HEAD + resource % "b")
    assert outcome(HEAD + resource % "[b]") == ACCEPTED
