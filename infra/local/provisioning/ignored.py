"""Resource types that the local run accepts and ignores, each with the reason."""

from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.stack import Resource
from infra.local.provisioning.resource_types import ResourceDefinition, ResourceType
from infra.local.provisioning.shapes import text

PERMISSIONS = "the local run does not enforce permissions"
ONE_VERSION = "the local run has one version of the code: the folder's"

IGNORED = {
    "AWS::CloudWatch::Alarm": "the local run evaluates no alarms; `choreo metrics` prints the counts",
    "AWS::CloudWatch::Dashboard": "the local run has no dashboards; the live page shows its metrics",
    "AWS::CodeDeploy::Application": ONE_VERSION,
    "AWS::CodeDeploy::DeploymentGroup": ONE_VERSION,
    "AWS::Events::EventBusPolicy": PERMISSIONS,
    "AWS::IAM::ManagedPolicy": PERMISSIONS,
    "AWS::IAM::Policy": PERMISSIONS,
    "AWS::IAM::Role": PERMISSIONS,
    "AWS::IAM::RolePolicy": PERMISSIONS,
    "AWS::KMS::Alias": "the local run does not encrypt",
    "AWS::KMS::Key": "the local run does not encrypt",
    "AWS::Lambda::Permission": PERMISSIONS,
    "AWS::SNS::TopicPolicy": PERMISSIONS,
    "AWS::SQS::QueuePolicy": PERMISSIONS,
    "AWS::SecretsManager::ResourcePolicy": PERMISSIONS,
}
"""The reason, by resource type."""


def _named(definition: ResourceDefinition) -> Resource:
    arn = f"arn:aws:ignored:{REGION}:{ACCOUNT}:{definition.name}"
    return definition.resource(definition.name, Arn=arn)


def _log_group(definition: ResourceDefinition) -> Resource:
    name = definition.properties.get("LogGroupName", definition.name)
    # The ARN that CloudFormation returns for a log group ends with `:*`.
    return definition.resource(name, Arn=f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}:*")


RESOURCE_TYPES = {type_: ResourceType(_named, why_ignored=reason) for type_, reason in IGNORED.items()} | {
    # Policies refer to its name and ARN. Functions log to the console.
    "AWS::Logs::LogGroup": ResourceType(
        _log_group,
        supported={"LogGroupName": text},
        ignored=("DataProtectionPolicy", "KmsKeyId", "LogGroupClass", "RetentionInDays", "Tags"),
    ),
}
