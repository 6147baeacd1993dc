"""The page's own files, served as they are."""

import mimetypes
from pathlib import Path

from infra.local.http_api import Answer, message

PAGE = Path(__file__).parent / "page"
POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
"""The page loads nothing from elsewhere, and can not."""


def answer(path: str) -> Answer:
    """The file at a path below the page's address; `index.html` for the address itself."""
    file = (PAGE / (path.strip("/") or "index.html")).resolve()
    if not file.is_relative_to(PAGE) or not file.is_file():
        return message(404, "Not Found")
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    kind = {"text/javascript": "text/javascript; charset=utf-8", "text/html": "text/html; charset=utf-8"}.get(
        kind, kind
    )
    headers = [("content-type", kind), ("cache-control", "no-cache"), ("content-security-policy", POLICY)]
    return Answer(200, headers, file.read_bytes())
