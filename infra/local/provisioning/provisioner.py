"""Creates a template's resources: on moto through boto3, or as descriptions for what we play ourselves.

A resource is played as its family's `Kind` says, is accepted with the reason, or is refused.
"""

from collections.abc import Mapping

from infra.local.provisioning.errors import Refused, TemplateError
from infra.local.provisioning.kinds import Declared
from infra.local.provisioning.registry import KINDS
from infra.local.provisioning.resolver import Resolver
from infra.local.provisioning.shapes import check_fields
from infra.local.provisioning.template import Template
from infra.local.stack import Resource, Stack


class Provisioner:
    """Creates the resources of one template, each when it is first needed."""

    def __init__(
        self, template: Template, stack_name: str, endpoint: str, imports: Mapping[str, str] | None = None
    ) -> None:
        self._template, self._endpoint = template, endpoint
        self._stack = Stack(stack_name)
        self._resolver = Resolver(template, stack_name, self._create, imports)

    def provision(self) -> Stack:
        """Raises TemplateError for what cannot be played, or breaks a rule of the template."""
        self._check_rules()
        for logical_id, resource in self._template.resources.items():
            if "Condition" not in resource or self._resolver.condition(resource["Condition"]):
                self._resolver.resource(logical_id)
        for name, output in self._template.outputs.items():
            self._stack.outputs[name] = self._resolver.resolve(output["Value"])
            if "Export" in output:
                export = self._resolver.resolve(output["Export"]["Name"])
                self._stack.exports[export] = self._stack.outputs[name]
        return self._stack

    def _check_rules(self) -> None:
        for name, rule in self._template.rules.items():
            if self._resolver.resolve(rule.get("RuleCondition", True)):
                for assertion in rule["Assertions"]:
                    if not self._resolver.resolve(assertion["Assert"]):
                        raise TemplateError(f"{name}: {assertion.get('AssertDescription', 'a broken rule')}")

    def _create(self, logical_id: str) -> Resource:
        resource = self._template.resources[logical_id]
        try:
            return self._created(logical_id, resource["Type"], resource.get("Properties", {}))
        except Refused as reason:
            raise TemplateError(f"{self._template.path}: {logical_id}: {reason}") from None

    def _created(self, logical_id: str, type_: str, properties: Mapping[str, object]) -> Resource:
        kind = KINDS.get(type_)
        if kind is None:
            raise Refused(f"{type_} cannot be played locally; remove it, or play it in {__package__}")
        if not kind.not_played:
            properties = self._resolver.resolve(properties)
            played = {name: value for name, value in properties.items() if name not in kind.left_out}
            check_fields("", played, kind.played, kind.required)
        declared = Declared(logical_id, type_, properties, self._template, self._stack, self._endpoint)
        described = kind.describe(declared)
        if kind.not_played:
            return described
        self._stack.resources[logical_id] = created = kind.create(declared, described)
        return created


def remove(stack: Stack) -> None:
    """Deletes what a stack created, last created first: nothing then refers to what is deleted."""
    for resource in reversed(stack.resources.values()):
        KINDS[resource.type].remove(resource)
