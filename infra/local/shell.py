"""Settings of the user's shell that are for AWS, and not for the AWS that runs here.

An exported profile, endpoint or log level must change neither the local run nor its functions: on Lambda, a
function sees only its own variables and Lambda's.
"""

import os

PREFIXES = ("AWS_", "MOTO_", "POWERTOOLS_")
NAMES = ("LOG_LEVEL",)
"""Powertools reads it."""


def remove_aws_settings() -> None:
    """Removes these variables, and those of proxies, from this process's environment."""
    for name in list(os.environ):
        if name.startswith(PREFIXES) or name in NAMES or name.upper().endswith("_PROXY"):
            del os.environ[name]
