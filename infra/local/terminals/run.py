"""`choreo run`: starts the local AWS and runs all services, or runs one service in this terminal."""

import gc
import os
import signal
import socket
import sys

from infra.local import lazy_modules
from infra.local.control.project import Project, Removal
from infra.local.model.credentials import CREDENTIALS
from infra.local.provisioning.errors import TemplateError
from infra.local.reporting.console import error
from infra.local.runtime.fork_server import fork_context
from infra.local.terminals import address
from infra.local.terminals.errors import BackendError
from infra.local.terminals.options import run_parser

COMMANDS = ("run", "join", "leave")


def main(project: Project, argv: list[str] | None = None, url: str | None = None) -> int:
    """Runs `run`, `join` or `leave` with a project. The default is `run`.

    `url` is the AWS_ENDPOINT_URL of the user's shell: its port is the default of `--port`.
    Exit codes: 0 after Ctrl-C, 2 for an error that the user can correct, such as a wrong port or template.
    """
    given = sys.argv[1:] if argv is None else argv
    command, rest = (given[0], given[1:]) if given and given[0] in COMMANDS else ("run", given)
    try:
        return run(project, rest, url) if command == "run" else _beside(command, rest, url)
    except TemplateError as problem:
        error(project.explain(problem))
        return 2
    except BackendError as problem:
        error(str(problem))
        return 2


def _beside(command: str, argv: list[str], url: str | None) -> int:
    from infra.local.terminals.commands import join, leave  # imports that would delay `run`

    return (join if command == "join" else leave)(argv, url)


def run(project: Project, argv: list[str], url: str | None) -> int:
    """Runs the backend with its functions, or the functions of one service, until Ctrl-C."""
    arguments = run_parser().parse_args(argv)
    arguments.port = address.chosen_port(arguments, url)
    removal = project.without(arguments.without) if arguments.without else Removal()
    if arguments.what not in ("all", "backend"):
        from infra.local.terminals.commands import run_service

        return run_service(project, arguments, removal.setup)
    try:
        listening = listen(arguments.host, arguments.port)
    except OSError as problem:
        error(f"port {arguments.port}: {problem.strerror}; choose another with `make run PORT=…` or --port")
        return 2
    for number in (signal.SIGINT, signal.SIGTERM):
        # The web server stops on its own signal handlers, and then calls these.
        signal.signal(number, lambda *_: None)
    fork = fork_context(project.preload)  # it imports its modules while this process imports others
    os.environ.update(CREDENTIALS)
    gc.disable()  # collecting garbage while the resources are created takes an eighth of the start time
    lazy_modules.delay()
    from infra.local.terminals import local_aws

    return local_aws.run(project, arguments, listening, fork, removal)


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
