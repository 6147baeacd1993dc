"""The carrier: it reports deliveries by webhook, early, twice or never. An attacker sends forged reports."""

from infra.shared.carrier_messages import message, signed
from infra.simulation.checker import Checker
from infra.simulation.determinism import Clock, Dice
from infra.simulation.observer import Observer
from infra.simulation.world import World
from shipping.signature import TOLERANCE_SECONDS

BELIEVED, REFUSED, LATER = 204, 401, 503
INSISTENCE = 10
"""How often it reports in the second phase, which has no faults."""


class Carrier:
    """It may report a parcel at any time after the dispatch, even if its answer to the dispatch was lost."""

    def __init__(self, world: World, observer: Observer, checker: Checker, clock: Clock, dice: Dice) -> None:
        self._world, self._observer, self._checker = world, observer, checker
        self._clock, self._dice = clock, dice
        self._told: set[str] = set()

    def tell(self) -> None:
        """Reports one parcel, which may have been reported before."""
        parcels = self._parcels()
        if parcels:
            self._tell(self._dice.pick(sorted(parcels)), self._world.secret("CarrierSecret"), BELIEVED)

    def tell_at_once(self) -> None:
        """Reports each parcel that was not reported yet."""
        for order_id in sorted(self._parcels().keys() - self._told):
            self._tell(order_id, self._world.secret("CarrierSecret"), BELIEVED)

    def pretend(self) -> None:
        """Sends a report without the secret."""
        parcels = self._parcels()
        if parcels:
            self._tell(self._dice.pick(sorted(parcels)), "bm90IHRoZSBzZWNyZXQ=", REFUSED)

    def insist(self) -> None:
        """Repeats all reports until they are answered."""
        for order_id in sorted(self._told):
            tries = INSISTENCE
            while tries and self._tell(order_id, self._world.secret("CarrierSecret"), BELIEVED) != BELIEVED:
                tries -= 1

    def judge(self) -> None:
        """Checks that exactly those orders are completed whose delivery was reported."""
        journal = self._checker.journal
        for order_id in journal.order_ids():
            if (journal.status("order", order_id) == "completed") != (order_id in self._told):
                self._checker.wrong.append(f"the order contradicts the carrier's report (order {order_id})")

    def _parcels(self) -> dict[str, str]:
        """Tracking numbers of dispatched parcels by order, from the carrier's ledger."""
        return {
            order_id: entry["tracking_number"]
            for order_id, entries in self._checker.journal.ledgers.items()
            for entry in entries
            if entry["kind"] == "dispatch" and entry["outcome"] == "dispatched"
        }

    def _tell(self, order_id: str, secret: str, wanted: int) -> int | None:
        at = self._clock.at()
        body = message(order_id, self._parcels()[order_id], at)
        headers = signed(secret, order_id, body, int(at.timestamp()))
        if wanted == BELIEVED:
            self._told.add(order_id)
            self._checker.journal.heard(headers["webhook-id"])
        answer = self._world.request("POST", "/carrier/webhooks", body, headers)
        status = answer.status if answer else None
        self._observer.webhook(order_id, status)
        outdated = status == REFUSED and self._clock.now() - int(at.timestamp()) > TOLERANCE_SECONDS
        if status not in (None, wanted, LATER) and not outdated:
            self._checker.wrong.append(f"the carrier was answered with {status} (order {order_id})")
        return status
