"""Payment: decides about money."""
