"""What execution environments report becomes notices: exits, reloads and code that cannot be imported."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.local.aws.moto_patches import patched_moto
from infra.local.backend import Backend
from infra.local.control.reports import Reports
from infra.local.in_process import environment
from infra.local.reporting.journal import Journal
from infra.local.reporting.metrics import Metrics
from infra.local.reporting.notices import Notices
from infra.local.runtime.exit_messages import TIMED_OUT
from tests.local.test_terminals import TEMPLATE

FAILURE = {
    "service": "Consumer",
    "function": "Consumer",
    "type": "SyntaxError",
    "text": "invalid syntax",
    "place": "shop/app.py:3",
    "traceback": "",
}


def code(failure: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "code": {"service": "Consumer", "function": "Consumer", "changed": ["app.py"], "failure": failure}
    }


def reported(folder: Path, play: Callable[[Reports], None]) -> Notices:
    """The notices after these reports of the function Consumer of the stack shop."""

    async def run() -> Notices:
        notices, backend = Notices(), Backend("http://localhost:3000")
        backend.stacks.add("shop", folder / "template.yaml")
        play(Reports(backend.stacks, backend.deliveries, backend.asynchronous, Journal(), Metrics(), notices))
        return notices

    (folder / "template.yaml").write_text(TEMPLATE)
    with patched_moto(), environment({}):
        return asyncio.run(run())


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (3, "Consumer: Runtime exited with error: exit status 3; its process restarts"),
        (TIMED_OUT, "Consumer: timed out; its process restarts"),
    ],
)
def test_a_process_that_restarts_is_announced(tmp_path: Path, status: int, said: str) -> None:
    (notice,) = reported(tmp_path, lambda reports: reports.note_exit("shop-Consumer", status)).newest
    assert (notice.kind, notice.text, notice.service) == ("restarted", said, "Consumer")


def test_a_process_that_ends_with_its_terminal_is_not_announced_as_restarted(tmp_path: Path) -> None:
    assert not reported(tmp_path, lambda reports: reports.note_exit("shop-Consumer", None)).newest


def test_code_that_cannot_be_imported_is_broken_until_it_is_reloaded(tmp_path: Path) -> None:
    broken = reported(tmp_path, lambda reports: reports.add([code(FAILURE)]))
    assert broken.broken["Consumer"].place == "shop/app.py:3"
    mended = reported(tmp_path, lambda reports: reports.add([code(FAILURE), code(None)]))
    assert [notice.kind for notice in mended.newest] == ["broken", "reloaded"]
    assert mended.broken == {}


def test_several_functions_of_a_service_that_reload_a_file_are_one_notice(tmp_path: Path) -> None:
    assert len(reported(tmp_path, lambda reports: reports.add([code(None), code(None)])).newest) == 1
