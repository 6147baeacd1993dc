"""CloudFormation's intrinsic functions, resolved while the resources that they name are created."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from infra.local.credentials import ACCOUNT, REGION
from infra.local.provisioning.errors import TemplateError
from infra.local.provisioning.template import Template, as_text
from infra.local.stack import Resource

_NO_VALUE = object()


class Resolver:
    """Resolves values; a resource is created when it is first referred to."""

    def __init__(
        self,
        template: Template,
        stack_name: str,
        create: Callable[[str], Resource],
        imports: Mapping[str, str] | None = None,
    ) -> None:
        self._template, self._create, self._imports = template, create, imports or {}
        self._created: dict[str, Resource] = {}
        self._under_way: list[str] = []
        self._pseudo = {
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": "aws",
            "AWS::Region": REGION,
            "AWS::StackName": stack_name,
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::NoValue": _NO_VALUE,
        }
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Condition": self.condition,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::Join": lambda a: str(a[0]).join(map(as_text, self.resolve(a[1]))),
            "Fn::Select": lambda a: self.resolve(a[1])[int(self.resolve(a[0]))],
            "Fn::Split": lambda a: str(self.resolve(a[1])).split(a[0]),
            "Fn::If": lambda a: self.resolve(a[1] if self.condition(a[0]) else a[2]),
            "Fn::Equals": lambda a: self.resolve(a[0]) == self.resolve(a[1]),
            "Fn::Not": lambda a: not self.resolve(a[0]),
            "Fn::And": lambda a: all(map(self.resolve, a)),
            "Fn::Or": lambda a: any(map(self.resolve, a)),
            "Fn::FindInMap": self._find_in_map,
            "Fn::ImportValue": self._import,
        }

    def resource(self, logical_id: str) -> Resource:
        """The resource, created now if it was not yet."""
        if logical_id in self._created:
            return self._created[logical_id]
        if logical_id in self._under_way:
            raise TemplateError(f"{' → '.join([*self._under_way, logical_id])}: a circle of references")
        self._under_way.append(logical_id)
        self._created[logical_id] = self._create(logical_id)
        self._under_way.pop()
        return self._created[logical_id]

    def condition(self, name: str) -> bool:
        return bool(self.resolve(self._template.conditions[name]))

    def resolve(self, value: Any) -> Any:
        """The value with all intrinsic functions worked out. Raises TemplateError for one not known here."""
        if isinstance(value, Mapping):
            name = next(iter(value), "")
            if len(value) == 1 and (name in ("Ref", "Condition") or name.startswith("Fn::")):
                if name not in self._functions:
                    raise TemplateError(f"{name} is not known here")
                if name != "Condition" or isinstance(value[name], str):
                    return self._functions[name](value[name])
            resolved = {key: self.resolve(item) for key, item in value.items()}
            return {key: item for key, item in resolved.items() if item is not _NO_VALUE}
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not _NO_VALUE]
        return value

    def _ref(self, name: str) -> Any:
        if name in self._pseudo:
            return self._pseudo[name]
        if name in self._template.parameters:
            return self._template.parameters[name]
        if name in self._template.resources:
            return self.resource(name).id
        raise TemplateError(f"Ref {name}: there is no such parameter or resource")

    def _get_att(self, path: Any) -> str:
        logical_id, attribute = path if isinstance(path, list) else path.split(".", 1)
        if logical_id not in self._template.resources:
            raise TemplateError(f"GetAtt {logical_id}.{attribute}: there is no such resource")
        attributes = self.resource(logical_id).attributes
        if attribute not in attributes:
            raise TemplateError(f"GetAtt {logical_id}.{attribute}: not known here")
        return attributes[attribute]

    def _sub(self, argument: Any) -> str:
        pattern, given = (argument, {}) if isinstance(argument, str) else argument

        def one(match: re.Match[str]) -> str:
            name = match.group(1)
            if name.startswith("!"):
                return "${" + name[1:] + "}"
            if name in given:
                return as_text(self.resolve(given[name]))
            return as_text(self._get_att(name) if "." in name else self._ref(name))

        return re.sub(r"\$\{([^}]+)\}", one, pattern)

    def _find_in_map(self, argument: list[Any]) -> Any:
        name, first, second = map(self.resolve, argument)
        return self.resolve(self._template.mappings[name][first][second])

    def _import(self, argument: Any) -> str:
        name = self.resolve(argument)
        if name not in self._imports:
            raise TemplateError(f"ImportValue {name}: no running stack exports it")
        return self._imports[name]
