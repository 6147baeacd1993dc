"""Translates a SAM template to CloudFormation with aws-sam-translator, and caches the result on disk.

The translation takes a fifth of the start time. The cache is in the virtual environment, so that deleting the
clone deletes it; without a virtual environment there is no cache.
"""

import contextlib
import hashlib
import json
import logging
import os
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from infra.local.model.credentials import REGION

CACHE_FOLDER = Path(sys.prefix) / "translations" if sys.prefix != sys.base_prefix else None
MAX_CACHED = 20

# The translator warns, for each gradual deployment, that AWS's own feature toggles are missing.
logging.getLogger("samtranslator.feature_toggle").setLevel(logging.ERROR)
# The translator warns about metrics that only AWS itself publishes.
logging.getLogger("samtranslator.metrics").setLevel(logging.ERROR)


def translate(source: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    """The CloudFormation template. Raises the translator's exceptions."""
    text = json.dumps([source, parameters])
    key = hashlib.sha256(f"{version('aws-sam-translator')} {text}".encode()).hexdigest()
    template = _read_cache(key)
    if template is None:
        template = _translate(json.loads(text)[0], parameters)  # a copy: the translator changes its argument
        _write_cache(key, template)
    return template


def _read_cache(key: str) -> dict[str, Any] | None:
    if CACHE_FOLDER is None:
        return None
    file = CACHE_FOLDER / f"{key}.json"
    try:
        found: dict[str, Any] = json.loads(file.read_text())
    except (OSError, ValueError):
        return None
    with contextlib.suppress(OSError):  # as for a new file
        os.utime(file)  # the longest unused ones are deleted
    return found


def _write_cache(key: str, made: dict[str, Any]) -> None:
    if CACHE_FOLDER is None:
        return
    with contextlib.suppress(OSError):  # a read-only folder means no cache
        CACHE_FOLDER.mkdir(exist_ok=True)
        unfinished = CACHE_FOLDER / f"{uuid4()}.new"
        unfinished.write_text(json.dumps(made))
        unfinished.replace(CACHE_FOLDER / f"{key}.json")
        for old in sorted(CACHE_FOLDER.glob("*.json"), key=os.path.getmtime, reverse=True)[MAX_CACHED:]:
            old.unlink()


def _translate(source: dict[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    with patch.dict(os.environ, AWS_DEFAULT_REGION=REGION):  # the translator asks boto3 for the region
        from samtranslator.sdk.parameter import SamParameterValues
        from samtranslator.translator import translator
        from samtranslator.translator.transform import transform

        add = SamParameterValues.add_pseudo_parameter_values
        with (
            # For each template, the translator starts a session of boto3, and reads and checks its own policy
            # templates again: half of the translation of a small template.
            patch.object(SamParameterValues, "add_pseudo_parameter_values", lambda to, _: add(to, _SESSION)),
            patch.object(translator, "make_policy_template_for_function_plugin", _policy_templates),
        ):
            made: dict[str, Any] = transform(source, dict(parameters), _NoManagedPolicies())
            return made


_SESSION = SimpleNamespace(region_name=REGION)
"""In place of a session of boto3: the translator asks it for the region only."""


@cache
def _policy_templates() -> Any:
    from samtranslator.plugins.policies.policy_templates_plugin import PolicyTemplatesForResourcePlugin
    from samtranslator.policy_template_processor.processor import PolicyTemplatesProcessor

    templates = PolicyTemplatesProcessor.get_default_policy_templates_json()
    return PolicyTemplatesForResourcePlugin(PolicyTemplatesProcessor(templates))


class _NoManagedPolicies:
    """An empty list of managed policies. The local run ignores policies, so it needs no ARNs."""

    def load(self) -> dict[str, str]:
        return {}
