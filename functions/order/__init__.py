"""Order: decides about accepting, and tells the customer how an order stands."""
