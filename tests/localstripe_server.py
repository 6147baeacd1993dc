"""Run localstripe, a Stripe server that others wrote, on 127.0.0.1
(https://github.com/adrienverge/localstripe).

Its own command would listen on all addresses. It rejects two parameters of Stripe that we send, so this
module removes them from the requests.
"""

import sys
from typing import Any

from aiohttp import web
from localstripe import resources
from localstripe.server import app

UNKNOWN_TO_IT = ("automatic_payment_methods", "created")


def without(known: Any) -> Any:
    """Returns the classmethod, called without the parameters that localstripe rejects."""

    def call(cls: type, *args: Any, **data: Any) -> Any:
        return known.__func__(cls, *args, **{n: v for n, v in data.items() if n not in UNKNOWN_TO_IT})

    return classmethod(call)


def main() -> None:
    for name in ("_api_create", "_api_list_all"):
        setattr(resources.PaymentIntent, name, without(getattr(resources.PaymentIntent, name)))
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)


if __name__ == "__main__":
    main()
