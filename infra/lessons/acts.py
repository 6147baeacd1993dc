"""What the steps of lessons do, each over a public way of the system."""

from infra.lessons.lesson import Act
from infra.lessons.stage import Stage
from infra.lessons.system import new_key
from infra.shared.order_kinds import request


def place(kind: str = "shipped", *customers: str) -> Act:
    """Each of these customers places one order. The default is Ada."""

    def act(stage: Stage) -> None:
        for customer in map(stage.customer, customers or ("ada",)):
            order_id = stage.system.place(request(kind, customer), new_key())
            stage.orders[order_id] = customer

    return act


def cancel(stage: Stage) -> None:
    """The customer cancels the last order."""
    stage.system.cancel(stage.order_id)


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
    seconds: float = 0,
) -> Act:
    """Injects a fault into the next such call for the last order; for Ada's, if there is none yet.

    `table` limits it to calls for one table: a service and the environment variable with the table's name.
    """

    def act(stage: Stage) -> None:
        about = stage.order_id if stage.orders else stage.customer("ada")
        containing = [about, *([stage.system.table(*table)] if table else [])]
        call = {"function": function, "operation": operation, "containing": containing}
        fault = {**call, "moment": moment, "action": action, "seconds": seconds}
        fault = stage.system.page("POST", "call-faults", fault)
        stage.faults.append(fault["id"])
        stage.undo.callback(stage.remove_fault, fault["id"])

    return act


def wait_for_fault(stage: Stage) -> None:
    stage.wait_for(stage.happened, "the fault")


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
        stage.wait_for(
            lambda: bool(stage.system.state()["queues"][name][of] >= count), f"{count} messages in {label}"
        )

    return act


def redrive(label: str) -> Act:
    """Moves the messages of a dead-letter queue back, each with its body before a fault broke it."""

    def act(stage: Stage) -> None:
        name = stage.system.queue(label)
        for message in stage.system.page("GET", f"queues/{name}/messages")["messages"]:
            if message["original"] is not None:
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


def discard(label: str) -> Act:
    """Removes the waiting messages of a queue, as if SQS had lost them."""

    def act(stage: Stage) -> None:
        name = stage.system.queue(label)
        for message in stage.system.page("GET", f"queues/{name}/messages")["messages"]:
            if message["order_id"] == stage.order_id:
                stage.system.page("DELETE", f"queues/{name}/messages/{message['message_id']}")

    return act


def wait_for_status(status: str) -> Act:
    """Waits until the customer sees the last order in this status."""

    def act(stage: Stage) -> None:
        path = f"/orders/{stage.order_id}"
        stage.wait_for(lambda: bool(stage.system.call("GET", path)["status"] == status), f"status {status}")

    return act


def settle(stage: Stage) -> None:
    stage.settle()
