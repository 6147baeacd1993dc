"""SAM's translation of a template, by its own translator, which takes a fifth of a start: so it is kept.

The copies are in the virtual environment, which goes with the clone. Outside of one, nothing is kept.
"""

import contextlib
import hashlib
import json
import logging
import os
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from infra.local.model.credentials import REGION

FOLDER = Path(sys.prefix) / "translations" if sys.prefix != sys.base_prefix else None
KEPT = 20

# It warns, at each function's rollout, of a feature toggle that only AWS itself has.
logging.getLogger("samtranslator.feature_toggle").setLevel(logging.ERROR)
# It warns, once a translation is forgotten, of metrics that only AWS itself would publish.
logging.getLogger("samtranslator.metrics").setLevel(logging.ERROR)


def translated(source: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    """What CloudFormation would be given. Raises whatever the translator raises."""
    given = json.dumps([source, parameters])
    key = hashlib.sha256(f"{version('aws-sam-translator')} {given}".encode()).hexdigest()
    kept = _kept(key)
    if kept is None:
        kept = _translate(json.loads(given)[0], parameters)  # a copy: the translator changes what it is given
        _keep(key, kept)
    return kept


def _kept(key: str) -> dict[str, Any] | None:
    if FOLDER is None:
        return None
    try:
        found: dict[str, Any] = json.loads((FOLDER / f"{key}.json").read_text())
    except (OSError, ValueError):
        return None
    return found


def _keep(key: str, made: dict[str, Any]) -> None:
    if FOLDER is None:
        return
    with contextlib.suppress(OSError):  # a folder that cannot be written to only costs the time
        FOLDER.mkdir(exist_ok=True)
        unfinished = FOLDER / f"{uuid4()}.new"
        unfinished.write_text(json.dumps(made))
        unfinished.replace(FOLDER / f"{key}.json")
        for old in sorted(FOLDER.glob("*.json"), key=os.path.getmtime, reverse=True)[KEPT:]:
            old.unlink()


def _translate(source: dict[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    with patch.dict(os.environ, AWS_DEFAULT_REGION=REGION):  # the translator asks boto3 where it is
        from samtranslator.translator.transform import transform

        made: dict[str, Any] = transform(source, dict(parameters), _NoManagedPolicies())
        return made


class _NoManagedPolicies:
    """Managed policies' ARNs, for templates that name some: IAM is not played."""

    def load(self) -> dict[str, str]:
        return {}
