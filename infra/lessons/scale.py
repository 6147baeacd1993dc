"""Lessons on what may change while the system runs: processes, services and their speed."""

from infra.lessons.acts import (
    cancel,
    fail_call,
    place,
    slow_down,
    start,
    wait_for_fault,
    wait_for_status,
)
from infra.lessons.commands import join, leave, second_process, wait_until_handled
from infra.lessons.lesson import Lesson, Safeguard, Step
from infra.lessons.steps import order_waits_for
from infra.lessons.tables import PAYMENTS

SCALING_OUT = Lesson(
    name="scaling-out",
    title="Scaling out by a second process",
    story=(
        "Two processes of Payment work on one queue, and both get messages about Ada's order.",
        "One is about to write that it will charge; the other handles Ada's cancellation meanwhile.",
        "A write succeeds only if the order is still as it was read, so the slow process decides again.",
    ),
    watch="The slow process writes, loses the race, and finds the payment voided.",
    steps=(
        Step("A second process of Payment starts.", second_process("payment")),
        *order_waits_for("payment"),
        Step(
            "The process that handles it will wait for 4 s before it writes.",
            fail_call("payment", "PutItem", "before", "pause", table=PAYMENTS, seconds=4),
        ),
        Step("Payment starts.", start("payment")),
        Step("One process waits.", wait_for_fault),
        Step("Ada cancels, and the other process handles it.", cancel),
    ),
    outcome="the slow write fails and is decided again; never charged",
    safeguards=(
        Safeguard(
            without="no-condition-on-the-version",
            light=2,
            consequence="charged after the cancellation",
            cost="",
            code=("choreography/table.py:_put",),
            decision="0002-one-conditional-write-for-each-message.md",
        ),
        Safeguard(
            without="lost-race-is-acknowledged",
            light=5,
            consequence="an event is dropped without an effect",
            cost="",
            code=("choreography/participant.py:handle",),
            decision="0002-one-conditional-write-for-each-message.md",
        ),
    ),
)

JOIN_AND_LEAVE = Lesson(
    name="join-and-leave",
    title="A new service joins, and leaves",
    story=(
        "Notifications is a stack of its own, which subscribes to the topics of the three services.",
        "It joins while the system runs, and gets a copy of every event from then on.",
        "It leaves again, and no service notices either.",
    ),
    watch="A fourth service appears on the map, with its own queue.",
    steps=(
        Step("Notifications joins.", join("infra/examples/notifications")),
        Step("Ada places an order.", place()),
        Step("Notifications handles an event of it.", wait_until_handled("notifications")),
        Step("The order is shipped.", wait_for_status("shipped")),
        Step("Notifications leaves.", leave("notifications")),
        Step("Grace places an order.", place("shipped", "grace")),
    ),
    outcome="both orders are shipped; no service changed",
)

EVENTUAL = Lesson(
    name="eventual-consistency",
    title="Eventual consistency",
    story=(
        "Payment is slow, so each of its invocations starts three seconds late.",
        "Ada sees her order as placed, while Payment has not received it yet.",
        "Her view follows the events, and in the end all services agree.",
    ),
    watch="The order's status: placed at first, then shipped.",
    steps=(
        Step("Payment is slow.", slow_down("payment", 3)),
        Step("Ada places an order.", place()),
        Step("She sees it as placed.", wait_for_status("placed")),
        Step("Later, she sees it as shipped.", wait_for_status("shipped")),
    ),
    outcome="placed at first; all services agree in the end",
)
