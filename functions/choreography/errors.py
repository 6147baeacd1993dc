"""The two families of failure.

ChoreographyError
├── Retryable            the message is retried until it succeeds
│   ├── IntentHeld       another message's external effect is under way
│   ├── RaceLost         another worker wrote the order first, several times in a row
│   ├── NoTimeLeft       the invocation's time does not suffice for one more call
│   ├── Unavailable      AWS throttles a call, fails, or does not answer
│   ├── UnknownFormat    the order's item is stored in a format that this code does not read
│   ├── Unanswered       an external system gave no answer: the call may have taken effect
│   └── NotAdmitted      AWS or an external system refuses every request of ours
└── Permanent            no retry helps: to the dead-letter queue, with the reason
    ├── PoisonMessage    the message cannot be read
    ├── UnknownOrder     an event about an order that its owner does not know
    ├── UnknownParcel    a delivery of a parcel that was never dispatched
    ├── IllegalTransition  a move that the service's transition table does not list
    ├── KeyReused        an idempotency key used again for something else
    ├── NotUnderstood    an external system refuses what we ask: a defect
    └── RefundFailed     the gateway could not refund: a person decides how the customer gets the money

`aws_errors` says which error of an AWS call is Unavailable and which is NotAdmitted.
"""


class ChoreographyError(Exception):
    """The base of every error that keeps a message from being handled."""


class Retryable(ChoreographyError):
    """The message is retried with a delay, and never dead-lettered."""


class IntentHeld(Retryable):
    """Another message's effect on this order is under way; its outcome is needed first."""


class RaceLost(Retryable):
    """The item changed between the read and the write."""


class NoTimeLeft(Retryable):
    """The invocation could time out within the next call, so that call did not begin."""


class Unavailable(Retryable):
    """AWS throttles, fails or does not answer. A call may have taken effect; all of ours can be repeated."""


class UnknownFormat(Retryable):
    """Another version of the code stored the order: a message waits until that version is deployed."""


class Unanswered(Retryable):
    """An external call may or may not have taken effect; call again under the same idempotency key."""


class NotAdmitted(Retryable):
    """Wrong credentials, a missing permission or a missing resource: an operator must correct it."""


class Permanent(ChoreographyError):
    """The message goes to its dead-letter queue; the exception's text is the reason."""


class PoisonMessage(Permanent):
    """The message breaks its contract."""


class UnknownOrder(Permanent):
    """The order is not in the table of the service that owns orders."""


class UnknownParcel(Permanent):
    """The carrier reports a parcel that it was never given."""


class IllegalTransition(Permanent):
    """A decision asked for a move that no transition table lists: a defect, and nothing is written."""

    def __init__(self, machine: str, before: str, after: str) -> None:
        super().__init__(f"{machine}: {before} cannot become {after}")
        self.machine, self.before, self.after = machine, before, after


class KeyReused(Permanent):
    """An external system was asked for something else under an idempotency key that it knows."""


class NotUnderstood(Permanent):
    """An external system was asked for what it does not know or allow."""


class RefundFailed(Permanent):
    """The gateway tried to refund, and failed. A retry under the same key has the same answer."""
