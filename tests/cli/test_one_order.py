"""Commands about one order, named by its id or its first characters."""

import json
from typing import Any

import pytest

from infra.cli.deployed import Deployed
from infra.cli.errors import CommandError, NotFound
from infra.cli.order_ids import full_id
from tests.cli.conftest import Choreo
from tests.cli.test_commands import one_line
from tests.world import World


def placed(choreo: Choreo, *arguments: str) -> Any:
    """The order that `choreo place` prints as JSON."""
    return json.loads(one_line(choreo("place", "--json", *arguments).out))


def test_show_prints_an_order_in_80_columns(choreo: Choreo) -> None:
    order = placed(choreo)
    shown = choreo("show", order["order_id"])
    assert shown.code == 0
    lines = dict(line.strip().split(maxsplit=1) for line in shown.out.splitlines())
    assert (lines["status"], lines["customer"], lines["item"]) == ("shipped", "ada", "2 x tea at 12.50 EUR")
    assert order["note"] in lines["tracking"]
    assert max(map(len, shown.out.splitlines())) <= 80


@pytest.mark.parametrize(
    "command", ["show", "trace", "deliver", "republish --order", "cancel --timeout 0.1", "settle"]
)
def test_the_first_characters_of_an_id_name_an_order(choreo: Choreo, command: str) -> None:
    order_id = placed(choreo)["order_id"]
    by_prefix = choreo(*command.split(), order_id[:12])
    assert by_prefix.err.replace(order_id, "") == choreo(*command.split(), order_id).err.replace(order_id, "")
    assert "starts with" not in by_prefix.err


def test_a_prefix_of_no_order_and_of_several_is_an_error_of_one_line(
    deployed: Deployed, world: World
) -> None:
    first, second = (world.place() for _ in range(2))
    common = next(n for n in range(36) if first[:n] != second[:n]) - 1
    assert full_id(deployed, first[: common + 1]) == first
    with pytest.raises(CommandError, match=f"2 orders start with '{first[:common]}'"):
        full_id(deployed, first[:common])
    with pytest.raises(NotFound, match="starts with 'films'"):
        full_id(deployed, "films")


def test_an_unknown_order_cannot_be_shown(choreo: Choreo) -> None:
    unknown = choreo("show", "0" * 36)
    assert unknown.code == 1
    assert "there is no order 0000" in one_line(unknown.err)


def test_an_order_is_cancelled_in_time_or_stays_shipped(choreo: Choreo) -> None:
    late = choreo("cancel", placed(choreo)["order_id"], "--json")
    assert (late.code, json.loads(late.out)["status"]) == (1, "shipped")
    early = choreo("cancel", placed(choreo, "--no-wait")["order_id"], "--json")
    assert json.loads(early.out)["status"] == ("shipped" if early.code else "cancelled")
