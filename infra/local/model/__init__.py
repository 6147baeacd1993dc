"""What the parts of the local AWS pass to each other: stacks, messages, schedules."""
