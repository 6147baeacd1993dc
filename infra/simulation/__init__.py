"""The proof: every interleaving of one order's decisions, and whole runs under faults drawn from a seed."""
