"""Small templates, each with its expected outcome: the local run accepts it, or reports one error."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ACCEPTED = "accepted"
HEAD = """\
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.13, CodeUri: code/}}
Resources:
  Q: {Type: AWS::SQS::Queue}
  T: {Type: AWS::SNS::Topic}
  Tab:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: {StreamViewType: NEW_IMAGE}
"""
UNEDITABLE = [
    ("an empty file", "", "the file contains nothing; a template is an object with Resources"),
    ("a tab", "Resources:\n\tQ: {Type: AWS::SQS::Queue}\n", "template.yaml:2:1:"),
    ("JSON indented by tabs", '{\n\t"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}\n}', ACCEPTED),
    ("a byte order mark", "\ufeffResources: {Q: {Type: AWS::SQS::Queue}}\n", ACCEPTED),
    ("nesting without end", f"Resources: {'[' * 5000}{']' * 5000}\n", "is nested too deeply"),
    ("a long logical id", f"Resources: {{{'Q' * 100}: {{Type: AWS::SQS::Queue}}}}\n", ACCEPTED),
]
"""Cases that an editor would change when it saves a YAML file."""


def cases() -> Iterator[tuple[str, str, str]]:
    """The name, template and expected outcome of each case: ACCEPTED, or a part of the error message."""
    yield from UNEDITABLE
    for path in sorted(Path(__file__).parent.glob("*.yaml")):
        for case in yaml.safe_load(path.read_text()):
            yield case["case"], _template(case), case["expected"]


def _template(case: dict[str, Any]) -> str:
    if "template" in case:
        text: str = case["template"]
        return text
    properties = case.get("function", f"{{Handler: app.handler, Events: {{E: {case.get('event')}}}}}")
    return f"{HEAD}  F: {{Type: AWS::Serverless::Function, Properties: {properties}}}\n"
