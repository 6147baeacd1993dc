"""The command line of the local run."""

import argparse
import asyncio
import json
import os
import signal
import socket
import sys
from multiprocessing.context import ForkServerContext
from pathlib import Path

from infra.local.console import BOLD, colour_of, error, paint
from infra.local.credentials import CREDENTIALS
from infra.local.crew import Crew, context
from infra.local.template import TemplateError

HOST = "127.0.0.1"
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


def main() -> int:
    """Exit codes: 0 after Ctrl-C, 2 for what a person can put right (a port, a template)."""
    arguments = _arguments()
    try:
        listening = _listen(arguments.port)
    except OSError as problem:
        reason = problem.strerror or problem
        error(f"port {arguments.port}: {reason}; choose another with `make run PORT=…` or --port")
        return 2
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)  # uvicorn's own handlers stop the run, then call these
    fork = context()
    fork.Process(target=_warm_up, daemon=True).start()  # libraries load while the template is read
    try:
        return asyncio.run(_run(arguments, listening, fork))
    except TemplateError as problem:
        error(f"{arguments.template}: {problem}")
        return 2


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=main.__doc__ and __doc__)
    parser.add_argument("--port", type=int, default=3000, help="where to listen, on 127.0.0.1 (default 3000)")
    parser.add_argument(
        "--template", type=Path, default=Path("template.yaml"), help="the SAM template to play"
    )
    parser.add_argument(
        "--only-backend", action="store_true", help="play AWS and the HTTP API, but run no function"
    )
    return parser.parse_args()


def _listen(port: int) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen()
    except (OSError, OverflowError) as problem:
        listening.close()
        raise OSError(0, getattr(problem, "strerror", None) or "not between 0 and 65535") from problem
    return listening


def _warm_up() -> None:
    """Nothing: starting it starts the fork server."""


async def _run(arguments: argparse.Namespace, listening: socket.socket, fork: ForkServerContext) -> int:
    os.environ.update(CREDENTIALS)
    # Slow imports, once it is clear that there is something to serve.
    from moto import mock_aws

    from infra.local.backend import Backend
    from infra.local.server import Server

    port: int = listening.getsockname()[1]
    with mock_aws():
        backend = Backend(f"http://localhost:{port}")
        backend.add("order-choreography", arguments.template)
        functions = [] if arguments.only_backend else list(backend.functions())
        crew = Crew(functions, HOST, port, fork)
        running = asyncio.create_task(crew.run())
        _greet(backend.endpoint, sorted({function.service for function in backend.functions()}))
        await Server(backend, at_exit=crew.end).serve(sockets=[listening])
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    print("\nStopped.")
    return 0


def _greet(endpoint: str, services: list[str]) -> None:
    names = ", ".join(paint(service, colour_of(service), sys.stdout) for service in services)
    body = json.dumps(EXAMPLE).replace("'", "'\\''")
    print(f"{paint('Order choreography', BOLD, sys.stdout)} on {endpoint}: {names}. Ctrl-C ends it.\n")
    print(f"curl -i {endpoint}/orders -H 'content-type: application/json' -d '{body}'\n", flush=True)
