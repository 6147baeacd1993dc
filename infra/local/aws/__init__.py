"""moto, its patches and corrections, and direct access to its state. Only this package imports moto."""
