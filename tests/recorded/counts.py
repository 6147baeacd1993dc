"""Prints how many recorded answers of AWS agree with ours, which differ, and which are not played.

The tests of this folder prove the counts: they fail where an answer differs that is not named.
`python -m tests.recorded.counts`, where ../shared/recorded is present.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from tests.recorded.differing import DIFFERING, MAPPING_STEPS_NOT_PLAYED, NOT_PLAYED, STEPS_NOT_PLAYED
from tests.recorded.recorded import answers

FILES = ("dynamodb", "sns", "sns_filter_policies", "sqs", "mapping_of_a_queue", "mapping_of_a_stream")

Step = tuple[str, str]


def main() -> None:
    steps = {name: set(_steps(answers(name))) for name in FILES}
    unplayed = {
        step: reason
        for step in chain.from_iterable(steps.values())
        if (reason := _not_played(step)) is not None
    }
    total = sum(map(len, steps.values()))
    for name, found in steps.items():
        differing, missing = len(found & DIFFERING.keys()), len(found & unplayed.keys())
        _tell(name, len(found) - differing - missing, differing, missing)
    patterns = len(answers("event_patterns"))
    _tell("event_patterns", patterns, 0, 0)
    _tell("http_api_event", 1, 0, 0)
    agreeing = total + patterns + 1 - len(DIFFERING) - len(unplayed)
    _tell("all", agreeing, len(DIFFERING), len(unplayed))
    _name("differ", DIFFERING)
    _name("are not played", unplayed)


def _steps(recorded: dict[str, Any]) -> Iterator[Step]:
    return ((entry, step) for entry, found in recorded.items() for step in found["answers"])


def _not_played(step: Step) -> str | None:
    return NOT_PLAYED.get(step[0]) or (STEPS_NOT_PLAYED | MAPPING_STEPS_NOT_PLAYED).get(step)


def _tell(name: str, agreeing: int, differing: int, missing: int) -> None:
    print(f"{name}: {agreeing} agree, {differing} differ, {missing} are not played")


def _name(what: str, steps: dict[Step, str]) -> None:
    print(f"\nThese {what}:")
    for (entry, step), reason in sorted(steps.items()):
        print(f"- {entry} {step}: {reason}")


if __name__ == "__main__":
    main()
