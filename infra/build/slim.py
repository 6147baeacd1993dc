"""`make sam-build`: takes out of the bundles what botocore knows of services that no function may call.

Which it may call follows from the functions' roles: IAM would refuse a client of another service anyway. Each
start lists those services' folders, and each client that is made reads the endpoints of them all.
"""

import json
import shutil
import sys
from collections.abc import Iterator, Set
from pathlib import Path
from typing import Any

from botocore.loaders import Loader

from infra.local.provisioning.errors import TemplateError
from infra.local.provisioning.model import Template
from infra.local.provisioning.template import load

FOLDERS = {"states": "stepfunctions"}
"""botocore's name of a service where IAM has another for its actions."""


class NotUnderstood(Exception):
    """It cannot be told which services are called: the message says what to do."""


def main() -> None:
    """Slims each function of the built template in a folder, the only argument."""
    try:
        template = load(Path(sys.argv[1], "template.yaml"))
        services = called(template)
        for bundle in template.code.values():
            slim(bundle, services)
    except (NotUnderstood, TemplateError) as error:
        sys.exit(str(error))


def called(template: Template) -> set[str]:
    """The services that functions may call, by their roles; by the names that botocore has for them."""
    functions = [r for r in template.resources.values() if r["Type"] == "AWS::Lambda::Function"]
    roles = {function["Properties"]["Role"]["Fn::GetAtt"][0] for function in functions}
    prefixes = {action.partition(":")[0] for role in roles for action in _actions(template, role)}
    return {FOLDERS.get(prefix, prefix) for prefix in prefixes}


def _actions(template: Template, role: str) -> Iterator[str]:
    properties = template.resources[role]["Properties"]
    if "ManagedPolicyArns" in properties:
        raise NotUnderstood(f"{role}: a managed policy's actions are not seen here; name them in the role")
    yield from _under("Action", properties.get("Policies", []))


def _under(name: str, node: Any) -> Iterator[str]:
    """All strings under a key, in every branch of a condition: what is built knows no parameters yet."""
    if isinstance(node, list):
        for each in node:
            yield from _under(name, each)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == name:
                yield from [value] if isinstance(value, str) else value
            else:
                yield from _under(name, value)


def slim(bundle: Path, services: Set[str]) -> None:
    """Leaves botocore the descriptions of these services only, and their endpoints in every partition."""
    data = bundle / "botocore" / "data"
    folders = {path.name: path for path in data.iterdir() if path.is_dir()}
    if unknown := services - folders.keys():
        raise NotUnderstood(
            f"botocore describes no service {', '.join(sorted(unknown))}, whose actions a role allows: "
            "say in FOLDERS of infra/build/slim.py which folder of botocore/data it is"
        )
    for name in folders.keys() - services:
        shutil.rmtree(folders[name])
    _slim_endpoints(data, services)


def _slim_endpoints(data: Path, services: Set[str]) -> None:
    loader = Loader([str(data)], include_default_search_paths=False)
    models = [loader.load_service_model(service, "service-2") for service in services]
    prefixes = {model["metadata"]["endpointPrefix"] for model in models}
    path = data / "endpoints.json"
    endpoints = json.loads(path.read_text())
    for partition in endpoints["partitions"]:
        known = partition["services"].items()
        partition["services"] = {name: service for name, service in known if name in prefixes}
    path.write_text(json.dumps(endpoints, separators=(",", ":")))


if __name__ == "__main__":
    main()
