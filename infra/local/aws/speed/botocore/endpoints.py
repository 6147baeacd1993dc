"""Resolves the endpoint once for each operation of a client, where no parameter of a call changes it.

Of these services, only DynamoDB has such a parameter, a table's ARN, and only if the credentials name an
account. CREDENTIALS do not. https://docs.aws.amazon.com/sdkref/latest/guide/feature-account-endpoints.html
"""

from typing import Any

from botocore.model import OperationModel
from botocore.regions import EndpointRulesetResolver

SERVICES = frozenset({"dynamodb", "secretsmanager", "sns", "sqs"})

_resolve = EndpointRulesetResolver.construct_endpoint


def construct(resolver: Any, operation_model: OperationModel, call_args: Any, request_context: Any) -> Any:
    """Replaces botocore's EndpointRulesetResolver.construct_endpoint."""
    if operation_model.service_model.service_name not in SERVICES:
        return _resolve(resolver, operation_model, call_args, request_context)
    known = vars(resolver).setdefault("known_endpoints", {})
    if operation_model.name not in known:
        known[operation_model.name] = _resolve(resolver, operation_model, call_args, request_context)
    return known[operation_model.name]
