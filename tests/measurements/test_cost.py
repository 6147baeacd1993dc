"""The model counts billable units as AWS does, and takes prices from the list."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from infra.cost.__main__ import bill_of, main
from infra.cost.outcomes import work_of
from infra.cost.prices import LIST, Prices
from infra.cost.units import item_size
from infra.cost.work import POLLERS

PRICES = Prices.model_validate_json(LIST.read_bytes())


def units(outcome: str, batch: int, **options: Any) -> Counter[str]:
    found: Counter[str] = Counter()
    for item, number in bill_of(outcome, batch, PRICES, **options).items():
        found[item.unit] += number
    return found


@pytest.mark.parametrize(
    ("item", "size"),
    [
        ({"a": {"S": "é"}}, 3),
        ({"n": {"N": "27"}}, 3),
        ({"n": {"N": "-123.456"}}, 5),
        ({"b": {"BOOL": True}, "z": {"NULL": True}}, 4),
        ({"l": {"L": [{"S": "ab"}, {"S": "c"}]}}, 9),
        ({"m": {"M": {"k": {"S": "v"}}}}, 7),
        ({"s": {"SS": ["ab", "c"]}}, 4),
    ],
)
def test_the_size_of_an_item_follows_dynamodbs_rules(item: dict[str, Any], size: int) -> None:
    assert item_size(item) == size


def test_each_event_of_a_single_order_is_an_invocation_of_each_consumer() -> None:
    """The API, five messages, three batches of relays, and the first check of the deadline."""
    found = units("shipped", 1)
    assert found["http_api_requests"] == 1
    assert (found["lambda_requests"], found["sns_requests"]) == (1 + 5 + 3 + 1, 3)
    assert found["sqs_requests"] == 2 * 6  # a receive and a delete
    assert found["dynamodb_read_units"] == 5 + 1


def test_ten_orders_in_a_batch_share_requests_to_sns_and_sqs() -> None:
    alone, shared = units("shipped", 1), units("shipped", 10)
    assert shared["sns_requests"] < alone["sns_requests"] / 5
    assert shared["sqs_requests"] < alone["sqs_requests"] / 5
    assert shared["dynamodb_write_units"] == alone["dynamodb_write_units"]


def test_the_price_of_a_safeguard_is_the_price_of_its_calls() -> None:
    """An Idempotency-Key needs one write for the lock and one for the stored answer."""
    difference = units("shipped", 1) - units("shipped", 1, keyed=False)
    assert difference["dynamodb_write_units"] == 2
    assert {item.purpose for item in bill_of("shipped", 1, PRICES, keyed=False)} == {
        *("customer", "consumers", "relay", "deadline", "index by customer", "logs and metrics"),
        "intent before a charge or a dispatch",
    }


def test_more_work_costs_more() -> None:
    prices = {o: PRICES.of(bill_of(o, 1, PRICES)) for o in ("rejected", "shipped", "shipped and delivered")}
    assert list(prices) == sorted(prices, key=lambda outcome: prices[outcome])


def test_the_caller_of_each_call_is_known() -> None:
    work = work_of("shipped", 1)
    made = Counter((call.by, call.operation) for call in work.calls)
    assert made["PaymentConsumer", "PutItem"] == 3  # intent, the sandbox's ledger, outcome
    assert made["OrderRelay", "PublishBatch"] == 1
    assert made[POLLERS, "DeleteMessageBatch"] == 6
    assert all(invocation.printed for invocation in work.invocations)


def test_every_price_has_its_source() -> None:
    assert all("http" in price.source for price in PRICES.prices.values())


def test_the_command_shows_outcomes_and_safeguards(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--batch", "1"]) == 0
    shown = capsys.readouterr().out
    assert "USD for a million" in shown
    assert "intent before a charge or a dispatch" in shown


@pytest.mark.parametrize("content", ["{", "{}", json.dumps({**json.loads(LIST.read_text()), "prices": {}})])
def test_an_invalid_price_list_is_an_error_of_one_line(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "prices.json").write_text(content)
    with pytest.raises(SystemExit, match="2"):
        main(["--batch", "1", "--prices", str(tmp_path / "prices.json")])
    assert capsys.readouterr().err.count("\n") == 1
