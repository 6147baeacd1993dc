"""Leads a browser from the root of the run's address to the page of the project."""

from infra.local.model.messages import Request, Response


def is_requested(request: Request) -> bool:
    """Whether a browser opens the root. API clients accept anything or JSON, and browsers name HTML."""
    accepted = ",".join(value for name, value in request.headers if name == "accept")
    return request.method == "GET" and request.path == "/" and "text/html" in accepted


def redirect(path: str) -> Response:
    headers = [("location", path), ("vary", "accept"), ("cache-control", "no-store")]
    return Response(307, headers, b"")
