"""The terminals of a run: the run's address, stacks that join and leave, and the notices about them."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.aws.moto_patches import patched_moto
from infra.local.backend import Backend
from infra.local.control.terminals import Terminals
from infra.local.in_process import environment
from infra.local.provisioning.errors import TemplateError
from infra.local.reporting.notices import Notices
from infra.local.terminals import address, template_names
from infra.shared.root import ROOT

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Consumer:
    Type: AWS::Serverless::Function
    Properties: {Handler: app.handler, Runtime: python3.13, CodeUri: .}
"""


@pytest.fixture
def template(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    with patched_moto(), environment({}):
        yield tmp_path / "template.yaml"


async def forever() -> dict[str, Any]:
    await asyncio.sleep(60)
    return {}


async def at_once() -> dict[str, Any]:
    return {"type": "http.disconnect"}


def notices(
    template: Path, steps: Callable[[Terminals], Any], ended: asyncio.Event | None = None
) -> list[tuple[str, str | None]]:
    """Return the kind and the stack of each notice about these steps. The run's own stack is `shop`."""

    async def run() -> Notices:
        given = Notices()
        stacks = Backend("http://localhost:3000").stacks
        stacks.add("shop", template)
        await steps(Terminals(stacks, given, ended or asyncio.Event()))
        return given

    return [(notice.kind, notice.stack) for notice in asyncio.run(run()).newest]


def test_each_step_of_a_guest_is_announced(template: Path) -> None:
    async def steps(terminals: Terminals) -> None:
        terminals.join("guest", template)
        terminals.join("guest", template)
        await terminals.attached("stacks/guest", at_once)
        terminals.leave("guest")

    assert notices(template, steps) == [(kind, "guest") for kind in ("joined", "attached", "stopped", "left")]


def test_the_terminal_of_a_guest_gets_status_410_after_its_stack_left(template: Path) -> None:
    async def steps(terminals: Terminals) -> None:
        terminals.join("guest", template)
        attached = asyncio.create_task(terminals.attached("stacks/guest", forever))
        await asyncio.sleep(0)
        terminals.leave("guest")
        assert (await attached).status == 410

    assert [kind for kind, _ in notices(template, steps)] == ["joined", "attached", "left"]


def test_a_terminal_that_attaches_while_the_run_ends_is_not_announced(template: Path) -> None:
    async def steps(terminals: Terminals) -> None:
        assert (await terminals.attached("services/payment", forever)).status == 204

    ended = asyncio.Event()
    ended.set()
    assert notices(template, steps, ended) == []


def test_the_runs_own_stack_cannot_leave(template: Path) -> None:
    async def steps(terminals: Terminals) -> None:
        terminals.join("shop", template)  # this second terminal of the run's own stack is not announced
        with pytest.raises(TemplateError, match=r"stop the run with Ctrl-C"):
            terminals.leave("shop")
        with pytest.raises(TemplateError, match="there is no stack films"):
            terminals.leave("films")

    assert notices(template, steps) == []


@pytest.mark.parametrize(
    ("url", "port"),
    [
        (None, 3000),
        ("", 3000),
        ("http://localhost:3001", 3001),
        ("http://127.0.0.1:3001/", 3001),
        ("http://[::1]:3001", 3001),
        ("http://localhost", 80),
    ],
)
def test_the_port_comes_from_aws_endpoint_url(url: str | None, port: int) -> None:
    assert address.port(url) == port


@pytest.mark.parametrize(
    "url", ["https://localhost:3000", "http://films.example:3000", "localhost:3000", "http://localhost:x"]
)
def test_an_endpoint_that_cannot_be_a_local_run_is_an_error_that_names_the_variable(url: str) -> None:
    with pytest.raises(TemplateError, match=f"^AWS_ENDPOINT_URL={url} is not"):
        address.port(url)


def test_a_service_or_function_that_is_not_in_the_template_is_an_error() -> None:
    template = ROOT / "template.yaml"
    template_names.check(template, "payment", "PaymentConsumer")
    with pytest.raises(TemplateError, match="no service foo; the services are order, payment, shipping"):
        template_names.check(template, "foo", None)
    with pytest.raises(TemplateError, match="--debug Nope"):
        template_names.check(template, "payment", "Nope")


def test_without_a_template_in_the_folder_any_service_name_is_accepted_at_first(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template_names.check(template, "foo", "Nope")
    template.write_text((ROOT / "template.yaml").read_text())
    with pytest.raises(TemplateError, match="no service foo"):
        template_names.check(template, "foo", "Nope")
