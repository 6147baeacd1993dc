"""What Notifications knows of an order: whom to tell, and what."""

from choreography.decisions import State

SOURCE = "/services/notifications"


class Notification(State):
    """The customer is notified once both are known; they may arrive in either order."""

    customer_id: str | None = None
    news: str | None = None
    told: bool = False
