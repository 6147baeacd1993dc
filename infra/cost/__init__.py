"""What an order costs: its billable units counted in a local run, and a price list to multiply them by."""
