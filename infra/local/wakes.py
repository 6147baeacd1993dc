"""Which event source mappings should look now: a look at a stream or queue costs as much as a write."""

from infra.local.aws_endpoint import Call


def concerns(call: Call, source_arn: str) -> bool:
    """Whether a call may have put something into a mapping's source: a table's stream, or a queue."""
    is_stream = source_arn.split(":")[2] == "dynamodb"
    if call.service != "dynamodb":
        return not is_stream
    return is_stream and f'"{source_arn.split("/")[1]}"'.encode() in call.request.body
