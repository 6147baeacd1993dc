"""The tables whose calls a lesson fails: a service, and the environment variable with the table's name."""

PAYMENTS = ("payment", "TABLE_NAME")
GATEWAY = ("payment", "LEDGER_TABLE_NAME")
SHIPMENTS = ("shipping", "TABLE_NAME")
CARRIER = ("shipping", "LEDGER_TABLE_NAME")
