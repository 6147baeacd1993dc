"""What being right costs on AWS: the bill of a shipped order, to the same without its safeguards' units.

Counted, not timed. The relays are left in: whoever publishes without an outbox still publishes.
"""

from infra.cost.__main__ import LIST, Prices, bill_of

SAFEGUARDS = (
    "intent before money and parcels",
    "outbox and idempotency records in the item",
    "Idempotency-Key at the edge",
)


def right_to_careless(batch: int) -> float:
    prices = Prices.model_validate_json(LIST.read_bytes())
    bill = bill_of("shipped", batch, prices)
    careless = {item: number for item, number in bill.items() if item.purpose not in SAFEGUARDS}
    return prices.of(bill) / prices.of(type(bill)(careless))
