"""The short way of the local AWS itself: it creates resources without a client.

Creating a client takes longer than creating all resources of a stack.
"""

import json
from typing import Any

from botocore import xform_name
from moto.core.utils import get_service_model

from infra.local.aws.clients import client
from infra.local.aws.short_way.operations import Call, Failed, taken
from infra.local.aws.speed.botocore.parameters import is_valid
from infra.local.model.credentials import REGION


def call(service: str, operation: str, **parameters: Any) -> Any:
    """What moto answers to a call of one of `operations.CREATIONS`. Raises the exceptions of a client.

    Without the short way, and for a call that fails, a client makes the call.
    """
    if taken and is_valid(parameters, get_service_model(service).operation_model(operation)):
        try:
            return Call(service, operation, REGION, {}, json.dumps(parameters)).answer()
        except Failed:
            pass  # moto has created nothing, and refuses the client's call, too
    return getattr(client(service), xform_name(operation))(**parameters)
