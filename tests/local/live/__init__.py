"""The live page: its API, and the page itself in a browser."""
