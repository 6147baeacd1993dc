"""Compare the choreography with an orchestrated version and a naive one, on the same orders and faults.

All three run in this process on moto, within seconds. docs/alternatives.md explains the result.

  choreo compare
  choreo compare --json
"""

import sys

from rich.text import Text

from infra.alternatives.comparison import Comparison, compare
from infra.alternatives.lessons import Played
from infra.alternatives.versions import VERSIONS
from infra.alternatives.work import ORDERS
from infra.shared.arguments import Help, Parser
from infra.shared.display import out, print_json, table


def parser() -> Parser:
    """The parser of `choreo compare`, also for the completion in shells."""
    made = Parser(prog="choreo compare", description=__doc__, formatter_class=Help)
    made.add_argument("--json", action="store_true", help="print one JSON document")
    return made


def main(argv: list[str]) -> int:
    """Prints the two tables, or one JSON document. The exit code is 0."""
    arguments = parser().parse_args(argv)
    compared = compare()
    if arguments.json:
        print_json(compared.to_json())
        return 0
    _show_work(compared)
    out.print("")
    _show_lessons(compared)
    for row in compared.lessons:
        if row.meanwhile:
            out.print(f"{row.lesson}: meanwhile, the order of {row.version} is {row.meanwhile}.")
    out.print(f"\nAll numbers are for {ORDERS} orders, the price for a million, without logs.")
    out.print("Join: the services to change when a new service wants to learn of orders.")
    return 0


def _show_work(compared: Comparison) -> None:
    shown = table("orders", "version", "sent", "received", "invoked", "writes", compared.currency, "join")
    for row in compared.work:
        needed = row.effort
        numbers = (needed.published, needed.received, needed.invocations, needed.write_units)
        price = f"{needed.price_per_million:.2f}"
        shown.add_row(row.outcome, row.version, *map(str, numbers), price, str(row.subscriber_changes))
    out.print(shown, soft_wrap=False)


def _show_lessons(compared: Comparison) -> None:
    shown = table("lesson", *VERSIONS)
    for lesson in dict.fromkeys(row.lesson for row in compared.lessons):
        cells = [_cell(row) for row in compared.lessons if row.lesson == lesson]
        shown.add_row(lesson, *cells)
    out.print(shown, soft_wrap=False)


def _cell(row: Played) -> Text:
    if row.right:
        return Text(f"✓ {row.order.status}", "green")
    return Text(f"✗ {row.violations[0]}", "red")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
