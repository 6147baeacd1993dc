"""The system with one safeguard removed: what tests, the simulation and the lessons must notice."""
