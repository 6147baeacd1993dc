"""Notifications' state of an order: the customer and the news."""

from choreography.decisions import State

SOURCE = "/services/notifications"


class Notification(State):
    """Customer and news may arrive in any order. `told` says that the customer got the message."""

    customer_id: str | None = None
    news: str | None = None
    told: bool = False
