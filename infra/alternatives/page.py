"""`make compare`: writes the tables of docs/alternatives.md, each between its two markers."""

from collections.abc import Iterable, Iterator

from infra.alternatives.comparison import compare, fault, result
from infra.alternatives.versions import VERSIONS
from infra.alternatives.work import OUTCOMES
from infra.local.shell import remove_aws_settings
from infra.shared.root import ROOT

PAGE = ROOT / "docs" / "alternatives.md"


def page(text: str) -> str:
    """The text of the page with updated tables."""
    for name, made in {"work": _work(), "lessons": _lessons()}.items():
        first, last = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, _, rest = text.partition(first)
        text = f"{before}{first}\n\n{made}\n{last}{rest.partition(last)[2]}"
    return text


def _work() -> str:
    """A row for each outcome. Each cell has the numbers of the versions, in their order."""
    compared = compare()

    def row(outcome: str) -> Iterator[str]:
        found = [row for row in compared.work if row.outcome == outcome]
        yield outcome
        for name in ("published", "received", "invocations", "write_units"):
            yield " / ".join(str(getattr(row.effort, name)) for row in found)
        yield " / ".join(f"{row.effort.price_per_million:.2f}" for row in found)
        yield " / ".join(str(row.subscriber_changes) for row in found)

    head = ("outcome", "sent", "received", "invocations", "write units", f"{compared.currency} for a million")
    return _table((*head, "changes"), map(row, OUTCOMES))


def _lessons() -> str:
    played = compare().lessons
    rows = (
        (
            f"{lesson}: {fault(lesson)}",
            *(
                f"{'✓' if row.right else '**✗**'} {result(row)}"
                for version in VERSIONS
                for row in played
                if (row.lesson, row.version) == (lesson, version)
            ),
        )
        for lesson in dict.fromkeys(row.lesson for row in played)
    )
    return _table(("lesson", *VERSIONS), rows)


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    columns = [*head]
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


if __name__ == "__main__":
    remove_aws_settings()
    PAGE.write_text(page(PAGE.read_text()))
