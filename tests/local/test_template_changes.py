"""A template that changes after its stack started is told once for each change."""

from pathlib import Path

import pytest

from infra.local.control.template_changes import TemplateChanges
from infra.local.reporting.notices import Notices, show


def test_each_change_of_a_template_is_told_once(tmp_path: Path) -> None:
    template, notices = tmp_path / "template.yaml", Notices()
    template.write_text("Resources: {}")
    changes = TemplateChanges(lambda: {"orders": template}, notices)
    for text in ("Resources: {}", "Resources: {A: 1}", "Resources: {A: 1}", "Resources: {A: 2}"):
        template.write_text(text)
        changes.check()
    assert [(notice.kind, notice.stack) for notice in notices.newest] == [("outdated", "orders")] * 2
    assert "template.yaml changed: restart the run to apply it" in notices.newest[0].text


def test_the_console_prints_the_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    template = tmp_path / "template.yaml"
    template.write_text("a")
    changes = TemplateChanges(lambda: {"orders": template}, Notices(show))
    changes.check()
    template.write_text("b")
    changes.check()
    assert capsys.readouterr().out.count("restart the run") == 1
