"""The two families of failure.

ChoreographyError
├── Retryable            try again later: the same message may succeed
│   ├── IntentHeld       another message's external effect is under way
│   ├── RaceLost         another worker wrote the order first, again and again
│   ├── Unanswered       an external system gave no answer: done or not, nobody knows
│   └── NotAdmitted      an external system refuses us, whatever we ask
└── Permanent            no retry helps: to the dead-letter queue, with the reason
    ├── PoisonMessage    the message cannot be read
    ├── UnknownOrder     an event about an order that its owner does not know
    ├── UnknownParcel    a delivery of a parcel that never left
    ├── IllegalTransition  a move that the service's transition table does not list
    ├── KeyReused        an idempotency key used again for something else
    └── NotUnderstood    an external system refuses what we ask: a defect
"""


class ChoreographyError(Exception):
    """Whatever keeps a message from being handled."""


class Retryable(ChoreographyError):
    """The message waits, and is never given up."""


class IntentHeld(Retryable):
    """Another message's effect on this order is under way; its outcome is needed first."""


class RaceLost(Retryable):
    """The item changed between the read and the write."""


class Unanswered(Retryable):
    """An external call may or may not have taken effect; call again under the same idempotency key."""


class NotAdmitted(Retryable):
    """A wrong key, or no permission: somebody must mend it, and no message is to blame."""


class Permanent(ChoreographyError):
    """The message goes to its dead-letter queue; the exception's text is the reason."""


class PoisonMessage(Permanent):
    """The message breaks its contract."""


class UnknownOrder(Permanent):
    """The order is not in the table of the service that owns orders."""


class UnknownParcel(Permanent):
    """The carrier tells of a parcel that it was never given."""


class IllegalTransition(Permanent):
    """A decision asked for a move that no transition table lists: a defect, and nothing is written."""

    def __init__(self, machine: str, before: str, after: str) -> None:
        super().__init__(f"{machine}: {before} cannot become {after}")
        self.machine, self.before, self.after = machine, before, after


class KeyReused(Permanent):
    """An external system was asked for something else under an idempotency key that it knows."""


class NotUnderstood(Permanent):
    """An external system was asked for what it does not know or allow."""
