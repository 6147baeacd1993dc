"""The content of a SnapStart snapshot, and the values that must differ after each restore."""

from pathlib import Path

import pytest

from infra.bench.cold_start import fresh_python
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import InProcess
from infra.local.model.stack import Function

pytestmark = pytest.mark.proof

START = """
import importlib, json, random, sys
importlib.import_module(sys.argv[1])
from choreography import aws
from snapshot_restore_py import get_after_restore, get_before_snapshot
for hook, arguments, named in get_before_snapshot():
    hook(*arguments, **named)
names = ("dynamodb", "secretsmanager", "sns", "sqs")
services = [name for name in names if getattr(aws, name).cache_info().currsize]
connections = [list(getattr(aws, name)()._endpoint.http_session._manager.pools.keys()) for name in services]
drawn = set()
for _ in range(2):
    random.seed(1)
    for hook, arguments, named in get_after_restore():
        hook(*arguments, **named)
    drawn.add(random.random())
print(json.dumps([services, connections, len(drawn)]))
"""


@pytest.fixture(scope="module")
def functions() -> dict[str, Function]:
    with patched_moto():
        return InProcess().stack.functions


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("OrderApi", "dynamodb"),
        ("OrderConsumer", "dynamodb"),
        ("OrderExpiry", "dynamodb"),
        ("OrderRelay", "sns"),
        ("PaymentConsumer", "dynamodb"),
        ("PaymentRelay", "sns"),
        ("ShippingConsumer", "dynamodb"),
        ("ShippingRelay", "sns"),
        ("ShippingWebhook", "dynamodb"),
    ],
)
def test_a_snapshot_has_the_client_without_a_connection_and_restores_differ_in_randomness(
    bundle: Path, functions: dict[str, Function], name: str, service: str
) -> None:
    module = functions[name].handler.rpartition(".")[0]
    services, connections, different = fresh_python(bundle, functions[name], START, module)
    assert service in services
    assert not any(connections)
    assert different == 2
