"""Price lists: the price of each billable unit, and the assumed durations of invocations and calls."""

from pathlib import Path

from pydantic import BaseModel

from infra.cost.units import Bill
from infra.cost.work import Invocation

LIST = Path(__file__).with_name("prices.json")
MILLION = 1_000_000


class Price(BaseModel):
    per_million: float
    source: str


class Assumed(BaseModel):
    milliseconds_an_invocation: float
    milliseconds_an_aws_call: float


class Prices(BaseModel):
    """A price list: the price of a million of each unit, and assumed durations."""

    region: str
    currency: str
    read_on: str
    prices: dict[str, Price]
    assumed: Assumed

    def of(self, units: Bill) -> float:
        """The price of these units. Raises KeyError for a unit that the list lacks."""
        return sum(number * self.prices[item.unit].per_million / MILLION for item, number in units.items())

    def milliseconds(self, invocation: Invocation) -> float:
        """The assumed duration of an invocation on AWS."""
        each = self.assumed.milliseconds_an_aws_call
        return self.assumed.milliseconds_an_invocation + each * invocation.calls
