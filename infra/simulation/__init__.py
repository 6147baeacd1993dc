"""Simulation: every interleaving of one order's decisions, and whole runs with faults drawn from a seed."""
