"""State that outlives the backend: every item that a DynamoDB call wrote, in an SQLite file.

Only tables are kept, for they are the truth: each holds what it ever emitted. When the backend starts again,
items are written as they came to be, so that the relays publish every event anew; what was handled before is
recognised, and what was in a queue is there again. Kept before the call is answered, a write survives the end
of this process, however it ends; the last ones may not survive the machine's. A message that no outbox
emitted (one sent by hand, poison in a dead-letter queue) is gone.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from infra.local.aws_endpoint import Call
from infra.local.clients import client
from infra.local.provisioning.errors import TemplateError
from infra.local.stack import Stack

WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem"})
"""What functions write with. A write of another kind that clients know has its tables kept whole."""
MANY = frozenset({"BatchWriteItem", "TransactWriteItems", "ExecuteStatement", "BatchExecuteStatement"})

Attributes = dict[str, Any]


class Data:
    """One folder's state. Raises TemplateError if it cannot be used."""

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(folder / "tables.sqlite")
            self._file.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._file.execute("PRAGMA journal_mode = WAL")
            self._file.execute("PRAGMA synchronous = NORMAL")
            self._file.execute(
                "CREATE TABLE IF NOT EXISTS items (name TEXT, key TEXT, item TEXT, PRIMARY KEY (name, key))"
            )
            self._file.commit()
        except (OSError, sqlite3.Error) as error:
            raise TemplateError(f"--data {folder}: {error}; name a folder that no other run uses") from error

    def keep(self, call: Call) -> None:
        """Keeps what a call that succeeded wrote."""
        if call.service != "dynamodb":
            return
        if call.operation in WRITES:
            asked = json.loads(call.request.body)
            self._keep_item(asked["TableName"], asked.get("Key") or asked["Item"])
        elif call.operation in MANY:
            for table in client("dynamodb").list_tables()["TableNames"]:
                self._file.execute("DELETE FROM items WHERE name = ?", [table])
                for item in _scan(table):
                    self._keep_item(table, item)

    def restore(self, stack: Stack) -> None:
        """Writes back what was kept of a stack's tables, each item by the writes that emitted something."""
        for name in stack.tables.values():
            for (text,) in self._file.execute("SELECT item FROM items WHERE name = ?", [name]).fetchall():
                for image in history(json.loads(text)):
                    client("dynamodb").put_item(TableName=name, Item=image)

    def forget(self, stack: Stack) -> None:
        """Drops what was kept of a stack that left."""
        for name in stack.tables.values():
            self._file.execute("DELETE FROM items WHERE name = ?", [name])
        self._file.commit()

    def close(self) -> None:
        self._file.close()

    def _keep_item(self, table: str, attributes: Mapping[str, Any]) -> None:
        key = {name: attributes[name] for name in _key_names(table)}
        item = client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
        place = [table, json.dumps(key, sort_keys=True)]
        if item is None:
            self._file.execute("DELETE FROM items WHERE name = ? AND key = ?", place)
        else:
            self._file.execute("INSERT OR REPLACE INTO items VALUES (?, ?, ?)", [*place, json.dumps(item)])
        self._file.commit()


def history(item: Attributes) -> Iterator[Attributes]:
    """The images of an item that its stream has shown a relay, and the item as it is now."""
    emitted = sorted({int(o["M"]["version"]["N"]) for o in item.get("outbox", {"L": []})["L"]})
    for version in emitted:
        yield item | {"version": {"N": str(version)}, "emits": {"BOOL": True}}
    if not emitted or item["version"]["N"] != str(emitted[-1]):
        yield item


@cache
def _key_names(table: str) -> tuple[str, ...]:
    schema = client("dynamodb").describe_table(TableName=table)["Table"]["KeySchema"]
    return tuple(key["AttributeName"] for key in schema)


def _scan(table: str) -> Iterator[Attributes]:
    for page in client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from page["Items"]
