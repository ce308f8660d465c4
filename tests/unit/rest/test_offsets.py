"""/connectors/{c}/offsets: rules, texts, and what reaches the plugin and Kafka."""

from typing import Any

import pytest

from connect_core.errors import ConnectError
from tests.unit.coordinator.worlds import InLine, World
from tests.unit.rest.client import Client

SOURCE = {"connector.class": "FileStreamSource", "file": "/tmp/x", "topic": "t"}
SINK = {"connector.class": "FileStreamSink", "file": "/tmp/x", "topics": "t"}
HERE = {"filename": "/tmp/x"}
FRAMEWORK = (
    "The Connect framework-managed offsets for this connector have been {word} successfully. However, if this connector"
    " manages offsets externally, they will need to be manually {word} in the system that the connector uses."
)
UNREADABLE = (
    "Failed to parse the following Kafka {} value in the provided offsets: '{}'. {} values for sink connectors need to"
    " be integers."
)


def stopped(config: dict[str, str]) -> Client:
    """A client of a world with the stopped connector ``c``."""
    client = Client(World(InLine()))
    client.ok("PUT", "/connectors/c/config", config, status=201)
    assert client("PUT", "/connectors/c/stop").status == 204
    return client


@pytest.fixture
def source() -> Client:
    client = stopped(SOURCE)
    client.world.offsets.stored["c"] = [(HERE, {"position": 42})]
    return client


@pytest.fixture
def sink() -> Client:
    client = stopped(SINK)
    client.world.offsets.groups["connect-c"] = {("t", 0): 42, ("t", 1): 7}
    return client


def change(partition: Any, offset: Any) -> dict[str, Any]:
    """A request body with one pair."""
    return {"offsets": [{"partition": partition, "offset": offset}]}


class TestSource:
    """Source offsets."""

    def test_show(self, source: Client) -> None:
        body = source("GET", "/connectors/c/offsets").body
        assert body == b'{"offsets":[{"partition":{"filename":"/tmp/x"},"offset":{"position":42}}]}'
        assert source.refused("GET", "/connectors/x/offsets") == (404, "Connector x not found")

    @pytest.mark.parametrize(
        ("handled", "text"),
        [
            (True, "The offsets for this connector have been altered successfully"),
            (False, FRAMEWORK.format(word="altered")),
        ],
    )
    def test_alter(self, source: Client, handled: bool, text: str) -> None:
        source.world.dispatcher.answer = handled
        fenced = len(source.world.fenced)
        assert source.ok("PATCH", "/connectors/c/offsets", change(HERE, {"position": 1})) == {"message": text}
        assert source.world.offsets.stored["c"] == [(HERE, {"position": 1})]
        assert source.world.dispatcher.asked == [[(HERE, {"position": 1})]]
        assert len(source.world.fenced) == fenced  # the stop has fenced, and no task has been committed since

    def test_null_deletes_and_the_last_wins(self, source: Client) -> None:
        pairs = [{"partition": HERE, "offset": {"position": 1}}, {"partition": HERE, "offset": None}]
        source.ok("PATCH", "/connectors/c/offsets", {"offsets": pairs})
        assert source.world.dispatcher.asked == [[(HERE, None)]]
        assert source.ok("GET", "/connectors/c/offsets") == {"offsets": []}

    def test_reset(self, source: Client) -> None:
        answer = source.ok("DELETE", "/connectors/c/offsets")
        assert answer == {"message": "The offsets for this connector have been reset successfully"}
        assert source.ok("GET", "/connectors/c/offsets") == {"offsets": []}
        assert source("DELETE", "/connectors/c/offsets").status == 200

    @pytest.mark.parametrize("body", [{"offsets": []}, {"offsets": None}, {}])
    def test_nothing_to_alter(self, source: Client, body: Any) -> None:
        text = "Partitions / offsets need to be provided for an alter offsets request"
        assert source.refused("PATCH", "/connectors/c/offsets", body) == (400, text)

    @pytest.mark.parametrize("body", [b"", b"{", {"offset": []}, {"offsets": [{"partitions": {}}]}, {"offsets": {}}])
    def test_unreadable(self, source: Client, body: Any) -> None:
        assert source("PATCH", "/connectors/c/offsets", body).status == 500

    def test_only_primitive_values(self, source: Client) -> None:
        assert source("PATCH", "/connectors/c/offsets", change(HERE, {"position": [1]})).status == 500
        assert source.world.dispatcher.asked == []

    def test_the_plugin_refuses(self, source: Client) -> None:
        source.world.dispatcher.answer = ConnectError("not like this")
        assert source.refused("PATCH", "/connectors/c/offsets", change(HERE, {})) == (500, "not like this")
        source.world.dispatcher.answer = NotImplementedError()
        assert source.refused("DELETE", "/connectors/c/offsets") == (
            500,
            "Failed to modify offsets for connector c because it doesn't support external modification of offsets",
        )
        assert source.world.offsets.stored["c"] == [(HERE, {"position": 42})]


@pytest.mark.parametrize("state", ["resume", "pause"])
def test_only_when_stopped(source: Client, state: str) -> None:
    source("PUT", f"/connectors/c/{state}")
    text = (
        "Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the"
        " specified connector by issuing a 'PUT' request to the '/connectors/c/stop' endpoint"
    )
    assert source.refused("PATCH", "/connectors/c/offsets", change(HERE, {"position": 1})) == (400, text)
    assert source.refused("DELETE", "/connectors/c/offsets") == (400, text)
    assert source.refused("DELETE", "/connectors/x/offsets") == (404, "Connector x not found")


class TestSink:
    """Committed offsets of the group."""

    def test_show(self, sink: Client) -> None:
        assert sink("GET", "/connectors/c/offsets").body == (
            b'{"offsets":[{"partition":{"kafka_topic":"t","kafka_partition":0},"offset":{"kafka_offset":42}},'
            b'{"partition":{"kafka_topic":"t","kafka_partition":1},"offset":{"kafka_offset":7}}]}'
        )

    def test_alter(self, sink: Client) -> None:
        partition = {"kafka_topic": "t", "kafka_partition": "0"}
        sink.ok("PATCH", "/connectors/c/offsets", change(partition, {"kafka_offset": "10"}))
        assert sink.world.offsets.groups["connect-c"] == {("t", 0): 10, ("t", 1): 7}
        assert sink.world.dispatcher.asked == [[(("t", 0), {"kafka_offset": 10})]]
        sink.ok("PATCH", "/connectors/c/offsets", change(partition, None))
        assert sink.world.offsets.groups["connect-c"] == {("t", 1): 7}

    def test_reset_deletes_the_group(self, sink: Client) -> None:
        sink.ok("DELETE", "/connectors/c/offsets")
        assert sink.world.offsets.groups == {}
        assert sink.world.dispatcher.asked == [[(("t", 0), None), (("t", 1), None)]]

    @pytest.mark.parametrize(("method", "word"), [("PATCH", "alter"), ("DELETE", "reset")])
    def test_zombies(self, sink: Client, method: str, word: str) -> None:
        sink.world.offsets.busy.add("connect-c")
        body = change({"kafka_topic": "t", "kafka_partition": 0}, {"kafka_offset": 1}) if method == "PATCH" else None
        status, message = sink.refused(method, "/connectors/c/offsets", body)
        assert status == 500
        assert message.startswith(f"Failed to {word} consumer group offsets for connector c either because its tasks")
        assert f"before the request to {word} its offsets could be successfully completed." in message

    @pytest.mark.parametrize(
        ("partition", "offset", "message"),
        [
            (None, None, "The partition for a sink connector offset cannot be null or missing"),
            (
                {"kafka_topic": "t"},
                None,
                "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'",
            ),
            (
                {"kafka_topic": None, "kafka_partition": 0},
                None,
                "Kafka topic names must be valid strings and may not be null",
            ),
            (
                {"kafka_topic": "t", "kafka_partition": None},
                None,
                "Kafka partitions must be valid numbers and may not be null",
            ),
            (
                {"kafka_topic": "t", "kafka_partition": "x"},
                None,
                UNREADABLE.format("partition", "x", "Partition"),
            ),
            (
                {"kafka_topic": "t", "kafka_partition": 0},
                {"offset": 1},
                "The offset for a sink connector should either be null or contain the key 'kafka_offset'",
            ),
            (
                {"kafka_topic": "t", "kafka_partition": 0},
                {"kafka_offset": 1.5},
                UNREADABLE.format("offset", "1.5", "Offset"),
            ),
        ],
    )
    def test_refused(self, sink: Client, partition: Any, offset: Any, message: str) -> None:
        assert sink.refused("PATCH", "/connectors/c/offsets", change(partition, offset)) == (400, message)
