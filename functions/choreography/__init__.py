"""What every service needs to take part: the consumer with its one write, and the relay."""
