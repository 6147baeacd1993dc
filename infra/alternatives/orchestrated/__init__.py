"""An orchestrated version: one function charges the card and dispatches the parcel of each order."""
