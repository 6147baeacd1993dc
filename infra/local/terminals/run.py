"""`choreo run`: starts the local AWS and runs all services, or runs one service in this terminal."""

import argparse
import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from infra.local.control.project import PAGE, Project, Removal
from infra.local.model.credentials import CREDENTIALS
from infra.local.provisioning.errors import TemplateError
from infra.local.reporting.console import BOLD, RED, colour_of, error, paint
from infra.local.runtime.process_pool import Fork, ProcessPool, fork_context
from infra.local.terminals import address
from infra.local.terminals.attach import BackendError, check_debugged
from infra.local.terminals.commands import join, leave, run_service
from infra.local.terminals.options import HOST, run_parser

if TYPE_CHECKING:
    from pathlib import Path

    from infra.local.http.tokens.issuer import Issuer
    from infra.local.reporting.notices import Notices

CHECK_AFTER_SECONDS = 1.0


def main(project: Project, argv: list[str] | None = None, url: str | None = None) -> int:
    """Runs `run`, `join` or `leave` with a project. The default is `run`.

    `url` is the AWS_ENDPOINT_URL of the user's shell: its port is the default of `--port`.
    Exit codes: 0 after Ctrl-C, 2 for an error that the user can correct, such as a wrong port or template.
    """
    given = sys.argv[1:] if argv is None else argv
    commands: dict[str, Callable[[list[str], str | None], int]] = {
        "run": partial(run, project),
        "join": join,
        "leave": leave,
    }
    command, rest = (given[0], given[1:]) if given and given[0] in commands else ("run", given)
    try:
        return commands[command](rest, url)
    except TemplateError as problem:
        error(project.explain(problem))
        return 2
    except BackendError as problem:
        error(str(problem))
        return 2


def run(project: Project, argv: list[str], url: str | None) -> int:
    """Runs the backend with its functions, or the functions of one service, until Ctrl-C."""
    arguments = run_parser().parse_args(argv)
    arguments.port = address.chosen_port(arguments, url)
    removal = project.without(arguments.without) if arguments.without else Removal()
    if arguments.what not in ("all", "backend"):
        return run_service(arguments, removal.setup)
    try:
        listening = listen(arguments.host, arguments.port)
    except OSError as problem:
        error(f"port {arguments.port}: {problem.strerror}; choose another with `make run PORT=…` or --port")
        return 2
    for number in (signal.SIGINT, signal.SIGTERM):
        # The web server stops on its own signal handlers, and then calls these.
        signal.signal(number, lambda *_: None)
    return asyncio.run(_run(project, arguments, listening, fork_context(), removal))


def listen(host: str, port: int) -> socket.socket:
    """Opens the web server's socket. Raises OSError for a port that is in use or out of range."""
    # asyncio disables Nagle's algorithm only if the protocol is given. With it, answers take 40 ms more.
    listening = socket.socket(proto=socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()
    except (OSError, OverflowError) as problem:
        listening.close()
        raise OSError(0, getattr(problem, "strerror", None) or "not between 0 and 65535") from problem
    return listening


async def _run(
    project: Project, arguments: argparse.Namespace, listening: socket.socket, fork: Fork, removal: Removal
) -> int:
    os.environ.update(CREDENTIALS)
    gc.disable()  # collecting garbage while the resources are created takes an eighth of the start time
    # These imports are slow. They come after the checks of the arguments, so that an error is shown at once.
    from infra.local.aws.moto_patches import patched_moto
    from infra.local.backend import Backend
    from infra.local.control.saved_items import SavedItems
    from infra.local.control.template_changes import TemplateChanges
    from infra.local.http.guard import ALL_ADDRESSES, Guard
    from infra.local.http.server import Server

    port: int = listening.getsockname()[1]
    with patched_moto(plain=arguments.plain_moto):
        saved_items = SavedItems(arguments.data, project.replay) if arguments.data else None
        endpoint = f"http://localhost:{port}"
        issuer = _issuer(endpoint) if arguments.tokens else None
        guard = Guard(arguments.host, arguments.allow_host)
        backend = Backend(endpoint, project, saved_items, issuer, guard, arguments.without)
        parameters = (issuer.parameters if issuer else {}) | dict(arguments.parameter)
        backend.stacks.add(project.stack, arguments.template, parameters, removal.change)
        gc.freeze()  # without it, later collections visit these objects, and take a sixth of all time
        gc.enable()
        stacks = backend.stacks
        functions = stacks.api_functions() if arguments.what == "backend" else stacks.functions()
        here = [] if arguments.only_backend else functions
        check_debugged(here, arguments.debug)
        host = HOST if arguments.host in ALL_ADDRESSES else arguments.host
        pool = ProcessPool(here, host, port, fork, arguments.debug, removal.setup)
        running = asyncio.create_task(pool.run())
        services = sorted({function.service for function in here})
        _print_start(project, endpoint, services, arguments.tokens, arguments.without)
        checking = asyncio.create_task(_check(project, arguments.template, backend.notices))
        changes = TemplateChanges(lambda: backend.stacks.templates, backend.notices)
        watching = asyncio.create_task(changes.watch())
        await Server(backend, backend.end, pool.end).serve(sockets=[listening])
        for task in (running, checking, watching):
            task.cancel()
        await asyncio.gather(running, checking, watching, return_exceptions=True)
    print("\nStopped.")
    return 0


async def _check(project: Project, template: "Path", notices: "Notices") -> None:
    """Announces what the project lacks. It comes after the start, which it would make slower."""
    await asyncio.sleep(CHECK_AFTER_SECONDS)
    for sentence in await asyncio.to_thread(project.check, template):
        notices.add("incomplete", sentence)


def _issuer(endpoint: str) -> "Issuer":
    from infra.local.http.tokens.issuer import Issuer

    return Issuer(endpoint)


def _print_start(
    project: Project, endpoint: str, services: list[str], tokens: bool, without: str | None
) -> None:
    names = ", ".join(paint(service, colour_of(service), sys.stdout) for service in services)
    title = paint(project.name, BOLD, sys.stdout)
    print(f"{title} on {endpoint}{f': {names}' if names else ''}. Ctrl-C stops it.")
    print(f"Live page: {endpoint}{PAGE}\n")
    if without is not None:
        warning = f"This system runs WITHOUT a safeguard: {without}. Use them only to see its effect."
        print(f"{paint(warning, RED, sys.stdout)}\n")
    header = ""
    if tokens:
        print(f"export CHOREO_TOKEN=$(AWS_ENDPOINT_URL={endpoint} .venv/bin/choreo token ada)")
        header = ' -H "authorization: Bearer $CHOREO_TOKEN"'
    print(f"curl -i {endpoint}{project.path}{header} {project.options}\n", flush=True)
