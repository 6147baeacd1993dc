"""What ends a command early, in one line."""


class Mistake(Exception):
    """Something that the person at the terminal can put right: exit code 2."""


class NotFound(Exception):
    """What was asked for is not there: exit code 1."""
