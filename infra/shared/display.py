"""Terminal output: consoles, tables, and a colour for each status."""

import json
import sys
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

STYLES = {
    "shipped": "green",
    "completed": "green",
    "rejected": "yellow",
    "cancelled": "magenta",
    "cancelling": "magenta",
}
WIDE = 240
"""The width of a table in a file or a pipe: no cell may be truncated."""


class Output(Console):
    """A console that prints no blanks at the ends of lines, with which rich pads tables and paragraphs."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Prints as Console does. `soft_wrap=False` is for tables and paragraphs."""
        if options.get("soft_wrap") is not False:
            super().print(*objects, **options)
            return
        with self.capture() as captured:
            super().print(*objects, **options)
        self.out("\n".join(line.rstrip(" ") for line in captured.get().splitlines()), highlight=False)


out = Output(highlight=False, markup=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDE)
progress = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
"""Progress and hints go to stderr, so that scripts do not read them."""


def print_json(document: Any) -> None:
    """Prints a line of JSON, for scripts."""
    print(json.dumps(document), flush=True)


def short(order_id: str) -> str:
    """An order id in a table: its first characters in a terminal, which commands accept; else all of it."""
    return order_id[:8] if sys.stdout.isatty() else order_id


def counts(outcomes: Mapping[str, int]) -> str:
    """The counts as text, such as `8 shipped, 1 rejected`."""
    return ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items() if count) or "none yet"


def coloured(status: str) -> Text:
    return Text(status, STYLES.get(status, "cyan"))


def table(*columns: str) -> Table:
    return Table(*columns, box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
