"""Unit, moto-backed and whole-choreography tests."""
