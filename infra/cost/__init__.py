"""The cost of an order: its billable units, counted in a local run, times the prices of a list."""
