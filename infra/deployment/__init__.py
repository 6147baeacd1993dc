"""Deployment: the roles of the GitHub workflows, and what a workflow does after `sam deploy`."""
