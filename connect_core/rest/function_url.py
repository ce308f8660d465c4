"""The route table behind a Lambda function URL (payload format 2.0): event -> Request -> response dict."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from connect_core.rest.http import Request, Response, Router


def handle(router: Router, event: Mapping[str, Any]) -> dict[str, Any]:
    """Answer one event of the function URL."""
    return render(router.handle(parse(event)))


def is_http(event: Mapping[str, Any]) -> bool:
    """True for an event of a function URL (or of an HTTP API with payload format 2.0)."""
    context = event.get("requestContext")
    return isinstance(context, Mapping) and "http" in context


def parse(event: Mapping[str, Any]) -> Request:
    """The request in the event; ``rawPath`` is still percent-encoded, as the route table wants it."""
    context = event["requestContext"]
    headers = {str(key).lower(): str(value) for key, value in (event.get("headers") or {}).items()}
    body = event.get("body") or ""
    host = headers.get("host") or context.get("domainName") or "localhost"
    return Request.of(
        context["http"]["method"],
        event.get("rawPath") or "/",
        query=event.get("rawQueryString") or "",
        headers=headers,
        body=base64.b64decode(body) if event.get("isBase64Encoded") else body.encode(),
        base_url=f"{headers.get('x-forwarded-proto', 'https')}://{host}",
    )


def render(response: Response) -> dict[str, Any]:
    """The dict the function returns; bodies are JSON text, hence never base64."""
    return {
        "statusCode": response.status,
        "headers": dict(response.headers),
        "body": response.body.decode(),
        "isBase64Encoded": False,
    }
