"""A schema registry over HTTP on a port of its own: every endpoint a converter can use, and trouble on demand.

with Registry() as registry:
    registry.url, registry.requests          # what was asked, as (method, path)
    registry.trouble(Answer(500, 50001))     # the next request; Delay(seconds), Drop()
    registry.credentials = "user:password"   # 401 without; registry.forbidden = {"subject"}: 403
"""

from __future__ import annotations

import base64
import json
import socket
import ssl
import struct
import threading
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qs, unquote, urlsplit

from tests.registry.routes import route
from tests.registry.store import Refused, Store

CONTENT_TYPE = "application/vnd.schemaregistry.v1+json"


class Answer(NamedTuple):
    """An error instead of the answer; ``body`` replaces the JSON."""

    status: int
    code: int = 0
    message: str = "trouble on demand"
    body: bytes | None = None


class Delay(NamedTuple):
    """The answer comes this late."""

    seconds: float


class Drop(NamedTuple):
    """The connection is reset without an answer."""


type Trouble = Answer | Delay | Drop


class Registry:
    """The server; a context manager. ``store`` is its state, ``guids`` whether it is new enough to tell GUIDs."""

    def __init__(self, *, guids: bool = True, tls: ssl.SSLContext | None = None) -> None:
        self.store = Store()
        self.guids = guids
        self.requests: list[tuple[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.credentials: str | None = None
        self.token: str | None = None
        self.forbidden: set[str] = set()
        self._troubles: deque[Trouble] = deque()
        registry = self

        class Handler(_Handler):
            owner = registry

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._scheme = "http"
        if tls is not None:
            self._scheme = "https"
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False, suppress_ragged_eofs=True
            )
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """Base URL."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}"

    def trouble(self, *troubles: Trouble) -> None:
        """One for each of the next requests."""
        self._troubles.extend(troubles)

    def next_trouble(self) -> Trouble | None:
        """What happens to the present request."""
        return self._troubles.popleft() if self._troubles else None

    def asked(self, method: str, start: str = "/") -> int:
        """How many requests began like this."""
        return sum(1 for m, path in self.requests if m == method and path.startswith(start))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    owner: Registry
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        owner = self.owner
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length)
        owner.requests.append((self.command, self.path))
        owner.headers.append(dict(self.headers.items()))
        trouble = owner.next_trouble()
        if isinstance(trouble, Drop):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
            return
        if isinstance(trouble, Delay):
            time.sleep(trouble.seconds)
        try:
            if isinstance(trouble, Answer):
                if trouble.body is not None:
                    self._write(trouble.status, trouble.body)
                    return
                raise Refused(trouble.status, trouble.code or trouble.status, trouble.message)
            self._admit()
            self._answer(200, self._route(raw))
        except Refused as error:
            self._answer(error.status, {"error_code": error.code, "message": str(error)})

    def _admit(self) -> None:
        owner = self.owner
        given = self.headers.get("Authorization")
        wanted = None
        if owner.credentials is not None:
            wanted = f"Basic {base64.b64encode(owner.credentials.encode()).decode()}"
        elif owner.token is not None:
            wanted = f"Bearer {owner.token}"
        if wanted is not None and given != wanted:
            raise Refused(401, 401, "Unauthorized")

    def _route(self, raw: bytes) -> Any:
        parts = urlsplit(self.path)
        segments = [unquote(segment) for segment in parts.path.strip("/").split("/")] if parts.path != "/" else []
        query = parse_qs(parts.query, keep_blank_values=True)
        if len(segments) > 1 and segments[0] == "subjects" and segments[1] in self.owner.forbidden:
            raise Refused(403, 40301, f"User is denied operation on Subject: {segments[1]}")
        try:
            body = json.loads(raw) if raw else {}
        except json.JSONDecodeError as error:
            raise Refused(400, 400, "Unexpected character: not JSON") from error
        with self.owner.store.lock:
            return route(self.owner.store, self.command, segments, query=query, body=body, guids=self.owner.guids)

    def _answer(self, status: int, answer: Any) -> None:
        self._write(status, json.dumps(answer, separators=(",", ":"), ensure_ascii=False).encode())

    def _write(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", CONTENT_TYPE)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_one_request(self) -> None:
        """Clients that go away in the middle are part of the tests."""
        try:
            super().handle_one_request()
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""

    def handle(self) -> None:
        """As above, for the connection."""
        try:
            super().handle()
        except (OSError, ValueError):
            self.close_connection = True

    def finish(self) -> None:
        """The socket may be closed already."""
        try:
            super().finish()
        except (OSError, ValueError):
            self.close_connection = True

    do_GET = _serve  # noqa: N815 - http.server's name
    do_POST = _serve  # noqa: N815 - http.server's name
    do_PUT = _serve  # noqa: N815 - http.server's name
    do_DELETE = _serve  # noqa: N815 - http.server's name
