"""A joined stack gets its name from --name, or from the folder of its template."""

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.control import stack_names
from infra.local.provisioning.errors import TemplateError
from tests.local.conftest import Run
from tests.local.test_joined_stacks import NOTIFICATIONS, choreo, wait_for
from tests.local.test_joined_stacks import backend as backend

NAME = re.compile("[a-zA-Z][a-zA-Z0-9-]{0,127}")


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("my service", "my-service"),
        ("orders.v2", "orders-v2"),
        ("Über Straße", "Uber-Strasse"),
        ("my_service", "my-service"),
        ("2nd", "stack-2nd"),
        ("a/../b?c#d", "a-b-c-d"),
        ("x" * 200, "x" * 128),
    ],
)
def test_the_stack_name_is_similar_to_the_folder_name(folder: str, name: str) -> None:
    assert stack_names.from_folder(folder) == name


@given(st.text().filter(lambda text: re.search("[a-zA-Z0-9]", text)))
def test_the_stack_name_of_a_folder_is_valid(folder: str) -> None:
    name = stack_names.from_folder(folder)
    assert NAME.fullmatch(name)
    stack_names.check(name)


def test_a_folder_without_valid_letters_needs_a_name() -> None:
    with pytest.raises(
        TemplateError, match=r"the folder name '訂單' has no letter .*; choose a name with --name"
    ):
        stack_names.from_folder("訂單")


@pytest.mark.parametrize("name", ["my service", "orders.v2", "Ü", "-a", "1a", "a" * 129, ""])
def test_an_invalid_stack_name_is_an_error(name: str) -> None:
    with pytest.raises(TemplateError, match="choose another with --name"):
        stack_names.check(name)


def copied(folder: Path) -> str:
    """Copies the example stack to this folder and returns the path of its template."""
    shutil.copytree(Path(NOTIFICATIONS).parent, folder)
    return str(folder / "template.yaml")


def test_two_stacks_in_folders_with_the_same_name_need_different_names(backend: Run, tmp_path: Path) -> None:
    first, second = copied(tmp_path / "1/my gäste.v1"), copied(tmp_path / "2/my gäste.v1")
    with choreo(backend, "join", first) as guest:
        wait_for(guest.stdout, "Joining as the stack my-gaste-v1.")
        wait_for(guest.stdout, "Running Consumer")
        with choreo(backend, "join", second) as other:
            output, _ = other.communicate(timeout=30)
        assert other.returncode == 2
        assert f"{second}: the template {first} already has a stack named my-gaste-v1" in output
        with choreo(backend, "join", second, "--name", "others") as other:
            wait_for(other.stdout, "Running Consumer")
        for name in ("others", "my-gaste-v1"):
            with choreo(backend, "leave", name) as leaving:
                assert leaving.wait(timeout=30) == 0


@pytest.mark.parametrize("command", ["run", "leave"])
def test_an_unknown_name_with_a_space_is_an_error_of_one_line(backend: Run, command: str) -> None:
    with choreo(backend, command, "my service") as ended:
        output, _ = ended.communicate(timeout=30)
    assert ended.returncode == 2
    assert len(output.splitlines()) == 1
    assert "there is no stack my service" in output or "there is no service my service" in output
