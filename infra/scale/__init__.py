"""The scale: an order's counted needs, the quotas of AWS and Stripe, and which quota orders reach first."""
