"""The contracts, published: schemas and documents for those who do not read this code."""
