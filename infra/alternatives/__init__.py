"""Alternatives to the choreography, compared with it on the same orders and faults. Neither is deployed."""
