"""`choreo new event`: a service publishes one more type of event, and another one gets it."""

from infra.scaffold import code, known, names, subscription
from infra.scaffold.errors import Refused
from infra.scaffold.tree import Tree

CATALOGUE = "functions/contracts/catalogue.py"
SAMPLES = "infra/samples/sample_order.py"


def add(tree: Tree, kind: str, service: str, consumer: str) -> list[str]:
    """Adds the class, its catalogue entry, a sample and a subscription. Returns what is left to decide."""
    names.event(kind)
    known.no_event(kind)
    module = known.contracts_module(known.service(service))
    payload = names.camel(kind)
    define(tree, kind, module)
    _add_sample(tree, service, payload)
    left = subscription.connect(tree, known.service(consumer), kind, service, module, payload)
    return [
        fields_of(payload, f"functions/{module.replace('.', '/')}.py"),
        f"when {service} publishes it: return it in a Decision of functions/{service}/decisions.py",
        *left,
    ]


def fields_of(payload: str, path: str) -> str:
    """What is left to decide about the fields of a new event."""
    return (
        f"the fields of {payload} in {path}, and their values in {SAMPLES}; then `make samples contracts`. "
        "They may change until you commit the event: then its version is published"
    )


def define(tree: Tree, kind: str, module: str) -> None:
    """Adds the class of the event to a module of `contracts`, and to the catalogue."""
    payload, path = names.camel(kind), f"functions/{module.replace('.', '/')}.py"
    text = tree.read(path)
    if f"class {payload}(" in text:
        raise Refused(f"{path} has a class {payload} already")
    tree.changed[path] = f"{text}\n\n{class_of(kind)}"
    tree.insert(CATALOGUE, "    )", f"        {payload},\n")
    tree.changed[CATALOGUE] = code.with_import(tree.read(CATALOGUE), module, payload)


def class_of(kind: str) -> str:
    """The class of an event without fields."""
    noun, _, what = kind.partition(".")
    sentence = f"{noun.capitalize()}: {what.replace('_', ' ')}."
    return (
        f'class {names.camel(kind)}(Payload):\n    """{sentence}"""\n\n    type: ClassVar[str] = "{kind}"\n'
    )


def _add_sample(tree: Tree, service: str, payload: str) -> None:
    """Appends the sample to those that the service emits."""
    text = tree.read(SAMPLES)
    start = text.index("EMITTED")
    entry = text.find(f'    "{service}": [', start)
    if entry < 0:
        raise Refused(f"{SAMPLES} has no entry of {service} in EMITTED")
    end = text.index("\n    ],\n", entry) + 1
    tree.changed[SAMPLES] = f"{text[:end]}        {payload}(),\n{text[end:]}"
    module = known.contracts_module(service)
    tree.changed[SAMPLES] = code.with_import(tree.changed[SAMPLES], module, payload)
