"""Tokens on the command line: who places, in a run that asks for them."""

from collections.abc import Callable, Iterator

import jwt
import pytest

from infra.cli import token
from infra.cli.deployed import Deployed
from infra.cli.errors import CommandError
from tests.cli.conftest import Choreo, options
from tests.local.conftest import Run, running

Become = Callable[..., None]


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    with running("--tokens") as started:
        yield started


@pytest.fixture
def become(choreo: Choreo, bare: pytest.MonkeyPatch) -> Become:
    """Says who calls from now on, by the arguments of `choreo token`."""

    return lambda *who: bare.setenv("CHOREO_TOKEN", choreo("token", *who).out.strip())


def one_line(text: str) -> str:
    (line,) = text.splitlines()
    return line


def test_a_customer_places_and_the_rest_needs_no_token(choreo: Choreo, become: Become) -> None:
    become("ada")
    placed = choreo("place")
    assert placed.code == 0, placed
    order_id = placed.out.split()[0]
    assert choreo("deliver", order_id).code == 0
    assert "shipment.delivered" in choreo("trace", order_id).out
    assert order_id in choreo("watch", "--customer", "ada", "--once").out


def test_an_operator_places_for_anybody_and_a_customer_does_not(choreo: Choreo, become: Become) -> None:
    become("olga", "--operator")
    assert choreo("place", "--customer", "bob").code == 0
    become("ada")
    refused = choreo("place", "--customer", "bob")
    assert refused.code == 2
    assert "another customer" in one_line(refused.err)


@pytest.mark.parametrize(("given", "reason"), [(None, "there is none"), ("nonsense", "Not enough segments")])
def test_without_a_good_token_one_is_told_where_it_goes(
    choreo: Choreo, bare: pytest.MonkeyPatch, given: str | None, reason: str
) -> None:
    if given is not None:
        bare.setenv("CHOREO_TOKEN", given)
    refused = choreo("place")
    assert refused.code == 2
    assert one_line(refused.err).endswith(f"needs a valid token in CHOREO_TOKEN: {reason}")


def test_a_token_is_good_for_an_hour_and_says_whose_it_is(choreo: Choreo) -> None:
    made = jwt.decode(choreo("token", "ada").out.strip(), options={"verify_signature": False})
    assert (made["sub"], made["scope"], made["exp"] - made["iat"]) == ("ada", "", 3600)


def test_the_live_page_calls_as_an_operator(run: Run) -> None:
    page = run.call("GET", "/_choreo/api/token")["token"]
    assert jwt.decode(page, options={"verify_signature": False})["scope"] == "orders:operate"


def test_a_token_has_to_be_somebodys(choreo: Choreo) -> None:
    refused = choreo("token", "")
    assert refused.code == 2
    assert "400" in one_line(refused.err)


def test_on_aws_the_command_gives_no_tokens(deployed: Deployed) -> None:
    with pytest.raises(CommandError, match="JwtIssuer"):
        token.run(deployed, options(customer="ada", operator=False))


def test_a_run_that_asks_for_none_gives_none(call_choreo: Choreo, bare: pytest.MonkeyPatch) -> None:
    with running() as open_to_all:
        bare.setenv("AWS_ENDPOINT_URL", open_to_all.url)
        refused = call_choreo("token", "ada")
        assert open_to_all.call("GET", "/_choreo/api/token") == {"token": None}
    assert refused.code == 2
    assert "make run RUN=--tokens" in one_line(refused.err)
