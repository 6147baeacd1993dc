"""The command line of the local run: all in one terminal, or a terminal a service, and guests."""

import argparse
import asyncio
import gc
import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from infra.local.control import stack_names
from infra.local.control.runtime_api import read
from infra.local.live import PREFIX as PAGE
from infra.local.model.credentials import CREDENTIALS
from infra.local.model.stack import Function
from infra.local.provisioning.errors import TemplateError
from infra.local.reporting.console import BOLD, colour_of, error, paint
from infra.local.runtime.process_pool import Fork, ProcessPool, context
from infra.local.terminals import attach

if TYPE_CHECKING:
    from infra.local.http.tokens.issuer import Issuer

HOST = "127.0.0.1"
STACK = "order-choreography"
EXAMPLE = {
    "customer_id": "ada",
    "items": [{"sku": "tea", "quantity": 2, "unit_price": 1250}],
    "currency": "EUR",
    "payment_method": "pm_card_visa",
    "shipping_address": {
        "name": "Ada Lovelace",
        "line1": "12 St James's Square",
        "city": "London",
        "postal_code": "SW1Y 4JH",
        "country": "GB",
    },
}


def main(argv: list[str] | None = None) -> int:
    """Runs `run`, `join` or `leave`, the first where none is named.

    Exit codes: 0 after Ctrl-C, 2 for what a person can put right (a port, a template, a name).
    """
    given = sys.argv[1:] if argv is None else argv
    commands = {"run": run, "join": join, "leave": leave}
    command, rest = (given[0], given[1:]) if given and given[0] in commands else ("run", given)
    try:
        return commands[command](rest)
    except (TemplateError, attach.Refused) as problem:
        error(str(problem))
        return 2


def run(argv: list[str]) -> int:
    parser = _parser("run", "Run the choreography on this machine, or one service of it in this terminal.")
    parser.add_argument(
        "what",
        nargs="?",
        default="all",
        help="all (default), backend, or a service: order, payment, shipping",
    )
    parser.add_argument(
        "--template", type=Path, default=Path("template.yaml"), help="the SAM template to play"
    )
    parser.add_argument(
        "--host", default=HOST, help="where to listen (default 127.0.0.1); 0.0.0.0 lets containers reach it"
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="answer requests for this host name, too, such as a tunnel's; others are refused",
    )
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="keep the state in this folder across restarts"
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
        "--tokens", action="store_true", help="ask callers for a token, which `choreo token CUSTOMER` makes"
    )
    parser.add_argument(
        "--only-backend", action="store_true", help="play AWS and the HTTP API's routes, but run no function"
    )
    parser.add_argument(
        "--plain-moto", action="store_true", help="leave out the patches that make moto faster (docs/moto.md)"
    )
    parser.add_argument(
        "--debug", metavar="FUNCTION", help="let a debugger attach to it, such as PaymentConsumer"
    )
    arguments = parser.parse_args(argv)
    if arguments.what not in ("all", "backend"):
        return _attach(
            arguments, lambda: read(attach.ask(arguments.port, "GET", f"services/{arguments.what}"))
        )
    try:
        listening = listen(arguments.host, arguments.port)
    except OSError as problem:
        error(f"port {arguments.port}: {problem.strerror}; choose another with `make run PORT=…` or --port")
        return 2
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)  # the web server's own handlers stop the run, then call these
    return asyncio.run(_run(arguments, listening, context()))


def join(argv: list[str]) -> int:
    parser = _parser("join", "Add a stack to a running choreography, and run its functions in this terminal.")
    parser.add_argument("template", type=Path, help="the stack's SAM template")
    parser.add_argument("--name", help="the stack's name (default: as its template's folder)")
    parser.add_argument("--debug", metavar="FUNCTION", help="let a debugger attach to this function")
    arguments = parser.parse_args(argv)
    template = arguments.template.resolve()
    name = arguments.name or stack_names.of_folder(template.parent.name)
    stack_names.check(name)
    if name != template.parent.name:
        print(f"Joining as the stack {name}.", flush=True)
    return _attach(
        arguments,
        lambda: read(attach.ask(arguments.port, "PUT", f"stacks/{name}", {"template": str(template)})),
    )


def leave(argv: list[str]) -> int:
    parser = _parser("leave", "Remove a stack that joined: its subscriptions, queues and tables go.")
    parser.add_argument("name", help="the stack's name")
    arguments = parser.parse_args(argv)
    try:
        attach.ask(arguments.port, "DELETE", f"stacks/{arguments.name}")
    except attach.Refused:
        raise
    except OSError:
        error(f"no backend answers on port {arguments.port}: start `make run`, or name its --port")
        return 2
    print(f"{arguments.name} left.")
    return 0


def _parser(command: str, description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"choreo {command}", description=description)
    parser.add_argument("--port", type=int, default=3000, help="the backend's, on 127.0.0.1 (default 3000)")
    return parser


def _parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def _attach(arguments: argparse.Namespace, choose: Callable[[], list[Function]]) -> int:
    asyncio.run(attach.run(arguments.port, choose, context(), arguments.debug))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not disturb the clean end
    print("\nStopped; what is sent to it waits.")
    return 0


def listen(host: str, port: int) -> socket.socket:
    """A socket for the web server. Raises OSError for a port that is taken, or none."""
    # asyncio turns Nagle's algorithm off only where the protocol is named; with it, answers take 40 ms more.
    listening = socket.socket(proto=socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()
    except (OSError, OverflowError) as problem:
        listening.close()
        raise OSError(0, getattr(problem, "strerror", None) or "not between 0 and 65535") from problem
    return listening


async def _run(arguments: argparse.Namespace, listening: socket.socket, fork: Fork) -> int:
    os.environ.update(CREDENTIALS)
    gc.disable()  # until all that stays is loaded: an eighth of a start was to look for garbage in it
    # Slow imports, once it is clear that there is something to serve.
    from infra.local.aws.moto_patches import patched_moto
    from infra.local.backend import Backend
    from infra.local.control.data import Data
    from infra.local.http.guard import ANYWHERE, Guard
    from infra.local.http.server import Server

    port: int = listening.getsockname()[1]
    with patched_moto(plain=arguments.plain_moto):
        data = Data(arguments.data) if arguments.data else None
        endpoint = f"http://localhost:{port}"
        issuer = _issuer(endpoint) if arguments.tokens else None
        backend = Backend(endpoint, data, issuer, Guard(arguments.host, arguments.allow_host))
        parameters = (issuer.parameters if issuer else {}) | dict(arguments.parameter)
        backend.stacks.add(STACK, arguments.template, parameters)
        gc.freeze()  # or a sixth of all later work would be to look there
        gc.enable()
        functions = (
            backend.stacks.api_functions() if arguments.what == "backend" else backend.stacks.functions()
        )
        chosen = [] if arguments.only_backend else functions
        here = HOST if arguments.host in ANYWHERE else arguments.host
        pool = ProcessPool(chosen, here, port, fork, arguments.debug)
        running = asyncio.create_task(pool.run())
        _greet(endpoint, sorted({function.service for function in chosen}), arguments.tokens)
        await Server(backend, backend.end, pool.end).serve(sockets=[listening])
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    print("\nStopped.")
    return 0


def _issuer(endpoint: str) -> "Issuer":
    from infra.local.http.tokens.issuer import Issuer

    return Issuer(endpoint)


def _greet(endpoint: str, services: list[str], tokens: bool) -> None:
    names = ", ".join(paint(service, colour_of(service), sys.stdout) for service in services)
    body = json.dumps(EXAMPLE).replace("'", "'\\''")
    title = paint("Order choreography", BOLD, sys.stdout)
    print(f"{title} on {endpoint}{f': {names}' if names else ''}. Ctrl-C ends it.")
    print(f"Watch it, and break it, on {endpoint}{PAGE}\n")
    header = ""
    if tokens:
        print(f"export CHOREO_TOKEN=$(AWS_ENDPOINT_URL={endpoint} .venv/bin/choreo token ada)")
        header = ' -H "authorization: Bearer $CHOREO_TOKEN"'
    print(f"curl -i {endpoint}/orders{header} -H 'content-type: application/json' -d '{body}'\n", flush=True)
