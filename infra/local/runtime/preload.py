"""What functions use, once, before their processes are forked: libraries, AWS's descriptions, decisions."""

import gc
import os
from importlib import import_module
from pathlib import Path

from infra.local.aws import botocore_models
from infra.local.model.credentials import CREDENTIALS
from infra.local.runtime.code import preload

FUNCTIONS = Path(__file__).resolve().parents[3] / "functions"

gc.disable()  # all of this stays

for _library in (
    "aws_lambda_powertools.event_handler.middlewares",
    "aws_lambda_powertools.utilities.batch",  # before pydantic, or it loads models for its parser
    "aws_lambda_powertools.utilities.idempotency",
    "aws_lambda_powertools.utilities.parameters",
    "aws_lambda_powertools.utilities.typing",
    "encodings.idna",  # for the first connection
    "snapshot_restore_py",
    "infra.local.runtime.worker",
):
    import_module(_library)

boto3, pydantic = import_module("boto3"), import_module("pydantic")

# pydantic loads most of itself when the first model is made.
pydantic.create_model("First", at=pydantic.AwareDatetime)

import_module("botocore.loaders").JSONFileLoader._load_file = botocore_models.load_file

# A client's making is mostly the reading of its service's description, which the default session keeps,
# and looking for credentials.
os.environ.update(CREDENTIALS)
for _service in ("dynamodb", "secretsmanager", "sns", "sqs"):
    boto3.client(_service)

preload(FUNCTIONS)

# No process's garbage collector need go through it, and so it is shared by all of them.
gc.freeze()
gc.enable()
