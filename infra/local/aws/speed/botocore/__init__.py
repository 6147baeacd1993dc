"""Faster parts of botocore, with the same results: for the backend and for the functions' processes.

The last one quotes an invocation's trace id, which each of its calls repeats.
`--plain-moto` leaves them out of the backend; the functions' processes always have them.
"""

import urllib.parse
from functools import lru_cache
from typing import Any

import botocore.handlers
from botocore.loaders import JSONFileLoader, Loader
from botocore.regions import EndpointRulesetResolver
from botocore.serialize import JSONSerializer
from botocore.validate import ParamValidationDecorator

from infra.local.aws.speed.botocore import bodies, endpoints, models, parameters

PATCHES: tuple[tuple[Any, str, Any], ...] = (
    (JSONFileLoader, "_load_file", models.load_file),
    (Loader, "list_available_services", models.list_services),
    (ParamValidationDecorator, "serialize_to_request", parameters.serialize),
    (JSONSerializer, "_serialize", bodies.serialize),
    (EndpointRulesetResolver, "construct_endpoint", endpoints.construct),
    (botocore.handlers, "quote", lru_cache(maxsize=100)(urllib.parse.quote)),
)
"""Each with its owner and name in botocore."""
