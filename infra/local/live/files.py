"""The page's own files, served as they are."""

from pathlib import Path

from infra.local.http.http_api import error_response
from infra.local.model.messages import Response

PAGE = Path(__file__).parent / "page"
POLICY = "default-src 'self'; frame-ancestors 'none'"
"""The page loads nothing from elsewhere, and can not."""


FILES = {file.relative_to(PAGE).as_posix(): file for file in PAGE.rglob("*") if file.is_file()}
KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def answer(path: str) -> Response:
    """The file at a path below the page's address; `index.html` for the address itself."""
    file = FILES.get(path.strip("/") or "index.html")
    if file is None:
        return error_response(404, "Not Found")
    headers = [
        ("content-type", f"{KINDS[file.suffix]}; charset=utf-8"),
        ("cache-control", "no-cache"),
        ("content-security-policy", POLICY),
    ]
    return Response(200, headers, file.read_bytes())
