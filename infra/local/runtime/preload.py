"""Imports the libraries of functions, and makes first calls, once before processes are forked."""

import gc
import os
from importlib import import_module

from infra.local.model.credentials import CREDENTIALS

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

pydantic = import_module("pydantic")

# pydantic loads most of its modules when the first model is created.
pydantic.create_model("First", at=pydantic.AwareDatetime)

for _owner, _name, _replacement in import_module("infra.local.aws.speed.botocore").PATCHES:
    setattr(_owner, _name, _replacement)

os.environ.update(CREDENTIALS)
import_module("infra.local.runtime.first_calls").make()

# Frozen objects are never visited by a collection, so all forked processes share their memory pages.
gc.freeze()
gc.enable()
