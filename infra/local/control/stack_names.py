"""The names of stacks: which CloudFormation takes, and which one a folder gives."""

import re
import unicodedata

from infra.local.provisioning.errors import TemplateError

MAX_LENGTH = 128
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html"""


def check(name: str) -> None:
    """Raises TemplateError for a name that CloudFormation refuses."""
    if len(name) > MAX_LENGTH or not re.fullmatch("[a-zA-Z][a-zA-Z0-9-]*", name):
        raise TemplateError(
            f"the stack name {name!r} is not a letter, and up to {MAX_LENGTH - 1} letters, digits and hyphens "
            "after it; choose another with --name"
        )


def from_folder(folder: str) -> str:
    """The stack name that is nearest to a folder's name. Raises TemplateError if there is none."""
    letters = unicodedata.normalize("NFKD", folder.replace("ß", "ss")).encode("ascii", "ignore").decode()
    name = re.sub("[^a-zA-Z0-9]+", "-", letters).strip("-")
    if not name:
        raise TemplateError(
            f"the folder name {folder!r} has no letters that a stack name may have; give --name"
        )
    return (name if name[0].isalpha() else f"stack-{name}")[:MAX_LENGTH]
