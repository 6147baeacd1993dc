"""Prints how many recorded answers of AWS agree with ours, which differ, and which are not compared.

The tests of this folder prove the counts: they fail if an answer differs and `differing.py` does not name it.
Run `python -m tests.recorded.counts`; it needs the folder ../shared/recorded.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from tests.recorded.differing import DIFFERING, MAPPING_STEPS_NOT_COMPARED, NOT_COMPARED, STEPS_NOT_COMPARED
from tests.recorded.recorded import answers

FILES = ("dynamodb", "sns", "sns_filter_policies", "sqs", "mapping_of_a_queue", "mapping_of_a_stream")

Step = tuple[str, str]


def main() -> None:
    steps = {name: set(_steps(answers(name))) for name in FILES}
    left_out = {
        step: reason
        for step in chain.from_iterable(steps.values())
        if (reason := _not_compared(step)) is not None
    }
    total = sum(map(len, steps.values()))
    for name, found in steps.items():
        differing, missing = len(found & DIFFERING.keys()), len(found & left_out.keys())
        _print_count(name, len(found) - differing - missing, differing, missing)
    patterns = len(answers("event_patterns"))
    _print_count("event_patterns", patterns, 0, 0)
    _print_count("http_api_event", 1, 0, 0)
    agreeing = total + patterns + 1 - len(DIFFERING) - len(left_out)
    _print_count("all", agreeing, len(DIFFERING), len(left_out))
    _print_reasons("differ", DIFFERING)
    _print_reasons("are not compared", left_out)


def _steps(recorded: dict[str, Any]) -> Iterator[Step]:
    return ((entry, step) for entry, found in recorded.items() for step in found["answers"])


def _not_compared(step: Step) -> str | None:
    return NOT_COMPARED.get(step[0]) or (STEPS_NOT_COMPARED | MAPPING_STEPS_NOT_COMPARED).get(step)


def _print_count(name: str, agreeing: int, differing: int, missing: int) -> None:
    print(f"{name}: {agreeing} agree, {differing} differ, {missing} are not compared")


def _print_reasons(what: str, steps: dict[Step, str]) -> None:
    print(f"\nAnswers that {what}:")
    for (entry, step), reason in sorted(steps.items()):
        print(f"- {entry} {step}: {reason}")


if __name__ == "__main__":
    main()
