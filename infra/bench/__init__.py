"""Benchmarks: each measures two things in turns and reports the ratio. The README has the results."""
