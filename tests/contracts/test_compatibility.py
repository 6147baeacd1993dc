"""`make contracts` rejects a change that breaks consumers or events in flight, and accepts all others."""

import copy
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.contracts.baseline import FOLDER, check
from infra.contracts.compatibility import Incompatible, breaks, refuse
from infra.contracts.published import write
from infra.contracts.schemas import schemas
from infra.contracts.template_topology import template_topology

Schema = dict[str, Any]
Change = Callable[[Schema], object]
PLACED = schemas()["order.placed/1.1.json"]
CANCELLED = schemas()["order.cancellation_requested/1.1.json"]


def changed(schema: Schema, change: Change) -> Schema:
    copied = copy.deepcopy(schema)
    change(copied)
    return copied


def data(schema: Schema) -> Schema:
    """Return the schema of the event's own fields."""
    found: Schema = schema["$defs"][
        "OrderPlaced" if "OrderPlaced" in schema["$defs"] else "OrderCancellationRequested"
    ]
    return found


def field(schema: Schema, name: str) -> Schema:
    found: Schema = data(schema)["properties"][name]
    return found


def address(schema: Schema, name: str) -> Schema:
    found: Schema = schema["$defs"]["Address"]["properties"][name]
    return found


BREAKS: dict[str, tuple[Change, str]] = {
    "a field is removed": (lambda s: data(s)["properties"].pop("currency"), "data.currency: removed"),
    "an optional field is removed": (
        lambda s: data(s)["properties"].pop("expires_at"),
        "data.expires_at: removed",
    ),
    "a nested field is removed": (
        lambda s: s["$defs"]["Address"]["properties"].pop("city"),
        "data.shipping_address.city: removed",
    ),
    "a field in a list is removed": (
        lambda s: s["$defs"]["Item"]["properties"].pop("sku"),
        "data.items[].sku: removed",
    ),
    "an envelope's field is removed": (lambda s: s["properties"].pop("subject"), "subject: removed"),
    "a field is made required": (
        lambda s: data(s)["required"].append("expires_at"),
        "data.expires_at: made required",
    ),
    "a new field is required": (
        lambda s: (
            data(s)["properties"].update(gift={"type": "boolean"}),
            data(s)["required"].append("gift"),
        ),
        "data.gift: made required",
    ),
    "a field may be left out": (
        lambda s: data(s)["required"].remove("currency"),
        "data.currency: no longer required",
    ),
    "a type is changed": (
        lambda s: field(s, "customer_id").update(type="integer"),
        "data.customer_id: type changed, string no longer accepted",
    ),
    "null is no longer accepted": (
        lambda s: field(s, "expires_at")["anyOf"].pop(),
        "data.expires_at: type changed, null no longer accepted",
    ),
    "a number is limited more": (
        lambda s: field(s, "amount_minor").update(exclusiveMinimum=99),
        "data.amount_minor: exclusiveMinimum narrowed from 0 to 99",
    ),
    "a text is limited more": (
        lambda s: address(s, "name").update(maxLength=100),
        "data.shipping_address.name: maxLength narrowed from 200 to 100",
    ),
    "a text is limited at all": (
        lambda s: field(s, "customer_id").update(maxLength=64),
        "data.customer_id: maxLength narrowed from none to 64",
    ),
    "a list is limited": (
        lambda s: field(s, "items").update(minItems=1),
        "data.items: minItems narrowed from none to 1",
    ),
    "a pattern is changed": (
        lambda s: field(s, "currency").update(pattern="^(EUR|CHF)$"),
        "data.currency: pattern changed",
    ),
    "values are listed": (
        lambda s: field(s, "payment_method").update(enum=["card"]),
        "data.payment_method: narrowed to card",
    ),
    "unknown fields are refused": (
        lambda s: data(s).update(additionalProperties=False),
        "data: unknown fields are no longer ignored",
    ),
}
HARMLESS: dict[str, Change] = {
    "nothing": lambda s: None,
    "an optional field is added": lambda s: data(s)["properties"].update(gift={"type": "boolean"}),
    "an attribute is added": lambda s: s["properties"].update(traceparent={"type": "string"}),
    "a description is changed": lambda s: field(s, "currency").update(description="of the total"),
    "a default is changed": lambda s: field(s, "expires_at").update(default="2026-01-01T00:00:00Z"),
    "a mark is added": lambda s: field(s, "customer_id").update({"x-personal-data": "who"}),
    "a number is limited less": lambda s: field(s, "amount_minor").update(exclusiveMinimum=-1),
    "a text is limited less": lambda s: address(s, "name").update(maxLength=300),
    "a limit is lifted": lambda s: address(s, "name").pop("maxLength"),
    "a pattern is lifted": lambda s: field(s, "currency").pop("pattern"),
    "null is read, too": lambda s: data(s)["properties"].update(
        customer_id={"anyOf": [{"type": "string"}, {"type": "null"}]}
    ),
    "a definition has another name": lambda s: (
        s["$defs"].update(Place=s["$defs"].pop("Address")),
        field(s, "shipping_address").update({"$ref": "#/$defs/Place"}),
    ),
    "the minor version is newer": lambda s: s.update({"$id": s["$id"].replace("1.1", "1.2")}),
}


@pytest.mark.parametrize("kind", BREAKS)
def test_the_error_for_a_breaking_change_names_the_field(kind: str) -> None:
    change, message = BREAKS[kind]
    (found,) = breaks(PLACED, changed(PLACED, change))
    assert found.startswith(message)


@pytest.mark.parametrize("kind", HARMLESS)
def test_a_harmless_change_passes(kind: str) -> None:
    assert breaks(PLACED, changed(PLACED, HARMLESS[kind])) == []


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["customer"], "data.reason: value expired removed"),
        (["customer", "expired", "fraud"], "data.reason: value fraud added, which today's readers reject"),
    ],
)
def test_listed_values_cannot_change(values: list[str], message: str) -> None:
    assert breaks(CANCELLED, changed(CANCELLED, lambda s: field(s, "reason").update(enum=values))) == [
        message
    ]


def test_the_error_names_the_consumers_and_a_solution() -> None:
    new = changed(PLACED, lambda s: data(s)["properties"].pop("payment_method"))
    consumers = template_topology().consumers("order.placed")
    assert {"PaymentConsumer", "ShippingConsumer"} <= {*consumers}
    with pytest.raises(Incompatible) as refused:
        refuse("order.placed", PLACED, new, template_topology())
    assert str(refused.value) == (
        "order.placed: data.payment_method: removed. "
        f"Consumers: {', '.join(consumers)}. Add a new major version instead: "
        "publish order.placed.v2 beside order.placed until every consumer reads it. "
        "If 1.1 was never deployed, delete infra/contracts/published/order.placed/1.1.json instead."
    )


def publish(folder: Path, version: str, change: Change) -> None:
    file = folder / "order.placed" / f"{version}.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(changed(PLACED, change)))


def refusal(folder: Path) -> str | None:
    """Return the error about today's contracts that break the published ones, or None."""
    try:
        check(folder)
    except Incompatible as refused:
        return str(refused)
    return None


def test_todays_contracts_do_not_break_the_published_ones() -> None:
    assert refusal(FOLDER) is None


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_every_published_minor_of_the_major_is_a_baseline(tmp_path: Path, version: str) -> None:
    publish(tmp_path, version, lambda s: data(s)["properties"].update(gift={"type": "boolean"}))
    with pytest.raises(Incompatible, match=r"data\.gift: removed"):
        check(tmp_path)


def test_a_published_event_cannot_be_removed(tmp_path: Path) -> None:
    (tmp_path / "order.gifted").mkdir()
    (tmp_path / "order.gifted" / "1.0.json").write_text("{}")
    with pytest.raises(Incompatible, match=r"order\.gifted: this event type was removed"):
        check(tmp_path)


def test_another_major_may_differ(tmp_path: Path) -> None:
    publish(tmp_path, "2.0", lambda s: data(s)["properties"].update(gift={"type": "boolean"}))
    assert refusal(tmp_path) is None


def test_older_versions_stay_published(tmp_path: Path) -> None:
    publish(tmp_path, "1.0", lambda s: data(s)["properties"].pop("expires_at"))
    assert refusal(tmp_path) is None
    write(tmp_path)
    assert {path.name for path in (tmp_path / "order.placed").iterdir()} == {"1.0.json", "1.1.json"}


def test_a_published_version_does_not_change_and_the_next_one_is_named(tmp_path: Path) -> None:
    publish(tmp_path, "1.1", lambda s: data(s)["properties"].pop("expires_at"))
    text = refusal(tmp_path)
    assert text is not None
    assert text.startswith("order.placed 1.1 is published, and its model has changed since.")
    assert 'Set `version` of the class to "1.2"; order.placed/1.1.json stays.' in text


@pytest.mark.parametrize("kind", ["nothing", "a description is changed", "a mark is added"])
def test_what_no_validator_reads_may_change_in_a_published_version(tmp_path: Path, kind: str) -> None:
    publish(tmp_path, "1.1", HARMLESS[kind])
    assert refusal(tmp_path) is None


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The folder of published contracts in a git repository, whose last commit has another event."""
    folder = tmp_path / "a project" / "published"
    (folder / "order.cancellation_requested").mkdir(parents=True)
    (folder / "order.cancellation_requested" / "1.1.json").write_text(json.dumps(CANCELLED))
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "Publish an event")
    return folder


def test_a_version_may_change_until_it_is_committed(repository: Path) -> None:
    publish(repository, "1.1", lambda s: data(s)["properties"].pop("amount_minor"))
    assert refusal(repository) is None
    git(repository, "add", ".")
    assert refusal(repository) is None
    git(repository, "commit", "--quiet", "--message", "Publish another event")
    assert "order.placed 1.1 is published" in (refusal(repository) or "")


def test_an_event_type_may_be_removed_until_it_is_committed(repository: Path) -> None:
    (repository / "order.gifted").mkdir()
    (repository / "order.gifted" / "1.0.json").write_text("{}")
    assert refusal(repository) is None


def test_all_versions_count_as_published_where_git_has_no_commit_of_the_project(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    publish(tmp_path, "1.1", lambda s: data(s)["properties"].pop("expires_at"))
    assert "delete infra/contracts/published/order.placed/1.1.json instead" in (refusal(tmp_path) or "")
