"""The check of words in `make lint`."""

import pytest

from infra.build import words
from infra.shared.root import ROOT


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Whoever meets an intent waits.", [(1, "whoever")]),
        ("A cache.\n# It is read anew, for\n  ever.", [(2, "anew"), (2, "for ever")]),
        ("def test_a_poll_holds_nobody_up() -> None:", [(1, "nobody")]),
        (
            "It is asked in vain, is of no account, and cannot be had.",
            [(1, "in vain"), (1, "of no account"), (1, "be had")],
        ),
        ("FIFO topics cannot be\nplayed. # not played", [(1, "be played"), (2, "not played")]),
    ],
)
def test_a_word_is_found_with_its_line(text: str, found: list[tuple[int, str]]) -> None:
    assert list(words.findings(text)) == found


@pytest.mark.parametrize(
    "text", ["The lowest of the latest renewals", "forever", "a canewe", "it behad", "unheard"]
)
def test_a_word_within_another_is_not_found(text: str) -> None:
    assert list(words.findings(text)) == []


def test_prose_of_every_kind_is_checked() -> None:
    checked = {path.relative_to(ROOT).as_posix() for path in words.files()}
    assert {"CONTRIBUTING.md", "Makefile", ".github/workflows/ci.yml", "infra/build/slim.py"} <= checked
    assert "infra/build/words.py" not in checked


def test_the_repository_has_none_of_these_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert words.main() == 0, capsys.readouterr().out
