"""The errors of lessons."""


class LessonFailed(Exception):
    """A lesson did not reach its end; the message says at which point."""


class NoSystem(Exception):
    """The lesson finds no usable local run, or cannot start one."""
