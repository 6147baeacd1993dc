"""What the steps of lessons do, each over a public way of the system."""

from infra.lessons.lesson import Act
from infra.lessons.stage import Stage
from infra.lessons.system import new_key
from infra.shared.order_kinds import request

REMINDER_SECONDS = 5


def place(kind: str = "shipped", *customers: str) -> Act:
    """Each of these customers places one order. The default is Ada."""

    def act(stage: Stage) -> None:
        for customer in map(stage.customer, customers or ("ada",)):
            body, key = request(kind, customer), new_key()
            stage.accept(stage.system.place(body, key), customer, body, key)

    return act


def cancel(stage: Stage) -> None:
    """Each customer cancels the order."""
    for order_id in stage.orders:
        stage.system.cancel(order_id)


def stop(service: str) -> Act:
    def act(stage: Stage) -> None:
        stage.system.page("PATCH", f"services/{service}", {"running": False})
        stage.undo.callback(start(service), stage)

    return act


def start(service: str) -> Act:
    def act(stage: Stage) -> None:
        stage.system.page("PATCH", f"services/{service}", {"running": True})

    return act


def fail_call(
    function: str,
    operation: str,
    moment: str,
    action: str,
    *,
    table: tuple[str, str] | None = None,
    text: str = "",
    seconds: float = 0,
) -> Act:
    """Injects a fault into the next such call for the last order; for Ada's, if there is none yet.

    `table` limits it to calls for one table: a service and the environment variable with the table's name.
    `text` limits it to requests that contain this text.
    """

    def act(stage: Stage) -> None:
        about = stage.order_id if stage.orders else stage.customer("ada")
        containing = [about, text, *([stage.system.table(*table)] if table else [])]
        call = {"function": function, "operation": operation, "containing": containing}
        fault = {**call, "moment": moment, "action": action, "seconds": seconds}
        fault = stage.system.page("POST", "call-faults", fault)
        stage.faults.append(fault["id"])
        stage.undo.callback(stage.remove_fault, fault["id"])

    return act


def wait_for_fault(stage: Stage) -> None:
    stage.wait_for_effect(stage.happened, "the fault")


def change_queue(label: str, **changes: object) -> Act:
    """Changes a queue's faults or its delay, and restores them after the lesson."""

    def act(stage: Stage) -> None:
        path = f"queues/{stage.system.queue(label)}"
        stage.undo.callback(
            stage.system.page, "PATCH", path, {name: type(to)() for name, to in changes.items()}
        )
        stage.system.page("PATCH", path, changes)

    return act


def wait_in_queue(label: str, count: int, of: str = "waiting") -> Act:
    """Waits until a queue has so many messages that are `waiting`, `delayed` or `in_flight`."""

    def act(stage: Stage) -> None:
        name = stage.system.queue(label)
        stage.wait_for_effect(
            lambda: bool(stage.system.state()["queues"][name][of] >= count),
            f"the arrival of {count} messages in {label}",
        )

    return act


def wait_until_published(service: str) -> Act:
    """Waits until the service's relay has published all events."""

    def act(stage: Stage) -> None:
        stage.wait_for(
            lambda: not stage.system.state()["services"][service]["unpublished"],
            f"the publishing of {service}'s events",
        )

    return act


def redrive(label: str) -> Act:
    """Moves the messages of a dead-letter queue back, each with its body before a fault broke it.

    A message without a reason stays, because an operator does not know what to repair.
    """

    def act(stage: Stage) -> None:
        name = stage.system.queue(label)
        for message in stage.system.page("GET", f"queues/{name}/messages")["messages"]:
            if message["original"] is not None and (message["reason"] or "").strip():
                repaired = {"message_id": message["message_id"], "body": message["original"]}
                stage.system.page("POST", f"queues/{name}/redrive", repaired)

    return act


def slow_down(service: str, seconds: float) -> Act:
    """Starts each invocation of a service late."""

    def act(stage: Stage) -> None:
        path = f"services/{service}"
        stage.undo.callback(stage.system.page, "PATCH", path, {"slow_seconds": 0})
        stage.system.page("PATCH", path, {"slow_seconds": seconds})

    return act


def discard(label: str, count: int | None = None) -> Act:
    """Removes waiting messages about the last order from a queue, as if SQS had lost them.

    `count` is how many of the oldest; None means all.
    """

    def act(stage: Stage) -> None:
        name = stage.system.queue(label)
        found = stage.system.page("GET", f"queues/{name}/messages")["messages"]
        for message in [message for message in found if message["order_id"] == stage.order_id][:count]:
            stage.system.page("DELETE", f"queues/{name}/messages/{message['message_id']}")

    return act


def deliver_now(label: str) -> Act:
    """Ends the delays of a queue's messages, because a lesson does not wait for minutes."""

    def act(stage: Stage) -> None:
        stage.system.page("PATCH", f"queues/{stage.system.queue(label)}", {"deliver_now": True})

    return act


def receive(label: str, times: int) -> Act:
    """Receives a queue's messages this many times, and does not delete them."""

    def act(stage: Stage) -> None:
        sqs = stage.system.client("sqs")
        url = sqs.get_queue_url(QueueName=stage.system.queue(label))["QueueUrl"]
        for _ in range(times):
            sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)

    return act


def check_early(label: str, times: int) -> Act:
    """Delivers a delayed reminder at once, this many times. Each time, the consumer sends it again."""

    def act(stage: Stage) -> None:
        name = stage.system.queue(label)
        for number in range(times):
            stage.wait_for(
                lambda: bool(stage.system.state()["queues"][name]["delayed"]),
                f"reminder {number + 1}",
                REMINDER_SECONDS,
            )
            deliver_now(label)(stage)

    return act


def wait_for_status(status: str, seconds: float | None = None) -> Act:
    """Waits until the customer sees the last order in this status: for an effect, or for a time."""

    def act(stage: Stage) -> None:
        path = f"/orders/{stage.order_id}"

        def reached() -> bool:
            return bool(stage.system.call("GET", path)["status"] == status)

        if seconds is None:
            stage.wait_for_effect(reached, f"status {status}")
        else:
            stage.wait_for(reached, f"status {status}", seconds)

    return act


def settle(stage: Stage) -> None:
    stage.settle()
