"""Create a token for a customer or an operator of a local run with --tokens.

`choreo place` reads the token from CHOREO_TOKEN. The token is valid for an hour, and only for that run.

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
from infra.local.http.tokens import PREFIX
from infra.shared.display import print_json
from infra.shared.operators import OPERATE

JSON = "print one JSON document"
SUMMARY = "create a token for a local run with --tokens"
TIMEOUT_SECONDS = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("customer", metavar="CUSTOMER", help="the customer's id (the token's sub)")
    parser.add_argument(
        "--operator",
        action="store_true",
        help="allow the token to see and cancel the orders of all customers",
    )


def run(deployed: Deployed, arguments: argparse.Namespace) -> int:
    if deployed.endpoint is None:
        raise CommandError("on AWS, the issuer of the stack's parameter JwtIssuer creates the tokens")
    wanted = {"sub": arguments.customer} | ({"scope": OPERATE} if arguments.operator else {})
    url = f"{deployed.endpoint.rstrip('/')}{PREFIX}/token"
    try:
        with urllib.request.urlopen(url, urlencode(wanted).encode(), timeout=TIMEOUT_SECONDS) as answer:
            token = json.load(answer)["access_token"]
    except urllib.error.HTTPError as error:
        error.close()
        refused = f"{url} answered {error.code}: start the local run with `make run RUN=--tokens`"
        raise CommandError(refused) from error
    except OSError as error:
        raise CommandError(f"nothing answers at {url}: {error}") from error
    if arguments.json:
        print_json({"access_token": token})
    else:
        print(token)
    return 0
