"""Event patterns, which select the records of a mapping, a subscription or a rule."""
