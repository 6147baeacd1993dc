"""Edits of template.yaml: blocks of text at stated places. Comments and the order of resources stay."""

import re
from collections.abc import Iterable
from pathlib import Path

from infra.scaffold.errors import Refused
from infra.scaffold.tree import Tree

PATH = "template.yaml"
FILES = Path(__file__).parent / "files"
MODEL = "Order"
"""The service whose rows of the dashboard are repeated for a new service."""


def text_of(file: str, *replaced: tuple[str, str]) -> str:
    """The text of a file of this package, with names replaced."""
    text = (FILES / file).read_text()
    for old, new in replaced:
        text = text.replace(old, new)
    return text


def add_before(tree: Tree, resource: str, block: str) -> None:
    """Inserts a block before a resource and the comment above it."""
    lines = tree.read(PATH).splitlines(keepends=True)
    try:
        at = lines.index(f"  {resource}:\n")
    except ValueError:
        raise Refused(f"{PATH} has no resource {resource}, before which the recipe adds others") from None
    while lines[at - 1].startswith("  #"):
        at -= 1
    tree.changed[PATH] = "".join([*lines[:at], block, *lines[at:]])


def refuse_existing(tree: Tree, block: str) -> None:
    """Raises Refused if the template has a resource of the block already."""
    has = re.compile(r"^  (\w+):$", re.MULTILINE)
    taken = sorted(set(has.findall(block)) & set(has.findall(tree.read(PATH))))
    if taken:
        raise Refused(f"{PATH} has {taken[0]} already")


def add_to_rollout(tree: Tree, functions: Iterable[str]) -> None:
    """Lets the role of CodeDeploy shift the traffic of these functions."""
    last = tree.read(PATH).rfind(".Arn}:*\n", 0, tree.read(PATH).find("cloudwatch:DescribeAlarms"))
    if last < 0:
        raise Refused(f"{PATH} has no RolloutRole with the ARNs of the functions")
    end = last + len(".Arn}:*\n")
    rows = "".join(
        f"                  - !GetAtt {name}.Arn\n                  - !Sub ${{{name}.Arn}}:*\n"
        for name in functions
    )
    tree.changed[PATH] = tree.read(PATH)[:end] + rows + tree.read(PATH)[end:]


def add_to_dashboard(tree: Tree, shown: dict[str, str]) -> None:
    """Repeats the dashboard's rows of resources. `shown` has the new name for each text of a row."""
    lines = []
    for line in tree.read(PATH).splitlines(keepends=True):
        lines.append(line)
        for old, new in shown.items():
            if line.startswith('              ["') and old in line and line.endswith("],\n"):
                lines.append(line.replace(old, new))
    tree.changed[PATH] = "".join(lines)


def let_send(tree: Tree, queue: str, topic: str) -> None:
    """Names the topic in the policies of a queue and of its dead-letter queue."""
    dead = f"{queue.removesuffix('Queue')}DeadLetters"
    for target in (queue, dead):
        pattern = re.compile(
            rf"(Resource: !GetAtt {target}\.Arn\n +Condition:\n +ArnEquals: "
            r"\{aws:SourceArn: \[)([^\]]*)\]"
        )
        found = pattern.search(tree.read(PATH))
        if found is None:
            raise Refused(f"{PATH} has no statement that lets SNS send to {target}")
        topics = [topic_.strip() for topic_ in found[2].split(",")]
        if f"!Ref {topic}" not in topics:
            listed = ", ".join([*topics, f"!Ref {topic}"])
            text = tree.read(PATH)
            tree.changed[PATH] = text[: found.start()] + found[1] + listed + "]" + text[found.end() :]


def add_type(tree: Tree, subscription: str, kind: str) -> bool:
    """Adds the type to a subscription's filter policy. Returns False if there is no such subscription."""
    text = tree.read(PATH)
    start = text.find(f"\n  {subscription}:\n")
    if start < 0:
        return False
    found = re.compile(r"type: \[([^\]]*)\]").search(text, start)
    if found is None:
        raise Refused(f"{PATH}: {subscription} has no filter policy by type")
    if kind in re.split(r"[,\s]+", found[1]):
        raise Refused(f"{subscription} has {kind} in its filter policy already")
    tree.changed[PATH] = f"{text[: found.end() - 1]}, {kind}]{text[found.end() :]}"
    return True
