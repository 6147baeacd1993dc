"""Imports the sample events, and explains a sample that its model refuses."""

from importlib import import_module

from pydantic import ValidationError


class InvalidSample(Exception):
    """A sample does not fit its model. The text names the class and the field in one sentence."""


def load_samples() -> None:
    """Imports the samples. Raises InvalidSample. Call it before other modules import the samples."""
    try:
        import_module("infra.samples.sample_order")
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, each['loc'])) or 'the sample'}: {each['msg']}"
            for each in error.errors(include_url=False)
        )
        raise InvalidSample(
            f"a sample of {error.title} in infra/samples/sample_order.py does not fit its class: {wrong}. "
            "Correct the sample."
        ) from error
