"""Restores the items of `--data`, so that the relays publish all events again."""

from collections.abc import Iterator

from infra.local.aws.attribute_values import Item


def emitting_images(item: Item) -> Iterator[Item]:
    """Yields the images of an item that emitted events, one for each version, and then its current image.

    An item without this project's outbox format has one image, even if it has an attribute `outbox`.
    """
    try:
        emitted = sorted({int(event["M"]["version"]["N"]) for event in item["outbox"]["L"]})
        version = int(item["version"]["N"])
    except (KeyError, TypeError, ValueError):
        yield item
        return
    for each in emitted:
        yield item | {"version": {"N": str(each)}, "emits": {"BOOL": True}}
    if version not in emitted[-1:]:
        yield item
