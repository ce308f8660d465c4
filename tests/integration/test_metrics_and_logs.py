"""What a worker tells of itself: Connect's metrics on /metrics, and log lines with their task and without secrets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connect_core.local.kafka import Kafka
from tests.integration.workers import WorkerProcess, until

SECRETS = {"worker": "hunter2-worker", "literal": "hunter2-literal", "provided": "hunter2-provided"}


@pytest.fixture(scope="module")
def worker(kafka: Kafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerProcess]:
    """One worker for the module, with a secret of its own and a file of secrets."""
    home = tmp_path_factory.mktemp("worker")
    (home / "secrets.properties").write_text(f"password={SECRETS['provided']}\n")
    module = "org.apache.kafka.common.security.plain.PlainLoginModule"
    login = f'{module} required username="u" password="{SECRETS["worker"]}";'
    properties = {
        "config.providers": "file",
        "config.providers.file.class": "org.apache.kafka.common.config.provider.FileConfigProvider",
        "producer.sasl.jaas.config": login,
    }
    with WorkerProcess(kafka.bootstrap_servers, home, group="insight-tests", properties=properties) as process:
        yield process


def metrics(worker: WorkerProcess) -> dict[str, float]:
    """Series with their labels -> value."""
    answer = worker.request("GET", "/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {series: float(value) for series, _, value in (line.rpartition(" ") for line in lines)}


def test_metrics_count_what_went_through(
    worker: WorkerProcess, topic: str, unique: Callable[[str], str], tmp_path: Path
) -> None:
    load, dump = unique("load"), unique("dump")
    source, target = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_text("one\ntwo\nthree\n")
    worker.create(load, {"connector.class": "FileStreamSource", "file": str(source), "topic": topic})
    worker.create(dump, {"connector.class": "FileStreamSink", "file": str(target), "topics": topic})
    prefix, task = "kafka_connect_", f'{{connector="{load}",task="0"}}'
    sink = f'{{connector="{dump}",task="0"}}'
    until(
        lambda: metrics(worker).get(f"{prefix}sink_task_metrics_offset_commit_completion_total{sink}"),
        "the sink has committed",
    )
    found = metrics(worker)
    assert found[f"{prefix}source_task_metrics_source_record_poll_total{task}"] == 3
    assert found[f"{prefix}source_task_metrics_source_record_write_total{task}"] == 3
    assert found[f"{prefix}source_task_metrics_source_record_active_count{task}"] == 0
    assert found[f"{prefix}connector_task_metrics_offset_commit_success_percentage{task}"] == 1
    assert found[f"{prefix}sink_task_metrics_sink_record_read_total{sink}"] == 3
    assert found[f"{prefix}sink_task_metrics_sink_record_send_total{sink}"] == 3
    assert found[f"{prefix}sink_task_metrics_partition_count{sink}"] == 1
    assert found[f'{prefix}connector_metrics_status{{connector="{load}",status="running"}}'] == 1
    assert found[f'{prefix}connect_worker_metrics_connector_running_task_count{{connector="{load}"}}'] == 1
    assert found[f"{prefix}connect_worker_metrics_connector_count"] >= 2
    assert found[f"{prefix}connect_worker_metrics_task_startup_attempts_total"] >= 2
    for name in (load, dump):
        assert worker.request("DELETE", f"/connectors/{name}").status_code == 204
    until(lambda: not any(load in series for series in metrics(worker)), "a deleted connector's metrics are gone")


def test_bad_records_are_counted_and_logged_with_their_task(
    worker: WorkerProcess, topic: str, unique: Callable[[str], str], tmp_path: Path
) -> None:
    load, dump = unique("load"), unique("dump")
    source, target = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_text('{"a": 1}\nnot json\n')
    worker.create(load, {"connector.class": "FileStreamSource", "file": str(source), "topic": topic})
    config = {
        "connector.class": "FileStreamSink",
        "file": str(target),
        "topics": topic,
        "value.converter": "org.apache.kafka.connect.json.JsonConverter",
        "value.converter.schemas.enable": "false",
        "errors.tolerance": "all",
        "errors.log.enable": "true",
        "errors.deadletterqueue.topic.name": unique("dead"),
        "errors.deadletterqueue.topic.replication.factor": "1",
    }
    worker.create(dump, config)
    labels = f'{{connector="{dump}",task="0"}}'
    until(
        lambda: metrics(worker).get(f"kafka_connect_task_error_metrics_total_records_skipped{labels}"),
        "the bad record was skipped",
    )
    found = metrics(worker)
    names = ("total_record_failures", "total_record_errors", "total_errors_logged", "deadletterqueue_produce_requests")
    for name in names:
        assert found[f"kafka_connect_task_error_metrics_{name}{labels}"] == 1, name
    assert found[f"kafka_connect_task_error_metrics_last_error_timestamp{labels}"] > 1e12
    logged = re.compile(rf"ERROR \[{dump}\|task-0\] Error encountered in task {dump}-0\. Executing stage")
    until(lambda: logged.search(worker.log.read_text()), "the line is in the log")


def test_no_log_line_holds_a_password(worker: WorkerProcess, unique: Callable[[str], str]) -> None:
    """I6: a database that is not there and a path made of a secret: every error text would hold one."""
    login, path = unique("login"), unique("path")
    reference = f"${{file:{worker.home / 'secrets.properties'}:password}}"
    assert worker.request("PUT", "/admin/loggers/root", {"level": "DEBUG"}).status_code == 200
    sink = {
        "connector.class": "JdbcSink",
        "topics": unique("topic"),
        "connection.url": f"jdbc:mysql://127.0.0.1:1/shop?password={SECRETS['literal']}",
        "connection.user": "shop",
        "connection.password": SECRETS["literal"],
        "connection.attempts": "1",
        "insert.mode": f"no-mode-{SECRETS['literal']}",
    }
    for config in (sink, {k: v for k, v in sink.items() if k != "insert.mode"}):
        answer = worker.request("POST", "/connectors", {"name": login, "config": config})
        assert answer.status_code == 400
    file = {"connector.class": "FileStreamSink", "topics": unique("topic"), "file": f"/no-such-folder/{reference}/x"}
    worker.create(path, file)
    worker.until_states(path, "RUNNING", "FAILED")
    assert "create file '[hidden]' for" in worker.trace(path)
    worker.request("PUT", "/admin/loggers/root", {"level": "INFO"})
    log = worker.log.read_text()
    assert f"ERROR [{path}|task-0] Task {path}-0 failed: " in log
    assert "create file '[hidden]' for" in log
    for which, secret in SECRETS.items():
        assert secret not in log, f"the {which} password is in the log"
    assert "Ignored for this" not in log  # Connect's own keys are no client's business


def test_a_level_set_by_rest_counts_where_connectors_run(
    worker: WorkerProcess, topic: str, unique: Callable[[str], str], tmp_path: Path
) -> None:
    config = {"connector.class": "FileStreamSink", "file": str(tmp_path / "none" / "x"), "topics": topic}

    def logs_its_failure() -> bool:
        name = unique("failing")
        worker.create(name, config)
        worker.until_states(name, "RUNNING", "FAILED")
        return f"Task {name}-0 failed" in worker.log.read_text()

    assert worker.request("PUT", "/admin/loggers/connect_core.runtime.run", {"level": "OFF"}).status_code == 200
    until(lambda: not logs_its_failure(), "the level has reached the processes that run tasks")
    worker.request("PUT", "/admin/loggers/connect_core.runtime.run", {"level": "INFO"})
    until(logs_its_failure, "the other level has, too")
