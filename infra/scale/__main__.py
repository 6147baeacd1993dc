"""`make scale`: updates the tables of docs/scale.md."""

from infra.local.shell import forget_settings
from infra.scale.page import PAGE, page

if __name__ == "__main__":
    forget_settings()
    PAGE.write_text(page(PAGE.read_text()))
