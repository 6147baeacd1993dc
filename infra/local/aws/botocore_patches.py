"""The faster parts of botocore: for the backend's clients, and for those in the functions' processes.

They change no result. The last one quotes an invocation's trace id, which each of its calls repeats.
"""

import urllib.parse
from functools import lru_cache
from typing import Any

import botocore.handlers
from botocore.loaders import JSONFileLoader, Loader
from botocore.regions import EndpointRulesetResolver
from botocore.serialize import JSONSerializer
from botocore.validate import ParamValidationDecorator

from infra.local.aws import botocore_bodies, botocore_endpoints, botocore_models, botocore_parameters

PATCHES: tuple[tuple[Any, str, Any], ...] = (
    (JSONFileLoader, "_load_file", botocore_models.load_file),
    (Loader, "list_available_services", botocore_models.list_services),
    (ParamValidationDecorator, "serialize_to_request", botocore_parameters.serialize),
    (JSONSerializer, "_serialize", botocore_bodies.serialize),
    (EndpointRulesetResolver, "construct_endpoint", botocore_endpoints.construct),
    (botocore.handlers, "quote", lru_cache(maxsize=100)(urllib.parse.quote)),
)
"""Each with its owner and name in botocore."""
