"""/connector-plugins and /admin/loggers."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.coordinator.worlds import World
from tests.unit.rest.client import Client

SINK = "org.apache.kafka.connect.file.FileStreamSinkConnector"
TYPES = "sink, source, converter, header_converter, transformation, predicate"
VALIDATE = "/connector-plugins/FileStreamSource/config/validate"


@pytest.fixture
def client() -> Client:
    return Client(World())


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    found = logging.getLogger("org.apache.kafka.connect")
    yield found
    found.setLevel(logging.NOTSET)


class TestPlugins:
    """What is installed, and whether a config suits it."""

    def test_list(self, client: Client) -> None:
        listed = client.ok("GET", "/connector-plugins")
        assert {"class": SINK, "type": "sink", "version": "4.3.0"} in listed
        types = [plugin["type"] for plugin in listed]
        assert types == sorted(types)
        assert set(types) == {"sink", "source"}
        everything = client.ok("GET", "/connector-plugins?connectorsOnly=false")
        assert {"converter", "header_converter"} < {plugin["type"] for plugin in everything}

    @pytest.mark.parametrize("name", [SINK, "FileStreamSinkConnector", "FileStreamSink"])
    def test_keys(self, client: Client, name: str) -> None:
        keys = client.ok("GET", f"/connector-plugins/{name}/config")
        assert keys[0]["name"] == "file"
        assert {"topics", "tasks.max"} < {key["name"] for key in keys}

    @pytest.mark.parametrize(
        ("target", "status", "message"),
        [
            ("/connector-plugins/x/config", 404, "Unknown plugin x."),
            (
                "/connector-plugins/FileConfigProvider/config",
                400,
                f"Invalid plugin class FileConfigProvider. Valid types are {TYPES}.",
            ),
            (
                "/connector-plugins/FileStreamSink/config?version=9.9",
                400,
                f"Plugin {SINK} not found that matches the version range [9.9,9.9], available versions: [4.3.0]",
            ),
        ],
    )
    def test_refused(self, client: Client, target: str, status: int, message: str) -> None:
        assert client.refused("GET", target) == (status, message)

    def test_validate(self, client: Client) -> None:
        config = {"connector.class": "FileStreamSource", "name": "c", "topic": "t", "tasks.max": "0"}
        answer = client.ok("PUT", VALIDATE, config)
        assert (answer["name"], answer["error_count"]) == ("FileStreamSource", 1)
        (wrong,) = [entry["value"] for entry in answer["configs"] if entry["value"]["errors"]]
        assert (wrong["name"], wrong["value"]) == ("tasks.max", "0")

    def test_validate_asks_outside_only_for_what_needs_it(self, client: Client) -> None:
        config = {"connector.class": "FileStreamSource", "name": "c", "topic": "t"}
        dispatcher = client.world.dispatcher
        client.ok("PUT", VALIDATE, config)
        assert dispatcher.asked == []
        referring = config | {"batch.size": "${file:/secrets:size}"}
        assert client.ok("PUT", VALIDATE, referring)["error_count"] == 0
        assert dispatcher.asked == [referring]
        dispatcher.complaints = {"batch.size": ["4711 is no size"]}
        (wrong,) = [e["value"] for e in client.ok("PUT", VALIDATE, referring)["configs"] if e["value"]["errors"]]
        assert wrong["value"] == "${file:/secrets:size}"
        assert "4711" not in str(wrong["errors"])

    def test_a_schedule_is_read_before_it_is_needed(self, client: Client) -> None:
        config = {"connector.class": "FileStreamSource", "name": "c", "topic": "t"}
        answer = client.ok("PUT", VALIDATE, config | {"function.schedule": "cron(99 * * * ? *)"})
        assert answer["error_count"] == 1

    def test_validate_refused(self, client: Client) -> None:
        text = "Included connector type FileStreamSink does not match request type FileStreamSource"
        assert client.refused("PUT", VALIDATE, {"connector.class": "FileStreamSink"}) == (400, text)
        assert client.refused("PUT", VALIDATE, {}) == (400, "Connector config contains no connector type")

    @pytest.mark.parametrize(
        ("policy", "key", "refused"),
        [
            ("None", "acks", True),
            ("Principal", "acks", True),
            ("Principal", "sasl.mechanism", False),
            ("All", "acks", False),
        ],
    )
    def test_override_policy(self, policy: str, key: str, refused: bool) -> None:
        client = Client(World(override_policy=policy))
        config = {"connector.class": "FileStreamSource", "topic": "t", f"producer.override.{key}": "x"}
        text = f"The '{policy}' policy does not allow '{key}' to be overridden in the connector configuration."
        if refused:
            assert text in client.refused("PUT", "/connectors/c/config", config)[1]
        else:
            assert client("PUT", "/connectors/c/config", config).status == 201


class TestLoggers:
    """Levels over REST."""

    def test_change(self, client: Client, logger: logging.Logger) -> None:
        path = "/admin/loggers/org.apache.kafka.connect"
        assert logger.name in client.ok("PUT", path, {"level": "debug"})
        assert logger.level == logging.DEBUG
        shown = client.ok("GET", path)
        assert (shown["level"], type(shown["last_modified"])) == ("DEBUG", int)
        assert client.ok("GET", "/admin/loggers")["root"]["last_modified"] is None

    def test_the_whole_cluster(self, client: Client, logger: logging.Logger) -> None:
        before = client.world.config.refresh().offset
        answer = client("PUT", f"/admin/loggers/{logger.name}?scope=cluster", {"level": "WARN"})
        assert (answer.status, answer.body) == (204, b"")
        assert client.world.config.refresh().offset == before + 1

    @pytest.mark.parametrize(
        ("method", "name", "body", "status", "message"),
        [
            ("GET", "no.such", None, 404, "Logger no.such not found."),
            ("PUT", "x", {}, 400, "Desired 'level' parameter was not specified in request."),
            ("PUT", "x", {"level": "LOUD"}, 404, "invalid log level 'LOUD'."),
        ],
    )
    def test_refused(self, client: Client, method: str, name: str, body: Any, status: int, message: str) -> None:
        assert client.refused(method, f"/admin/loggers/{name}", body) == (status, message)
