"""What the backend of another terminal may answer to a command."""


class BackendError(Exception):
    """The backend rejects a command; the message says why."""
