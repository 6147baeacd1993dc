"""`choreo new service`: a service with table, queue, relay, topic, alarms, contract, samples and tests."""

from infra.scaffold import code, event, known, names, sam_template, subscription
from infra.scaffold.errors import Refused
from infra.scaffold.tree import Tree

PYPROJECT = "pyproject.toml"


def add(tree: Tree, name: str, awaited: list[str], published: str, consumer: str) -> list[str]:
    """Adds the service. Returns what is left to decide.

    It publishes `published` once all `awaited` events of an order have arrived, and `consumer` gets it.
    """
    names.service(name)
    if name in known.services() or (tree.root / "functions" / name).exists():
        raise Refused(f"the service {name} exists already")
    names.event(published)
    known.no_event(published)
    known.service(consumer)
    awaited = list(dict.fromkeys(awaited))
    for kind in awaited:
        known.event(kind)
    _add_contract(tree, name, published)
    _add_code(tree, name, awaited, published)
    _add_resources(tree, name, awaited)
    _add_samples(tree, name, awaited, published)
    _configure(tree, name)
    module, payload = f"contracts.{name}", names.camel(published)
    left = subscription.connect(tree, consumer, published, name, module, payload)
    return [
        f"what {name} does: _note in functions/{name}/decisions.py publishes {published}, without fields",
        f"what it stores of an order: functions/{name}/state.py; its first test: tests/unit/test_{name}.py",
        event.fields_of(payload, f"functions/contracts/{name}.py"),
        *left,
        f"whether the simulation plays {name}: infra/simulation/services.py names what it invokes",
        "what operators do for it: its alarms name sections of docs/runbook.md that say it for all services",
    ]


def _add_contract(tree: Tree, name: str, published: str) -> None:
    head = f'"""What the {name.capitalize()} service publishes."""\n\n'
    imports = "from typing import ClassVar\n\nfrom contracts.envelope import Payload\n"
    tree.add(f"functions/contracts/{name}.py", head + imports)
    event.define(tree, published, f"contracts.{name}")


def _add_code(tree: Tree, name: str, awaited: list[str], published: str) -> None:
    camel, payload = name.capitalize(), names.camel(published)
    tree.add(f"functions/{name}/__init__.py", f'"""{camel}: publishes {published}."""\n')
    renamed = ("Example", camel), ("example", name)
    classes = {kind: known.event(kind) for kind in awaited}
    types = [f"{each.__name__}.type" for each in classes.values()]
    lines = "".join(f"    {each.__name__}.type: _note,\n" for each in classes.values())
    decisions = sam_template.text_of(
        "decisions.txt",
        *renamed,
        ("AWAITED = ()\n", code.listed("AWAITED = (", types, ")")),
        ("REACTION_LINES", lines),
        ("EventClass", payload),
    )
    for each in classes.values():
        decisions = code.with_import(decisions, each.__module__, each.__name__)
    decisions = code.with_import(decisions, f"contracts.{name}", payload)
    tree.add(f"functions/{name}/decisions.py", decisions)
    tree.add(f"functions/{name}/state.py", sam_template.text_of("state.txt", *renamed))
    tree.add(
        f"functions/{name}/consumer.py", code.sorted_imports(sam_template.text_of("consumer.txt", *renamed))
    )
    test = sam_template.text_of("test_decisions.txt", *renamed, ("EVENT_TYPE", published))
    tree.add(f"tests/unit/test_{name}.py", test)


def _add_resources(tree: Tree, name: str, awaited: list[str]) -> None:
    camel = name.capitalize()
    topics = subscription.topics(awaited)
    sources = ", ".join(f"!Ref {publisher}Topic" for publisher in topics)
    renamed = ("SOURCES", sources), ("Example", camel), ("example", name)
    resources = sam_template.text_of("service.yaml", *renamed)
    alarms = sam_template.text_of("service_alarms.yaml", *renamed)
    sam_template.refuse_existing(tree, resources + alarms)
    sam_template.add_before(tree, "RolloutRole", resources)
    for publisher, kinds in topics.items():
        block = subscription.subscription(camel, publisher, kinds)
        sam_template.add_before(tree, f"{camel}Consumer", block)
    sam_template.add_before(tree, "Dashboard", alarms)
    sam_template.add_to_rollout(tree, [f"{camel}Consumer", f"{camel}Relay"])
    sam_template.add_to_dashboard(
        tree,
        {
            **{f"${{{sam_template.MODEL}{part}": f"${{{camel}{part}" for part in PARTS},
            '"WaitingSeconds", "service", "order"': f'"WaitingSeconds", "service", "{name}"',
        },
    )
    tree.changed[sam_template.PATH] += (
        f"  {camel}TopicArn:\n"
        f"    Description: Subscribe here to what {camel} publishes\n"
        f"    Value: !Ref {camel}Topic\n"
        f'    Export: {{Name: !Sub "${{AWS::StackName}}-{camel}TopicArn"}}\n'
    )


PARTS = ("Queue.", "DeadLetters.", "RelayDeadLetters.", "Consumer}", "Relay}")


def _add_samples(tree: Tree, name: str, awaited: list[str], published: str) -> None:
    camel, payload, path = name.capitalize(), names.camel(published), event.SAMPLES
    text = tree.read(path)
    types = [f'"{kind}"' for kind in awaited]
    for table, line in (
        ("EMITTED", f'    "{name}": [\n        {payload}(),\n    ],\n'),
        ("STATES", f'    "{name}": {camel}(),\n'),
        ("ARRIVING", code.listed(f'    "{name}": (', types, "),")),
    ):
        start = text.index(f"\n{table}")
        end = text.index("\n}\n", start) + 1
        text = text[:end] + line + text[end:]
    text = code.with_import(text, f"contracts.{name}", payload)
    tree.changed[path] = code.with_import(text, f"{name}.state", camel)


def _configure(tree: Tree, name: str) -> None:
    """Names the package to the build and to import-linter."""
    path, last = PYPROJECT, known.services()[-1]
    tree.replace(path, f'  "functions/{last}",\n', f'  "functions/{last}",\n  "functions/{name}",\n')
    roots = [*known.services(), name]
    old = '", "'.join(known.services())
    tree.replace(path, f'"choreography", "{old}", "infra"]', f'"choreography", "{_joined(roots)}", "infra"]')
    tree.replace(path, f'modules = ["{old}"]', f'modules = ["{_joined(roots)}"]')
    tree.replace(path, f'"{" | ".join(known.services())}"', f'"{" | ".join(roots)}"')
    tree.replace(
        path,
        f'forbidden_modules = ["choreography", "contracts", "{old}"]',
        f'forbidden_modules = ["choreography", "contracts", "{_joined(roots)}"]',
    )
    tree.replace(path, f'\n  "{last}",\n', f'\n  "{last}",\n  "{name}",\n')


def _joined(roots: list[str]) -> str:
    return '", "'.join(roots)
