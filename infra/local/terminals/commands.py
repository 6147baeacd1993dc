"""The commands for a backend that runs in another terminal: run one service, add a stack, remove a stack."""

import argparse
import asyncio
import signal
from collections.abc import Callable

from infra.local.control import stack_names
from infra.local.control.project import Project
from infra.local.control.wire import functions_from_json
from infra.local.model.stack import Function
from infra.local.reporting.console import error
from infra.local.runtime.fork_server import Fork, fork_context
from infra.local.runtime.process_pool import Setup
from infra.local.terminals import address, attach, template_names
from infra.local.terminals.options import join_parser, leave_parser


def run_service(project: Project, arguments: argparse.Namespace, setup: Setup | None = None) -> int:
    """Runs the functions of one service in this terminal until Ctrl-C. Each process calls `setup` first."""
    port, service, debug = arguments.port, arguments.what, arguments.debug
    if not attach.answers(port):
        template_names.check(arguments.template, service, debug)
    return _run_functions(
        port,
        f"services/{service}",
        lambda: functions_from_json(attach.call_backend(port, "GET", f"services/{service}")),
        fork_context(project.preload),
        debug,
        setup,
    )


def join(argv: list[str], url: str | None) -> int:
    """Adds a stack to the local run and runs its functions in this terminal until Ctrl-C.

    `url` is the endpoint of the environment, which `--port` overrides.
    """
    arguments = join_parser().parse_args(argv)
    port = address.chosen_port(arguments, url)
    template = arguments.template.resolve()
    name = arguments.name or stack_names.from_folder(template.parent.name)
    stack_names.check(name)
    if name != template.parent.name:
        print(f"Joining as the stack {name}.", flush=True)
    body = {"template": str(template)}
    return _run_functions(
        port,
        f"stacks/{name}",
        lambda: functions_from_json(attach.call_backend(port, "PUT", f"stacks/{name}", body)),
        fork_context(),
        arguments.debug,
    )


def leave(argv: list[str], url: str | None) -> int:
    """Removes a joined stack. Returns 2 if no backend answers."""
    arguments = leave_parser().parse_args(argv)
    port = address.chosen_port(arguments, url)
    try:
        attach.call_backend(port, "DELETE", f"stacks/{arguments.name}")
    except OSError:
        error(f"no backend answers on port {port}: start one with `make run`, or choose its --port")
        return 2
    print(f"{arguments.name} left.")
    return 0


def _run_functions(
    port: int,
    attachment: str,
    find_functions: Callable[[], list[Function]],
    fork: Fork,
    debug: str | None,
    setup: Setup | None = None,
) -> int:
    asyncio.run(attach.Terminal(port, attachment, find_functions, fork, debug, setup).run())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not interrupt the clean exit
    print("\nStopped. New messages wait in their queues.")
    return 0
