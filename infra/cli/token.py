"""Make a token for a customer, or an operator, of a local run that asks for tokens.

`choreo place` reads it from CHOREO_TOKEN. It is valid for an hour, in that run only.

  export CHOREO_TOKEN=$(choreo token ada)
  export CHOREO_TOKEN=$(choreo token olga --operator)
"""

import argparse
import json
import urllib.error
import urllib.request
from urllib.parse import urlencode

from infra.cli.deployed import Deployed
from infra.cli.errors import CommandError
from infra.local.http.tokens import OPERATE, PREFIX

SUMMARY = "make a token for a local run that asks for tokens"
TIMEOUT_SECONDS = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("customer", metavar="CUSTOMER", help="whose token (its sub)")
    parser.add_argument(
        "--operator", action="store_true", help="an operator, who sees and cancels all orders"
    )


def run(deployed: Deployed, arguments: argparse.Namespace) -> int:
    if deployed.endpoint is None:
        raise CommandError("on AWS, tokens come from the stack's own JwtIssuer")
    wanted = {"sub": arguments.customer} | ({"scope": OPERATE} if arguments.operator else {})
    url = f"{deployed.endpoint.rstrip('/')}{PREFIX}/token"
    try:
        with urllib.request.urlopen(url, urlencode(wanted).encode(), timeout=TIMEOUT_SECONDS) as answer:
            print(json.load(answer)["access_token"])
    except urllib.error.HTTPError as error:
        error.close()
        refused = f"{url} answered {error.code}: start the local run with `make run RUN=--tokens`"
        raise CommandError(refused) from error
    except OSError as error:
        raise CommandError(f"nothing answers at {url}: {error}") from error
    return 0
