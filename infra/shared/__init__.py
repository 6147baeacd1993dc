"""Code that several packages of infra use: kinds of order, carrier messages, terminal output, arguments."""
