"""Creates the resources of a template: in moto through boto3, or in the `Stack` for what moto does not run.

The `ResourceType` of a resource says whether the local run supports or ignores it; other types are errors.
"""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.model.stack import Resource, Stack
from infra.local.provisioning.errors import PropertyError, TemplateError
from infra.local.provisioning.intrinsics import IntrinsicFunctionError, as_boolean
from infra.local.provisioning.model import Template
from infra.local.provisioning.registry import RESOURCE_TYPES, advice
from infra.local.provisioning.resolver import Resolver
from infra.local.provisioning.resource_types import ResourceDefinition
from infra.local.provisioning.shapes import any_value, map_of, strict_object


class Provisioner:
    """Creates the resources of one template. A reference to a resource creates it first."""

    def __init__(
        self, template: Template, stack_name: str, endpoint: str, imports: Mapping[str, str] | None = None
    ) -> None:
        self._template, self._endpoint, self._imports = template, endpoint, imports or {}
        self._stack = Stack(stack_name)
        self._resolver = Resolver(template, self._stack, self._create, imports)

    def provision(self) -> Stack:
        """Creates all resources and outputs. After an error it deletes what it has created.

        Raises TemplateError for a part that is not supported, that AWS rejects, or that breaks a rule.
        """
        try:
            self._check_rules()
            for logical_id in self._template.resources:
                with self._location(logical_id):
                    if self._resolver.exists(logical_id):
                        self._resolver.resource(logical_id)
            for name, output in self._template.outputs.items():
                with self._location(f"Outputs.{name}"):
                    self._add_output(name, output)
        except BaseException:
            remove(self._stack)
            raise
        return self._stack

    def _check_rules(self) -> None:
        for name, rule in self._template.rules.items():
            with self._location(f"Rules.{name}"):
                if self._holds(rule.get("RuleCondition", True)):
                    for assertion in rule["Assertions"]:
                        if not self._holds(assertion["Assert"]):
                            raise PropertyError(
                                str(assertion.get("AssertDescription", "the parameters break this rule"))
                            )

    def _holds(self, condition: Any) -> bool:
        return as_boolean(self._resolver.resolve(condition))

    def _add_output(self, name: str, output: Mapping[str, Any]) -> None:
        if "Condition" in output and not self._resolver.condition(output["Condition"]):
            return
        self._stack.outputs[name] = value = self._resolver.text(output["Value"], "Value")
        if "Export" in output:
            export = self._resolver.text(output["Export"]["Name"], "Export.Name")
            if export in self._imports or export in self._stack.exports:
                raise PropertyError(f"Export.Name {export} is exported already; choose another name")
            self._stack.exports[export] = value

    def _create(self, logical_id: str) -> Resource:
        with self._location(logical_id):
            return self._created(logical_id, self._template.resources[logical_id])

    def _created(self, logical_id: str, resource: Mapping[str, Any]) -> Resource:
        type_, properties = resource["Type"], resource.get("Properties", {})
        resource_type = RESOURCE_TYPES.get(type_)
        if resource_type is None:
            raise PropertyError(f"{type_} is not supported locally; {advice(type_)}")
        depends = resource.get("DependsOn", [])
        for other in [depends] if isinstance(depends, str) else depends:
            if self._resolver.exists(other):
                self._resolver.resource(other)
        if not resource_type.why_ignored:
            resolved = map_of(any_value)("Properties", self._resolver.resolve(properties))
            supported = {name: value for name, value in resolved.items() if name not in resource_type.ignored}
            properties = strict_object(resource_type.required, **resource_type.supported)("", supported)
        definition = ResourceDefinition(
            logical_id, type_, properties, self._template, self._stack, self._endpoint
        )
        described = resource_type.describe(definition)
        if resource_type.why_ignored:
            return described
        self._stack.resources[logical_id] = created = resource_type.create(definition, described)
        return created

    @contextlib.contextmanager
    def _location(self, where: str) -> Iterator[None]:
        """Raises each error as a TemplateError that names the file and the resource."""
        place = f"{self._template.path}: {self._template.label(where)}"
        try:
            yield
        except TemplateError:
            raise
        except (PropertyError, IntrinsicFunctionError) as reason:
            raise TemplateError(f"{place}: {reason}") from None
        except (BotoCoreError, ClientError) as error:
            message = error.response["Error"]["Message"] if isinstance(error, ClientError) else str(error)
            raise TemplateError(
                f"{place}: AWS rejects it: {' '.join(message.split())}; correct it"
            ) from error
        except Exception as error:
            raise TemplateError(
                f"{place}: creating it failed with {' '.join(repr(error).split())}, which is a defect of the "
                "local run; please report it with the template"
            ) from error


def remove(stack: Stack) -> None:
    """Deletes the resources of a stack, last created first, so that no remaining resource refers to them."""
    for resource in reversed(stack.resources.values()):
        RESOURCE_TYPES[resource.type].remove(resource)
