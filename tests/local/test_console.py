"""The console prints the output of a function and collects its metrics. Printing never raises."""

import io
import json
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.reporting import emf, failures
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


def printed(*texts: str) -> tuple[str, list[dict[str, Any]]]:
    """The console output of these texts, and the collected metrics."""
    shown = io.BytesIO()
    console = Console("order", io.TextIOWrapper(shown))
    for text in texts:
        print(text, file=console)
    console.end_line()
    return shown.getvalue().decode(), [d for d in console.take_documents() if "log" not in d]


@given(st.text() | JSON.map(json.dumps) | LOG_LINES.map(json.dumps) | st.just("[" * 100_000))
def test_a_function_can_print_any_text(text: str) -> None:
    shown, metrics = printed(text)
    assert shown.strip() or metrics or not text.strip()


def test_a_surrogate_is_escaped() -> None:
    assert printed("\ud800")[0].endswith("\\ud800\n")


def test_json_that_is_not_a_log_record_is_printed_unchanged() -> None:
    text = json.dumps({"message": "trying", "attempt": "1/3"})
    assert printed(text)[0].endswith(f"{text}\n")


def test_a_log_record_with_unexpected_fields_is_printed() -> None:
    line = {"level": "INFO", "message": "handled", "attempt": "1/3", "emitted": 5, "type": "order.placed"}
    assert "order.placed → noted" in printed(json.dumps(line))[0]


class Terminal(io.BytesIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"message": "placed", "type": "order.placed"}, "order.placed accepted"),
        ({"message": "published", "type": "order.placed"}, "published order.placed"),
        (
            {"message": "handled", "type": "shipment.dispatched", "status": "shipped"},
            "shipment.dispatched → shipped",
        ),
        (
            {
                "message": "handled",
                "type": "payment.declined",
                "status": "rejected: card_declined",
                "attempt": 2,
            },
            "payment.declined → rejected: card_declined (attempt 2)",
        ),
    ],
)
def test_a_line_says_what_happened_to_the_order_in_80_columns(
    monkeypatch: pytest.MonkeyPatch, record: dict[str, Any], said: str
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    shown, order_id = Terminal(), "1a2b3c4d-0000-4000-8000-000000000000"
    line = record | {"level": "INFO", "timestamp": "2026-11-27 10:17:01,532+0000", "order_id": order_id}
    terminal = io.TextIOWrapper(shown)
    print(json.dumps(line), file=Console("order", terminal))
    printed = shown.getvalue().decode().rstrip("\n")
    assert printed == f"10:17:01.532 order     1a2b3c4d {said}"
    assert len(printed) <= 80 or "attempt" in record


def test_an_exception_is_printed_with_its_place_in_the_users_code() -> None:
    def raised() -> dict[str, Any]:
        try:
            raise KeyError("size")
        except KeyError as error:
            return failures.entry(error, Path(__file__).parent, "invocation failed")

    shown = io.BytesIO()
    stream = io.TextIOWrapper(shown)
    console = Console("order", stream, "Consumer", Path(__file__).parent)
    console.log(raised())
    *_, place = shown.getvalue().decode().splitlines()
    assert re.fullmatch(r" +at local/test_console\.py:\d+: KeyError: 'size'", place)
    ((line,),) = (list(document.values()) for document in console.take_documents())
    assert (line["failure"]["type"], line["failure"]["function"]) == ("KeyError", "Consumer")


def test_a_metric_is_collected_and_not_printed() -> None:
    assert printed(json.dumps(METRIC)) == ("", [METRIC])
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
def test_an_invalid_metric_is_printed(change: dict[str, Any]) -> None:
    text = json.dumps(METRIC | change)
    shown, metrics = printed(text)
    assert (shown.endswith(f"{text}\n"), metrics) == (True, [])


def test_lines_of_different_threads_do_not_mix() -> None:
    shown = io.BytesIO()
    console = Console("order", io.TextIOWrapper(shown))
    half = threading.Barrier(2)

    def print_often(word: str) -> None:
        for part in (word, word + "\n"):
            half.wait()
            console.write(part)

    threads = [threading.Thread(target=print_often, args=(word,)) for word in ("ada", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {line.split()[-1] for line in shown.getvalue().decode().splitlines()} == {"adaada", "bobbob"}


def test_a_traceback_begins_with_the_first_frame_of_the_service() -> None:
    shared, ours = (
        '  File "/f/choreography/consumer.py", line 1\n    handle()\n',
        '  File "/f/order/decisions.py", line 2\n',
    )
    text = f"Traceback (most recent call last):\n{shared}{ours}    x\n{shared}ValueError: no"
    head = "Traceback (most recent call last):\n"
    assert failures.from_first(text, Path("/f/order")) == f"{head}{ours}    x\n{shared}ValueError: no"
    assert failures.from_first(text, Path("/f/payment")) == text
    chained = f"{text}\n\nDuring handling of the above exception, another exception occurred:\n\n{text}"
    assert failures.from_first(chained, Path("/f/order")).count("consumer.py") == 2
