"""The context object that Lambda passes to a handler.

https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
"""

import sys
import time
from dataclasses import dataclass, field
from types import SimpleNamespace

from infra.local.model.stack import Function

VERSION = "$LATEST"
LOG_STREAM = "local"


def _no_identity() -> SimpleNamespace:
    return SimpleNamespace(cognito_identity_id=None, cognito_identity_pool_id=None)


@dataclass(frozen=True)
class Context:
    """The context of one invocation. `deadline` is the time of its timeout, in seconds since the epoch."""

    function: Function
    aws_request_id: str
    deadline: float
    function_version: str = VERSION
    log_stream_name: str = LOG_STREAM
    identity: SimpleNamespace = field(default_factory=_no_identity)
    """The caller's Cognito identity. The local AWS has none."""
    client_context: None = None
    tenant_id: None = None

    @property
    def function_name(self) -> str:
        return self.function.name

    @property
    def invoked_function_arn(self) -> str:
        return self.function.arn

    @property
    def memory_limit_in_mb(self) -> str:
        """The memory as text: Lambda's runtime for Python reads it from an environment variable."""
        return str(self.function.memory_mb)

    @property
    def log_group_name(self) -> str:
        return f"/aws/lambda/{self.function.name}"

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.deadline - time.time()) * 1000))

    def log(self, message: object) -> None:
        sys.stdout.write(str(message))
