"""Event patterns and filter criteria: which records a mapping, a subscription or a rule takes."""
