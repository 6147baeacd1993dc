"""The stacks of a local run: adding one starts its event source mappings, removing one stops them."""

from collections.abc import Callable, Mapping
from pathlib import Path

from infra.local.control import external_endpoints, stack_names
from infra.local.control.saved_items import SavedItems
from infra.local.event_sources.asynchronous import AsynchronousInvocations
from infra.local.event_sources.deliveries import Deliveries
from infra.local.event_sources.faults import Faults
from infra.local.event_sources.schedules import Schedules
from infra.local.model.stack import Function, Stack
from infra.local.provisioning.dynamic import ssm_parameter
from infra.local.provisioning.errors import TemplateError
from infra.local.provisioning.model import Template
from infra.local.provisioning.provisioner import Provisioner, remove
from infra.local.provisioning.template import load
from infra.shared.arns import queue_name


class Stacks:
    """The stacks, by name, in `running`. Requires an active moto and a running event loop."""

    def __init__(
        self,
        endpoint: str,
        data: SavedItems | None,
        faults: Faults,
        deliveries: Deliveries,
        asynchronous: AsynchronousInvocations,
    ) -> None:
        self._endpoint, self._saved_items, self._faults = endpoint, data, faults
        self._deliveries, self._asynchronous = deliveries, asynchronous
        self._schedules = Schedules(asynchronous.invoke)
        self.running = dict[str, Stack]()
        self._templates = dict[str, Path]()

    def add(
        self,
        name: str,
        template: Path,
        parameters: Mapping[str, str] | None = None,
        change: Callable[[Template], Template] | None = None,
    ) -> Stack:
        """Creates a stack from a template; `parameters` override the template's defaults.

        `change` changes the translated template, as the removal of a safeguard does.
        If a stack with this name and this template exists, it stays unchanged. Raises TemplateError if the
        local AWS does not support the template, or if a stack of another template has this name.
        """
        stack_names.check(name)
        running = self._templates.get(name, template.resolve())
        if running != template.resolve():
            raise TemplateError(
                f"{template}: the template {running} already has a stack named {name}; choose another --name"
            )
        if name not in self.running:
            stack = self._provision(name, template, parameters, change)
            self.running[name] = stack
            self._templates[name] = template.resolve()
            self._deliveries.start(stack)
            self._schedules.start(stack)
        return self.running[name]

    @property
    def templates(self) -> dict[str, Path]:
        """The template of each running stack, by its name."""
        return dict(self._templates)

    def remove(self, name: str) -> None:
        """Stops a stack's event source mappings and deletes its resources.

        Raises TemplateError if no stack has this name.
        """
        if name not in self.running:
            raise TemplateError(f"there is no stack {name}; the stacks are {', '.join(self.running)}")
        self._deliveries.stop(name)
        self._schedules.stop(name)
        self._asynchronous.stop(name)
        removed = self.running.pop(name)
        del self._templates[name]
        queue_names = {queue_name(url) for url in removed.queues.values()}
        self._faults.remove({function.service for function in removed.functions.values()}, queue_names)
        remove(removed)
        if self._saved_items is not None:
            self._saved_items.delete_stack(removed)

    @property
    def endpoint(self) -> str:
        """The URL of the local AWS."""
        return self._endpoint

    def functions(self) -> list[Function]:
        return [function for stack in self.running.values() for function in stack.functions.values()]

    def api_functions(self) -> list[Function]:
        """The functions that answer HTTP requests. They run in the backend's terminal."""
        return [
            function
            for stack in self.running.values()
            for name, function in stack.functions.items()
            if name in stack.http_functions
        ]

    def consumers_of(self, service: str) -> list[Function]:
        """A service's functions except its API functions. Raises TemplateError for an unknown service."""
        others = [function for function in self.functions() if function not in self.api_functions()]
        found = [function for function in others if function.service == service]
        if not found:
            known = ", ".join(sorted({function.service for function in others}))
            raise TemplateError(f"there is no service {service}; the services are {known}")
        return found

    def _provision(
        self,
        name: str,
        template: Path,
        parameters: Mapping[str, str] | None,
        change: Callable[[Template], Template] | None,
    ) -> Stack:
        imports = {export: value for s in self.running.values() for export, value in s.exports.items()}
        loaded = load(template, parameters, ssm_parameter)
        if change is not None:
            loaded = change(loaded)
        external_endpoints.check(loaded.parameters)
        stack = Provisioner(loaded, name, self._endpoint, imports).provision()
        if self._saved_items is not None:
            try:
                self._saved_items.restore(stack)
            except TemplateError:
                remove(stack)
                raise
        return stack
