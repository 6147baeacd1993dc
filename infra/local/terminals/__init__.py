"""The terminals of a local run: one starts it, others run a service or a joined stack."""
