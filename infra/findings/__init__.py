"""Findings: what a resource or an event of the project lacks, and the recipe that adds it."""
