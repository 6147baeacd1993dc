"""Applies injected faults to the AWS calls of this process, within the current invocation."""

import os
import signal
import time
from collections.abc import Callable, Sequence

from infra.local.model.call_faults import CallFault, Moment

Claim = Callable[[CallFault], bool]
"""Asks the backend for a fault. False: another process had it first."""


class AnswerLost(Exception):
    """The function gets no answer to this call."""


class CallFaults:
    """The faults that the backend sent with the current invocation."""

    def __init__(self) -> None:
        self._waiting: list[CallFault] = []
        self._losing: list[CallFault] = []
        self._claim: Claim = lambda _: False

    def expect(self, faults: Sequence[CallFault], claim: Claim) -> None:
        """Replaces the faults of the last invocation. Those that did not happen still wait in the backend."""
        self._waiting, self._losing, self._claim = list(faults), [], claim

    def strike(self, moment: Moment, operation: str, body: bytes) -> None:
        """Applies the faults of this call. Raises AnswerLost, or ends the process."""
        for fault in self._waiting:
            if fault.moment == moment and fault.concerns(operation, body) and self._claim(fault):
                self._waiting.remove(fault)
                self._apply(fault)
                break
        # botocore retries a call without an answer. The retries lose their answers, too.
        if any(fault.moment == moment and fault.concerns(operation, body) for fault in self._losing):
            raise AnswerLost(operation)

    def _apply(self, fault: CallFault) -> None:
        match fault.action:
            case "crash":
                os.kill(os.getpid(), signal.SIGKILL)
            case "pause":
                time.sleep(fault.seconds)
            case "lose":
                self._losing.append(fault)


current = CallFaults()
"""The faults of this process."""
