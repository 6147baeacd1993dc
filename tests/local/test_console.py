"""What a function prints is shown, or counted where it is a metric, and never makes the function fail."""

import io
import json
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.reporting import emf
from infra.local.reporting.console import Console
from infra.local.reporting.emf import Series

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
NAMES = (
    "level",
    "message",
    "type",
    "attempt",
    "emitted",
    "reason",
    "timestamp",
    "order_id",
    "exception",
    "_aws",
)
LOG_LINES = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, JSON))
METRIC: dict[str, Any] = {
    "_aws": {
        "Timestamp": 60_000,
        "CloudWatchMetrics": [{"Namespace": "N", "Dimensions": [["s"]], "Metrics": [{"Name": "m"}]}],
    },
    "s": "order",
    "m": [1, 2],
}


def printing(*texts: str) -> tuple[str, list[dict[str, Any]]]:
    """What is shown of these texts, and the metrics among them."""
    shown = io.BytesIO()
    console = Console("order", io.TextIOWrapper(shown))
    for text in texts:
        print(text, file=console)
    console.end_line()
    return shown.getvalue().decode(), console.take_metrics()


@given(st.text() | JSON.map(json.dumps) | LOG_LINES.map(json.dumps) | st.just("[" * 100_000))
def test_anything_may_be_printed(text: str) -> None:
    shown, metrics = printing(text)
    assert shown.strip() or metrics or not text.strip()


def test_a_surrogate_that_no_terminal_shows_is_escaped() -> None:
    assert printing("\ud800")[0].endswith("\\ud800\n")


def test_json_that_is_no_log_line_is_shown_as_it_is() -> None:
    text = json.dumps({"message": "trying", "attempt": "1/3"})
    assert printing(text)[0].endswith(f"{text}\n")


def test_a_log_line_of_another_shape_is_shown_by_its_message() -> None:
    line = {"level": "INFO", "message": "handled", "attempt": "1/3", "emitted": 5, "type": "order.placed"}
    assert "order.placed → noted" in printing(json.dumps(line))[0]


def test_a_metric_is_counted_and_not_shown() -> None:
    assert printing(json.dumps(METRIC)) == ("", [METRIC])
    assert list(emf.values(METRIC)) == [(Series("N", "m", "None", (("s", "order"),), 1), METRIC["m"])]


@pytest.mark.parametrize(
    "change",
    [
        {"_aws": 1},
        {"_aws": {"CloudWatchMetrics": []}},
        {"_aws": METRIC["_aws"] | {"Timestamp": "now"}},
        {"_aws": METRIC["_aws"] | {"Timestamp": 10**400}},
        {"_aws": METRIC["_aws"] | {"CloudWatchMetrics": [{"Namespace": "N"}]}},
        {"m": "three"},
        {"m": [1, "two"]},
        {"m": float("nan")},
        {"m": 10**400},
        {"m": None},
    ],
)
def test_what_only_looks_like_a_metric_is_shown(change: dict[str, Any]) -> None:
    text = json.dumps(METRIC | change)
    shown, metrics = printing(text)
    assert (shown.endswith(f"{text}\n"), metrics) == (True, [])


def test_the_lines_of_threads_do_not_mix() -> None:
    shown = io.BytesIO()
    console = Console("order", io.TextIOWrapper(shown))
    half = threading.Barrier(2)

    def speak(word: str) -> None:
        for part in (word, word + "\n"):
            half.wait()
            console.write(part)

    threads = [threading.Thread(target=speak, args=(word,)) for word in ("ada", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {line.split()[-1] for line in shown.getvalue().decode().splitlines()} == {"adaada", "bobbob"}
