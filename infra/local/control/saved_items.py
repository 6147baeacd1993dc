"""Saves every item that a DynamoDB call wrote, in an SQLite file (`--data`).

Only tables are saved: messages in queues are lost. When the backend starts again, it writes each item by the
writes that the project gives for it, so that functions that read a table's stream can publish events again.

The backend saves a write before it answers the call, so the write survives a crash of the process. A crash of
the machine may lose the last writes.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.aws.attribute_values import Item, from_json, to_json
from infra.local.aws.clients import client
from infra.local.model.messages import AwsCall
from infra.local.model.stack import Stack
from infra.local.provisioning.errors import TemplateError

SINGLE_WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem"})
"""Operations that write one item."""
BATCH_WRITES = frozenset(
    {"BatchWriteItem", "TransactWriteItems", "ExecuteStatement", "BatchExecuteStatement"}
)
"""Operations that write several items. All tables are saved again after each of them."""


class SavedItems:
    """The saved items of one folder; `replay` gives the writes that restore an item.

    Raises TemplateError if the folder cannot be used.
    """

    def __init__(self, folder: Path, replay: Callable[[Item], Iterable[Item]] = lambda item: [item]) -> None:
        self._folder, self._replay = folder, replay
        self._keys: dict[str, tuple[str, ...]] = {}
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
            raise TemplateError(
                f"--data {folder}: {error}; name a folder that no other local run uses"
            ) from error

    def record(self, call: AwsCall) -> None:
        """Saves the items that a successful call wrote."""
        if call.service != "dynamodb":
            return
        with self._file:  # one transaction
            if call.operation in SINGLE_WRITES:
                parameters = json.loads(call.request.body)
                self._save_item(
                    _table_name(parameters), from_json(parameters.get("Key") or parameters["Item"])
                )
            elif call.operation in BATCH_WRITES:
                self._save_all_tables()
            elif call.operation == "DeleteTable":
                self._delete_table(_table_name(json.loads(call.request.body)))

    def restore(self, stack: Stack) -> None:
        """Writes the saved items to a stack's tables, each by the writes that `replay` gives.

        Raises TemplateError for an item that DynamoDB rejects; the file stays unchanged.
        """
        for table in stack.tables.values():
            saved = self._file.execute("SELECT key, item FROM items WHERE name = ?", [table]).fetchall()
            for key, text in saved:
                try:
                    for image in self._replay(from_json(json.loads(text))):
                        client("dynamodb").put_item(TableName=table, Item=image)
                except (ValueError, BotoCoreError, ClientError) as error:
                    raise TemplateError(
                        f"--data {self._folder}: the item {key} of the table {table} cannot be written "
                        f"({' '.join(str(error).split())}); the folder is unchanged: delete or correct the "
                        "item in tables.sqlite, or name another folder"
                    ) from error

    def delete_stack(self, stack: Stack) -> None:
        """Deletes the saved items of a stack that was removed."""
        with self._file:
            for table in stack.tables.values():
                self._delete_table(table)

    def close(self) -> None:
        self._file.close()

    def _save_item(self, table: str, attributes: Mapping[str, Any]) -> None:
        key = self._key(table, attributes)
        item = client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
        if item is None:
            self._file.execute("DELETE FROM items WHERE name = ? AND key = ?", [table, _text(key)])
        else:
            self._insert(table, key, item)

    def _save_all_tables(self) -> None:
        for table in client("dynamodb").list_tables()["TableNames"]:
            self._delete_table(table)
            for item in _scan(table):
                self._insert(table, self._key(table, item), item)

    def _insert(self, table: str, key: Item, item: Item) -> None:
        row = [table, _text(key), _text(item)]
        self._file.execute("INSERT OR REPLACE INTO items VALUES (?, ?, ?)", row)

    def _delete_table(self, table: str) -> None:
        self._keys.pop(table, None)
        self._file.execute("DELETE FROM items WHERE name = ?", [table])

    def _key(self, table: str, attributes: Mapping[str, Any]) -> Item:
        if table not in self._keys:
            schema = client("dynamodb").describe_table(TableName=table)["Table"]["KeySchema"]
            self._keys[table] = tuple(key["AttributeName"] for key in schema)
        return {name: attributes[name] for name in self._keys[table]}


def _table_name(parameters: Mapping[str, Any]) -> str:
    """Returns the table's name from a parameter that holds a name or an ARN."""
    return str(parameters["TableName"]).rpartition("/")[2]


def _text(item: Mapping[str, Any]) -> str:
    return json.dumps(to_json(item), sort_keys=True)


def _scan(table: str) -> Iterator[Item]:
    for page in client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from page["Items"]
