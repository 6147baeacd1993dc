"""Each lesson proves its safeguards: all lights are green with them, and one is red without each."""

from collections.abc import Iterator

import pytest

from infra.lessons.catalogue import LESSONS
from infra.lessons.lesson import Lesson
from infra.lessons.play import play
from infra.lessons.system import System, started

QUICK = ["dual-write"]
ALL = pytest.mark.proof


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    with started() as run:
        yield run


def chosen(*values: str) -> object:
    """A parameter; lessons outside of QUICK take part only in the proof."""
    return pytest.param(*values, marks=() if values[0] in QUICK else ALL, id="-without-".join(values))


@pytest.mark.parametrize("name", [chosen(name) for name in LESSONS])
def test_all_lights_are_green_with_the_safeguards(name: str, system: System) -> None:
    lesson = LESSONS[name]
    if lesson.parameters:
        with started(parameters=lesson.parameters) as own:
            proof = play(lesson, own)
    else:
        proof = play(lesson, system)
    assert [light.violations for light in proof.red] == []


def removals() -> Iterator[tuple[Lesson, str]]:
    for lesson in LESSONS.values():
        for guard in lesson.safeguards:
            yield lesson, guard.without


@pytest.mark.parametrize(
    ("name", "without"), [chosen(lesson.name, without) for lesson, without in removals()]
)
def test_the_named_light_is_red_without_the_safeguard(name: str, without: str) -> None:
    lesson = LESSONS[name]
    with started(without, lesson.parameters) as lacking:
        proof = play(lesson, lacking)
    assert lesson.safeguard(without).light in [light.number for light in proof.red]
