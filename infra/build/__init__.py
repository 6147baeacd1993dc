"""The build's tools: lock files, smaller bundles, the audit of dependencies, and the check of words."""
