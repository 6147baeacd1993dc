"""The command `choreo lesson`: exit codes, output for scripts, and no process left behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from infra.bench.server_process import free_port
from infra.lessons import __main__ as command
from infra.lessons.catalogue import LESSONS
from infra.lessons.errors import LessonFailed, NoSystem
from infra.lessons.lesson import Lesson
from infra.lessons.lights import CHECKS, Light
from infra.lessons.play import Proof, play
from infra.lessons.system import System, started
from infra.shared.root import ROOT
from tests.cli.conftest import Choreo, Result, bare, call_choreo
from tests.cli.test_output import in_a_terminal
from tests.local.conftest import eventually

__all__ = ["bare", "call_choreo"]


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    with started() as run:
        yield run


@pytest.fixture
def lesson(
    system: System, bare: pytest.MonkeyPatch, call_choreo: Choreo, monkeypatch: pytest.MonkeyPatch
) -> Choreo:
    """Calls `choreo lesson` against a local run."""
    url = f"http://127.0.0.1:{system.port}"

    def call(*arguments: str, url: str = url) -> Result:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)  # each call removes it
        return call_choreo("lesson", *arguments)

    return call


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nope"], "nope"),
        (["dual-write", "--without", "nope"], "choose from dual-write"),
        (["join-and-leave", "--without"], "none that can be removed"),
        (["--all", "dual-write"], "or --all"),
        (["--all", "--without"], "or --all"),
        (["--without"], "give a NAME"),
    ],
)
def test_a_wrong_command_exits_with_2_and_one_line(lesson: Choreo, arguments: list[str], said: str) -> None:
    ended = lesson(*arguments)
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert said in ended.err


@pytest.mark.parametrize("argument", ["placing", "--all"])
def test_a_url_without_a_local_run_exits_with_2(lesson: Choreo, argument: str) -> None:
    ended = lesson(argument, url=f"http://127.0.0.1:{free_port()}")
    assert ended.code == 2
    assert "no local run answers" in ended.err


def test_a_run_without_a_safeguard_is_refused(lesson: Choreo) -> None:
    with started("filter-lacks-declined") as lacking:
        ended = lesson("placing", url=f"http://127.0.0.1:{lacking.port}")
    assert ended.code == 2
    assert "runs without a safeguard (filter-lacks-declined)" in ended.err


def test_a_second_system_that_does_not_start_says_why() -> None:
    with pytest.raises(NoSystem) as failed, started("nope"):
        pass
    assert "own local run does not start" in str(failed.value)
    assert "there is no safeguard nope: choose from" in str(failed.value)


def test_a_lesson_prints_its_steps_and_its_proof(lesson: Choreo) -> None:
    ended = lesson("loose-coupling")
    assert ended.code == 0
    assert "payment imports choreography, contracts" in ended.out
    assert "payment receives order.placed, shipment.cancelled, shipment.failed" in ended.out
    assert all(rule in ended.out for _, rule, _ in CHECKS)


def test_json_is_the_proof(lesson: Choreo) -> None:
    ended = lesson("declined", "--json")
    proof = json.loads(ended.out)
    assert (ended.code, proof["lesson"], proof["without"], proof["as_expected"]) == (
        0,
        "declined",
        None,
        True,
    )
    assert [light["green"] for light in proof["lights"]] == [True] * len(CHECKS)
    (row,) = proof["book"]
    assert (row["status"], row["charges"], row["refunds"], row["parcels"]) == ("rejected", 0, 0, 0)


def test_json_of_the_list_is_a_line_for_each_lesson(lesson: Choreo) -> None:
    listed = [json.loads(line) for line in lesson("--json").out.splitlines()]
    assert [found["name"] for found in listed] == list(LESSONS)
    assert all(len(found["story"]) == 3 and found["steps"] for found in listed)


def test_a_lesson_that_fails_exits_with_1(lesson: Choreo, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Proof:
        raise LessonFailed("status shipped did not happen within 40 s")

    monkeypatch.setattr(command, "play", fail)
    ended = lesson("placing")
    assert (ended.code, ended.err) == (1, "choreo lesson: status shipped did not happen within 40 s\n")


@pytest.mark.parametrize(("without", "violations"), [(None, ("twice",)), ("dual-write", ())])
def test_a_light_of_another_colour_than_expected_exits_with_1(
    without: str | None, violations: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, system: System
) -> None:
    chosen = LESSONS["dual-write"]
    lights = [Light(1, "ends", "Every accepted order ends.", violations)]
    monkeypatch.setattr(command, "play", lambda *_: Proof(chosen, without, lights, [], 1.0))
    assert command._play_one(chosen, f"http://127.0.0.1:{system.port}", None, as_json=True) == 1


def test_all_plays_every_lesson_with_and_without_each_safeguard(
    lesson: Choreo, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = LESSONS["declined"]
    monkeypatch.setattr(command, "LESSONS", {chosen.name: chosen})
    ended = lesson("--all")
    assert ended.code == 0
    rows = [line.split()[:2] for line in ended.out.splitlines()[1:]]
    assert rows == [["declined", "✓✓✓✓✓✓"], *(["without", guard.without] for guard in chosen.safeguards)]


FAILURES = [
    (LessonFailed("status shipped did not happen within 40 s"), "status shipped did not happen within 40 s"),
    (ConnectionRefusedError("connection refused"), "ConnectionRefusedError: connection refused"),
]


@pytest.mark.parametrize(("failure", "reason"), FAILURES)
def test_all_goes_on_after_a_lesson_that_fails_and_exits_with_1(
    lesson: Choreo, monkeypatch: pytest.MonkeyPatch, failure: Exception, reason: str
) -> None:
    chosen = {name: replace(LESSONS[name], safeguards=()) for name in ("loose-coupling", "declined")}
    monkeypatch.setattr(command, "LESSONS", chosen)
    monkeypatch.setattr(command, "play", failing_in("loose-coupling", failure))
    ended = lesson("--all")
    assert ended.code == 1
    rows = [line.split()[:2] for line in ended.out.splitlines()[1:]]
    assert [row for row in rows if row[0] in chosen] == [
        ["loose-coupling", "failed"],
        ["declined", "✓✓✓✓✓✓"],
    ]
    assert f"loose-coupling with its safeguards: {reason}" in ended.err


def test_all_prints_a_failed_lesson_as_json(lesson: Choreo, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = LESSONS["loose-coupling"]
    monkeypatch.setattr(command, "LESSONS", {chosen.name: chosen})
    monkeypatch.setattr(command, "play", failing_in(chosen.name, LessonFailed("no answer")))
    ended = lesson("--all", "--json")
    assert json.loads(ended.out) == {
        "lesson": chosen.name,
        "without": None,
        "as_expected": False,
        "failed": "no answer",
    }
    assert ended.code == 1


def failing_in(name: str, failure: Exception) -> Callable[[Lesson, System], Proof]:
    """Plays lessons, except that the one with this name fails."""

    def play_or_fail(played: Lesson, on: System) -> Proof:
        if played.name == name:
            raise failure
        return play(played, on)

    return play_or_fail


@pytest.mark.parametrize("option", ["", " --help"])
def test_the_list_fits_a_terminal_of_80_columns(option: str) -> None:
    shown = in_a_terminal(f"lesson{option}", {})
    assert max(map(len, shown.splitlines())) <= 80
    assert all(name in shown for name in LESSONS) or option


def test_the_completion_knows_the_lessons(call_choreo: Choreo) -> None:
    script = call_choreo("completion", "bash").out
    assert all(name in script for name in LESSONS)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_stopped_lesson_leaves_no_system_behind(number: signal.Signals, code: int) -> None:
    with playing_without_safeguard() as (process, children):
        process.send_signal(number)
        process.communicate(timeout=20)
    assert process.returncode == code
    eventually(lambda: any(map(_is_alive, children)), lambda alive: not alive)


def test_the_second_system_ends_after_sigkill() -> None:
    with playing_without_safeguard() as (process, children):
        process.kill()
    eventually(lambda: any(map(_is_alive, children)), lambda alive: not alive)


@contextmanager
def playing_without_safeguard() -> Iterator[tuple["subprocess.Popen[str]", list[int]]]:
    """A lesson that is being played on a second system, and its child processes."""
    arguments = [sys.executable, "-m", "infra.cli", "lesson", "dual-write", "--without"]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(arguments, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any("WITHOUT A SAFEGUARD" in line for line in process.stdout)
        yield process, eventually(lambda: _children(process.pid), bool)


def _children(parent: int) -> list[int]:
    listed = subprocess.run(["pgrep", "-P", str(parent)], capture_output=True, text=True, check=False)
    return [int(line) for line in listed.stdout.split()]


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
