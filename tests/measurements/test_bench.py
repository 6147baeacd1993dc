"""Tests of the benchmarks, and of the modules that a function loads at its cold start."""

import subprocess
import sys
import time
from itertools import cycle
from pathlib import Path

import pytest

from infra.bench import safeguards
from infra.bench.bundle import add_packages, megabytes
from infra.bench.cold_start import fresh_python
from infra.bench.cpu_time import quiet
from infra.bench.ministack import document
from infra.bench.pairs import ratio
from infra.bench.processes import cost_of
from infra.bench.safeguards import ship
from infra.cost.outcomes import run_with_batch_size
from infra.local.aws.clients import client
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import InProcess
from infra.local.model.stack import Function
from infra.local.provisioning.template import load
from infra.shared.root import ROOT

UNUSED = {
    "stripe": "the sandbox charges in these runs",
    "requests": "only Stripe's library uses it",
    # Powertools loads all its models with its batch processor if pydantic was imported earlier.
    "aws_lambda_powertools.utilities.parser.models": "they make the start of a consumer 6 % longer",
}
LOADED = (
    "import importlib, json, sys; importlib.import_module(sys.argv[1]); print(json.dumps(list(sys.modules)))"
)
FILES = """
import importlib, json, sys
importlib.import_module(sys.argv[1])
print(json.dumps([file for module in sys.modules.values() if (file := getattr(module, "__file__", None))]))
"""
MODELS = """
import importlib, json, sys
importlib.import_module(sys.argv[1])
from contracts.envelope import Event
print(json.dumps([model.__name__ for model in Event.__subclasses__()]))
"""


pytestmark = pytest.mark.proof


@pytest.fixture(scope="module")
def functions() -> dict[str, Function]:
    with patched_moto():
        return InProcess().stack.functions


def test_no_function_loads_an_unused_module(bundle: Path, functions: dict[str, Function]) -> None:
    starts = {function.handler.rpartition(".")[0]: function for function in functions.values()}
    loaded = {
        module: set(fresh_python(bundle, function, LOADED, module)) for module, function in starts.items()
    }
    assert loaded
    assert {module: needless for module, all_ in loaded.items() if (needless := all_ & set(UNUSED))} == {}


@pytest.mark.parametrize("name", ["OrderConsumer", "PaymentConsumer", "ShippingConsumer"])
def test_a_consumer_builds_no_model_of_an_event_before_the_first_event(
    bundle: Path, functions: dict[str, Function], name: str
) -> None:
    module = functions[name].handler.rpartition(".")[0]
    assert fresh_python(bundle, functions[name], MODELS, module) == ["Event[Any]"]


def test_a_ratio_is_the_median_of_all_pairs_except_the_first() -> None:
    ones, others = iter([99.0, 2.0, 6.0, 40.0]), cycle([1.0, 1.0, 2.0, 4.0])
    assert ratio(lambda: next(ones), lambda: next(others), 3) == 3.0


def test_a_function_starts_with_the_bundle_alone(bundle: Path, functions: dict[str, Function]) -> None:
    """Every loaded module is in the bundle or in Python's library. No module is in .venv."""
    files = fresh_python(bundle, functions["OrderApi"], FILES, "order.api")
    assert [file for file in files if "-packages" in file] == []
    for module in ("order/api.py", "pydantic/__init__.py", "boto3/__init__.py", "botocore/__init__.py"):
        assert str(bundle / module) in files


def test_a_bundle_of_packages_has_their_dependencies(tmp_path: Path) -> None:
    add_packages(tmp_path, "boto3")
    assert {"boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six.py", "urllib3"} <= {
        path.name for path in tmp_path.iterdir()
    }
    assert megabytes(tmp_path) > 10


@pytest.mark.parametrize("safe", [True, False])
def test_ten_orders_are_shipped_with_and_without_safeguards(safe: bool) -> None:
    with patched_moto(), quiet():
        world = run_with_batch_size(10)
        ship(world, safe=safe)
        (table,) = [name for name in world.stack.tables.values() if name.endswith("OrderTable")]
        items = client("dynamodb").scan(TableName=table)["Items"]
    assert len(items) == 10
    assert all("outbox" in item for item in items) == safe
    assert all("shipment.dispatched" in str(item) for item in items)


@pytest.mark.parametrize("batch", [1, 10])
def test_safeguards_add_at_most_three_calls_in_ten(batch: int) -> None:
    assert 1 < safeguards.calls(batch) <= 1.3


@pytest.mark.parametrize("batch", [1, 10])
def test_safeguards_cost_at_most_three_tenths_of_the_price(batch: int) -> None:
    assert 1 < safeguards.price(batch) <= 1.3


def test_the_cost_of_a_process_includes_its_descendants() -> None:
    child = "import sys; sys.stdin.read()"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with subprocess.Popen([sys.executable, "-c", parent], stdin=subprocess.PIPE) as process:
        deadline = time.monotonic() + 10
        while (cost := cost_of(process.pid)).processes < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert cost.processes == 2
        assert cost.memory_kilobytes > 1000


def test_ministack_gets_every_route_and_every_mapping() -> None:
    template = load(ROOT / "template.yaml")
    with patched_moto():
        stack = InProcess().stack
    given = document(template)["Resources"].values()
    routes = [r["Properties"]["RouteKey"] for r in given if r["Type"] == "AWS::ApiGatewayV2::Route"]
    assert sorted(routes) == sorted(route.key for route in stack.routes)
    assert sum(r["Type"] == "AWS::Lambda::EventSourceMapping" for r in given) == len(stack.sources)
