"""Examples of what may join the choreography; nothing depends on them."""
