"""Serves the files of the live page."""

from pathlib import Path

from infra.local.http.http_api import error_response
from infra.local.model.messages import Response

PAGE = Path(__file__).parent / "page"
POLICY = "default-src 'self'; frame-ancestors 'none'"
"""The browser loads nothing from other sites, and no site may embed the page."""


FILES = {file.relative_to(PAGE).as_posix(): file for file in PAGE.rglob("*") if file.is_file()}
KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def answer(path: str) -> Response:
    """Answers with the file at a path below the page's address. The address itself is `index.html`."""
    file = FILES.get(path.strip("/") or "index.html")
    if file is None:
        return error_response(404, "Not Found")
    headers = [
        ("content-type", f"{KINDS[file.suffix]}; charset=utf-8"),
        ("cache-control", "no-cache"),
        ("content-security-policy", POLICY),
    ]
    return Response(200, headers, file.read_bytes())
