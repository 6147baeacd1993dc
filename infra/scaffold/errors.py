"""The error that ends a recipe before it writes anything."""


class Refused(Exception):
    """The recipe cannot be applied. The text says why in one line. No file was written."""
