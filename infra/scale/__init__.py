"""How far it scales: what an order needs, counted; the quotas that it meets; and which is met first."""
