"""Runs the local AWS in this terminal, with the functions' processes, until Ctrl-C.

Its imports take half of the start time.
"""

import argparse
import asyncio
import gc
import sys
from socket import socket
from typing import TYPE_CHECKING

from infra.local.aws.moto_patches import patched_moto
from infra.local.backend import Backend
from infra.local.control.project import PAGE, Project, Removal
from infra.local.control.saved_items import SavedItems
from infra.local.control.template_changes import TemplateChanges
from infra.local.http.guard import ALL_ADDRESSES, Guard
from infra.local.reporting.console import BOLD, RED, colour_of, paint
from infra.local.reporting.notices import Notices
from infra.local.runtime.process_pool import Fork, ProcessPool
from infra.local.terminals.attach import check_debugged
from infra.local.terminals.options import HOST

if TYPE_CHECKING:
    from pathlib import Path

    from infra.local.http.server import Server
    from infra.local.http.tokens.issuer import Issuer

CHECK_AFTER_SECONDS = 1.0


def run(
    project: Project, arguments: argparse.Namespace, listening: socket, fork: Fork, removal: Removal
) -> int:
    """Runs the backend at this socket, and forks the functions' processes. Returns 0 after Ctrl-C."""
    return asyncio.run(_run(project, arguments, listening, fork, removal))


async def _run(
    project: Project, arguments: argparse.Namespace, listening: socket, fork: Fork, removal: Removal
) -> int:
    port: int = listening.getsockname()[1]
    with patched_moto(plain=arguments.plain_moto):
        saved_items = SavedItems(arguments.data, project.replay) if arguments.data else None
        endpoint = f"http://localhost:{port}"
        issuer = _issuer(endpoint) if arguments.tokens else None
        guard = Guard(arguments.host, arguments.allow_host)
        backend = Backend(endpoint, project, saved_items, issuer, guard, arguments.without)
        parameters = (issuer.parameters if issuer else {}) | dict(arguments.parameter)
        backend.stacks.add(project.stack, arguments.template, parameters, removal.change)
        stacks = backend.stacks
        functions = stacks.api_functions() if arguments.what == "backend" else stacks.functions()
        here = [] if arguments.only_backend else functions
        check_debugged(here, arguments.debug)
        host = HOST if arguments.host in ALL_ADDRESSES else arguments.host
        pool = ProcessPool(here, host, port, fork, arguments.debug, removal.setup)
        running = asyncio.create_task(pool.run())
        services = sorted({function.service for function in here})
        checking = asyncio.create_task(_check(project, arguments.template, backend.notices))
        changes = TemplateChanges(lambda: backend.stacks.templates, backend.notices)
        watching = asyncio.create_task(changes.watch())
        web_server = await asyncio.to_thread(_web_server)  # an import, while the functions' processes start
        _print_start(project, endpoint, services, arguments.tokens, arguments.without)
        gc.freeze()  # without it, later collections visit these objects, and take a sixth of all time
        gc.enable()
        await web_server(backend, backend.end, pool.end).serve(sockets=[listening])
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


def _web_server() -> "type[Server]":
    from infra.local.http.server import Server

    return Server


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
