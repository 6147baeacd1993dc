"""The published contracts: schemas and documents for readers who do not read this code."""
