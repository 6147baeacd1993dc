"""`make scale`: updates the tables of docs/scale.md."""

from infra.local.shell import remove_aws_settings
from infra.scale.page import PAGE, page

if __name__ == "__main__":
    remove_aws_settings()
    PAGE.write_text(page(PAGE.read_text()))
