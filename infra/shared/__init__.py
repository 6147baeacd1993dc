"""Used by several packages of infra: kinds of order, carrier messages, terminal output, arguments."""
