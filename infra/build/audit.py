"""`make audit`: reports the known vulnerabilities of all locked packages.

It fails if no vulnerability service answered. pip-audit has to be strict: otherwise it skips packages that
the service does not know, and behind a mirror of PyPI these may be all packages.
"""

import json
import os
import subprocess
import sys
from typing import Any

from infra.shared.root import ROOT

LOCKS = (
    "requirements.txt",
    "functions/requirements.txt",
    "infra/build/checks.txt",
    "infra/build/sam-cli.txt",
    "infra/build/uv.txt",
    "infra/build/audit.txt",
    "infra/bench/ministack.txt",
    "tests/contracts/asyncapi/node.txt",
)
SERVICES = ("pypi", "osv")
"""The vulnerability services, in the order in which pip-audit queries them until one answers."""
VULNERABLE, NOT_AUDITED = 1, 2

Dependencies = list[dict[str, Any]]
"""The packages of pip-audit's JSON, each with name, version and `vulns`."""


def main() -> int:
    """Exit codes: 0 no known vulnerability, 1 a vulnerability, 2 a lock file was not audited.

    Environment: AUDIT_OFFLINE=allowed changes 2 to 0, for a machine that reaches no service.
    """
    codes = {_audit(lock) for lock in LOCKS}
    if VULNERABLE in codes:
        return VULNERABLE
    if NOT_AUDITED in codes and os.environ.get("AUDIT_OFFLINE") != "allowed":
        return NOT_AUDITED
    return 0


def _audit(lock: str) -> int:
    for service in SERVICES:
        if dependencies := ask(service, lock):
            break
    else:
        print(f"NOT AUDITED: {lock}: no vulnerability service answered ({', '.join(SERVICES)})")
        return NOT_AUDITED
    found = [(dependency, vuln) for dependency in dependencies for vuln in dependency["vulns"]]
    for dependency, vuln in found:
        fixed = ", ".join(vuln["fix_versions"]) or "no version yet"
        print(f"{lock}: {dependency['name']} {dependency['version']}: {vuln['id']}, fixed in {fixed}")
    print(f"{lock}: {len(dependencies)} packages, {len(found)} known vulnerabilities")
    return VULNERABLE if found else 0


def ask(service: str, lock: str) -> Dependencies:
    """pip-audit's result for a lock file and this Python; empty unless the service knows every package."""
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--vulnerability-service",
        service,
        "--progress-spinner",
        "off",
    ]
    options = ["--strict", "--disable-pip", "--require-hashes", "--format", "json", "--requirement", lock]
    answer = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True, check=False)
    try:
        dependencies: Dependencies = json.loads(answer.stdout)["dependencies"]
    except ValueError:
        return []
    return dependencies


if __name__ == "__main__":
    sys.exit(main())
