"""The names in a template's text, to reject a wrong name before a backend answers.

Reading the whole template would take longer than the command; a name that this finds nowhere does not exist.
"""

import re
from pathlib import Path

from infra.local.provisioning.errors import TemplateError


def check(template: Path, service: str, debug: str | None) -> None:
    """Raises TemplateError if the template has no such service, or no such function to debug.

    Without a template in this folder, the backend checks the names later.
    """
    try:
        text = template.read_text()
    except OSError:
        return
    services = dict.fromkeys(re.findall(r"POWERTOOLS_SERVICE_NAME: *[\"']?([\w-]+)", text))
    resources = re.findall(r"^  (\w+):", text, re.MULTILINE)
    if services and service not in {*services, *resources}:
        raise TemplateError(f"there is no service {service}; the services are {', '.join(services)}")
    if debug is not None and debug not in resources:
        raise TemplateError(f"--debug {debug}: {template} has no such function")
