"""The data of lessons: their links to code and decisions exist, and their safeguards can be removed."""

import re

import pytest

from infra.lessons.catalogue import LESSONS
from infra.lessons.costs import cost_of
from infra.lessons.lesson import Lesson, Safeguard
from infra.lessons.lights import CHECKS
from infra.mutants.catalogue import MUTANTS
from infra.mutants.removal import REMOVABLE
from infra.mutants.template import TEMPLATE_MUTANTS
from infra.shared.root import ROOT

WITHOUT_LESSON = {
    "role-lacks-visibility": "the local run checks no roles. On AWS, the message returns after its queue's "
    "visibility timeout, so no light would turn red. The simulation compares each call with the roles",
}
"""Mutants that no lesson can show on the running system, and why."""
GUARDS = [guard for lesson in LESSONS.values() for guard in lesson.safeguards]
each_guard = pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.without)


@each_guard
def test_a_safeguard_links_to_code_that_exists(guard: Safeguard) -> None:
    for place in guard.code:
        file, _, name = place.partition(":")
        source = (ROOT / "functions" / file).read_text()
        assert re.search(rf"^\s*(def |class )?{name}\b", source, re.MULTILINE), place


@each_guard
def test_a_safeguard_links_to_its_decision_and_can_be_removed(guard: Safeguard) -> None:
    assert (ROOT / "docs/decisions" / guard.decision).exists()
    assert guard.without in REMOVABLE | TEMPLATE_MUTANTS
    assert 1 <= guard.light <= len(CHECKS)


def test_a_safeguard_costs_what_the_price_list_says() -> None:
    prices = {guard.cost: cost_of(guard) for guard in GUARDS}
    assert prices.pop("") == "0"
    assert all(float(price.split()[0]) > 0 for price in prices.values())


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: lesson.name)
def test_a_lesson_fits_the_page_and_the_terminal(lesson: Lesson) -> None:
    data = lesson.to_json()
    assert all(len(says) < 100 for says in (*data["steps"], data["outcome"]))
    assert all(sentence.count(". ") == 0 and sentence.endswith(".") for sentence in data["story"])


def test_no_safeguard_is_removed_by_two_lessons() -> None:
    names = [guard.without for guard in GUARDS]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("name", MUTANTS)
def test_each_mutant_is_shown_by_a_lesson_or_has_a_reason(name: str) -> None:
    assert (name in {guard.without for guard in GUARDS}) != (name in WITHOUT_LESSON)
