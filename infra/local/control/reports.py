"""Receives what execution environments report: metrics, log lines, failures, and the state of their code."""

import time
from collections.abc import Iterable, Mapping
from typing import Any

from infra.local.control.stacks import Stacks
from infra.local.event_sources.asynchronous import AsynchronousInvocations
from infra.local.event_sources.deliveries import Deliveries
from infra.local.reporting.journal import Journal, LogLine
from infra.local.reporting.metrics import Metrics
from infra.local.reporting.notices import Failure, Notices
from infra.local.runtime import exit_messages

REPEATED_SECONDS = 3.0
"""A service's functions load a changed file within this time. It is announced once."""


class Reports:
    """Adds each report to the journal, the metrics or the notices."""

    def __init__(
        self,
        stacks: Stacks,
        deliveries: Deliveries,
        asynchronous: AsynchronousInvocations,
        journal: Journal,
        metrics: Metrics,
        notices: Notices,
    ) -> None:
        self._stacks, self._deliveries, self._asynchronous = stacks, deliveries, asynchronous
        self._journal, self._metrics, self._notices = journal, metrics, notices

    def add(self, documents: Iterable[dict[str, Any]]) -> None:
        """Adds the documents of a function's console: metrics, `log` lines, and `code` that was loaded."""
        for document in documents:
            match document:
                case {"log": line}:
                    self._add_line(line)
                case {"code": code}:
                    self._add_code(code)
                case _:
                    self._metrics.add([document])

    def note_exit(self, function: str, status: exit_messages.ExitStatus) -> None:
        """Announces that an environment's process ended. The status None means that its terminal stopped."""
        found = next((each for each in self._stacks.functions() if each.name == function), None)
        if found is None:
            return
        self._notices.broken.pop(found.logical_id, None)
        if status is not None:
            how = "timed out" if status == exit_messages.TIMED_OUT else exit_messages.describe_exit(status)
            self._announce("restarted", f"{found.logical_id}: {how}; its process restarts", found.service)

    def _add_line(self, line: Mapping[str, Any]) -> None:
        failure = line["failure"] and Failure(**line["failure"])
        if failure is not None:
            failure = self._deliveries.with_next_attempt(failure)
            text = f"{failure.event_type or failure.function} failed: {failure.type}: {failure.text}"
            self._notices.add("failed", text, failure.service, failure=failure)
        self._journal.note(LogLine(line, failure, line["at"]))

    def _add_code(self, code: Mapping[str, Any]) -> None:
        function, service = code["function"], code["service"]
        if code["failure"] is not None:
            failure = Failure(**code["failure"])
            self._notices.broken[function] = failure
            text = f"the code cannot be imported: {failure.type}: {failure.text}"
            self._announce("broken", text, service, failure)
        else:
            self._notices.broken.pop(function, None)
            self._announce("reloaded", f"{service} reloaded {', '.join(code['changed'])}", service)
            self._deliveries.retry_now(function)
            self._asynchronous.retry_now(function)

    def _announce(self, kind: Any, text: str, service: str, failure: Failure | None = None) -> None:
        """Adds a notice, unless a function of the same service has just reported the same."""
        since = time.time() - REPEATED_SECONDS
        if not any((n.text, n.service) == (text, service) and n.at > since for n in self._notices.newest):
            self._notices.add(kind, text, service, failure=failure)
