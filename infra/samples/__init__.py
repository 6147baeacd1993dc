"""The sample payloads in events/, as AWS sends them. `make samples` writes them."""
