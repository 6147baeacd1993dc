"""`make sam-build`: removes botocore's descriptions of services that no function may call from the bundles.

The functions' roles say which services they may call: IAM denies calls to all others. Without this step, each
cold start lists the folders of all services, and each new client reads the endpoints of all services.
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
"""botocore's name of a service, by the prefix of its IAM actions, where the two differ."""


class UnsupportedRole(Exception):
    """The roles do not say which services the functions call. The message says what to do."""


def main() -> None:
    """Slims the bundle of each function in a build folder, which is the only argument."""
    try:
        template = load(Path(sys.argv[1], "template.yaml"))
        services = called(template)
        for bundle in template.code.values():
            slim(bundle, services)
    except (UnsupportedRole, TemplateError) as error:
        sys.exit(str(error))


def called(template: Template) -> set[str]:
    """botocore's names of the services that the functions' roles allow."""
    functions = [r for r in template.resources.values() if r["Type"] == "AWS::Lambda::Function"]
    roles = {function["Properties"]["Role"]["Fn::GetAtt"][0] for function in functions}
    prefixes = {action.partition(":")[0] for role in roles for action in _actions(template, role)}
    return {FOLDERS.get(prefix, prefix) for prefix in prefixes}


def _actions(template: Template, role: str) -> Iterator[str]:
    properties = template.resources[role]["Properties"]
    if "ManagedPolicyArns" in properties:
        raise UnsupportedRole(
            f"{role}: write the managed policy's actions into the role: slim.py cannot read it"
        )
    yield from _under("Action", properties.get("Policies", []))


def _under(name: str, node: Any) -> Iterator[str]:
    """All strings below a key, in every branch of a condition, because a build has no parameters yet."""
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
    """Removes all descriptions and endpoints from botocore except those of these services."""
    data = bundle / "botocore" / "data"
    folders = {path.name: path for path in data.iterdir() if path.is_dir()}
    if unknown := services - folders.keys():
        raise UnsupportedRole(
            f"a role allows actions of {', '.join(sorted(unknown))}, which botocore does not have: "
            "add the service's folder in botocore/data to FOLDERS in infra/build/slim.py"
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
