"""Controls a local run: adds and removes stacks, saves items (`--data`), serves the runtime API."""
