"""Writes the answer to a call as AWS sends it: JSON, or the XML of SNS."""

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from moto.utilities.aws_headers import gen_amz_crc32, gen_amzn_requestid_long

XML_NAMESPACE = "http://sns.amazonaws.com/doc/2010-03-31/"

HeadersAndBody = tuple[dict[str, str], bytes]


def json_answer(result: Mapping[str, Any]) -> HeadersAndBody:
    body = to_json(result)
    headers = {"content-type": "application/x-amz-json-1.0"}
    gen_amzn_requestid_long(headers)
    gen_amz_crc32(body, headers)
    return headers, body


def to_json(result: Mapping[str, Any]) -> bytes:
    """A result in the form of the JSON protocols: binary values are base64."""
    return json.dumps(result, default=lambda blob: b64encode(blob).decode()).encode()


def xml_answer(operation: str, result: Mapping[str, Any]) -> HeadersAndBody:
    """https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html has an example."""
    headers = {"content-type": "text/xml"}
    metadata = {"RequestId": gen_amzn_requestid_long(headers)}
    content = _content({f"{operation}Result": result, "ResponseMetadata": metadata})
    return headers, f'<{operation}Response xmlns="{XML_NAMESPACE}">{content}</{operation}Response>'.encode()


def _content(value: Any) -> str:
    """The content of an element: the members of a structure, the entries of a list, or a scalar."""
    if isinstance(value, Mapping):
        return "".join(_element(name, member) for name, member in value.items())
    if isinstance(value, list):
        return "".join(_element("member", entry) for entry in value)
    return escape(str(value).lower() if isinstance(value, bool) else str(value))


def _element(name: str, value: Any) -> str:
    content = _content(value)
    return f"<{name}>{content}</{name}>" if content else f"<{name}/>"
