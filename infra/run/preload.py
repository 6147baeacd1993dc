"""Imports the code that this project's functions share, once before their processes are forked."""

import contextlib
import gc

from infra.local.runtime.code import preload
from infra.shared.root import ROOT

PATTERNS = ("contracts/*.py", "*/decisions.py", "order/orders.py", "*/correlation.py")
"""Modules that read no environment variables: a process gets those of its function later.

`order/orders.py` imports most of `choreography`.
"""

gc.disable()  # no module below becomes garbage, so a collection would only take time

preload(ROOT / "functions", PATTERNS)

# pydantic creates the model of an event when the first one is read, and deletes one that nothing refers to.
with contextlib.suppress(Exception):  # the function that imports these modules reports the error
    from contracts.catalogue import EVENTS
    from contracts.envelope import Event

    MODELS = [Event[payload] for payload in EVENTS.values()]  # type: ignore[valid-type]  # known only when running

gc.freeze()  # as in infra/local/runtime/preload.py
gc.enable()
