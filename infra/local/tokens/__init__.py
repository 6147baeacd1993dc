"""Tokens: the HTTP API's JWT authorizer, as AWS's verifies them, and an issuer for development."""

PREFIX = "/_issuer"
"""Where the run's own issuer is, if it has one."""
