"""Imports the libraries, AWS's service descriptions and the decisions once, before processes are forked."""

import gc
import os
from importlib import import_module
from pathlib import Path

from infra.local.model.credentials import CREDENTIALS
from infra.local.runtime.code import preload

FUNCTIONS = Path(__file__).resolve().parents[3] / "functions"

gc.disable()  # no module below becomes garbage, so a collection would only take time

for _library in (
    "aws_lambda_powertools.event_handler.middlewares",
    "aws_lambda_powertools.utilities.batch",  # after pydantic, it would also load the models of its parser
    "aws_lambda_powertools.utilities.idempotency",
    "aws_lambda_powertools.utilities.parameters",
    "aws_lambda_powertools.utilities.typing",
    "encodings.idna",  # for the first connection
    "snapshot_restore_py",
    "infra.local.runtime.worker",
):
    import_module(_library)

import_module("infra.local.runtime.aws_calls").install()

boto3, pydantic = import_module("boto3"), import_module("pydantic")

# pydantic loads most of its modules when the first model is created.
pydantic.create_model("First", at=pydantic.AwareDatetime)

for _owner, _name, _replacement in import_module("infra.local.aws.speed.botocore").PATCHES:
    setattr(_owner, _name, _replacement)

# Creating a client mostly reads its service's description, which the default session caches, and searches for
# credentials.
os.environ.update(CREDENTIALS)
for _service in ("dynamodb", "secretsmanager", "sns", "sqs"):
    boto3.client(_service)

preload(FUNCTIONS)

# Frozen objects are never visited by a collection, so all forked processes share their memory pages.
gc.freeze()
gc.enable()
