"""`choreo new`: adds a part to the project, with all that the checks ask for.

The command writes files only if all of them can be written. It prints them, and what is left to decide.
"""

import argparse
import sys
from collections.abc import Callable
from functools import partial

from infra.local.provisioning.errors import TemplateError
from infra.samples.loading import InvalidSample, load_samples
from infra.scaffold import names
from infra.scaffold.errors import Refused
from infra.scaffold.tree import Tree
from infra.shared.arguments import Parser
from infra.shared.display import print_json
from infra.shared.root import ROOT

Recipe = Callable[[Tree], list[str]]


def main(argv: list[str] | None = None) -> int:
    """Applies a recipe. Exit codes: 0 success, 2 refused."""
    arguments = parser().parse_args(argv)
    try:
        load_samples()
        from infra.scaffold.staging import apply  # only now: it imports the samples

        written, left = apply(ROOT, _recipe(arguments))
    except (InvalidSample, Refused, TemplateError) as refused:
        print(f"choreo new: {refused}", file=sys.stderr)
        return 2
    if arguments.json:
        print_json({"written": written, "left": left})
        return 0
    print("Written:", *written, sep="\n  ")
    print("\nLeft to decide:", *left, sep="\n- ")
    print("\nNext: make lint test, and make run to see it. `make scale compare` counts what it costs.")
    return 0


def _recipe(given: argparse.Namespace) -> Recipe:
    from infra.scaffold import event, field, queue, service, subscription

    match given.what:
        case "service":
            return partial(
                service.add, name=given.name, awaited=given.on, published=given.publishes, consumer=given.to
            )
        case "event":
            return partial(event.add, kind=given.event, service=given.by, consumer=given.to)
        case "field":
            return partial(field.add, kind=given.event, name=given.name, type_=given.type)
        case "queue":
            return partial(queue.add, service=given.service, name=given.name, kinds=given.on)
        case _:
            return partial(subscription.add, service=given.service, kind=given.event)


def parser() -> Parser:
    """The parser of `choreo new`, also for the completion in shells."""
    made = Parser(prog="choreo new", description=__doc__)
    recipes = made.add_subparsers(dest="what", metavar="WHAT", required=True)

    new = recipes.add_parser("service", help="a service that reacts to events, and publishes one of its own")
    new.add_argument("name", metavar="NAME", help="one word, such as loyalty")
    _add_on(new)
    new.add_argument("--publishes", required=True, metavar="EVENT", help="such as loyalty.points_granted")
    _add_to(new)

    new = recipes.add_parser("event", help="a type of event that a service publishes")
    new.add_argument("event", metavar="EVENT", help="a noun and a past participle: loyalty.points_granted")
    new.add_argument("--by", required=True, metavar="SERVICE", help="the service that publishes it")
    _add_to(new)

    new = recipes.add_parser("field", help="an optional field of an event, in its next minor version")
    new.add_argument("event", metavar="EVENT")
    new.add_argument("name", metavar="NAME", help="such as points_total")
    new.add_argument("type", metavar="TYPE", choices=tuple(names.TYPES), help=", ".join(names.TYPES))

    new = recipes.add_parser("queue", help="one more queue of a service, with a function of its own")
    new.add_argument("service", metavar="SERVICE")
    new.add_argument("name", metavar="NAME", help="one word, such as audit")
    _add_on(new)

    new = recipes.add_parser("subscription", help="a service gets one more type of event")
    new.add_argument("service", metavar="SERVICE")
    new.add_argument("event", metavar="EVENT")
    for recipe in recipes.choices.values():
        recipe.add_argument("--json", action="store_true", help="print one JSON document: written, left")
    return made


def _add_on(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--on", required=True, nargs="+", metavar="EVENT", help="the events that it gets")


def _add_to(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--to",
        default="order",
        metavar="SERVICE",
        help="the service that gets the event (default %(default)s)",
    )


if __name__ == "__main__":
    sys.exit(main())
