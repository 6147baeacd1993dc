"""Restores the items of `--data`, so that the relays publish all events again."""

from collections.abc import Iterator

from choreography.stored import FORMAT, RESERVED
from infra.local.aws.attribute_values import Item

OURS = RESERVED - {"format", "emits"}
"""The attributes that every item of ours has, in any format."""


def emitting_images(item: Item) -> Iterator[Item]:
    """Yields an image of an item whose last write emitted all its events, and then the item as it was saved.

    An item that is not ours has one image, even if it has an attribute `outbox`. Raises ValueError for one of
    ours in another format.
    """
    if item.keys() >= OURS and "L" in item["outbox"]:
        _check_format(item)
        emits = {"emits": {"N": str(len(item["outbox"]["L"]))}}
        if item["outbox"]["L"] and item | emits != item:
            yield item | emits
    yield item


def _check_format(item: Item) -> None:
    found = item.get("format", {}).get("N")
    if found != str(FORMAT):
        raise ValueError(
            f"it is stored in format {found}, and this code reads format {FORMAT}: run the code that stored "
            "it, or remove the folder"
        )
