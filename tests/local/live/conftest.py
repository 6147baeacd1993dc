"""A run to look at, and a browser to look with; Playwright comes with `make test-browser`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.conftest import Run, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 30_000


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    with running() as started:
        yield started


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import expect, sync_playwright

    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"no Chromium on PATH: none of {', '.join(NAMES)}")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def screen() -> dict[str, Any]:
    """Options of the browser's page, as Playwright names them."""
    return {"viewport": {"width": 1440, "height": 900}}


@pytest.fixture
def page(browser: Browser, run: Run, screen: dict[str, Any]) -> Iterator[Page]:
    """The live page, open; anything that it logs as an error, or asks of another host, fails the test."""
    from playwright.sync_api import expect

    complaints: list[str] = []
    opened = browser.new_page(**screen)
    opened.set_default_timeout(PATIENCE_MS)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    opened.on(
        "request", lambda asked: complaints.append(asked.url) if not asked.url.startswith(run.url) else None
    )
    opened.goto(f"{run.url}/_choreo")
    expect(opened.locator("#connection")).to_have_text("live")
    yield opened
    opened.close()
    assert not complaints
