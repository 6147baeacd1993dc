"""Every link within the repository leads to a file, and to a heading of it."""

import posixpath
import re
from pathlib import Path

import pytest

from infra.shared.root import ROOT
from tests.docs.snippets import documents

LINKS = sorted(
    {
        (document, link)
        for document, text in documents().items()
        for link in re.findall(r"\]\(([^)\s]+)\)", text)
        if not link.startswith(("http://", "https://"))
    }
)


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub generates for the headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-").lower() for heading in headings}


@pytest.mark.parametrize(("document", "link"), LINKS)
def test_a_link_leads_to_a_file_and_a_heading(document: str, link: str) -> None:
    path, _, anchor = link.partition("#")
    target = posixpath.normpath(posixpath.join(posixpath.dirname(document), path)) if path else document
    assert (ROOT / target).exists()
    assert not anchor or anchor in anchors((ROOT / target).read_text())


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: page.name)
def test_a_page_of_docs_is_in_an_index(page: Path) -> None:
    name = page.relative_to(ROOT / "docs").as_posix()
    assert name == "README.md" or any(
        posixpath.normpath(posixpath.join(posixpath.dirname(document), link)) == f"docs/{name}"
        for document, link in LINKS
        if document.endswith("README.md")
    )
