"""Every snippet of the documents is run by a test, or is listed here with the reason why not."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra.cli.commands import COMMANDS
from infra.cli.delegated import COMPLETION, DELEGATED
from infra.shared.root import ROOT
from tests.docs.snippets import Snippet, commands, snippets
from tests.scaffold.recipes import RECIPES

SNIPPETS = {snippet.name: snippet for snippet in snippets()}

RUN_DELEGATED = {
    "docs/first-orders.md: curl -i http://localhost:3000/orders -H 'content-type: application/json' -d '{": (
        "tests/local/test_documents.py"
    ),
    "docs/first-orders.md: curl -s 'http://localhost:3000/orders?customer_id=ada'": (
        "tests/local/test_documents.py"
    ),
    "docs/first-orders.md: import boto3": "tests/local/test_documents.py",
    "docs/command-line.md: choreo place --orders 20 --mix shipped=8,declined=1,unserviceable=1": (
        "tests/local/test_documents.py"
    ),
    "docs/lessons.md: choreo lesson": "tests/lessons/test_lessons.py",
    "docs/another-service.md: choreo join infra/examples/notifications/template.yaml": (
        "tests/local/test_joined_stacks.py"
    ),
    **{
        f"docs/recipes.md: choreo new {recipe}": "tests/scaffold/test_all_recipes.py"
        for recipe in RECIPES.values()
    },
    "events/README.md: sam build --parameter-overrides Architecture=x86_64": (
        "tests/engines/sam/test_sam_local.py"
    ),
}
"""Snippets that another test runs. `make test-sam` runs the sam commands with a Docker engine."""

NOT_RUN = {
    "docs/design.md: flowchart LR": "a picture",
    "docs/folders.md: functions/          what is deployed, and nothing else": (
        "a list of folders; tests/docs/test_readme.py checks that they exist"
    ),
    "docs/injected-faults.md: POST /_choreo/api/call-faults": (
        "a request with a placeholder for the order; tests/local/test_call_faults.py sends such requests"
    ),
    "docs/gateways-and-carriers.md: choreo run --parameter Carrier=http --parameter"
    " CarrierEndpoint=http://127.0.0.1:9000/v1 \\": (
        "has a placeholder for the secret; tests/local/test_external_endpoints.py runs a local carrier"
    ),
    "docs/deploy-to-aws.md: sam build && sam deploy --guided": "needs an AWS account",
    "docs/platforms.md: sudo apt install git python3-venv make": "changes the machine",
    "docs/github-workflows.md: aws cloudformation deploy --template-file"
    " infra/deployment/github.yaml --stack-name github-dev \\": "needs an AWS account",
    "docs/rollouts.md: choreo republish --after-deployment order-choreography": (
        "needs an AWS account; tests/cli/test_after_deployment.py runs the command"
    ),
    "docs/deploy-to-aws.md: for table in $(aws dynamodb list-tables"
    " --query 'TableNames[?starts_with(@, `order-choreography-prod-`)]' --output text)": (
        "needs an AWS account"
    ),
    "docs/rollouts.md: aws cloudformation continue-update-rollback"
    " --stack-name order-choreography-prod \\": "needs an AWS account",
}

CHECKED = sorted(SNIPPETS.keys() - RUN_DELEGATED.keys() - NOT_RUN.keys())
"""Snippets of make and choreo commands, which the tests below run."""


def lines(program: str) -> list[str]:
    return [line for name in CHECKED for line in SNIPPETS[name].commands if line.startswith(program)]


@pytest.mark.parametrize("name", CHECKED)
def test_a_snippet_has_only_commands_that_are_run_here(name: str) -> None:
    snippet: Snippet = SNIPPETS[name]
    assert snippet.language == "sh"
    assert [line for line in snippet.commands if not line.startswith(("make ", ".venv/bin/choreo "))] == []


@pytest.mark.parametrize("command", lines("make "))
def test_a_make_command_can_be_made(command: str) -> None:
    """A dry run only prints the commands. Other tests and the benchmarks run the targets themselves."""
    dry = command.replace("make ", "make --dry-run ")
    done = subprocess.run(["bash", "-ec", dry], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.proof
@pytest.mark.parametrize("command", lines(".venv/bin/choreo "))
def test_a_simulation_runs(command: str, tmp_path: Path) -> None:
    """The test uses fewer seeds than the document."""
    arguments = re.sub(r"--seeds \d+", "--seeds 2", command).split()[1:]
    done = subprocess.run(
        [sys.executable, "-m", "infra.cli", *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("listed", [RUN_DELEGATED, NOT_RUN], ids=["run by another test", "not run"])
def test_a_listed_snippet_exists(listed: dict[str, str]) -> None:
    assert listed.keys() - SNIPPETS.keys() == set()


def test_a_test_that_runs_a_snippet_exists() -> None:
    assert [path for path in RUN_DELEGATED.values() if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize(("document", "command"), sorted(set(commands("choreo"))))
def test_a_choreo_command_in_a_document_exists(document: str, command: str) -> None:
    assert command in {*COMMANDS, *DELEGATED, *COMPLETION}


@pytest.mark.parametrize(("document", "target"), sorted(set(commands("make"))))
def test_a_make_target_in_a_document_exists(document: str, target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
