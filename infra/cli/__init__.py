"""`choreo`: place, watch, trace and repair orders, on the laptop, another emulator or AWS."""
