"""Every endpoint and every refusal of spec 1.4 and 1.6, against a coordinator on memory stores."""

import json
from typing import Any

import pytest

from connect_core.coordinator.ports import STANDALONE
from connect_core.rest.http import Router
from connect_core.rest.routes import router
from tests.unit.coordinator.worlds import InLine, World
from tests.unit.rest.client import Client

FILE = {"connector.class": "FileStreamSource", "file": "/tmp/x", "topic": "t"}
MISSING_TOPIC = (
    "Connector configuration is invalid and contains the following 1 error(s):\n"
    'Missing required configuration "topic" which has no default value.\n'
    "You can also find the above list of errors at the endpoint "
    "`/connector-plugins/{connectorType}/config/validate`"
)
SINK = {"connector.class": "FileStreamSink", "file": "/tmp/x", "topics": "t"}


@pytest.fixture
def world() -> World:
    return World(InLine())


@pytest.fixture
def client(world: World) -> Client:
    return Client(world)


@pytest.fixture
def fs(client: Client) -> Client:
    """With the connector ``fs`` running."""
    client.ok("POST", "/connectors", {"name": "fs", "config": FILE}, status=201)
    return client


def test_root(client: Client) -> None:
    assert client("GET", "/").body == b'{"version":"4.3.0","commit":"unknown","kafka_cluster_id":"k1"}'


def test_health(client: Client) -> None:
    assert client.ok("GET", "/health") == {
        "status": "healthy",
        "message": "Worker has completed startup and is ready to handle requests.",
    }


class TestCreate:
    """POST /connectors."""

    def test_answer(self, client: Client) -> None:
        response = client("POST", "/connectors", {"name": " fs ", "config": FILE | {"tasks.max": 1}})
        assert response.status == 201
        assert response.headers["location"] == "http://h:8083/connectors/fs"
        answer = json.loads(response.body)
        assert list(answer) == ["name", "config", "tasks", "type"]
        assert answer["config"] == FILE | {"tasks.max": "1", "name": "fs"}
        assert answer["type"] == "source"

    def test_names_are_encoded(self, client: Client) -> None:
        response = client("POST", "/connectors", {"name": "my name/%ü", "config": FILE})
        assert response.headers["location"] == "http://h:8083/connectors/my%20name%2F%25%C3%BC"
        assert client.ok("GET", "/connectors/my%20name%2F%25%C3%BC/config")["name"] == "my name/%ü"

    def test_exists(self, fs: Client) -> None:
        assert fs.refused("POST", "/connectors", {"name": "fs", "config": FILE}) == (
            409,
            "Connector fs already exists",
        )

    @pytest.mark.parametrize(
        ("body", "status", "message"),
        [
            (
                {"name": "x", "config": FILE | {"name": "y"}},
                400,
                "Connector name configuration (y) doesn't match connector name in the URL (x)",
            ),
            (
                {"name": " a ", "config": FILE | {"name": " a "}},
                400,
                "Connector name configuration ( a ) doesn't match connector name in the URL (a)",
            ),
            ({"name": "x", "config": {}}, 400, "Connector config contains no connector type"),
            (
                {"name": "x", "config": {"connector.class": "FileStreamSource"}},
                400,
                MISSING_TOPIC,
            ),
        ],
    )
    def test_refused(self, client: Client, body: Any, status: int, message: str) -> None:
        assert client.refused("POST", "/connectors", body) == (status, message)
        assert client.ok("GET", "/connectors") == []

    def test_unknown_class(self, client: Client) -> None:
        status, message = client.refused("POST", "/connectors", {"name": "x", "config": {"connector.class": "Nope"}})
        assert status == 400
        assert message.startswith(
            "Failed to find any class that implements Connector and which name matches Nope, available connectors are:"
            " PluginDesc{klass=class "
        )

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"[]",
            b'"x"',
            b"\xff",
            {"name": "x"},
            {"name": "x", "config": FILE, "more": 1},
            {"name": "x", "config": FILE | {"file": {}}},
            {"name": "x", "config": FILE, "initial_state": "GONE"},
            {"name": "x", "config": FILE, "initial_state": ""},
        ],
    )
    def test_unreadable_is_500(self, client: Client, body: Any) -> None:
        assert client("POST", "/connectors", body).status == 500
        assert client.ok("GET", "/connectors") == []

    def test_scalars_become_text(self, client: Client) -> None:
        body = b'{"name":"fs","config":{"connector.class":"FileStreamSource","topic":"t","a":1e3,"b":true,"c":1.0}}'
        config = client.ok("POST", "/connectors", body, status=201)["config"]
        assert (config["a"], config["b"], config["c"]) == ("1e3", "true", "1.0")

    def test_null_values_are_errors(self, client: Client) -> None:
        status, message = client.refused("POST", "/connectors", {"name": "x", "config": FILE | {"tasks.max": None}})
        assert status == 400
        assert "Null value can not be supplied as the configuration value." in message

    @pytest.mark.parametrize(("word", "state"), [("stopped", "STOPPED"), ("PAUSED", "PAUSED"), (None, "RUNNING")])
    def test_initial_state(self, client: Client, word: str | None, state: str) -> None:
        body = {"name": "fs", "config": FILE, "initial_state": word}
        client.ok("POST", "/connectors", body, status=201)
        assert client.ok("GET", "/connectors/fs/status")["connector"]["state"] == state

    def test_group_conflict(self, client: Client) -> None:
        body = {"name": "x", "config": SINK | {"consumer.override.group.id": "g"}}
        assert (
            "Consumer group g conflicts with Connect worker group g" in client.refused("POST", "/connectors", body)[1]
        )

    def test_a_stranger_in_the_group(self, client: Client) -> None:
        client.world.strangers = ["jvm-1"]
        assert client.refused("POST", "/connectors", {"name": "x", "config": FILE}) == (
            409,
            "Cannot complete request because of a conflicting operation (e.g. worker rebalance)",
        )


class TestConfig:
    """GET, PUT and PATCH config."""

    def test_get(self, fs: Client) -> None:
        assert fs.ok("GET", "/connectors/fs/config") == FILE | {"name": "fs"}
        assert fs.refused("GET", "/connectors/x/config") == (404, "Connector x not found")

    def test_put_creates(self, client: Client) -> None:
        response = client("PUT", "/connectors/fs/config", FILE)
        assert (response.status, response.headers["location"]) == (201, "http://h:8083/connectors/fs")

    def test_put_replaces(self, fs: Client) -> None:
        answer = fs.ok("PUT", "/connectors/fs/config", FILE | {"topic": "u"})
        assert answer["config"] == FILE | {"topic": "u", "name": "fs"}

    def test_put_checks_the_name(self, fs: Client) -> None:
        assert fs.refused("PUT", "/connectors/fs/config", FILE | {"name": "y"})[0] == 400

    def test_patch(self, fs: Client) -> None:
        answer = fs.ok("PATCH", "/connectors/fs/config", {"topic": "u", "file": None, "batch.size": 5})
        assert answer["config"] == {
            "connector.class": "FileStreamSource",
            "topic": "u",
            "batch.size": "5",
            "name": "fs",
        }
        assert fs.refused("PATCH", "/connectors/x/config", {}) == (404, "Connector x not found")
        assert fs.refused("PATCH", "/connectors/fs/config", {"topic": None})[0] == 400

    def test_a_bad_config_changes_nothing(self, fs: Client) -> None:
        assert fs.refused("PUT", "/connectors/fs/config", FILE | {"tasks.max": "0"})[0] == 400
        assert fs.ok("GET", "/connectors/fs/config") == FILE | {"name": "fs"}


class TestShow:
    """What a connector looks like."""

    def test_info(self, fs: Client) -> None:
        answer = fs.ok("GET", "/connectors/fs")
        assert answer["tasks"] == [{"connector": "fs", "task": 0}]
        assert fs.refused("GET", "/connectors/x") == (404, "Connector x not found")

    def test_status(self, fs: Client) -> None:
        body = fs("GET", "/connectors/fs/status").body
        assert body == (
            b'{"name":"fs","connector":{"state":"RUNNING","worker_id":"w:1","version":"4.3.0"},'
            b'"tasks":[{"id":0,"state":"RUNNING","worker_id":"w:1","version":"4.3.0"}],"type":"source"}'
        )
        assert fs.refused("GET", "/connectors/x/status") == (404, "No status found for connector x")

    def test_a_trace_is_shown(self, fs: Client) -> None:
        fs.world.said("fs", 0, "FAILED", "Boom\n")
        assert list(fs.ok("GET", "/connectors/fs/tasks/0/status").items())[-1] == ("trace", "Boom\n")

    def test_task_status(self, fs: Client) -> None:
        assert fs.ok("GET", "/connectors/fs/tasks/0/status")["id"] == 0
        assert fs.refused("GET", "/connectors/fs/tasks/7/status") == (404, "No status found for task fs-7")
        assert fs.refused("GET", "/connectors/fs/tasks/abc/status") == (404, "HTTP 404 Not Found")

    def test_tasks(self, fs: Client) -> None:
        (task,) = fs.ok("GET", "/connectors/fs/tasks")
        assert task["id"] == {"connector": "fs", "task": 0}
        assert task["config"]["file"] == "/tmp/x"
        assert fs.refused("GET", "/connectors/x/tasks") == (404, "Connector x not found")

    def test_list_and_expand(self, fs: Client) -> None:
        fs.ok("POST", "/connectors", {"name": "b", "config": SINK}, status=201)
        assert sorted(fs.ok("GET", "/connectors/")) == ["b", "fs"]
        expanded = fs.ok("GET", "/connectors?expand=status&expand=info")
        assert list(expanded["fs"]) == ["info", "status"]
        assert expanded["b"]["info"]["type"] == "sink"
        assert fs.ok("GET", "/connectors?expand=garbage") == {"b": {}, "fs": {}}
        fs.world.status.put("fs", -1, None)
        assert list(fs.ok("GET", "/connectors?expand=status")) == ["b"]

    def test_topics(self, fs: Client) -> None:
        fs.world.status.add_topics("fs", 0, ["t"])
        assert fs("GET", "/connectors/fs/topics").body == b'{"fs":{"topics":["t"]}}'
        assert fs("PUT", "/connectors/fs/topics/reset").status == 202
        assert fs.ok("GET", "/connectors/fs/topics") == {"fs": {"topics": []}}
        assert fs.ok("GET", "/connectors/x/topics") == {"x": {"topics": []}}

    def test_topic_tracking_off(self) -> None:
        off = Client(World(topic_tracking=False))
        assert off.refused("GET", "/connectors/x/topics") == (403, "Topic tracking is disabled.")
        no_reset = Client(World(topic_tracking_reset=False))
        assert no_reset.refused("PUT", "/connectors/x/topics/reset") == (403, "Topic tracking reset is disabled.")


class TestStates:
    """Pause, resume, stop, restart, delete."""

    def states(self, client: Client) -> dict[int, str]:
        return client.world.states("fs")

    def test_pause_and_resume(self, fs: Client) -> None:
        response = fs("PUT", "/connectors/fs/pause")
        assert (response.status, response.body) == (202, b"")
        fs.world.coordinator.tick()
        assert self.states(fs) == {-1: "PAUSED", 0: "PAUSED"}
        assert fs("PUT", "/connectors/fs/resume").status == 202
        assert self.states(fs) == {-1: "RUNNING", 0: "RUNNING"}
        assert fs.refused("PUT", "/connectors/x/pause") == (404, "Unknown connector x")
        assert fs.refused("PUT", "/connectors/x/resume") == (404, "Unknown connector x")

    def test_stop_and_resume(self, fs: Client) -> None:
        assert fs("PUT", "/connectors/fs/stop").status == 204
        assert self.states(fs) == {-1: "STOPPED"}
        assert fs.world.fenced == [["g-fs-0"]]
        assert fs.ok("GET", "/connectors/fs/tasks") == []
        assert fs.ok("GET", "/connectors/fs/status")["tasks"] == []
        assert fs("PUT", "/connectors/fs/stop").status == 204
        assert fs("PUT", "/connectors/fs/resume").status == 202
        assert self.states(fs) == {-1: "RUNNING", 0: "RUNNING"}
        assert len(fs.ok("GET", "/connectors/fs/tasks")) == 1
        assert fs.refused("PUT", "/connectors/x/stop") == (404, "Unknown connector x")

    def test_delete(self, fs: Client) -> None:
        response = fs("DELETE", "/connectors/fs")
        assert (response.status, response.body) == (204, b"")
        assert fs.ok("GET", "/connectors") == []
        assert self.states(fs) == {}
        assert fs.world.dispatcher.alive == {}
        assert fs.world.fenced == [["g-fs-0"]]
        assert fs.refused("GET", "/connectors/fs/status") == (404, "No status found for connector fs")
        assert fs.refused("DELETE", "/connectors/fs") == (404, "Connector fs not found")

    def test_a_new_connector_of_that_name_starts_afresh(self, fs: Client) -> None:
        fs("PUT", "/connectors/fs/pause")
        fs("DELETE", "/connectors/fs")
        fs.ok("POST", "/connectors", {"name": "fs", "config": FILE}, status=201)
        assert self.states(fs) == {-1: "RUNNING", 0: "RUNNING"}

    def test_restart_the_connector_alone(self, fs: Client) -> None:
        fs.world.said("fs", -1, "FAILED", "Boom\n")
        assert fs("POST", "/connectors/fs/restart").status == 204
        assert self.states(fs) == {-1: "RUNNING", 0: "RUNNING"}
        assert ("fs", -1, "RESTARTING") in fs.world.status.written
        assert fs.refused("POST", "/connectors/x/restart") == (404, "Unknown connector: x")

    def test_restart_failed_tasks(self, fs: Client) -> None:
        fs.world.said("fs", 0, "FAILED", "Boom\n")
        del fs.world.dispatcher.alive["fs", 0]
        answer = fs.ok("POST", "/connectors/fs/restart?includeTasks=TRUE&onlyFailed=true", status=202)
        assert answer["connector"]["state"] == "RUNNING"
        assert (answer["tasks"][0]["state"], answer["tasks"][0]["trace"]) == ("RESTARTING", "Boom\n")
        assert self.states(fs) == {-1: "RUNNING", 0: "RUNNING"}

    def test_restart_with_nothing_to_do_is_still_202(self, fs: Client) -> None:
        answer = fs.ok("POST", "/connectors/fs/restart?onlyFailed=true", status=202)
        assert answer["connector"]["state"] == "RUNNING"

    def test_restart_without_a_status(self, fs: Client) -> None:
        fs.world.status.put("fs", -1, None)
        assert fs.refused("POST", "/connectors/fs/restart?includeTasks=true") == (
            404,
            "Status for connector fs not found",
        )

    def test_restart_a_running_task(self, fs: Client) -> None:
        assert fs("POST", "/connectors/fs/tasks/0/restart").status == 204
        assert fs.world.dispatcher.stopped == [("fs", 0)]
        fs.world.coordinator.tick()
        assert self.states(fs)[0] == "RUNNING"
        assert fs.refused("POST", "/connectors/fs/tasks/3/restart") == (404, "Unknown task: fs-3")
        assert fs.refused("POST", "/connectors/x/tasks/0/restart") == (404, "Unknown connector: x")

    def test_a_failed_task_waits_for_a_new_config(self, fs: Client) -> None:
        fs.world.said("fs", 0, "FAILED", "Boom\n")
        del fs.world.dispatcher.alive["fs", 0]
        fs.world.coordinator.tick()
        assert self.states(fs)[0] == "FAILED"
        fs.ok("PUT", "/connectors/fs/config", FILE | {"file": "/tmp/y"})
        assert self.states(fs)[0] == "RUNNING"


class TestHttp:
    """What the HTTP layer itself answers."""

    @pytest.mark.parametrize(
        ("method", "target", "status", "message"),
        [
            ("GET", "/nope", 404, "HTTP 404 Not Found"),
            ("GET", "/connectors/a/b/c", 404, "HTTP 404 Not Found"),
            ("PUT", "/connectors", 405, "HTTP 405 Method Not Allowed"),
            ("POST", "/connectors/fs", 405, "HTTP 405 Method Not Allowed"),
        ],
    )
    def test_refused(self, fs: Client, method: str, target: str, status: int, message: str) -> None:
        assert fs.refused(method, target) == (status, message)

    def test_media_type(self, client: Client) -> None:
        body = {"name": "fs", "config": FILE}
        assert client.refused("POST", "/connectors", body, Content_Type="text/plain") == (
            415,
            "HTTP 415 Unsupported Media Type",
        )
        assert client("POST", "/connectors", body, Content_Type="application/json; charset=UTF-8").status == 201

    def test_head_and_options(self, fs: Client) -> None:
        head = fs("HEAD", "/connectors/fs")
        assert (head.status, head.body) == (200, b"")
        assert fs("HEAD", "/connectors/x").status == 404
        options = fs("OPTIONS", "/connectors/fs")
        assert (options.status, options.headers["allow"]) == (200, "DELETE,GET,HEAD,OPTIONS")

    def test_an_unexpected_error_is_500(self, fs: Client) -> None:
        def broken() -> None:
            raise ValueError("broken")

        fs.world.config.refresh = broken  # type: ignore[assignment]
        assert fs.refused("GET", "/connectors/fs") == (500, "broken")
        assert fs("GET", "/health").status == 500


class TestInternal:
    """What only other workers call."""

    def test_distributed(self, fs: Client) -> None:
        expected = (400, "Internal request missing required signature")
        assert fs.refused("POST", "/connectors/fs/tasks", []) == expected
        assert fs.refused("PUT", "/connectors/fs/fence") == expected

    def test_standalone(self) -> None:
        client = Client(World(InLine(), mode=STANDALONE, fencing=False))
        assert client.refused("POST", "/connectors/fs/tasks", []) == (
            500,
            "Kafka Connect in standalone mode does not support externally setting task configurations.",
        )
        assert client.refused("PUT", "/connectors/fs/fence") == (
            500,
            "Kafka Connect in standalone mode does not support exactly-once source connectors.",
        )


def test_the_router_is_one_table(world: World) -> None:
    assert isinstance(router(world.coordinator), Router)
