"""Resource types that are accepted and not played, each with the reason."""

from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.stack import Resource
from infra.local.provisioning.kinds import Declared, Kind
from infra.local.provisioning.shapes import text

PERMISSIONS = "permissions are not enforced on the laptop"
ONE_VERSION = "one version of the code runs, the one in the folder"

NOT_PLAYED = {
    "AWS::CloudWatch::Alarm": "alarms notify nothing on the laptop; choreo metrics has the counts",
    "AWS::CloudWatch::Dashboard": "the live page shows the run",
    "AWS::CodeDeploy::Application": ONE_VERSION,
    "AWS::CodeDeploy::DeploymentGroup": ONE_VERSION,
    "AWS::Events::EventBusPolicy": PERMISSIONS,
    "AWS::IAM::ManagedPolicy": PERMISSIONS,
    "AWS::IAM::Policy": PERMISSIONS,
    "AWS::IAM::Role": PERMISSIONS,
    "AWS::IAM::RolePolicy": PERMISSIONS,
    "AWS::KMS::Alias": "nothing is encrypted on the laptop",
    "AWS::KMS::Key": "nothing is encrypted on the laptop",
    "AWS::Lambda::Permission": PERMISSIONS,
    "AWS::SNS::TopicPolicy": PERMISSIONS,
    "AWS::SQS::QueuePolicy": PERMISSIONS,
    "AWS::SecretsManager::ResourcePolicy": PERMISSIONS,
}
"""By type: why."""


def _named(declared: Declared) -> Resource:
    arn = f"arn:aws:not-played:{REGION}:{ACCOUNT}:{declared.name}"
    return declared.resource(declared.name, Arn=arn)


def _log_group(declared: Declared) -> Resource:
    name = declared.properties.get("LogGroupName", declared.name)
    # CloudFormation's ARN of a log group ends so.
    return declared.resource(name, Arn=f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}:*")


KINDS = {type_: Kind(_named, not_played=reason) for type_, reason in NOT_PLAYED.items()} | {
    # It has its name and ARN, which policies refer to; the logs themselves go to the console.
    "AWS::Logs::LogGroup": Kind(
        _log_group,
        played={"LogGroupName": text},
        left_out=("DataProtectionPolicy", "KmsKeyId", "LogGroupClass", "RetentionInDays", "Tags"),
    ),
}
