"""The simulated carrier, which reports deliveries by webhook: early, twice or never.

Some reports are forged.
"""

from infra.shared.carrier_messages import message, signed
from infra.simulation.checker import Checker
from infra.simulation.determinism import Clock, SeededRandom
from infra.simulation.observer import Observer
from infra.simulation.world import World
from shipping.signature import TOLERANCE_SECONDS

ACCEPTED, UNAUTHORIZED, UNAVAILABLE = 204, 401, 503
ATTEMPTS = 10
"""How often the carrier sends a report in the quiescent phase, which has no faults."""


class Carrier:
    """The carrier may report a parcel any time after the dispatch, even if Shipping got no answer to it."""

    def __init__(
        self, world: World, observer: Observer, checker: Checker, clock: Clock, random: SeededRandom
    ) -> None:
        self._world, self._observer, self._checker = world, observer, checker
        self._clock, self._random = clock, random
        self._reported: set[str] = set()

    def report(self) -> None:
        """Reports the delivery of one parcel, maybe for the second time."""
        parcels = self._parcels()
        if parcels:
            self._send(self._random.pick(sorted(parcels)), self._world.secret("CarrierSecret"), ACCEPTED)

    def report_all(self) -> None:
        """Reports every parcel that the carrier has not reported yet."""
        for order_id in sorted(self._parcels().keys() - self._reported):
            self._send(order_id, self._world.secret("CarrierSecret"), ACCEPTED)

    def forge_report(self) -> None:
        """Sends a report with a signature of another secret."""
        parcels = self._parcels()
        if parcels:
            self._send(self._random.pick(sorted(parcels)), "bm90IHRoZSBzZWNyZXQ=", UNAUTHORIZED)

    def repeat_reports(self) -> None:
        """Repeats each report until Shipping accepts it."""
        for order_id in sorted(self._reported):
            attempts = ATTEMPTS
            while (
                attempts and self._send(order_id, self._world.secret("CarrierSecret"), ACCEPTED) != ACCEPTED
            ):
                attempts -= 1

    def check_completions(self) -> None:
        """Checks that exactly the orders with a delivery report are completed."""
        journal = self._checker.journal
        for order_id in journal.order_ids():
            if (journal.status("order", order_id) == "completed") != (order_id in self._reported):
                self._checker.wrong.append(
                    f"the order's status contradicts the carrier's report (order {order_id})"
                )

    def _parcels(self) -> dict[str, str]:
        """The tracking number of each dispatched parcel, by order id, from the carrier's ledger."""
        return {
            order_id: entry["tracking_number"]
            for order_id, entries in self._checker.journal.ledgers.items()
            for entry in entries
            if entry["kind"] == "dispatch" and entry["outcome"] == "dispatched"
        }

    def _send(self, order_id: str, secret: str, expected: int) -> int | None:
        at = self._clock.at()
        body = message(order_id, self._parcels()[order_id], at)
        headers = signed(secret, order_id, body, int(at.timestamp()))
        if expected == ACCEPTED:
            self._reported.add(order_id)
            self._checker.journal.record_report(order_id)
        answer = self._world.request("POST", "/carrier/webhooks", body, headers)
        status = answer.status if answer else None
        self._observer.webhook(order_id, status)
        # Faults may advance the clock while the request waits.
        outdated = status == UNAUTHORIZED and self._clock.now() - int(at.timestamp()) > TOLERANCE_SECONDS
        if status not in (None, expected, UNAVAILABLE) and not outdated:
            self._checker.wrong.append(f"the webhook answered the carrier with {status} (order {order_id})")
        return status
