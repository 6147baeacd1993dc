"""The data that the parts of the local AWS exchange: stacks, messages, schedules."""
