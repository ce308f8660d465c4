"""HTTP without a server: requests, responses, the route table, error bodies (spec 1.1, 1.2).

Two adapters carry it: `function_url` (Lambda) and `starlette` (the worker). Handlers live in modules named after what
they serve and are put together by `routes`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

import orjson

from connect_core.coordinator.ports import Rejected
from connect_core.errors import ConnectError

LOG = logging.getLogger(__name__)
JSON = "application/json"
_REASONS = {
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    415: "Unsupported Media Type",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """``path`` is still percent-encoded; ``query`` holds every value of a key; header names are lower-case."""

    method: str
    path: str
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    base_url: str = "http://localhost:8083"

    @classmethod
    def of(
        cls,
        method: str,
        path: str,
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        base_url: str = "http://localhost:8083",
    ) -> Request:
        """From the parts as they arrive; the query string is decoded."""
        values: dict[str, list[str]] = {}
        for key, value in parse_qsl(query, keep_blank_values=True):
            values.setdefault(key, []).append(value)
        lower = {key.lower(): value for key, value in (headers or {}).items()}
        return cls(method=method.upper(), path=path, query=values, headers=lower, body=body, base_url=base_url)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Java's ``Boolean.valueOf``: only ``true``, in any case, is true."""
        values = self.query.get(name)
        return default if not values else values[0].lower() == "true"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A finished answer; a body of b"" means none."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def json_response(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Compact JSON, keys in the order given."""
    return Response(status=status, headers={"content-type": JSON, **(headers or {})}, body=orjson.dumps(value))


def empty(status: int) -> Response:
    """No body."""
    return Response(status=status)


def created(request: Request, name: str, value: Any) -> Response:
    """201 with the new connector's address."""
    # UriBuilder leaves these characters of a path segment alone.
    path = quote(name, safe="!$&'()*+,;=:@~-._")
    return json_response(value, 201, {"location": f"{request.base_url.rstrip('/')}/connectors/{path}"})


def error_response(status: int, message: str | None) -> Response:
    """Connect's error body."""
    return json_response({"error_code": status, "message": message}, status)


class HttpError(Exception):
    """A refusal of the HTTP layer itself (no such path, verb, media type)."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status} {_REASONS[status]}")
        self.status = status


type Handler = Callable[..., Response]
"""(request, *path parameters) -> Response."""


@dataclass(frozen=True, slots=True)
class Route:
    """A method and path pattern: ``{x}`` is a text segment, ``{x:int}`` one that must be an integer (else 404)."""

    method: str
    pattern: str
    handler: Handler
    takes_json: bool = False


class Router:
    """The route table: finds the handler, turns what it raises into Connect's answers."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self.routes = tuple(routes)
        self._routes = [(re.compile(_expression(route.pattern)), route) for route in routes]

    def handle(self, request: Request) -> Response:
        """Answer one request; never raises."""
        try:
            response = self._dispatch(request)
        except Rejected as rejected:
            return error_response(rejected.status, rejected.message)
        except HttpError as error:
            return error_response(error.status, str(error))
        except ConnectError as error:
            LOG.warning("%s %s: %s", request.method, request.path, error)
            return error_response(500, str(error) or None)
        except Exception as error:
            LOG.exception("%s %s failed", request.method, request.path)
            return error_response(500, str(error) or None)
        if request.method == "HEAD":
            return Response(status=response.status, headers=response.headers)
        return response

    def _dispatch(self, request: Request) -> Response:
        path = request.path.rstrip("/") or "/"
        found = [(match, route) for expression, route in self._routes if (match := expression.fullmatch(path))]
        if not found:
            raise HttpError(404)
        if request.method == "OPTIONS":
            return _options(route for _, route in found)
        wanted = "GET" if request.method == "HEAD" else request.method
        for match, route in found:
            if route.method == wanted:
                if route.takes_json and not _is_json(request):
                    raise HttpError(415)
                return route.handler(request, *_parameters(match))
        raise HttpError(405)


def _options(routes: Any) -> Response:
    methods = {route.method for route in routes} | {"OPTIONS"}
    if "GET" in methods:
        methods.add("HEAD")
    return Response(status=200, headers={"allow": ",".join(sorted(methods))})


def _is_json(request: Request) -> bool:
    """A body must say that it is JSON; without a body nothing needs to be said."""
    kind = request.headers.get("content-type")
    if kind is None:
        return not request.body
    return kind.split(";", 1)[0].strip().lower() == JSON


def _expression(pattern: str) -> str:
    parts = re.split(r"(\{\w+(?::int)?\})", pattern)
    return "".join(
        re.escape(part)
        if not part.startswith("{")
        # A group's name says how its text is read.
        else f"(?P<{'int_' if part.endswith(':int}') else 'text_'}{part[1:-1].split(':')[0]}>[^/]+)"
        for part in parts
    )


def _parameters(match: re.Match[str]) -> list[Any]:
    values: list[Any] = []
    for name, text in match.groupdict().items():
        decoded = unquote(text)
        if name.startswith("int_"):
            if not re.fullmatch(r"[+-]?\d{1,10}", decoded):
                raise HttpError(404)
            values.append(int(decoded))
        else:
            values.append(decoded)
    return values
