"""Prints lessons, their proofs, and the table of all lessons."""

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from infra.lessons.catalogue import LESSONS
from infra.lessons.costs import cost_of
from infra.lessons.lesson import Lesson, Safeguard
from infra.lessons.lights import Light
from infra.lessons.play import Failed, Proof
from infra.shared.display import coloured, out, table

GREEN, RED = "✓", "✗"


def show_catalogue() -> None:
    shown = table("lesson", "title", "safeguards")
    shown.columns[0].no_wrap = shown.columns[2].no_wrap = True
    for lesson in LESSONS.values():
        shown.add_row(lesson.name, lesson.title, "\n".join(guard.without for guard in lesson.safeguards))
    out.print(shown, soft_wrap=False)
    out.print("\nPlay one with `choreo lesson NAME`, and again with --without.")


def introduce(lesson: Lesson, without: str | None) -> None:
    """Prints what is going to happen, and in red which safeguard is missing."""
    out.print(Text(lesson.title, style="bold"))
    out.print(" ".join(lesson.story), soft_wrap=False)
    out.print(f"Watch: {lesson.watch}\n", soft_wrap=False)
    if without is not None:
        out.print(
            Text(f"WITHOUT A SAFEGUARD: the functions of this second system lack {without}.\n", "bold red")
        )


def show_proof(proof: Proof) -> None:
    """Prints the lights, the book of the orders, and where the safeguard is."""
    out.print("")
    for light in proof.lights:
        mark = Text(f"{GREEN if light.green else RED} {light.number}. ", "green" if light.green else "red")
        out.print(mark + Text(light.rule))
        for violation in light.violations:
            out.print(Text(f"     {violation}", "red"))
    out.print("")
    out.print(_book(proof), soft_wrap=False)
    for guard in proof.lesson.safeguards:
        if proof.without in (None, guard.without):
            _show_safeguard(proof.lesson, guard)


def _book(proof: Proof) -> Table:
    shown = table("customer", "order", "ends as", "charges", "refunds", "parcels")
    for row in proof.book:
        numbers = (str(number) for number in (row.charges, row.refunds, row.parcels))
        shown.add_row(row.customer, row.order_id[:8], coloured(row.status), *numbers)
    return shown


def _show_safeguard(lesson: Lesson, guard: Safeguard) -> None:
    out.print(f"\nSafeguard: {', '.join(f'functions/{place}' for place in guard.code)}")
    out.print(f"Decision: docs/decisions/{guard.decision}")
    out.print(f"Cost of a million orders: {cost_of(guard)}")
    out.print(f"Without it: {guard.consequence} (choreo lesson {lesson.name} --without {guard.without})")


def table_of(played: Iterable[Proof | Failed]) -> Table:
    """A row for each lesson, and below it a row for each of its safeguards that was removed."""
    shown = table("lesson", "lights", "what happened", "cost")
    for each in played:
        guard = each.lesson.safeguard(each.without) if each.without else None
        name, cost = (f"  without {guard.without}", cost_of(guard)) if guard else (each.lesson.name, "")
        if isinstance(each, Failed):
            shown.add_row(name, Text("failed", "bold red"), each.reason, cost)
        else:
            shown.add_row(
                name, _marks(each.lights), guard.consequence if guard else each.lesson.outcome, cost
            )
    return shown


def _marks(lights: Iterable[Light]) -> Text:
    """A mark for each light: its number if it is red."""
    marks = Text()
    for light in lights:
        marks.append(GREEN if light.green else str(light.number), "green" if light.green else "bold red")
    return marks
