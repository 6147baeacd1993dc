"""What the local run cannot play, told in one sentence."""


class TemplateError(Exception):
    """The template or the stack is refused. The message names the file, says what is wrong and what to do."""


class Refused(Exception):
    """A resource is refused. The message names the property, says what is wrong and what to do.

    The provisioner adds the file and the resource, and raises TemplateError.
    """
