"""The check that the code's contracts break no published one. It needs no sample events."""

import json
import subprocess
from pathlib import Path

from contracts.catalogue import EVENTS
from infra.contracts.compatibility import Incompatible, refuse, refuse_change
from infra.contracts.http_compatibility import refuse_http
from infra.contracts.openapi import openapi
from infra.contracts.schemas import schemas
from infra.contracts.template_topology import template_topology

FOLDER = Path(__file__).parent / "published"


def check(folder: Path = FOLDER) -> None:
    """Raises Incompatible if the code's contracts break the published ones.

    A published schema must not change, and a newer one must not break an older one of its major version. Each
    published event must still exist, and the HTTP API must not break its callers.
    """
    published = published_schemas(folder)
    for kind in sorted({path.parent.name for path in published} - EVENTS.keys()):
        raise Incompatible(
            f"{kind}: this event type was removed, but its events may be in flight. "
            f"If it was never deployed, delete infra/contracts/published/{kind}."
        )
    for path, schema in schemas().items():
        kind, _, version = path.partition("/")
        major = version.partition(".")[0]
        for baseline in published:
            if baseline.parent.name == kind and baseline.name.startswith(f"{major}."):
                refuse(kind, json.loads(baseline.read_text()), schema, template_topology())
        if folder / path in published:
            refuse_change(json.loads((folder / path).read_text()), schema)
    for baseline in folder.glob("openapi.json"):
        refuse_http(json.loads(baseline.read_text()), openapi(template_topology()))


def published_schemas(folder: Path) -> list[Path]:
    """The schemas in the folder that git's last commit has: a new one may change until it is committed.

    All schemas if no commit has one, as in an unpacked archive.
    """
    found = sorted(folder.glob("*/*.json"))
    committed = _committed(folder)
    return [file for file in found if not committed or file.relative_to(folder).as_posix() in committed]


def _committed(folder: Path) -> set[str]:
    """The paths in the folder that git's last commit has. Empty if the folder is in no git repository."""
    command = ["git", "-C", str(folder), "ls-tree", "-r", "-z", "--name-only", "HEAD", "."]
    try:
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return set()
    return set(filter(None, listed.split("\0")))
