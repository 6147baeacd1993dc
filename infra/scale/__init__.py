"""Scale: the counted needs of an order, the quotas, and which quota is reached first."""
