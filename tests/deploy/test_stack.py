"""The real template on the local AWS: built, deployed once, one event of each kind through each function, deleted."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from confluent_kafka.admin import AdminClient

from connect_core.coordinator.ports import alias_hash
from connect_core.demo.shop import Shop, SQLite
from connect_core.local.kafka import Kafka
from connect_core.local.localstack import LocalStack
from connect_core.local.sam import Sam
from connect_core.local.venvs import checkout

STACK = "whole"
TEMPLATE = checkout() / "template.yaml"
type Client = Callable[[str], Any]


def until(done: Callable[[], object], *, within: float = 90) -> None:
    end = time.monotonic() + within
    while not done():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.1)


class Deployment:
    """The stack, called as users call it, and what it works on."""

    def __init__(self, aws: LocalStack, client: Client, outputs: dict[str, str], shop: Shop) -> None:
        self.aws, self.lambda_, self.logs, self.shop = aws, client("lambda"), client("logs"), shop
        self.outputs, self._host = outputs, urlsplit(outputs["RestUrl"]).hostname or ""
        self.deleted = False

    def rest(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Host": self._host, "Content-Type": "application/json"}
        request = urllib.request.Request(self.aws.endpoint_url + path, method=method, data=data, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                text = answer.read()
                return answer.status, json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())

    def tick(self) -> None:
        """What the rule sends each minute, without waiting for it."""
        event = {"source": "aws.events", "detail-type": "Scheduled Event"}
        answer = self.lambda_.invoke(FunctionName=self.outputs["CoordinatorFunction"], Payload=json.dumps(event))
        assert "FunctionError" not in answer, answer["Payload"].read()

    def states(self, connector: str) -> list[str]:
        """Of the connector, then of its tasks; [] before there are any."""
        code, found = self.rest("GET", f"/connectors/{connector}/status")
        return [] if code == 404 else [found["connector"]["state"], *(task["state"] for task in found["tasks"])]

    def mappings(self) -> list[dict[str, Any]]:
        return list(self.lambda_.list_event_source_mappings()["EventSourceMappings"])

    def mapping(self, connector: str) -> dict[str, Any] | None:
        alias = f":connector-{alias_hash(connector)}"
        return next((each for each in self.mappings() if each["FunctionArn"].endswith(alias)), None)

    def lines(self, function: str) -> list[dict[str, Any]]:
        """JSON lines that a function logged."""
        group = f"/aws/lambda/{self.outputs[function]}"
        pages = self.logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        texts = [event["message"].strip() for page in pages for event in page["events"]]
        return [json.loads(text) for text in texts if text.startswith("{")]


@pytest.fixture(scope="module")
def deployed(
    localstack: LocalStack, client: Client, kafka: Kafka, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    """The stack with an order system and a CRM beside it; the rule is off, so that ticks are the tests' own."""
    home = tmp_path_factory.mktemp("shop")
    shop = Shop(SQLite(home / "orders.db"), SQLite(home / "crm.db"))
    shop.create()
    parameters = {
        "BootstrapServers": kafka.bootstrap_servers,
        "GroupId": "deployed",
        **{f"{kind}Topic": f"deployed-{kind.lower()}" for kind in ("Config", "Offset", "Status")},
        "ReplicationFactor": "1",
        "OffsetPartitions": "1",
        "MinuteRule": "DISABLED",
        "BatchingWindow": "0",
    }
    into = checkout() / ".aws-sam" / "test"  # unchanged code is not built again
    outputs = localstack.deploy(TEMPLATE, stack=STACK, parameters=parameters, into=into)
    made = Deployment(localstack, client, outputs, shop)
    yield made
    if not made.deleted:
        localstack.delete(STACK)


@pytest.fixture(scope="module")
def source(deployed: Deployment) -> str:
    """A source of new orders."""
    config = {
        "connector.class": "io.confluent.connect.jdbc.JdbcSourceConnector",
        **deployed.shop.orders.jdbc(),
        "table.whitelist": "orders",
        "mode": "incrementing",
        "incrementing.column.name": "id",
        "topic.prefix": "deployed-shop-",
    }
    code, answer = deployed.rest("POST", "/connectors", {"name": "orders-in", "config": config})
    assert (code, answer["type"]) == (201, "source")
    until(lambda: deployed.states("orders-in") == ["RUNNING", "RUNNING"])
    return "orders-in"


@pytest.fixture(scope="module")
def sink(deployed: Deployment, source: str) -> str:
    """A sink of them, run by the records themselves."""
    config = {
        "connector.class": "io.confluent.connect.jdbc.JdbcSinkConnector",
        **deployed.shop.crm.jdbc(),
        "topics": "deployed-shop-orders",
        "table.name.format": "crm_orders",
    }
    code, _ = deployed.rest("PUT", "/connectors/orders-out/config", config)
    assert code == 201
    until(lambda: deployed.states("orders-out") == ["RUNNING", "RUNNING"])
    return "orders-out"


def copied(deployed: Deployment) -> bool:
    ours, theirs = deployed.shop.tables("orders")
    return ours == theirs


def test_the_template_is_valid() -> None:
    """Both of SAM's ways; no account is asked."""
    Sam(env={"AWS_DEFAULT_REGION": "us-east-1"}).validate(TEMPLATE)


def test_rest_answers_and_needs_a_signature(deployed: Deployment) -> None:
    code, answer = deployed.rest("GET", "/")
    assert (code, answer["version"]) == (200, "4.3.0")
    assert deployed.rest("GET", "/connectors/none/status")[0] == 404
    found = deployed.lambda_.get_function_url_config(FunctionName=deployed.outputs["CoordinatorFunction"])
    assert found["AuthType"] == "AWS_IAM"


def test_a_bad_config_is_refused_by_the_function_that_can_tell(deployed: Deployment) -> None:
    config = {"connector.class": "io.confluent.connect.jdbc.JdbcSourceConnector", "topic.prefix": "x", "mode": "bulk"}
    config |= {"connection.url": "jdbc:sqlite:/nowhere/at/all.db", "table.whitelist": "t"}
    code, answer = deployed.rest("POST", "/connectors", {"name": "bad", "config": config})
    assert code == 400
    assert "Could not connect to database." in answer["message"]


def test_the_tick_brings_new_rows_and_they_trigger_the_sink(deployed: Deployment, source: str, sink: str) -> None:
    until(lambda: (deployed.mapping(sink) or {}).get("State") == "Enabled")
    assert (deployed.mapping(sink) or {})["Topics"] == ["deployed-shop-orders"]
    deployed.shop.place(25)
    deployed.tick()
    until(lambda: copied(deployed))
    assert len(deployed.shop.tables("orders")[1]) == 25
    assert deployed.rest("GET", f"/connectors/{sink}/topics")[1] == {sink: {"topics": ["deployed-shop-orders"]}}


def test_pause_disables_the_trigger_and_resume_delivers_what_came_meanwhile(deployed: Deployment, sink: str) -> None:
    def state() -> str:
        return str((deployed.mapping(sink) or {}).get("State"))

    assert deployed.rest("PUT", f"/connectors/{sink}/pause")[0] == 202
    until(lambda: state() == "Disabled")
    assert deployed.states(sink) == ["PAUSED", "PAUSED"]
    deployed.shop.place(5)
    deployed.tick()
    until(lambda: [each for each in deployed.lines("SourceTaskFunction") if each.get("slice", {}).get("records") == 5])
    assert not copied(deployed)
    assert deployed.rest("PUT", f"/connectors/{sink}/resume")[0] == 202
    until(lambda: copied(deployed))
    assert state() == "Enabled"
    until(lambda: deployed.states(sink) == ["RUNNING", "RUNNING"])


def test_every_function_logs_json_and_metrics(deployed: Deployment, sink: str) -> None:
    for function, metric in (
        ("CoordinatorFunction", "rest-request-total"),
        ("SourceTaskFunction", "slice-total"),
        ("SinkTaskFunction", "slice-record-total"),
    ):
        lines = deployed.lines(function)
        assert any("function_request_id" in line for line in lines), function
        assert any("_aws" in line and metric in line for line in lines), function


def test_a_deleted_connector_loses_its_trigger(deployed: Deployment, sink: str) -> None:
    assert deployed.rest("DELETE", f"/connectors/{sink}")[0] == 204
    until(lambda: deployed.mapping(sink) is None)


def test_deleting_the_stack_leaves_nothing(deployed: Deployment, kafka: Kafka, tmp_path: Path) -> None:
    """With a trigger in use: its mapping and alias are the stack's business, not the user's."""
    config = {"connector.class": "FileStreamSink", "topics": "deployed-other", "file": str(tmp_path / "out")}
    assert deployed.rest("PUT", "/connectors/file-out/config", config)[0] == 201
    until(lambda: deployed.mapping("file-out") is not None)
    deployed.aws.delete(STACK)
    deployed.deleted = True
    names = [each["FunctionName"] for each in deployed.lambda_.list_functions()["Functions"]]
    assert [name for name in names if name.startswith(f"{STACK}-")] == []
    assert [each for each in deployed.mappings() if f":{STACK}-" in each["FunctionArn"]] == []
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap_servers})

    def nobody() -> bool:
        found = admin.describe_consumer_groups(["connect-file-out"])["connect-file-out"]
        return not found.result().members

    until(nobody)
