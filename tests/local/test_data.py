"""With --data, no accepted order is lost if the local run is stopped or killed."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from choreography.decisions import State
from choreography.stored import FORMAT, Record, to_item
from choreography.table import to_attributes
from infra.local.aws.attribute_values import Item
from infra.local.control.saved_items import SavedItems
from infra.run.restored_items import emitting_images
from tests.local.conftest import running
from tests.local.test_run import ORDER, ends_as, place, start


def test_an_accepted_order_survives_kill_9_and_ships_after_the_restart(tmp_path: Path) -> None:
    with running("run", "backend", "--data", str(tmp_path)) as run:
        order_id = place(run, ORDER)
        run.process.kill()
        run.process.wait()
    with running("run", "--data", str(tmp_path)) as run:
        assert ends_as(run, order_id, "shipped")


def test_a_shipped_order_is_unchanged_after_a_restart(tmp_path: Path) -> None:
    with running("run", "--data", str(tmp_path)) as run:
        order_id = place(run, ORDER)
        assert ends_as(run, order_id, "shipped")
        before = run.call("GET", f"/orders/{order_id}/history")
        run.stop()
    with running("run", "--data", str(tmp_path)) as run:
        assert run.call("GET", f"/orders/{order_id}")["status"] == "shipped"
        assert run.call("GET", f"/orders/{order_id}/history") == before
        assert ends_as(run, place(run, ORDER), "shipped")


def test_an_unusable_folder_is_an_error_of_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused = start("--port", "0", "--data", str(tmp_path / "file"))
    assert refused.returncode == 2
    assert "--data" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_an_unreadable_item_is_an_error_of_one_line(tmp_path: Path) -> None:
    SavedItems(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "tables.sqlite")) as file, file:
        file.execute("INSERT INTO items VALUES ('order-choreography-OrderTable', 'key', 'no item')")
    refused = start("--port", "0", "--data", str(tmp_path))
    assert refused.returncode == 2
    assert "the item key of the table order-choreography-OrderTable cannot be written" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


ITEM: Item = to_attributes(to_item(Record("1", State(), 3, outbox=({}, {}))))
EMITS_ALL: Item = ITEM | {"emits": {"N": "2"}}


@pytest.mark.parametrize(
    ("item", "images"),
    [
        (ITEM, [EMITS_ALL, ITEM]),
        (ITEM | {"emits": {"N": "1"}}, [EMITS_ALL, ITEM | {"emits": {"N": "1"}}]),
        (EMITS_ALL, [EMITS_ALL]),
        (ITEM | {"outbox": {"L": []}}, [ITEM | {"outbox": {"L": []}}]),
        ({"outbox": {"L": [{"M": {}}]}}, [{"outbox": {"L": [{"M": {}}]}}]),
    ],
)
def test_a_restored_item_emits_all_its_events_and_then_is_as_it_was(item: Item, images: list[Item]) -> None:
    assert list(emitting_images(item)) == images


@pytest.mark.parametrize("found", [{}, {"format": {"N": str(FORMAT + 1)}}])
def test_an_item_in_another_format_is_refused(found: Item) -> None:
    item = {name: value for name, value in ITEM.items() if name != "format"} | found
    with pytest.raises(ValueError, match="stored in format"):
        list(emitting_images(item))
