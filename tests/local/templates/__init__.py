"""A corpus of small templates, and whether the local run plays each or with which sentence it refuses it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

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
MADE_HERE = [
    ("an empty file", "", "the file holds nothing; a template is an object with Resources"),
    ("a tab", "Resources:\n\tQ: {Type: AWS::SQS::Queue}\n", "template.yaml:2:1:"),
    ("JSON indented by tabs", '{\n\t"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}\n}', "plays"),
    ("a byte order mark", "\ufeffResources: {Q: {Type: AWS::SQS::Queue}}\n", "plays"),
    ("nesting without end", f"Resources: {'[' * 5000}{']' * 5000}\n", "is nested too deeply"),
    ("a long logical id", f"Resources: {{{'Q' * 100}: {{Type: AWS::SQS::Queue}}}}\n", "plays"),
]
"""Those that an editor would not keep as they are."""


def cases() -> Iterator[tuple[str, str, str]]:
    """For each case: its name, the template, and `plays` or what the sentence says after the file's name."""
    yield from MADE_HERE
    for path in sorted(Path(__file__).parent.glob("*.yaml")):
        for case in yaml.safe_load(path.read_text()):
            yield case["case"], _template(case), case["answer"]


def _template(case: dict[str, Any]) -> str:
    if "template" in case:
        text: str = case["template"]
        return text
    properties = case.get("function", f"{{Handler: app.handler, Events: {{E: {case.get('event')}}}}}")
    return f"{HEAD}  F: {{Type: AWS::Serverless::Function, Properties: {properties}}}\n"
