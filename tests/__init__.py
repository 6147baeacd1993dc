"""The tests. README.md lists the folders."""
