"""`choreo`: places, watches, traces and repairs orders, on the laptop, another emulator or AWS."""
