"""Translates a SAM template to CloudFormation with aws-sam-translator, once for each version of a template.

The translation would take a fifth of the start time.
"""

import json
import logging
import os
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from infra.local.model.credentials import REGION
from infra.local.provisioning.disk_cache import cached

# The translator warns, for each gradual deployment, that AWS's own feature toggles are missing.
logging.getLogger("samtranslator.feature_toggle").setLevel(logging.ERROR)
# The translator warns about metrics that only AWS itself publishes.
logging.getLogger("samtranslator.metrics").setLevel(logging.ERROR)


def translate(source: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    """The CloudFormation template. Raises the translator's exceptions."""
    text = json.dumps([source, parameters])
    copy = json.loads(text)[0]  # the translator changes its argument
    made: dict[str, Any] = cached(
        f"{version('aws-sam-translator')} {text}", lambda: _translate(copy, parameters)
    )
    return made


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
