"""Errors in a template. Each message is one sentence and says what to do."""


class TemplateError(Exception):
    """A template or stack is invalid or not supported. The message names the file."""


class PropertyError(Exception):
    """A property, or another part of a template, is invalid or not supported. The message names it.

    The caller adds the file and the resource, and raises TemplateError.
    """
