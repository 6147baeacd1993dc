"""Starts moto with patches: those for speed change no answer, the others make it answer as AWS does.

`PLAIN_MOTO=1` or `python -m infra.run run --plain-moto` leaves the patches for speed and the short way out.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from unittest.mock import patch

import moto.core.models
from moto import mock_aws

from infra.local.aws.corrections import corrections
from infra.local.aws.recursion import trace_headers_kept
from infra.local.aws.refusals import refusals
from infra.local.aws.short_way import short_way
from infra.local.aws.speed import clock, expressions, items, lookups, queues, random_text, serializer

VARIABLE = "PLAIN_MOTO"


@contextmanager
def patched_moto(*, plain: bool = False) -> Iterator[None]:
    """Correct moto's refusals and answers within the context and, unless `plain`, make moto faster."""
    plain = plain or bool(os.environ.get(VARIABLE))
    speed, way = (mock_aws, nullcontext) if plain else (faster_moto, short_way)
    with speed(), corrections(), trace_headers_kept(), refusals(), way():
        yield


@contextmanager
def faster_moto() -> Iterator[None]:
    """Within it, moto answers as within `mock_aws`, in less time.

    moto would mock `requests`, too, by a list of all of AWS's URLs, and reset boto3's default session, and so
    drop every service model that it has read. Nothing here needs either.
    """
    with ExitStack() as stack:
        stack.enter_context(patch.object(moto.core.models, "RESPONSES_METHODS", ()))
        stack.enter_context(mock_aws(config={"core": {"reset_boto3_session": False}}))
        for module in (clock, serializer, queues, lookups, random_text, items, expressions):
            for patched in module.patches():
                stack.enter_context(patched)
        yield
