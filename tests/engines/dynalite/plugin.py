"""A pytest plugin (`-p`) that fails each test in which dynalite answers differently from moto."""

from collections.abc import Iterator

import pytest

from tests.engines.dynalite.dynalite import Dynalite, dynalite
from tests.engines.dynalite.repeated import Calls, repeated

CALLS = pytest.StashKey[list[Calls]]()


@pytest.fixture(scope="session")
def second_dynamodb() -> Iterator[Dynalite]:
    with dynalite() as it:
        yield it


@pytest.fixture(autouse=True)
def repeated_calls(request: pytest.FixtureRequest, second_dynamodb: Dynalite) -> Iterator[None]:
    with repeated(second_dynamodb) as calls:
        yield
    request.config.stash.setdefault(CALLS, []).append(calls)
    assert calls.differing == [], "\n".join(calls.differing)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run without a comparison: calls on the short way to moto do not pass the repeater."""
    if not sum(calls.compared for calls in session.config.stash.get(CALLS, [])):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    calls = config.stash.get(CALLS, [])
    compared = sum(each.compared for each in calls)
    differing = sum(len(each.differing) for each in calls)
    agreeing = compared - differing
    terminalreporter.write_line(
        f"DynamoDB: {compared} answers compared, {agreeing} agree, {differing} differ"
    )
