"""Updates the tables of infra/scale/README.md: `make scale`."""

from infra.scale.page import PAGE, page

if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text()))
