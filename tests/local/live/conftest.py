"""Fixtures: a local run, and a browser. `make test-browser` installs Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.conftest import Run, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

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


def is_failure(line: ConsoleMessage) -> bool:
    """Whether a line on the browser's console is an error, other than that a cancellation came too late.

    The browser reports each answer of status 4xx. An order may be shipped before a cancellation arrives.
    """
    late = "409 (Conflict)" in line.text and line.location["url"].endswith("/cancellation")
    return line.type == "error" and not late


@pytest.fixture
def page(browser: Browser, run: Run, screen: dict[str, Any]) -> Iterator[Page]:
    """The open live page. An error on its console, or a request to another host, fails the test."""
    from playwright.sync_api import expect

    errors: list[str] = []
    opened = browser.new_page(**screen)
    opened.set_default_timeout(PATIENCE_MS)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda line: errors.append(line.text) if is_failure(line) else None)
    opened.on(
        "request", lambda request: errors.append(request.url) if not request.url.startswith(run.url) else None
    )
    opened.goto(f"{run.url}/_choreo")
    expect(opened.locator("#connection")).to_have_text("live")
    yield opened
    opened.close()
    assert not errors
