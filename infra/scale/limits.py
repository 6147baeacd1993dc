"""The limits, the need of one order for each, and the orders a second that each limit allows."""

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel

from infra.cost.prices import LIST, Prices
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import InProcess
from infra.local.model.stack import EventSource
from infra.local.provisioning.template import load
from infra.scale.demand import demand
from infra.shared.root import ROOT

PAYMENT = "PaymentConsumer"


class Quota(BaseModel):
    value: int
    source: str


class Assumed(BaseModel):
    milliseconds_a_call_outside: float
    milliseconds_a_refusal: float


class Quotas(BaseModel):
    """A dated list of quotas. Quotas change, and AWS raises most of them on request."""

    region: str
    read_on: str
    quotas: dict[str, Quota]
    assumed: Assumed

    def of(self, name: str) -> int:
        return self.quotas[name].value


@cache
def quotas() -> Quotas:
    return Quotas.model_validate_json(Path(__file__).with_name("quotas.json").read_bytes())


@cache
def mappings() -> dict[str, EventSource]:
    """The event source mapping of each function, with the template's default parameters."""
    with patched_moto():
        return {source.function: source for source in InProcess().stack.sources.values()}


@cache
def maximum_concurrency() -> dict[str, int]:
    """MaximumConcurrency of each function's queue, with the template's default parameters.

    It comes from the template, because the local run has no concurrency limit.
    """
    template = load(ROOT / "template.yaml")
    found = {}
    for function, source in mappings().items():
        scaling = template.resources[source.logical_id]["Properties"].get("ScalingConfig")
        if scaling is not None:
            found[function] = int(str(template.parameters[scaling["MaximumConcurrency"]["Ref"]]))
    return found


@dataclass(frozen=True)
class Limit:
    """A limit. One order a second uses `need` of `allowed`."""

    name: str
    allowed: float
    need: float
    remedy: str

    @property
    def orders(self) -> int:
        """Orders a second that the limit allows."""
        return math.floor(self.allowed / self.need)


def concurrency(function: str) -> float:
    """The function's concurrent executions at one order a second, by Little's law (rate times duration)."""
    assumed = Prices.model_validate_json(LIST.read_bytes()).assumed
    return demand().seconds(
        function,
        assumed.milliseconds_an_aws_call,
        assumed.milliseconds_an_invocation,
        quotas().assumed.milliseconds_a_call_outside,
    )


def limits() -> list[Limit]:
    """All limits, the one that orders reach first at the front."""
    return sorted([*_of_the_template(), *_of_the_account()], key=lambda limit: limit.orders)


def _of_the_template() -> list[Limit]:
    def limit(function: str, most: int) -> Limit:
        parameter = "PaymentConcurrency" if function == PAYMENT else "ConsumerConcurrency"
        remedy = f"raise `{parameter}`, up to {quotas().of('maximum_concurrency'):,}"
        return Limit(f"`MaximumConcurrency` of {function}", most, concurrency(function), remedy)

    return [limit(function, most) for function, most in maximum_concurrency().items()]


def _of_the_account() -> list[Limit]:
    needed, quota = demand(), quotas()
    slowest = max(concurrency(function) for function in mappings())
    found = [
        Limit(
            "Stripe: calls a second",
            quota.of("gateway_calls"),
            needed.outside_calls[PAYMENT],
            "ask Stripe, then `PaymentConcurrency`",
        ),
        Limit(
            "Lambda: concurrent executions",
            quota.of("concurrent_executions"),
            sum(concurrency(function) for function in needed.handled),
            "Service Quotas",
        ),
        Limit(
            "Lambda: batches of one queue at once, at the most that can be set",
            quota.of("maximum_concurrency"),
            slowest,
            "provisioned mode of the mapping, or a second queue by a filter",
        ),
        Limit("API Gateway: requests a second", quota.of("http_requests"), needed.requests, "Service Quotas"),
        Limit("SNS: messages a second", quota.of("sns_messages"), needed.published, "Service Quotas"),
        Limit("SQS: messages in flight of one queue", quota.of("sqs_in_flight"), slowest, "a second queue"),
    ]
    for table, units in needed.write_units.items():
        at_first, later = quota.of("table_write_units_at_first"), quota.of("table_write_units")
        found += [
            Limit(
                f"DynamoDB: {table} on its first day",
                at_first,
                units,
                "warm throughput, or half an hour",
            ),
            Limit(f"DynamoDB: write units a second of {table}", later, units, "Service Quotas"),
        ]
    return found


def relay_records_a_second(records: int) -> float:
    """Events a second that a relay publishes from one shard, with this many records in each invocation."""
    assumed = Prices.model_validate_json(LIST.read_bytes()).assumed
    entries = 10  # of a PublishBatch
    calls = math.ceil(records / entries)
    return 1000 * records / (assumed.milliseconds_an_invocation + calls * assumed.milliseconds_an_aws_call)
