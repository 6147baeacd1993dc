"""The README has one screen and a reading path, and the pages of docs are short."""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

from infra.shared.root import ROOT

README = (ROOT / "README.md").read_text()
PATH = README.partition("\n## Read it\n")[2]
STEPS = re.split(r"^\d\. ", PATH.partition("\n\n[")[0], flags=re.MULTILINE)[1:]
FILES = [link for step in STEPS for link in re.findall(r"\]\(([^)]+)\)", step)]
READ_BY_SECTION = {"runbook.md", "scale.md"}
PAGES = sorted(page for page in (ROOT / "docs").glob("*.md") if page.name not in READ_BY_SECTION)
LAYOUT = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def lines_of_code(text: str) -> int:
    """The lines with code: without imports, docstrings, comments and empty lines."""
    left_out: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom) or (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        ):
            left_out |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    coded = [token for token in tokens if token.type not in LAYOUT | {tokenize.COMMENT}]
    return len({line for token in coded for line in range(token.start[0], token.end[0] + 1)} - left_out)


def test_only_lines_with_code_are_counted() -> None:
    assert (
        lines_of_code('"""Doc\nstring."""\nimport os  # why\n\n# why\nx = """a\nb"""\ny = os.sep  # why\n')
        == 3
    )


def test_the_readme_is_one_screen() -> None:
    assert len(README.splitlines()) <= 60


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_of_docs_is_short(page: Path) -> None:
    assert len(page.read_text().splitlines()) <= 90


def test_each_step_of_the_reading_path_links_to_files_and_explains_them() -> None:
    assert len(STEPS) == 9
    for step in STEPS:
        assert re.search(r"\]\([\w/]+\.py\)", step)
        assert len(re.sub(r"\[.*?\]\(.*?\)", "", step).split()) > 5
    assert [file for file in FILES if not (ROOT / file).is_file()] == []


def test_the_number_of_lines_in_the_reading_path_is_about_right() -> None:
    (stated,) = re.findall(r"about (\d+) lines of code", PATH)
    lines = sum(lines_of_code((ROOT / file).read_text()) for file in FILES)
    assert lines < 800
    assert abs(lines - int(stated)) < 50


@pytest.mark.parametrize(("picture", "limit"), [("live-page.png", 150_000), ("live-page.gif", 1_000_000)])
def test_a_picture_of_the_readme_loads_quickly(picture: str, limit: int) -> None:
    assert f'<img src="docs/{picture}"' in README
    assert (ROOT / "docs" / picture).stat().st_size < limit


def test_every_listed_folder_exists() -> None:
    listing = (ROOT / "docs/folders.md").read_text().partition("```text\n")[2].partition("```")[0]
    names = re.findall(r"^ *([\w./]+(?: [\w/]+/)*)  ", listing, re.MULTILINE)
    paths = [path for name in names for path in name.split()]
    assert len(paths) == len(listing.splitlines()) + 2
    roots = (ROOT, ROOT / "functions")
    assert [path for path in paths if not any((root / path).exists() for root in roots)] == []
