"""Resolves intrinsic functions and dynamic references in the values of a template.

The first reference to a resource creates the resource.
"""

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.stack import Resource, Stack
from infra.local.provisioning import dynamic
from infra.local.provisioning.errors import PropertyError
from infra.local.provisioning.intrinsics import (
    FUNCTIONS,
    IntrinsicFunctionError,
    as_boolean,
    as_list,
    as_text,
)
from infra.local.provisioning.model import Template
from infra.local.provisioning.shapes import describe_value, join_path

_NO_VALUE = object()
_VARIABLE = re.compile(r"\$\{([^}]*)\}")


class Resolver:
    """Resolves the values of one template in one stack."""

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
        self._in_progress: list[str] = []
        self._pseudo = _pseudo_parameters(stack)
        # These functions resolve their own arguments; those in FUNCTIONS get resolved arguments.
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
        """The resource; the first call creates it. Raises PropertyError if its condition is false."""
        if logical_id in self._created:
            return self._created[logical_id]
        if not self.exists(logical_id):
            condition = self._template.resources[logical_id]["Condition"]
            raise PropertyError(
                f"{logical_id} does not exist, because its condition {condition} is false; "
                "use Fn::If for the reference"
            )
        with self._in_progress_as(logical_id, "circular dependency"):
            self._created[logical_id] = self._create(logical_id)
        return self._created[logical_id]

    def exists(self, logical_id: str) -> bool:
        """Whether the resource has no condition, or a condition that is true."""
        condition = self._template.resources[logical_id].get("Condition")
        return condition is None or self.condition(condition)

    def condition(self, name: str) -> bool:
        """The value of a condition. Raises PropertyError if it is missing, malformed or refers to itself."""
        if name not in self._template.conditions:
            raise PropertyError(f"there is no condition {name}; correct the name")
        if name not in self._conditions:
            with self._in_progress_as(name, "Conditions: circular dependency"):
                self._conditions[name] = self._evaluated(name)
        return self._conditions[name]

    def _evaluated(self, name: str) -> bool:
        path = f"Conditions.{name}"
        try:
            return as_boolean(self.resolve(self._template.conditions[name], path))
        except IntrinsicFunctionError as problem:
            raise PropertyError(f"{path}: {problem}") from None

    @contextlib.contextmanager
    def _in_progress_as(self, name: str, problem: str) -> Iterator[None]:
        """Raises PropertyError if the resource or condition is already in progress: it depends on itself."""
        path = [*self._in_progress, name]
        if name in self._in_progress:
            raise PropertyError(f"{problem} {' → '.join(path)}; remove one of the references")
        self._in_progress.append(name)
        try:
            yield
        finally:
            self._in_progress.pop()

    def resolve(self, value: Any, path: str = "") -> Any:
        """The value with all functions and references resolved. Raises PropertyError with the path."""
        if isinstance(value, Mapping):
            name = next(iter(value), "")
            is_function = name in self._functions or name.startswith("Fn::")
            # `Condition` in a policy is an object, not a function with the name of a condition.
            if len(value) == 1 and is_function and (name != "Condition" or isinstance(value[name], str)):
                return self._call(name, value[name], path)
            resolved = {key: self.resolve(item, join_path(path, key)) for key, item in value.items()}
            return {key: item for key, item in resolved.items() if item is not _NO_VALUE}
        if isinstance(value, list):
            items = [self.resolve(item, f"{path}[{index}]") for index, item in enumerate(value)]
            return [item for item in items if item is not _NO_VALUE]
        return dynamic.resolve(value, path) if isinstance(value, str) else value

    def text(self, value: Any, path: str) -> str:
        """The resolved value, which must be text. Raises PropertyError."""
        try:
            return as_text(self.resolve(value, path))
        except IntrinsicFunctionError as problem:
            raise PropertyError(f"{path}: {problem}") from None

    def _call(self, name: str, argument: Any, path: str) -> Any:
        try:
            if name in self._functions:
                return self._functions[name](argument, path)
            if name in FUNCTIONS:
                return FUNCTIONS[name](self.resolve(argument, path))
            raise IntrinsicFunctionError("this function is not supported locally; replace it with its value")
        except IntrinsicFunctionError as problem:
            raise PropertyError(f"{path}: {name}: {problem}") from None

    def _condition(self, argument: Any, _: str) -> bool:
        return self.condition(argument)

    def _if(self, argument: Any, path: str) -> Any:
        name, chosen, otherwise = as_list(argument, 3)
        return self.resolve(chosen if self.condition(as_text(name)) else otherwise, path)

    def _ref(self, argument: Any, path: str) -> Any:
        name = as_text(self.resolve(argument, path))
        if name in self._pseudo:
            return self._pseudo[name]
        if name in self._template.parameters:
            return self._template.parameters[name]
        if name in self._template.resources:
            return self.resource(name).id
        raise IntrinsicFunctionError(f"there is no parameter or resource {name}; correct the name")

    def _get_att(self, argument: Any, path: str) -> str:
        pair = argument.split(".", 1) if isinstance(argument, str) else argument
        logical_id, attribute = (as_text(self.resolve(each, path)) for each in as_list(pair, 2))
        if logical_id not in self._template.resources:
            raise IntrinsicFunctionError(f"there is no resource {logical_id}; correct the name")
        attributes = self.resource(logical_id).attributes
        if attribute not in attributes:
            known = ", ".join(attributes) or "(none)"
            raise IntrinsicFunctionError(
                f"{logical_id} has no attribute {attribute} locally; use one of {known}"
            )
        return attributes[attribute]

    def _sub(self, argument: Any, path: str) -> str:
        pattern, variables = (argument, {}) if isinstance(argument, str) else as_list(argument, 2)
        if not isinstance(pattern, str) or not isinstance(variables, Mapping):
            raise IntrinsicFunctionError(
                f"expected text and an object, found {describe_value(pattern)} and "
                f"{describe_value(variables)}; correct the arguments"
            )

        def substitute(match: re.Match[str]) -> str:
            name = match.group(1).strip()
            if name.startswith("!"):
                return "${" + name[1:] + "}"
            if name in variables:
                return as_text(self.resolve(variables[name], path))
            return as_text(self._get_att(name, path) if "." in name else self._ref(name, path))

        return dynamic.resolve(_VARIABLE.sub(substitute, pattern), path)

    def _find_in_map(self, argument: Any, path: str) -> Any:
        keys = [as_text(self.resolve(each, path)) for each in as_list(argument, 3, 4)[:3]]
        found: Any = self._template.mappings
        for key in keys:
            if not isinstance(found, Mapping) or key not in found:
                if len(argument) == 4 and isinstance(argument[3], Mapping) and "DefaultValue" in argument[3]:
                    return self.resolve(argument[3]["DefaultValue"], path)
                raise IntrinsicFunctionError(f"Mappings has no entry {'.'.join(keys)}; correct the keys")
            found = found[key]
        return self.resolve(found, path)

    def _import(self, argument: Any, path: str) -> str:
        name = as_text(self.resolve(argument, path))
        if name not in self._imports:
            raise IntrinsicFunctionError(
                f"no running stack exports {name}; join the stack that exports it first"
            )
        return self._imports[name]


def _pseudo_parameters(stack: Stack) -> dict[str, Any]:
    return {
        "AWS::AccountId": ACCOUNT,
        "AWS::NotificationARNs": [],
        "AWS::NoValue": _NO_VALUE,
        "AWS::Partition": "aws",
        "AWS::Region": REGION,
        "AWS::StackId": stack.id,
        "AWS::StackName": stack.name,
        "AWS::URLSuffix": "amazonaws.com",
    }
