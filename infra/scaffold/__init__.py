"""`choreo new`: adds a service, an event, a field, a queue or a subscription to the project."""
