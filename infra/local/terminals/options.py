"""The options of `choreo run`, `choreo join` and `choreo leave`."""

import argparse
from pathlib import Path

from infra.shared.arguments import Parser

HOST = "127.0.0.1"


def run_parser() -> Parser:
    parser = _parser("run", "Run all services on this machine, or one service in this terminal.")
    parser.add_argument(
        "what",
        nargs="?",
        default="all",
        metavar="SERVICE",
        help="all (default), backend, or a service, such as payment",
    )
    _add_stack_options(parser)
    _add_network_options(parser)
    parser.add_argument(
        "--only-backend", action="store_true", help="run the local AWS and the HTTP API, but no function"
    )
    parser.add_argument(
        "--plain-moto", action="store_true", help="run moto without what makes it faster (docs/moto.md)"
    )
    parser.add_argument(
        "--without", metavar="SAFEGUARD", help="run without one safeguard, as `choreo lesson --without` does"
    )
    parser.add_argument(
        "--debug", metavar="FUNCTION", help="let a debugger attach to this function, such as PaymentConsumer"
    )
    return parser


def join_parser() -> Parser:
    parser = _parser("join", "Add a stack to the local run, and run its functions in this terminal.")
    parser.add_argument("template", type=Path, help="the stack's SAM template")
    parser.add_argument("--name", help="the stack's name (default: the name of the template's folder)")
    parser.add_argument("--debug", metavar="FUNCTION", help="let a debugger attach to this function")
    return parser


def leave_parser() -> Parser:
    parser = _parser("leave", "Remove a joined stack, with its subscriptions, queues and tables.")
    parser.add_argument("name", help="the stack's name")
    return parser


def _parser(command: str, description: str) -> Parser:
    parser = Parser(prog=f"choreo {command}", description=description)
    parser.add_argument(
        "--port",
        type=int,
        help="the backend's port on this machine (default: the port of AWS_ENDPOINT_URL, or else 3000)",
    )
    return parser


def _add_stack_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--template", type=Path, default=Path("template.yaml"), help="the SAM template")
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="save the items of all tables in this folder",
    )
    parser.add_argument(
        "--parameter",
        type=_parameter,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of the template, such as OrderTimeLimitSeconds=30",
    )
    parser.add_argument(
        "--tokens",
        action="store_true",
        help="require a token in each request; `choreo token CUSTOMER` creates one",
    )


def _add_network_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host",
        default=HOST,
        help="the address to listen on (default 127.0.0.1); containers reach the run with 0.0.0.0",
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="accept requests for this host name, such as a tunnel's; other names are refused",
    )


def _parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value
