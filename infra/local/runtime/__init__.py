"""Runs functions: one process for each execution environment, with what Lambda's runtime sets up."""
