"""Parts of ARNs and of queue URLs.

An ARN is `arn:partition:service:region:account:resource`:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""


def service_of(arn: str) -> str:
    """The service, such as `sqs`; an empty string for text that is not an ARN."""
    parts = arn.split(":", 5)
    return parts[2] if len(parts) == 6 and parts[0] == "arn" else ""


def region_of(arn: str) -> str:
    """The Region, such as `eu-west-1`."""
    return arn.split(":", 5)[3]


def account_of(arn: str) -> str:
    """The account id."""
    return arn.split(":", 5)[4]


def name_of(arn: str) -> str:
    """The name of a queue, topic or function: the text after the last colon."""
    return arn.rpartition(":")[2]


def queue_name(url: str) -> str:
    """The name of the queue that a queue URL addresses."""
    return url.rpartition("/")[2]
