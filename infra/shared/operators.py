"""The scope of the operators' tokens."""

OPERATE = "orders:operate"
"""The default of the template parameter OperatorValue."""
