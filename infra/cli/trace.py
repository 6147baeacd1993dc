"""Trace one order: each event with its cause, the services that handled it, and the services that have not.

The command reads the services' tables, so it shows effects, but no failed attempts.

  choreo trace ORDER_ID
  choreo trace ORDER_ID --mermaid > order.mmd
"""

import argparse
from dataclasses import asdict
from datetime import datetime

from rich.text import Text

from infra.cli import mermaid
from infra.cli.deployed import Deployed
from infra.cli.history import History, Step, history
from infra.cli.order_ids import add_order_id, full_id
from infra.shared.display import coloured, out, print_json, short

MOMENT = "10:17:53.123"
JSON = "print one JSON document"
SUMMARY = "show one order's events, as text or as a Mermaid sequence diagram"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_order_id(parser)
    parser.add_argument("--mermaid", action="store_true", help="print a Mermaid sequence diagram")


def run(deployed: Deployed, arguments: argparse.Namespace) -> int:
    found = history(deployed, full_id(deployed, arguments.order_id))
    if arguments.json:
        print_json(asdict(found))
    elif arguments.mermaid:
        print(mermaid.diagram(found))
    else:
        _print(found)
    return 0


def _print(found: History) -> None:
    statuses = Text(" · ").join(Text(f"{name} ") + coloured(word) for name, word in found.statuses.items())
    out.print(Text(f"{short(found.order_id)}  ") + statuses)
    width = max(2 * step.depth + len(step.type) for step in found.steps)
    for step in found.steps:
        out.print(_line(step, width))
        if step.awaited_by:
            left = " " * (len(MOMENT) + 2 * step.depth)
            out.print(Text(f"{left}  waits for {', '.join(step.awaited_by)}", "red"))


def _line(step: Step, width: int) -> Text:
    moment = datetime.fromisoformat(step.time).strftime("%H:%M:%S.%f")[:-3]
    handled = ", ".join(step.handled_by) or "no service"
    line = Text(f"{moment}  ") + Text(f"{'  ' * step.depth + step.type:<{width}}  ", "bold")
    return line + Text(f"{step.publisher} → {handled}")
