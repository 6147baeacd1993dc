"""State that outlives the backend: every item that a DynamoDB call wrote, in an SQLite file.

Only tables are kept: each of ours holds all that it ever emitted. When the backend starts again, it writes an
item as often as the item emitted events, so that the relays publish every event again. Consumers recognize
what they handled before. A write is kept before the call is answered, so it survives the end of this process,
however that ends; the last writes may not survive the machine's. A message that no outbox emitted (one sent
by hand, or a broken one in a dead-letter queue) is lost.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.aws.attribute_values import Item, from_json, to_json
from infra.local.aws.clients import client
from infra.local.model.messages import Call
from infra.local.model.stack import Stack
from infra.local.provisioning.errors import TemplateError

WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem"})
"""Writes of one item."""
MANY = frozenset({"BatchWriteItem", "TransactWriteItems", "ExecuteStatement", "BatchExecuteStatement"})
"""Writes of many items: all tables are kept again as they are then."""


class SavedItems:
    """One folder's state. Raises TemplateError if it cannot be used."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._keys = folder, dict[str, tuple[str, ...]]()
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

    def record(self, call: Call) -> None:
        """Keeps what a call that succeeded wrote."""
        if call.service != "dynamodb":
            return
        with self._file:  # one transaction
            if call.operation in WRITES:
                asked = json.loads(call.request.body)
                table = asked["TableName"].rpartition("/")[2]  # of a name, or of an ARN
                self._keep_item(table, from_json(asked.get("Key") or asked["Item"]))
            elif call.operation in MANY:
                for table in client("dynamodb").list_tables()["TableNames"]:
                    self._drop(table)
                    for item in _scan(table):
                        self._insert(table, self._key(table, item), item)
            elif call.operation == "DeleteTable":
                self._drop(json.loads(call.request.body)["TableName"].rpartition("/")[2])

    def restore(self, stack: Stack) -> None:
        """Writes back what was kept of a stack's tables, each item by the writes that emitted something.

        Raises TemplateError for an item that cannot be written; what is kept stays as it is.
        """
        for table in stack.tables.values():
            kept = self._file.execute("SELECT key, item FROM items WHERE name = ?", [table]).fetchall()
            for key, text in kept:
                try:
                    for image in emitting_images(from_json(json.loads(text))):
                        client("dynamodb").put_item(TableName=table, Item=image)
                except (ValueError, BotoCoreError, ClientError) as error:
                    raise TemplateError(
                        f"--data {self._folder}: the item {key} of the table {table} cannot be written "
                        f"({' '.join(str(error).split())}); nothing is changed: delete or correct it in "
                        "tables.sqlite, or name another folder"
                    ) from error

    def delete_stack(self, stack: Stack) -> None:
        """Drops what was kept of a stack that left."""
        with self._file:
            for table in stack.tables.values():
                self._drop(table)

    def close(self) -> None:
        self._file.close()

    def _keep_item(self, table: str, attributes: Mapping[str, Any]) -> None:
        key = self._key(table, attributes)
        item = client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
        if item is None:
            self._file.execute("DELETE FROM items WHERE name = ? AND key = ?", [table, _text(key)])
        else:
            self._insert(table, key, item)

    def _insert(self, table: str, key: Item, item: Item) -> None:
        row = [table, _text(key), _text(item)]
        self._file.execute("INSERT OR REPLACE INTO items VALUES (?, ?, ?)", row)

    def _drop(self, table: str) -> None:
        self._keys.pop(table, None)
        self._file.execute("DELETE FROM items WHERE name = ?", [table])

    def _key(self, table: str, attributes: Mapping[str, Any]) -> Item:
        if table not in self._keys:
            schema = client("dynamodb").describe_table(TableName=table)["Table"]["KeySchema"]
            self._keys[table] = tuple(key["AttributeName"] for key in schema)
        return {name: attributes[name] for name in self._keys[table]}


def emitting_images(item: Item) -> Iterator[Item]:
    """The images of an item that its stream has shown a relay, and the item as it is now.

    An item of another kind than ours has the one image, even if it has an attribute called outbox.
    """
    try:
        emitted = sorted({int(event["M"]["version"]["N"]) for event in item["outbox"]["L"]})
        version = int(item["version"]["N"])
    except (KeyError, TypeError, ValueError):
        yield item
        return
    for each in emitted:
        yield item | {"version": {"N": str(each)}, "emits": {"BOOL": True}}
    if version not in emitted[-1:]:
        yield item


def _text(item: Mapping[str, Any]) -> str:
    return json.dumps(to_json(item), sort_keys=True)


def _scan(table: str) -> Iterator[Item]:
    for page in client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from page["Items"]
