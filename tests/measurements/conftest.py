"""Skips the tests of exact numbers in a project that delivers more events than this repository does.

Each further subscription is more work for an order. What it may cost is then the project's to state.
"""

import pytest

from infra.findings.events import filters
from infra.local.in_process import ROOT
from infra.local.provisioning.reading import read

MEASURED = {
    "OrderExpiryFromOrder": 1,
    "OrderFromPayment": 4,
    "OrderFromShipping": 4,
    "PaymentFromOrder": 1,
    "PaymentFromShipping": 2,
    "ShippingFromOrder": 2,
    "ShippingFromPayment": 2,
}
"""The number of event types in each filter policy of the project whose numbers the tests state."""
EXACT = ("test_work.py", "test_cost.py", "test_scale.py", "test_bench.py")
REASON = "template.yaml has other subscriptions than those whose work these tests state"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    types = dict(filters(read(ROOT / "template.yaml")["Resources"]))
    if {name: len(kinds) for name, kinds in types.items()} == MEASURED:
        return
    for item in items:
        if item.path.name in EXACT and item.path.parent.name == "measurements":
            item.add_marker(pytest.mark.skip(reason=REASON))
