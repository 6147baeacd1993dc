"""`choreo new queue`: one more queue of a service, with a function of its own."""

from infra.scaffold import code, known, names, sam_template, subscription
from infra.scaffold.errors import Refused
from infra.scaffold.event import SAMPLES
from infra.scaffold.tree import Tree


def add(tree: Tree, service: str, name: str, kinds: list[str]) -> list[str]:
    """Adds the queue and the module that consumes it. Returns what is left to decide."""
    known.service(service)
    if "_" in names.part(name) or name in ("consumer", "relay", "api"):
        raise Refused(f"{name!r} cannot be a queue's name: use one word that no other function has")
    path, consumer = f"functions/{service}/{name}.py", f"{service.capitalize()}{name.capitalize()}"
    state = known.state_class(tree, service)
    renamed = (
        ("ExampleWatch", consumer),
        ("example.watch", f"{service}.{name}"),
        ("Example", service.capitalize()),
        ("example", service),
    )
    module = sam_template.text_of("watch.txt", *renamed, ("Watch", name.capitalize()), ("Record", state))
    tree.add(path, code.sorted_imports(module))
    topics = subscription.topics(kinds)
    sources = ", ".join(f"!Ref {publisher}Topic" for publisher in topics)
    block = sam_template.text_of("queue.yaml", ("SOURCES", sources), *renamed)
    alarms = sam_template.text_of("queue_alarms.yaml", *renamed)
    sam_template.refuse_existing(tree, block + alarms)
    sam_template.add_before(tree, f"{service.capitalize()}Table", block)
    for publisher, types in topics.items():
        sam_template.add_before(tree, consumer, subscription.subscription(consumer, publisher, types))
    sam_template.add_before(tree, "Dashboard", alarms)
    sam_template.add_to_rollout(tree, [consumer])
    sam_template.add_to_dashboard(
        tree,
        {
            "${OrderQueue.": f"${{{consumer}Queue.",
            "${OrderDeadLetters.": f"${{{consumer}DeadLetters.",
            "${OrderConsumer}": f"${{{consumer}}}",
        },
    )
    _add_sample(tree, service, name, kinds[0])
    return [
        f"what {consumer} does with an event: handle in {path} reads the order, and no more",
        f"whether its messages must be handled within minutes: {consumer}QueueAge alarms after 300 s",
    ]


def _add_sample(tree: Tree, service: str, name: str, kind: str) -> None:
    text = tree.read(SAMPLES)
    start = text.index("\nSECOND_QUEUES")
    found = text.find(f'    "{service}": {{', start, text.index("\n}\n", start))
    entry = f'"{name}": "{kind}"'
    if found >= 0:
        at = found + len(f'    "{service}": {{')
        tree.changed[SAMPLES] = f"{text[:at]}{entry}, {text[at:]}"
    else:
        at = text.index("\n}\n", start) + 1
        tree.changed[SAMPLES] = f'{text[:at]}    "{service}": {{{entry}}},\n{text[at:]}'
