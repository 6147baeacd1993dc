"""What a project adds to the local AWS: its name, its page, and the writes that restore its items."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from infra.local.model.messages import Request

if TYPE_CHECKING:  # at run time, these imports would delay the errors of `choreo run`
    from infra.local.aws.attribute_values import Item
    from infra.local.control.stacks import Stacks
    from infra.local.event_sources.deliveries import Deliveries
    from infra.local.event_sources.faults import Faults
    from infra.local.http import asgi
    from infra.local.http.tokens.issuer import Issuer
    from infra.local.provisioning.errors import TemplateError
    from infra.local.provisioning.model import Template
    from infra.local.reporting.journal import Journal
    from infra.local.reporting.notices import Notices
    from infra.local.runtime.environments import Environments

PAGE = "/_choreo"
"""The path of the page."""


@dataclass(frozen=True)
class RunParts:
    """The parts of the run that the page shows and changes."""

    stacks: "Stacks"
    environments: "Environments"
    faults: "Faults"
    deliveries: "Deliveries"
    notices: "Notices"
    without: str | None = None
    """The safeguard that the functions of this run lack."""


class Page(Protocol):
    """A page that shows the run in a browser."""

    async def answer(self, request: Request, receive: "asgi.Receive", send: "asgi.Send") -> None:
        """Answers a request whose path starts with PAGE."""
        ...

    def end(self) -> None:
        """Ends the streams of events, which would delay the end of the run."""
        ...


@dataclass(frozen=True)
class Removal:
    """How a run removes a safeguard: from each function's process, or from the project's template."""

    setup: Callable[[], None] | None = None
    """Changes a function's process before it imports the function."""
    change: "Callable[[Template], Template] | None" = None
    """Changes the translated template."""


@dataclass(frozen=True)
class Project:
    """A project: its stack, and what it adds to the local AWS."""

    name: str
    stack: str
    path: str
    """The path of a sample request."""
    options: str
    """The curl options of the sample request."""
    page: "Callable[[RunParts, Journal, Issuer | None], Page]"
    """Creates the page, at the first request for it."""
    check: "Callable[[Path], Iterable[str]]"
    """What the project lacks that this template belongs to, in one sentence each. Called in a thread."""
    without: Callable[[str], Removal]
    """How to remove a safeguard. Raises TemplateError for an unknown name."""
    replay: "Callable[[Item], Iterable[Item]]"
    """The writes that restore an item, in their order; the last one is the item itself."""
    preload: str
    """The module that imports the code that the project's functions share."""
    explain: "Callable[[TemplateError], str]" = str
    """The text of an error of the project's template."""
