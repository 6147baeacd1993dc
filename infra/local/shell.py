"""Removes the user's AWS settings from the process environment.

The local run and its functions must not read a profile, an endpoint or a log level that the user's shell
exports. On Lambda, a function sees only its own variables and those that Lambda sets.
"""

import os

PREFIXES = ("AWS_", "MOTO_", "POWERTOOLS_")
NAMES = ("LOG_LEVEL",)
"""Powertools reads it."""


def remove_aws_settings() -> None:
    """Removes AWS, moto, Powertools and proxy variables from this process's environment."""
    for name in list(os.environ):
        if name.startswith(PREFIXES) or name in NAMES or name.upper().endswith("_PROXY"):
            del os.environ[name]
