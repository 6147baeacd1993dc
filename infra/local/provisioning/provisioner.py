"""Creates a template's resources: on moto through boto3, or as descriptions for what we play ourselves.

A resource is played as its family's `Kind` says, is accepted with the reason, or is refused.
"""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.model.stack import Resource, Stack
from infra.local.provisioning.errors import Refused, TemplateError
from infra.local.provisioning.intrinsics import Misused, truth
from infra.local.provisioning.kinds import Declared
from infra.local.provisioning.model import Template
from infra.local.provisioning.registry import KINDS, advice
from infra.local.provisioning.resolver import Resolver
from infra.local.provisioning.shapes import anything, map_of, record


class Provisioner:
    """Creates the resources of one template, each when it is first needed."""

    def __init__(
        self, template: Template, stack_name: str, endpoint: str, imports: Mapping[str, str] | None = None
    ) -> None:
        self._template, self._endpoint, self._imports = template, endpoint, imports or {}
        self._stack = Stack(stack_name)
        self._resolver = Resolver(template, self._stack, self._create, imports)

    def provision(self) -> Stack:
        """Creates everything, or nothing.

        Raises TemplateError for what cannot be played, for what AWS refuses, and for a broken rule.
        """
        try:
            self._check_rules()
            for logical_id in self._template.resources:
                with self._named(logical_id):
                    if self._resolver.exists(logical_id):
                        self._resolver.resource(logical_id)
            for name, output in self._template.outputs.items():
                with self._named(f"Outputs.{name}"):
                    self._add_output(name, output)
        except BaseException:
            remove(self._stack)
            raise
        return self._stack

    def _check_rules(self) -> None:
        for name, rule in self._template.rules.items():
            with self._named(f"Rules.{name}"):
                if self._holds(rule.get("RuleCondition", True)):
                    for assertion in rule["Assertions"]:
                        if not self._holds(assertion["Assert"]):
                            raise Refused(
                                str(assertion.get("AssertDescription", "the parameters break this rule"))
                            )

    def _holds(self, condition: Any) -> bool:
        return truth(self._resolver.resolve(condition))

    def _add_output(self, name: str, output: Mapping[str, Any]) -> None:
        if "Condition" in output and not self._resolver.condition(output["Condition"]):
            return
        self._stack.outputs[name] = value = self._resolver.text(output["Value"], "Value")
        if "Export" in output:
            export = self._resolver.text(output["Export"]["Name"], "Export.Name")
            if export in self._imports or export in self._stack.exports:
                raise Refused(f"Export.Name {export} is exported already; choose another name")
            self._stack.exports[export] = value

    def _create(self, logical_id: str) -> Resource:
        with self._named(logical_id):
            return self._created(logical_id, self._template.resources[logical_id])

    def _created(self, logical_id: str, resource: Mapping[str, Any]) -> Resource:
        type_, properties = resource["Type"], resource.get("Properties", {})
        kind = KINDS.get(type_)
        if kind is None:
            raise Refused(f"{type_} cannot be played locally; {advice(type_)}")
        depends = resource.get("DependsOn", [])
        for other in [depends] if isinstance(depends, str) else depends:
            if self._resolver.exists(other):
                self._resolver.resource(other)
        if not kind.not_played:
            resolved = map_of(anything)("Properties", self._resolver.resolve(properties))
            played = {name: value for name, value in resolved.items() if name not in kind.left_out}
            properties = record(kind.required, **kind.played)("", played)
        declared = Declared(logical_id, type_, properties, self._template, self._stack, self._endpoint)
        described = kind.describe(declared)
        if kind.not_played:
            return described
        self._stack.resources[logical_id] = created = kind.create(declared, described)
        return created

    @contextlib.contextmanager
    def _named(self, where: str) -> Iterator[None]:
        """Turns what goes wrong within into one sentence that names the file and the resource."""
        place = f"{self._template.path}: {self._template.called(where)}"
        try:
            yield
        except TemplateError:
            raise
        except (Refused, Misused) as reason:
            raise TemplateError(f"{place}: {reason}") from None
        except (BotoCoreError, ClientError) as error:
            told = error.response["Error"]["Message"] if isinstance(error, ClientError) else str(error)
            raise TemplateError(f"{place}: AWS refuses it: {' '.join(told.split())}; correct it") from error
        except Exception as error:
            raise TemplateError(
                f"{place}: it cannot be created ({' '.join(repr(error).split())}), which is a fault of the "
                "local run; please report it, with the template"
            ) from error


def remove(stack: Stack) -> None:
    """Deletes what a stack created, last created first: nothing then refers to what is deleted."""
    for resource in reversed(stack.resources.values()):
        KINDS[resource.type].remove(resource)
