"""Every resource type that a template may use, and how it is played."""

from infra.local.provisioning import (
    accepted,
    functions,
    http_apis,
    mappings,
    queues,
    secrets,
    tables,
    topics,
)

KINDS = {
    **accepted.KINDS,
    **functions.KINDS,
    **http_apis.KINDS,
    **mappings.KINDS,
    **queues.KINDS,
    **secrets.KINDS,
    **tables.KINDS,
    **topics.KINDS,
}
"""By type, such as AWS::SQS::Queue."""
