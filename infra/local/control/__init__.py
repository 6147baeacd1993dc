"""The stacks of a run: they join and leave, are kept between runs, and let other terminals play services."""
