"""The lessons in the live page's API: what they show, how a run plays them, and why it does not."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from infra.alternatives.lessons import LESSONS as COMPARED
from infra.lessons.catalogue import LESSONS
from infra.live import excerpts
from tests.local.conftest import Run, eventually, running
from tests.local.live.test_api import API, refusal, state

PLAYED = "dual-write"
GUARD = LESSONS[PLAYED].safeguards[0]
BARE = next(name for name, lesson in LESSONS.items() if not lesson.safeguards)
JSON = {"content-type": "application/json"}


def play(run: Run, name: str, without: str | None = None) -> Any:
    return run.call("POST", f"{API}/lessons/{name}/play", {"without": without})


def ended(run: Run) -> Any:
    """The progress of the lesson, once it has ended."""
    return eventually(lambda: state(run)["lesson"], lambda lesson: lesson["phase"] in ("ended", "failed"))


def proof(run: Run, name: str, without: str | None = None) -> Any:
    proofs = run.call("GET", f"{API}/lessons/{name}")["proofs"]
    return next(found for found in proofs if found["without"] == without)


def refused_play(run: Run, name: str, without: str | None = None) -> Any:
    return refusal(run, "POST", f"/lessons/{name}/play", json.dumps({"without": without}).encode(), **JSON)


def test_the_lessons_are_listed_in_their_order(run: Run) -> None:
    listed = run.call("GET", f"{API}/lessons")
    assert [lesson["name"] for lesson in listed["lessons"]] == list(LESSONS)
    assert listed["unavailable"] is None


@pytest.mark.parametrize(
    "place", sorted({p for lesson in LESSONS.values() for g in lesson.safeguards for p in g.code})
)
def test_a_safeguard_is_shown_with_its_lines_of_code(place: str) -> None:
    found = excerpts.code(f"functions/{place}")
    assert place.split(":")[1] in found["lines"][0]
    assert 1 <= len(found["lines"]) <= excerpts.MOST_LINES


def test_a_lesson_is_shown_with_its_decision_and_price(run: Run) -> None:
    guard = run.call("GET", f"{API}/lessons/{PLAYED}")["safeguards"][0]
    assert guard["decision"]["title"].startswith("3. ")
    assert guard["cost"] in run.call("GET", f"{API}/lessons/prices")["prices"]


def test_the_comparison_has_its_numbers_code_and_decision_and_leaves_the_run_alone(run: Run) -> None:
    before = run.call("GET", f"{API}/map")
    found = run.call("GET", f"{API}/lessons/comparison")
    assert {row["version"] for row in found["work"]} == {*found["versions"]} == {*found["code"]}
    assert {row["lesson"] for row in found["lessons"]} <= {*LESSONS}
    assert all("def " in excerpt["lines"][0] for code in found["code"].values() for excerpt in code)
    assert found["decision"]["title"].startswith("37. ")
    assert all(section["text"] for section in found["advice"])
    assert (run.call("GET", f"{API}/map"), state(run)["orders"]) == (before, [])


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_says_what_happens_to_it_in_the_comparison(run: Run, name: str) -> None:
    compared = run.call("GET", f"{API}/lessons/{name}")["compared"]
    assert (compared is not None) == (name in COMPARED)
    assert compared != ""


def test_a_played_lesson_goes_through_its_steps_to_a_proof_with_green_lights(run: Run) -> None:
    play(run, PLAYED)
    seen = ended(run)
    assert (seen["phase"], seen["step"], seen["error"]) == ("ended", len(LESSONS[PLAYED].steps) - 1, None)
    found = proof(run, PLAYED)
    assert [light["green"] for light in found["lights"]] == [True] * 6
    assert run.call("GET", f"{API}/orders/{found['book'][0]['order_id']}")["status"] == "shipped"


def test_a_lesson_without_its_safeguard_is_played_in_a_second_system_that_ends(run: Run) -> None:
    orders = len(state(run)["orders"])
    play(run, PLAYED, GUARD.without)
    address = eventually(lambda: state(run)["lesson"]["address"], bool)
    assert ended(run)["phase"] == "ended"
    red = [light for light in proof(run, PLAYED, GUARD.without)["lights"] if not light["green"]]
    assert GUARD.light in [light["number"] for light in red]
    assert len(state(run)["orders"]) == orders
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(address)


def test_one_lesson_is_played_at_a_time(run: Run) -> None:
    play(run, PLAYED)
    assert refused_play(run, "placing")["detail"] == f"lesson {PLAYED} is being played: wait until it ends"
    assert ended(run)["phase"] == "ended"


@pytest.mark.parametrize(
    ("name", "without", "detail"),
    [
        ("films", None, "there is no lesson films: the lessons are "),
        (PLAYED, "films", f"lesson {PLAYED} has no safeguard films: choose from {GUARD.without}"),
        (BARE, "films", "it has none that can be removed"),
    ],
)
def test_an_unknown_lesson_or_safeguard_is_not_found(run: Run, name: str, without: str, detail: str) -> None:
    document = refused_play(run, name, without)
    assert document["status"] == 404
    assert detail in document["detail"]


@pytest.fixture(params=[("--tokens",), ("--without", GUARD.without)], ids=" ".join)
def other(request: pytest.FixtureRequest) -> Iterator[Run]:
    with running(*request.param) as started:
        yield started


def test_a_run_with_tokens_or_without_a_safeguard_says_why_it_plays_no_lesson(other: Run) -> None:
    document = refused_play(other, PLAYED)
    assert document["status"] == 409
    assert document["detail"] == other.call("GET", f"{API}/lessons")["unavailable"]


def test_the_second_system_ends_with_the_run() -> None:
    with running() as run:
        play(run, PLAYED, GUARD.without)
        address = eventually(lambda: state(run)["lesson"]["address"], bool)
        assert run.stop()[0] == 0
    eventually(lambda: _answers(address), lambda answers: not answers)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address):
            return True
    except urllib.error.URLError:
        return False
