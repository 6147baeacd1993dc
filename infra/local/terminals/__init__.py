"""The terminals of a run: the one that starts it, and those that attach a service to it."""
