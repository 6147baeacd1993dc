"""Runs a command. Each command is a module with its help (the docstring), `add_arguments` and `run`."""

import argparse
import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any, NoReturn, Protocol

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, NoCredentialsError

from infra.cli import deployed
from infra.cli.account import LOCAL
from infra.cli.delegated import COMPLETION, DELEGATED
from infra.cli.deployed import Deployed
from infra.cli.errors import CommandError, NotFound
from infra.shared.arguments import Help, Parser

EPILOG = f"""\
Account: the command uses the account of the standard AWS environment (AWS_ENDPOINT_URL, AWS_PROFILE,
AWS_REGION, access keys). If the environment names no account, it uses the local run on {LOCAL}.

Token: if the API requires a token, set CHOREO_TOKEN. `choreo token` creates one for a local run.

Exit codes: 0 success; 1 an order did not end, or nothing was found; 2 a wrong command, or no local run
or stack answers; 130 Ctrl-C.
"""


class Command(Protocol):
    """The interface of a command's module."""

    JSON: str
    """The help of `--json`."""
    SUMMARY: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, deployed: Deployed, arguments: argparse.Namespace) -> int: ...


COMMANDS = (
    "place",
    "show",
    "cancel",
    "deliver",
    "watch",
    "trace",
    "metrics",
    "dead-letters",
    "redrive",
    "republish",
    "settle",
    "token",
)


def run(argv: list[str]) -> int:
    """Runs the command in `argv`. Prints a problem in one line to stderr."""
    # Imports only the requested command: the others would take time to load.
    arguments = parser(argv[:1] if argv and argv[0] in COMMANDS else COMMANDS).parse_args(argv)
    try:
        return _command(arguments.command).run(deployed.find(arguments.stack), arguments)
    except NotFound as missing:
        return _fail(arguments.command, str(missing), 1)
    except CommandError as error:
        return _fail(arguments.command, str(error), 2)
    except EndpointConnectionError as error:
        url = error.kwargs["endpoint_url"].rstrip("/")
        help_ = "start the local run with `make run`, or set AWS_ENDPOINT_URL or AWS_PROFILE"
        return _fail(arguments.command, f"nothing answers at {url}: {help_}", 2)
    except NoCredentialsError:
        return _fail(arguments.command, "no credentials for AWS: set AWS_PROFILE or AWS_ACCESS_KEY_ID", 2)
    except (BotoCoreError, ClientError) as error:
        return _fail(arguments.command, " ".join(str(error).split()), 2)


def _command(name: str) -> Command:
    module: Any = import_module(f"infra.cli.{name.replace('-', '_')}")
    found: Command = module
    return found


def parser(names: Iterable[str], options: Mapping[str, Parser] | None = None) -> Parser:
    """The parser of these commands. `options` has the parsers of delegated commands, for the completion."""
    made = Parser(
        prog="choreo",
        description="Place, watch, trace and repair orders.",
        epilog=EPILOG,
        formatter_class=Help,
    )
    made.add_argument("--version", action=Version, nargs=0, help="print the version")
    commands = made.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in names:
        command = _command(name)
        added = commands.add_parser(
            name, help=command.SUMMARY, description=command.__doc__, epilog=EPILOG, formatter_class=Help
        )
        added.add_argument(
            "--stack", default="order-choreography", help="the deployed stack (default %(default)s)"
        )
        added.add_argument("--json", action="store_true", help=command.JSON)
        command.add_arguments(added)
    for name, summary in (DELEGATED | COMPLETION).items():
        with_options = [options[name]] if options and name in options else []
        commands.add_parser(name, help=summary, add_help=False, parents=with_options)
    return made


class Version(argparse.Action):
    """Prints the version. It is read only then, because reading it takes time."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        from importlib.metadata import version

        print(f"choreo {version('order-choreography')}")
        parser.exit()


def _fail(command: str, problem: str, code: int) -> int:
    print(f"choreo {command}: {problem}", file=sys.stderr)
    return code
