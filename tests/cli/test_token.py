"""`choreo token`, and commands against a run that requires tokens."""

from collections.abc import Callable, Iterator

import jwt
import pytest

from infra.cli import token
from infra.cli.deployed import Deployed
from infra.cli.errors import CommandError
from tests.cli.conftest import Choreo, options
from tests.local.conftest import Run, running

UseTokenOf = Callable[..., None]


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    with running("--tokens") as started:
        yield started


@pytest.fixture
def use_token_of(choreo: Choreo, bare: pytest.MonkeyPatch) -> UseTokenOf:
    """Sets CHOREO_TOKEN to a token from `choreo token` with these arguments."""

    return lambda *who: bare.setenv("CHOREO_TOKEN", choreo("token", *who).out.strip())


def one_line(text: str) -> str:
    (line,) = text.splitlines()
    return line


def test_a_customer_places_an_order_and_other_commands_need_no_token(
    choreo: Choreo, use_token_of: UseTokenOf
) -> None:
    use_token_of("ada")
    placed = choreo("place")
    assert placed.code == 0, placed
    order_id = placed.out.split()[0]
    assert choreo("deliver", order_id).code == 0
    assert "shipment.delivered" in choreo("trace", order_id).out
    assert order_id in choreo("watch", "--customer", "ada", "--once").out


def test_an_operator_places_orders_for_every_customer_and_a_customer_only_for_their_own_id(
    choreo: Choreo, use_token_of: UseTokenOf
) -> None:
    use_token_of("olga", "--operator")
    assert choreo("place", "--customer", "bob").code == 0
    use_token_of("ada")
    refused = choreo("place", "--customer", "bob")
    assert refused.code == 2
    assert "another customer" in one_line(refused.err)


@pytest.mark.parametrize(
    ("given", "reason"), [(None, "the variable is not set"), ("nonsense", "Not enough segments")]
)
def test_the_error_for_a_missing_or_invalid_token_names_the_variable(
    choreo: Choreo, bare: pytest.MonkeyPatch, given: str | None, reason: str
) -> None:
    if given is not None:
        bare.setenv("CHOREO_TOKEN", given)
    refused = choreo("place")
    assert refused.code == 2
    assert one_line(refused.err).endswith(f"needs a valid token in CHOREO_TOKEN: {reason}")


def test_a_token_is_valid_for_an_hour_and_names_the_customer(choreo: Choreo) -> None:
    made = jwt.decode(choreo("token", "ada").out.strip(), options={"verify_signature": False})
    assert (made["sub"], made["scope"], made["exp"] - made["iat"]) == ("ada", "", 3600)


def test_the_live_page_calls_as_an_operator(run: Run) -> None:
    page = run.call("GET", "/_choreo/api/token")["token"]
    assert jwt.decode(page, options={"verify_signature": False})["scope"] == "orders:operate"


def test_a_token_without_a_customer_is_an_error(choreo: Choreo) -> None:
    refused = choreo("token", "")
    assert refused.code == 2
    assert "400" in one_line(refused.err)


def test_the_command_creates_no_tokens_for_aws(deployed: Deployed) -> None:
    with pytest.raises(CommandError, match="JwtIssuer"):
        token.run(deployed, options(customer="ada", operator=False))


def test_a_run_without_tokens_creates_none(call_choreo: Choreo, bare: pytest.MonkeyPatch) -> None:
    with running() as open_to_all:
        bare.setenv("AWS_ENDPOINT_URL", open_to_all.url)
        refused = call_choreo("token", "ada")
        assert open_to_all.call("GET", "/_choreo/api/token") == {"token": None}
    assert refused.code == 2
    assert "make run RUN=--tokens" in one_line(refused.err)
