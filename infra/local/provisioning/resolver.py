"""Resolves a template's values: intrinsic functions, and dynamic references in text.

A resource is created when it is first referred to.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.stack import Resource, Stack
from infra.local.provisioning import dynamic
from infra.local.provisioning.errors import Refused
from infra.local.provisioning.intrinsics import FUNCTIONS, Misused, as_text, listed, truth
from infra.local.provisioning.model import Template
from infra.local.provisioning.shapes import shown, within

_NO_VALUE = object()
_VARIABLE = re.compile(r"\$\{([^}]*)\}")


class Resolver:
    """Resolves the values of one template, as a stack of this name."""

    def __init__(
        self,
        template: Template,
        stack: Stack,
        create: Callable[[str], Resource],
        imports: Mapping[str, str] | None = None,
    ) -> None:
        self._template, self._create, self._imports = template, create, imports or {}
        self._created: dict[str, Resource] = {}
        self._conditions: dict[str, bool] = {}
        self._under_way: list[str] = []
        self._pseudo = {
            "AWS::AccountId": ACCOUNT,
            "AWS::NotificationARNs": [],
            "AWS::NoValue": _NO_VALUE,
            "AWS::Partition": "aws",
            "AWS::Region": REGION,
            "AWS::StackId": stack.id,
            "AWS::StackName": stack.name,
            "AWS::URLSuffix": "amazonaws.com",
        }
        # These decide themselves which of their arguments are resolved.
        self._functions: dict[str, Callable[[Any, str], Any]] = {
            "Condition": self._condition,
            "Fn::FindInMap": self._find_in_map,
            "Fn::GetAtt": self._get_att,
            "Fn::If": self._if,
            "Fn::ImportValue": self._import,
            "Fn::Sub": self._sub,
            "Ref": self._ref,
        }

    def resource(self, logical_id: str) -> Resource:
        """The resource, created now if it was not yet. Raises Refused if its condition is false."""
        if logical_id in self._created:
            return self._created[logical_id]
        if not self.exists(logical_id):
            condition = self._template.resources[logical_id]["Condition"]
            raise Refused(
                f"{logical_id} is not created, as its condition {condition} is false; refer to it by Fn::If"
            )
        with_it = [*self._under_way, logical_id]
        if logical_id in self._under_way:
            raise Refused(f"{' → '.join(with_it)} refer to each other in a circle; break it")
        self._under_way.append(logical_id)
        try:
            self._created[logical_id] = self._create(logical_id)
        finally:
            self._under_way.pop()
        return self._created[logical_id]

    def exists(self, logical_id: str) -> bool:
        """Whether the resource's condition holds, if it has one."""
        condition = self._template.resources[logical_id].get("Condition")
        return condition is None or self.condition(condition)

    def condition(self, name: str) -> bool:
        """Raises Refused for a condition that is not there, is of another shape, or refers to itself."""
        if name not in self._template.conditions:
            raise Refused(f"there is no condition {name}; correct the name")
        if name not in self._conditions:
            with_it = [*self._under_way, name]
            if name in self._under_way:
                raise Refused(f"Conditions: {' → '.join(with_it)} refer to each other in a circle; break it")
            self._under_way.append(name)
            path = f"Conditions.{name}"
            try:
                self._conditions[name] = truth(self.resolve(self._template.conditions[name], path))
            except Misused as problem:
                raise Refused(f"{path}: {problem}") from None
            finally:
                self._under_way.pop()
        return self._conditions[name]

    def resolve(self, value: Any, path: str = "") -> Any:
        """The value with all intrinsic functions resolved. Raises Refused, which names the path."""
        if isinstance(value, Mapping):
            name = next(iter(value), "")
            is_function = name in self._functions or name.startswith("Fn::")
            # A policy has an object as its condition, too.
            if len(value) == 1 and is_function and (name != "Condition" or isinstance(value[name], str)):
                return self._called(name, value[name], path)
            resolved = {key: self.resolve(item, within(path, key)) for key, item in value.items()}
            return {key: item for key, item in resolved.items() if item is not _NO_VALUE}
        if isinstance(value, list):
            items = [self.resolve(item, f"{path}[{index}]") for index, item in enumerate(value)]
            return [item for item in items if item is not _NO_VALUE]
        return dynamic.resolved(value, path) if isinstance(value, str) else value

    def text(self, value: Any, path: str) -> str:
        """A value that has to be text. Raises Refused."""
        try:
            return as_text(self.resolve(value, path))
        except Misused as problem:
            raise Refused(f"{path}: {problem}") from None

    def _called(self, name: str, argument: Any, path: str) -> Any:
        try:
            if name in self._functions:
                return self._functions[name](argument, path)
            if name in FUNCTIONS:
                return FUNCTIONS[name](self.resolve(argument, path))
            raise Misused("this function cannot be played locally; write out what it gives")
        except Misused as problem:
            raise Refused(f"{path}: {name}: {problem}") from None

    def _condition(self, argument: Any, _: str) -> bool:
        return self.condition(argument)

    def _if(self, argument: Any, path: str) -> Any:
        name, chosen, otherwise = listed(argument, 3)
        return self.resolve(chosen if self.condition(as_text(name)) else otherwise, path)

    def _ref(self, argument: Any, path: str) -> Any:
        name = as_text(self.resolve(argument, path))
        if name in self._pseudo:
            return self._pseudo[name]
        if name in self._template.parameters:
            return self._template.parameters[name]
        if name in self._template.resources:
            return self.resource(name).id
        raise Misused(f"there is no parameter or resource {name}; correct the name")

    def _get_att(self, argument: Any, path: str) -> str:
        pair = argument.split(".", 1) if isinstance(argument, str) else argument
        logical_id, attribute = (as_text(self.resolve(each, path)) for each in listed(pair, 2))
        if logical_id not in self._template.resources:
            raise Misused(f"there is no resource {logical_id}; correct the name")
        attributes = self.resource(logical_id).attributes
        if attribute not in attributes:
            known = ", ".join(attributes) or "no attribute"
            raise Misused(
                f"{logical_id} has no attribute {attribute} that can be played locally, but {known}"
            )
        return attributes[attribute]

    def _sub(self, argument: Any, path: str) -> str:
        pattern, given = (argument, {}) if isinstance(argument, str) else listed(argument, 2)
        if not isinstance(pattern, str) or not isinstance(given, Mapping):
            raise Misused(f"it takes text and an object, not {shown(pattern)} and {shown(given)}")

        def one(match: re.Match[str]) -> str:
            name = match.group(1).strip()
            if name.startswith("!"):
                return "${" + name[1:] + "}"
            if name in given:
                return as_text(self.resolve(given[name], path))
            return as_text(self._get_att(name, path) if "." in name else self._ref(name, path))

        return dynamic.resolved(_VARIABLE.sub(one, pattern), path)

    def _find_in_map(self, argument: Any, path: str) -> Any:
        keys = [as_text(self.resolve(each, path)) for each in listed(argument, 3, 4)[:3]]
        found: Any = self._template.mappings
        for key in keys:
            if not isinstance(found, Mapping) or key not in found:
                if len(argument) == 4 and isinstance(argument[3], Mapping) and "DefaultValue" in argument[3]:
                    return self.resolve(argument[3]["DefaultValue"], path)
                raise Misused(f"there is no {'.'.join(keys)} in Mappings; correct the keys")
            found = found[key]
        return self.resolve(found, path)

    def _import(self, argument: Any, path: str) -> str:
        name = as_text(self.resolve(argument, path))
        if name not in self._imports:
            raise Misused(f"no running stack exports {name}; let the stack that exports it join first")
        return self._imports[name]
