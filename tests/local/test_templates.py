"""Every template plays, or is refused in one sentence that names the file, and leaves nothing behind."""

import asyncio
from pathlib import Path

import pytest

from infra.local.backend import Backend
from infra.local.model.stack import Stack
from infra.local.provisioning.errors import TemplateError
from infra.local.provisioning.template import load
from tests.local.templates import HEAD, cases
from tests.local.templates.played import UNEXPECTED, folder, told

__all__ = ["folder"]  # the fixture

CASES = {name: (template, answer) for name, template, answer in cases()}


@pytest.mark.parametrize("name", CASES)
def test_a_template_plays_or_is_refused_in_one_sentence(name: str) -> None:
    template, wanted = CASES[name]
    answer = told(template)
    if wanted == "plays":
        assert answer == "plays"
        return
    assert wanted in answer
    assert answer.startswith("template.yaml:")
    assert "\n" not in answer
    assert UNEXPECTED not in answer


def test_the_corpus_is_of_some_size() -> None:
    assert len(CASES) >= 300


def test_a_file_that_is_not_utf_8_is_refused_with_the_line() -> None:
    answer = told("# first\nDescription: Über\nResources: {}\n".encode("latin-1"))
    assert answer == "template.yaml:2: this line is not UTF-8; save the file as UTF-8"


def test_a_folder_is_no_template(folder: Path) -> None:
    with pytest.raises(TemplateError, match="Is a directory; name a SAM template"):
        load(folder)


def test_a_fault_of_our_own_is_one_sentence_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.local.provisioning.provisioner.record", lambda *_, **__: 1 / 0)
    answer = told("Resources: {Q: {Type: AWS::SQS::Queue}}\n")
    assert answer.startswith("template.yaml: Q: it cannot be created (ZeroDivisionError('division by zero'))")
    assert UNEXPECTED in answer


def test_a_stack_whose_template_was_refused_can_join_again_by_its_name(folder: Path) -> None:
    async def play() -> Stack:
        backend, template = Backend("http://localhost:3000"), folder / "joining.yaml"
        template.write_text("Resources: {Q: {Type: AWS::SQS::Queue}, T: {Type: AWS::S3::Bucket}}\n")
        with pytest.raises(TemplateError, match="T: AWS::S3::Bucket cannot be played locally; remove it"):
            backend.stacks.add("guest", template)
        template.write_text("Resources: {Q: {Type: AWS::SQS::Queue}, T: {Type: AWS::SNS::Topic}}\n")
        stack = backend.stacks.add("guest", template)
        backend.stacks.remove("guest")
        return stack

    assert set(asyncio.run(play()).resources) == {"Q", "T"}


def test_what_aws_refuses_takes_back_all_that_was_created_before() -> None:
    resource = "  Z: {Type: AWS::SNS::Subscription, Properties: {Protocol: sqs, TopicArn: !Ref T, "
    resource += "Endpoint: !GetAtt Q.Arn, FilterPolicy: {a: %s}}}\n"
    assert "AWS refuses it" in told(HEAD + resource % "b")
    assert told(HEAD + resource % "[b]") == "plays"
