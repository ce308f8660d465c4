"""The Lambda Runtime API (2018-06-01) for one execution environment: the server `awslambdaric` talks to.

One event is in flight at a time, as in a real environment. `function.py` owns the process behind it; nothing here knows
about processes. Imported inside LocalStack's own environment too, hence the standard library only.
"""

from __future__ import annotations

import json
import queue
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PREFIX = "/2018-06-01/runtime/"
PAYLOAD_LIMIT = 6_291_556
"""Bytes a synchronous invocation may carry, each way."""
_ACCEPTED = b'{"status":"OK"}\n'


@dataclass(frozen=True, slots=True)
class Event:
    """One invocation on its way to the function; ``deadline_ms`` is the epoch time at which it is cut off."""

    request_id: str
    payload: bytes
    arn: str
    deadline_ms: int
    trace_id: str = ""
    client_context: str | None = None

    def headers(self) -> dict[str, str]:
        """What `GET invocation/next` answers beside the payload."""
        named = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": self.request_id,
            "Lambda-Runtime-Deadline-Ms": str(self.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": self.arn,
            "Lambda-Runtime-Trace-Id": self.trace_id,
        }
        if self.client_context is not None:
            named["Lambda-Runtime-Client-Context"] = self.client_context
        return named


@dataclass(frozen=True, slots=True)
class Answer:
    """What the function made of an event; ``error`` tells a raised exception from a result."""

    body: bytes
    error: bool


def error_body(kind: str, message: str) -> bytes:
    """The JSON document in which Lambda reports an error."""
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()


class RuntimeApi:
    """Serves one environment on a free local port until `close`. All waiting is on one condition: see `wait`."""

    def __init__(self) -> None:
        self.ready = False
        self.init_error: bytes | None = None
        self.answer: Answer | None = None
        self._changed = threading.Condition()
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._in_flight: str | None = None
        self._server = _Server(self)
        self.address = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True, name=f"runtime-api-{self.address}").start()

    def submit(self, event: Event) -> None:
        """Hand one event to the next `GET invocation/next`."""
        self.answer = None
        self._in_flight = event.request_id
        self._events.put(event)

    def wait(self, done: Callable[[], bool], timeout: float) -> bool:
        """Block until ``done()``, looked at after each call from the function and each `wake`; False on timeout."""
        with self._changed:
            return self._changed.wait_for(done, timeout)

    def wake(self) -> None:
        """Make `wait` look again: something outside the API (the process) changed."""
        with self._changed:
            self._changed.notify_all()

    def close(self) -> None:
        """Let go of the port; a waiting `next` is dropped, which ends the runtime process."""
        self._events.put(None)
        # shutdown() waits for a poll interval of the accept loop: nobody needs to wait for that here
        threading.Thread(target=self._server.stop, daemon=True).start()

    # called from the server's threads

    def take_event(self) -> Event | None:
        """The next event; None when the environment is being torn down."""
        with self._changed:
            self.ready = True
            self._changed.notify_all()
        return self._events.get()

    def take_init_error(self, body: bytes) -> None:
        """The runtime could not load the handler."""
        with self._changed:
            self.init_error = body
            self._changed.notify_all()

    def take_answer(self, request_id: str, *, body: bytes, error: bool) -> bool:
        """The function's result; False when it answers an event that is not in flight."""
        with self._changed:
            if request_id != self._in_flight:
                return False
            self._in_flight = None
            self.answer = Answer(body, error) if len(body) <= PAYLOAD_LIMIT else _too_large()
            self._changed.notify_all()
            return True


def _too_large() -> Answer:
    text = f"Response payload size exceeded maximum allowed payload size ({PAYLOAD_LIMIT} bytes)."
    return Answer(error_body("Function.ResponseSizeTooLarge", text), error=True)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, api: RuntimeApi) -> None:
        self.api = api
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A process that was cut off resets its connection: no news. Anything else is a fault of ours."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # typeshed names the socket types

    def stop(self) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    # One segment per reply: headers and body apart cost 40 ms per event (Nagle against the delayed ACK).
    wbufsize = 65536
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the function's own output is the log."""

    def do_GET(self) -> None:
        if self.path != PREFIX + "invocation/next":
            return self._reply(404, b"")
        event = self.server.api.take_event()
        if event is None:
            self.close_connection = True
            return None
        return self._reply(200, event.payload, event.headers())

    def do_POST(self) -> None:
        body = self._body()
        match self.path.removeprefix(PREFIX).split("/"):
            case ["init", "error"]:
                self._reply(202, _ACCEPTED)
                self.server.api.take_init_error(body)
            case ["invocation", request_id, "response" | "error" as outcome]:
                known = self.server.api.take_answer(request_id, body=body, error=outcome == "error")
                self._reply(202, _ACCEPTED) if known else self._reply(400, error_body("InvalidRequestID", request_id))
            case _:
                self._reply(404, b"")

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        try:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()
        except ConnectionError:
            self.close_connection = True  # the process was cut off meanwhile
