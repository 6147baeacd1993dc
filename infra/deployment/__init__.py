"""Deployment: the roles of the GitHub workflows, and the step after a failed `sam deploy`."""
