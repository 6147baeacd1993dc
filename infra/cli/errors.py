"""Errors that end a command with one line."""


class CommandError(Exception):
    """A mistake that the user can correct: exit code 2."""


class NotFound(Exception):
    """Something that was requested does not exist: exit code 1."""
