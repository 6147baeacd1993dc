"""Applies injected faults to the AWS calls of this process, within the current invocation."""

import os
import signal
import time
from collections.abc import Callable, Sequence
from urllib.parse import parse_qsl

from infra.local.model.call_faults import CallFault, Moment

Claim = Callable[[CallFault], bool]
"""Asks the backend for a fault. False: another process had it first."""


class AnswerLost(Exception):
    """The function gets no answer to this call."""


class EntriesRejected(Exception):
    """SNS answers a PublishBatch with success, but accepts none of its entries.

    https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
    """

    def __init__(self, body: bytes) -> None:
        super().__init__("every entry is rejected")
        failed = "".join(
            f"<member><Id>{value}</Id><Code>InternalError</Code><SenderFault>false</SenderFault></member>"
            for name, value in parse_qsl(body.decode())
            if name.endswith(".Id")
        )
        result = f"<PublishBatchResult><Failed>{failed}</Failed></PublishBatchResult>"
        self.answer = f"<PublishBatchResponse>{result}</PublishBatchResponse>"


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
        """Applies the faults of this call. Raises AnswerLost or EntriesRejected, or ends the process."""
        for fault in self._waiting:
            if fault.moment == moment and fault.concerns(operation, body) and self._claim(fault):
                self._waiting.remove(fault)
                self._apply(fault, body)
                break
        # botocore retries a call without an answer. The retries lose their answers, too.
        if any(fault.moment == moment and fault.concerns(operation, body) for fault in self._losing):
            raise AnswerLost(operation)

    def _apply(self, fault: CallFault, body: bytes) -> None:
        match fault.action:
            case "crash":
                os.kill(os.getpid(), signal.SIGKILL)
            case "pause":
                time.sleep(fault.seconds)
            case "lose":
                self._losing.append(fault)
            case "reject":
                raise EntriesRejected(body)


current = CallFaults()
"""The faults of this process."""
