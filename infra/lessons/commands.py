"""Steps of lessons that are commands in another terminal: `choreo run`, `choreo join`, `choreo republish`."""

import os
import subprocess
import sys
from collections.abc import Collection, Mapping

from infra.lessons.errors import LessonFailed
from infra.lessons.lesson import Act
from infra.lessons.stage import Stage
from infra.local.control.wire import PREFIX
from infra.local.model.credentials import CREDENTIALS
from infra.shared import parent
from infra.shared.root import ROOT

COMMAND_SECONDS = 60
NOT_YET = 1
"""The exit code of `choreo deliver` if the order is not completed within its timeout."""


def second_process(service: str) -> Act:
    """Runs another process of each function of a service, which lacks the same safeguard as the system."""

    def act(stage: Stage) -> None:
        without = ["--without", stage.system.without] if stage.system.without else []
        _start(stage, "run", service, *without)
        stage.wait_for(lambda: _attached(stage, service), f"the start of a second process of {service}")

    return act


def join(folder: str) -> Act:
    """Adds the stack of a folder to the system, and runs its functions."""

    def act(stage: Stage) -> None:
        name = os.path.basename(folder)
        _start(stage, "join", f"{folder}/template.yaml")
        stage.wait_for(lambda: name in stage.system.state()["services"], f"{name} joining")

    return act


def wait_until_handled(service: str) -> Act:
    """Waits until a service has handled a message."""

    def act(stage: Stage) -> None:
        def handled() -> bool:
            return bool(stage.system.state()["services"][service]["handled"])

        stage.wait_for_effect(handled, f"a message handled by {service}")

    return act


def leave(name: str) -> Act:
    """Removes a joined stack."""

    def act(stage: Stage) -> None:
        stage.system.call("DELETE", f"{PREFIX}stacks/{name}")

    return act


def republish(stage: Stage) -> None:
    """Publishes the events of the last order again, from the outboxes. Raises LessonFailed."""
    _command(stage, "republish", "--order", stage.order_id)


def deliver(stage: Stage) -> None:
    """The carrier delivers the last order's parcel, and calls Shipping's webhook. Raises LessonFailed."""
    stage.delivered.add(stage.order_id)
    _command(stage, "deliver", stage.order_id, "--timeout", "0.1", accepted=(0, NOT_YET))


def _command(stage: Stage, *arguments: str, accepted: Collection[int] = (0,)) -> None:
    """Runs `choreo`. Raises LessonFailed unless its exit code is accepted."""
    command = [sys.executable, "-m", "infra.cli", *arguments]
    ended = subprocess.run(
        command, cwd=ROOT, env=_environment(stage), capture_output=True, text=True, timeout=COMMAND_SECONDS
    )
    if ended.returncode not in accepted:
        raise LessonFailed(f"choreo {arguments[0]} failed: {ended.stderr.strip()}")


def _start(stage: Stage, *arguments: str) -> None:
    options = [*arguments, "--port", str(stage.system.port)]
    stage.undo.enter_context(parent.started("infra.run", options, ROOT, _environment(stage)))


def _environment(stage: Stage) -> Mapping[str, str]:
    url = f"http://127.0.0.1:{stage.system.port}"
    return {**os.environ, **CREDENTIALS, "AWS_ENDPOINT_URL": url}


def _attached(stage: Stage, service: str) -> bool:
    notices = stage.system.state()["notices"]
    return any(notice["kind"] == "attached" and notice["service"] == service for notice in notices)
