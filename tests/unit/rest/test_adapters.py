"""The two ways in: a function URL's event, and ASGI."""

import asyncio
import base64
import json
import threading
from typing import Any

import httpx

from connect_core.rest import function_url
from connect_core.rest.routes import router
from connect_core.rest.starlette import application
from tests.unit.coordinator.worlds import InLine, World

CONFIG = {"connector.class": "FileStreamSource", "file": "/tmp/x", "topic": "t"}
NAME = "a b/c%ü"
ENCODED = "a%20b%2Fc%25%C3%BC"


def event(method: str, path: str, body: str = "", *, query: str = "", encoded: bool = False) -> dict[str, Any]:
    """What a function URL sends (payload format 2.0)."""
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": "x.lambda-url.eu-west-1.on.aws", "content-type": "application/json"},
        "requestContext": {"http": {"method": method, "path": path}},
        "body": body,
        "isBase64Encoded": encoded,
    }


class TestFunctionUrl:
    """Events in, dicts out."""

    def test_round_trip(self) -> None:
        table = router(World(InLine()).coordinator)
        body = base64.b64encode(json.dumps({"name": NAME, "config": CONFIG}).encode()).decode()
        answer = function_url.handle(table, event("POST", "/connectors", body, encoded=True))
        assert answer["statusCode"] == 201
        assert answer["headers"]["location"] == f"https://x.lambda-url.eu-west-1.on.aws/connectors/{ENCODED}"
        assert answer["headers"]["content-type"] == "application/json"
        assert json.loads(answer["body"])["name"] == NAME
        shown = function_url.handle(table, event("GET", f"/connectors/{ENCODED}/config"))
        assert json.loads(shown["body"]) == CONFIG | {"name": NAME}
        expanded = function_url.handle(table, event("GET", "/connectors", query="expand=info&expand=status"))
        assert list(json.loads(expanded["body"])[NAME]) == ["info", "status"]

    def test_an_empty_answer(self) -> None:
        table = router(World(InLine()).coordinator)
        function_url.handle(table, event("PUT", "/connectors/c/config", json.dumps(CONFIG)))
        answer = function_url.handle(table, event("PUT", "/connectors/c/pause"))
        assert (answer["statusCode"], answer["body"], answer["isBase64Encoded"]) == (202, "", False)

    def test_which_events_are_http(self) -> None:
        assert function_url.is_http(event("GET", "/"))
        assert not function_url.is_http({"source": "aws.events"})


class Http:
    """An HTTP client of the ASGI app, without a socket in between."""

    def __init__(self) -> None:
        self._app = application(router(World(InLine()).coordinator), headers={"x-frame-options": "DENY"})

    def __call__(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://h:8083") as client:
                return await client.request(method, path, **arguments)

        return asyncio.run(send())


class TestAsgi:
    """The worker's server."""

    def test_round_trip(self) -> None:
        http = Http()
        made = http("POST", "/connectors", json={"name": NAME, "config": CONFIG})
        assert made.status_code == 201
        assert made.headers["location"] == f"http://h:8083/connectors/{ENCODED}"
        assert made.headers["x-frame-options"] == "DENY"
        assert http("GET", f"/connectors/{ENCODED}").json()["name"] == NAME
        assert http("GET", "/connectors", params={"expand": "info"}).json()[NAME]["info"]["type"] == "source"
        assert http("PATCH", f"/connectors/{ENCODED}/config", json={"topic": "u"}).json()["config"]["topic"] == "u"
        deleted = http("DELETE", f"/connectors/{ENCODED}")
        assert (deleted.status_code, deleted.content) == (204, b"")

    def test_errors_are_connects(self) -> None:
        http = Http()
        assert http("GET", "/nope").json() == {"error_code": 404, "message": "HTTP 404 Not Found"}
        assert http("PUT", "/connectors").json() == {"error_code": 405, "message": "HTTP 405 Method Not Allowed"}
        assert http("GET", "/").json()["version"] == "4.3.0"
        assert http("HEAD", "/connectors").content == b""
        assert http("OPTIONS", "/connectors").headers["allow"] == "GET,HEAD,OPTIONS,POST"

    def test_a_request_has_a_budget(self) -> None:
        held, release = World(InLine()), threading.Event()
        held.config.refresh = release.wait  # type: ignore[assignment, method-assign]
        app = application(router(held.coordinator), timeout_s=0.05)

        async def send() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://h") as client:
                answer = await client.get("/connectors")
                release.set()
                return answer

        answer = asyncio.run(send())
        assert (answer.status_code, answer.json()["message"]) == (500, "Request timed out")
