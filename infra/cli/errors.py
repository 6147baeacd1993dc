"""Errors that end a command with an error message of one line."""


class CommandError(Exception):
    """The command failed, and its user can correct the cause: exit code 2."""


class NotFound(Exception):
    """The requested object does not exist: exit code 1."""
