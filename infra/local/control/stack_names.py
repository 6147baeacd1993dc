"""Stack names: checks them as CloudFormation does, and derives one from a folder's name."""

import re
import unicodedata

from infra.local.provisioning.errors import TemplateError

MAX_LENGTH = 128
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html"""


def check(name: str) -> None:
    """Raises TemplateError for a name that CloudFormation rejects."""
    if len(name) > MAX_LENGTH or not re.fullmatch("[a-zA-Z][a-zA-Z0-9-]*", name):
        raise TemplateError(
            f"the stack name {name!r} is not valid: a stack name starts with a letter, has only letters, "
            f"digits and hyphens, and at most {MAX_LENGTH} characters; choose another with --name"
        )


def from_folder(folder: str) -> str:
    """A valid stack name that is similar to the folder's name. Raises TemplateError if there is none."""
    letters = unicodedata.normalize("NFKD", folder.replace("ß", "ss")).encode("ascii", "ignore").decode()
    name = re.sub("[^a-zA-Z0-9]+", "-", letters).strip("-")
    if not name:
        raise TemplateError(
            f"the folder name {folder!r} has no letter or digit that a stack name can contain; "
            "choose a name with --name"
        )
    return (name if name[0].isalpha() else f"stack-{name}")[:MAX_LENGTH]
