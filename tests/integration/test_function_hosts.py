"""The hosts of the task functions in this process, on a real broker: what they run, refuse and hand on."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connect_core.aws import calls
from connect_core.coordinator.decide import Create, PutConfig, Restart, SetTarget, TaskConfigs
from connect_core.coordinator.execute import Coordinator
from connect_core.coordinator.ports import FUNCTIONS, TriggerWish, alias_hash
from connect_core.errors import Fatal
from connect_core.hosts import control, function
from connect_core.hosts.scheduled import ScheduledHost
from connect_core.hosts.triggered import Refused, TriggeredHost
from connect_core.local.kafka import Kafka
from connect_core.runtime.slice import CONNECTOR, SliceRequest
from connect_core.storage.state import TargetState

PROVIDERS = """
config.providers=file
config.providers.file.class=org.apache.kafka.common.config.provider.FileConfigProvider
"""
ARN = "arn:aws:lambda:us-east-1:1:function:sink"


class Queue:
    """aws.invoke.Functions and the coordinator's dispatcher: calls are kept until a test runs them."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def start(self, name: Any, call: Any = None) -> None:
        if isinstance(name, SliceRequest):
            name, call = "task", calls.slice_call(name)
        self.calls.append((name, call))

    def stop(self, connector: str, task: int) -> None:
        pass

    def running(self) -> dict[tuple[str, int], int]:
        return {}

    def validate(self, config: Any) -> dict[str, list[str]]:
        return {}

    def alter_offsets(self, connector: str, config: Any, offsets: Any) -> bool:
        return True


class Numbers:
    """Powertools' metrics."""

    def __init__(self) -> None:
        self.found: dict[str, float] = {}

    def add_dimension(self, name: str, value: str) -> None:
        pass

    def add_metric(self, name: str, unit: Any, value: float) -> None:
        self.found[name] = value


class Wishes:
    """Triggers that remember what was wanted last."""

    def __init__(self) -> None:
        self.wanted: dict[str, TriggerWish] = {}

    def reconcile(self, wanted: Any) -> None:
        self.wanted = dict(wanted)


class Context:
    """Of an invocation through an alias."""

    def __init__(self, alias: str = "", left_ms: int = 30_000) -> None:
        self.invoked_function_arn = f"{ARN}:{alias}" if alias else ARN
        self._left_ms = left_ms

    def get_remaining_time_in_millis(self) -> int:
        return self._left_ms


class Stack:
    """A coordinator and the two hosts, as one deployment would have them."""

    def __init__(self, bootstrap: str, group: str) -> None:
        self.env = {
            "CONNECT_BOOTSTRAP_SERVERS": bootstrap,
            "CONNECT_GROUP_ID": group,
            "CONNECT_KEY_CONVERTER": "org.apache.kafka.connect.storage.StringConverter",
            "CONNECT_VALUE_CONVERTER": "org.apache.kafka.connect.storage.StringConverter",
            "CONNECT_REST_ADVERTISED_HOST_NAME": "stack",
            "CONNECT_OFFSET_STORAGE_PARTITIONS": "1",
            "CONNECT_STATUS_STORAGE_PARTITIONS": "1",
            "CONNECTLESS_COORDINATOR": "coordinator",
            "CONNECTLESS_WORKER_PROPERTIES": PROVIDERS,
        }
        for kind in ("CONFIG", "OFFSET", "STATUS"):
            self.env[f"CONNECT_{kind}_STORAGE_TOPIC"] = f"{group}-{kind.lower()}"
            self.env[f"CONNECT_{kind}_STORAGE_REPLICATION_FACTOR"] = "1"
        settings = function.settings(self.env)
        self.queue, self.triggers, self.numbers = Queue(), Wishes(), Numbers()
        self.stores = control.Stores(settings)
        self.coordinator: Coordinator = control.coordinator(
            settings, self.stores, self.queue, triggers=self.triggers, mode=FUNCTIONS
        )
        self.scheduled = ScheduledHost(self.env, self.numbers, self.queue)  # type: ignore[arg-type]  # has its one method
        self.triggered = TriggeredHost(lambda: self.scheduled.ports, self.numbers)

    def run(self) -> list[dict[str, Any]]:
        """Run what is queued until nothing is; the answers of slices."""
        answers = []
        while self.queue.calls:
            name, call = self.queue.calls.pop(0)
            if name == "coordinator":
                self.coordinator.submit(TaskConfigs(*calls.result_of(call)))
            else:
                answers.append(self.scheduled.handle(call, Context()))
        return answers

    def create(self, name: str, config: dict[str, str]) -> None:
        self.coordinator.submit(Create(name, {"name": name, **config}))
        self.run()

    def states(self, name: str) -> dict[int, str]:
        found = self.coordinator.status(name)
        return {-1: found["connector"]["state"]} | {task["id"]: task["state"] for task in found["tasks"]}

    def wants(self, name: str) -> bool:
        """Whether its trigger should be enabled."""
        return self.triggers.wanted[name].enabled

    def close(self) -> None:
        self.stores.close()
        self.scheduled.ports.close()


@pytest.fixture
def stack(kafka: Kafka, unique: Callable[..., str]) -> Iterator[Stack]:
    made = Stack(kafka.bootstrap_servers, unique("g")[-40:].strip("_"))
    yield made
    made.close()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "out.txt"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file that configs refer to."""
    path = tmp_path / "secret.properties"
    path.write_text("word=xyzzy\n")
    return path


def sink(topic: str, target: Path, **more: str) -> dict[str, str]:
    return {"connector.class": "FileStreamSink", "topics": topic, "file": str(target), **more}


def batch(topic: str, *values: str, first: int = 0) -> dict[str, Any]:
    """An event as a Kafka event source mapping brings it."""
    records = [
        {
            "topic": topic,
            "partition": 0,
            "offset": first + i,
            "timestamp": 1,
            "timestampType": "CREATE_TIME",
            "value": base64.b64encode(value.encode()).decode(),
            "headers": [],
        }
        for i, value in enumerate(values)
    ]
    return {"eventSource": "SelfManagedKafka", "records": {f"{topic}-0": records}}


def alias(name: str) -> Context:
    return Context(f"connector-{alias_hash(name)}")


class TestTriggered:
    """Returning is the commit."""

    def test_a_batch_is_delivered_and_the_next_one_too(self, stack: Stack, topic: str, target: Path) -> None:
        stack.create("s", sink(topic, target))
        assert stack.wants("s")
        assert stack.states("s") == {-1: "RUNNING", 0: "RUNNING"}
        assert stack.triggered.handle(batch(topic, "a", "b"), alias("s")) == {"connector": "s", "records": 2}
        stack.triggered.handle(batch(topic, "c", first=2), alias("s"))
        assert target.read_text().splitlines() == ["a", "b", "c"]
        assert stack.states("s") == {-1: "RUNNING", 0: "RUNNING"}
        assert stack.coordinator.topics("s") == [topic]
        assert stack.numbers.found["slice-record-total"] == 1

    def test_an_unknown_alias_is_refused(self, stack: Stack, topic: str) -> None:
        with pytest.raises(Refused, match="No connector is known for connector-123"):
            stack.triggered.handle(batch(topic, "a"), Context("connector-123"))

    @pytest.mark.parametrize("state", [TargetState.PAUSED, TargetState.STOPPED])
    def test_what_does_not_run_takes_nothing(self, stack: Stack, topic: str, target: Path, state: TargetState) -> None:
        stack.create("s", sink(topic, target))
        stack.coordinator.submit(SetTarget("s", state))
        assert not stack.wants("s")
        with pytest.raises(Refused, match=str(state)):
            stack.triggered.handle(batch(topic, "a"), alias("s"))
        stack.coordinator.submit(SetTarget("s", TargetState.STARTED))
        stack.run()
        assert stack.wants("s")
        assert stack.states("s") == {-1: "RUNNING", 0: "RUNNING"}
        stack.triggered.handle(batch(topic, "a"), alias("s"))
        assert target.read_text() == "a\n"

    def test_a_failed_task_takes_nothing_until_it_is_restarted(self, stack: Stack, topic: str, target: Path) -> None:
        stack.create("s", sink(topic, target) | {"value.converter": "org.apache.kafka.connect.json.JsonConverter"})
        with pytest.raises(Fatal, match="s has FAILED"):
            stack.triggered.handle(batch(topic, "no json"), alias("s"))
        assert stack.states("s")[0] == "FAILED"
        with pytest.raises(Refused, match="until it is restarted"):
            stack.triggered.handle(batch(topic, '{"schema": null, "payload": "fine"}'), alias("s"))
        stack.coordinator.tick()
        assert not stack.wants("s")
        stack.coordinator.put_config("s", sink(topic, target))
        stack.run()
        assert stack.wants("s")
        stack.triggered.handle(batch(topic, "fine"), alias("s"))
        assert target.read_text() == "fine\n"

    def test_a_bad_record_that_is_tolerated_is_part_of_the_commit(self, stack: Stack, topic: str, target: Path) -> None:
        more = {"value.converter": "org.apache.kafka.connect.json.JsonConverter", "errors.tolerance": "all"}
        stack.create("s", sink(topic, target, **more, **{"value.converter.schemas.enable": "false"}))
        assert stack.triggered.handle(batch(topic, "{", '"good"'), alias("s"))["records"] == 1
        assert target.read_text() == "good\n"

    def test_a_secret_that_is_gone_fails_the_task(self, stack: Stack, topic: str, target: Path, secret: Path) -> None:
        stack.create("s", sink(topic, target, note=f"${{file:{secret}:word}}"))
        stack.triggered.handle(batch(topic, "a"), alias("s"))
        secret.unlink()
        with pytest.raises(Fatal, match="s has FAILED"):
            stack.triggered.handle(batch(topic, "b", first=1), alias("s"))
        assert stack.states("s") == {-1: "RUNNING", 0: "FAILED"}

    def test_time_that_is_over_brings_the_batch_again(self, stack: Stack, topic: str, target: Path) -> None:
        stack.create("s", sink(topic, target))
        context = alias("s")
        context._left_ms = 900
        with pytest.raises(Refused, match="LATE"):
            stack.triggered.handle(batch(topic, "a"), context)
        assert not target.exists()


class TestScheduled:
    """One slice an invocation."""

    @pytest.fixture
    def source(self, stack: Stack, topic: str, tmp_path: Path) -> Path:
        path = tmp_path / "in.txt"
        path.write_text("one\n")
        stack.create("f", {"connector.class": "FileStreamSource", "topic": topic, "file": str(path)})
        return path

    def test_creation_runs_the_connector_then_the_task(self, stack: Stack, source: Path) -> None:
        assert stack.states("f") == {-1: "RUNNING", 0: "RUNNING"}
        assert stack.numbers.found["slice-record-total"] == 1

    def test_a_tick_runs_what_is_due_in_a_warm_instance(
        self, stack: Stack, source: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with source.open("a") as file:
            file.write("two\nthree\n")
        stack.coordinator.tick()
        (answer,) = [a for a in stack.run() if a["task"] == 0]
        assert (answer["state"], answer["records"]) == ("RUNNING", 2)
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
        counted = {line["type"]: line for line in lines if line.get("task") == "0"}
        assert counted["source-task-metrics"]["source-record-write-total"] == 2  # of this slice, not of all so far
        assert counted["slice-metrics"]["slice-total"] == 1

    def test_a_secret_that_is_gone_fails_connector_and_task(
        self, stack: Stack, topic: str, source: Path, secret: Path
    ) -> None:
        config = {"connector.class": "FileStreamSource", "topic": topic, "file": str(source)}
        stack.coordinator.submit(PutConfig("f", config | {"name": "f", "note": f"${{file:{secret}:word}}"}))
        stack.run()
        assert stack.states("f") == {-1: "RUNNING", 0: "RUNNING"}
        secret.unlink()
        stack.coordinator.tick()
        stack.run()
        assert stack.states("f") == {-1: "RUNNING", 0: "FAILED"}
        stack.coordinator.submit(Restart("f"))
        stack.run()
        assert stack.states("f") == {-1: "FAILED", 0: "FAILED"}
        trace = stack.coordinator.status("f")["connector"]["trace"]
        assert str(secret) in trace
        secret.write_text("word=back\n")
        stack.coordinator.submit(Restart("f", include_tasks=True))
        stack.run()
        assert stack.states("f") == {-1: "RUNNING", 0: "RUNNING"}

    def test_past_its_lease_a_slice_fences_nobody(self, stack: Stack, source: Path) -> None:
        entry = stack.coordinator.entry("f")
        late = SliceRequest(connector="f", task=0, generation=entry.generation, lease_end=time.time() - 1)
        assert stack.scheduled.handle(calls.slice_call(late), Context())["state"] == "LATE"

    def test_an_older_generation_is_superseded(self, stack: Stack, source: Path) -> None:
        old = SliceRequest(connector="f", task=0, generation=0, lease_end=time.time() + 20)
        assert stack.scheduled.handle(calls.slice_call(old), Context())["state"] == "SUPERSEDED"

    def test_a_connector_that_fails_hands_on_nothing(self, stack: Stack, source: Path) -> None:
        stack.coordinator.put_config("f", {"connector.class": "FileStreamSource", "topic": "t", "file": str(source)})
        stack.coordinator.submit(SetTarget("f", TargetState.STOPPED))
        stack.queue.calls.clear()
        request = SliceRequest(connector="f", task=CONNECTOR, generation=-1, lease_end=time.time() + 20)
        assert stack.scheduled.handle(calls.slice_call(request), Context())["state"] == "SUPERSEDED"
        assert stack.queue.calls == []

    def test_questions_are_answered_and_failures_told(self, stack: Stack) -> None:
        good = {"connector.class": "FileStreamSource", "topic": "t", "name": "f"}
        assert stack.scheduled.handle(calls.validate_call(good), Context()) == {}
        told = stack.scheduled.handle(calls.validate_call({"connector.class": "Nonsense", "name": "f"}), Context())
        assert told["failed"][0] == "ConfigError"
        file = good | {"file": "/tmp/x"}
        ask = calls.alter_call(file, [({"filename": "/tmp/x"}, {"position": 1})])
        assert stack.scheduled.handle(ask, Context()) == {"handled": True}
        ask = calls.alter_call(file, [({"filename": "/tmp/x"}, {"position": "no number"})])
        assert stack.scheduled.handle(ask, Context())["failed"][0] == "ConnectError"
