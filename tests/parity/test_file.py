"""FileStream source and sink against the real ones, called in this process."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from connect_core.api import ConnectError, SinkRecord
from connect_core.connectors.file.config import FileSinkConfig, FileSourceConfig
from connect_core.connectors.file.sink import FileStreamSinkTask
from connect_core.connectors.file.source import FileStreamSourceConnector, FileStreamSourceTask

PACKAGE = "org.apache.kafka.connect.file"


class NoOffsets:
    """A source context without stored offsets."""

    def offset(self, source_partition: Any) -> None:
        return None


def java_map(jvm: ModuleType, values: dict[str, Any]) -> Any:
    filled = jvm.JClass("java.util.HashMap")()
    for key, value in values.items():
        filled.put(key, jvm.JClass("java.lang.Long")(value) if type(value) is int else value)
    return filled


@pytest.mark.parametrize(
    "content",
    [b"one\ntwo\r\nthree\rfour\n\nhalf", b"\n\n", b"\r\r\n\n", b"no end", b"x" * 5000 + b"\ny\n", b"a\tb c\n"],
)
def test_lines_and_offsets(jvm: ModuleType, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "in.txt"
    file.write_bytes(content)
    given = {"name": "f", "connector.class": "x", "topic": "t", "file": str(file)}
    reader = jvm.JProxy("org.apache.kafka.connect.storage.OffsetStorageReader", dict={"offset": lambda partition: None})
    context = jvm.JProxy(
        "org.apache.kafka.connect.source.SourceTaskContext", dict={"offsetStorageReader": lambda: reader}
    )
    theirs_task = jvm.JClass(f"{PACKAGE}.FileStreamSourceTask")()
    theirs_task.initialize(context)
    theirs_task.start(java_map(jvm, given))
    theirs = [_plain(record) for record in theirs_task.poll() or ()]
    theirs_task.stop()
    task = FileStreamSourceTask()
    task.config = FileSourceConfig.parse(given)
    task.start(NoOffsets())  # type: ignore[arg-type]
    ours = [(r.topic, r.value, dict(r.source_partition or {}), dict(r.source_offset or {})) for r in task.poll()]
    task.stop()
    assert ours == theirs


def _plain(record: Any) -> tuple[str, str, dict[str, str], dict[str, int]]:
    partition = {str(k): str(v) for k, v in dict(record.sourcePartition()).items()}
    offset = {str(k): int(v) for k, v in dict(record.sourceOffset()).items()}
    return str(record.topic()), str(record.value()), partition, offset


ALTERED: list[tuple[dict[str, Any] | None, dict[str, Any] | None]] = [
    ({"filename": "f"}, {"position": 10}),
    ({"filename": "f"}, None),
    (None, None),
    ({"filename": "f"}, {}),
    ({"filename": "f"}, {"position": "1"}),
    ({"filename": "f"}, {"position": -1}),
    ({"filename": "f"}, {"position": None}),
    (None, {"position": 1}),
    ({"file": "f"}, {"position": 1}),
]


@pytest.mark.parametrize(("partition", "offset"), ALTERED)
@pytest.mark.parametrize("config", [{"topic": "t", "file": "f"}, {"topic": "t"}])
def test_alter_offsets(jvm: ModuleType, config: dict[str, str], partition: Any, offset: Any) -> None:
    pairs = jvm.JClass("java.util.HashMap")()
    java_partition = None if partition is None else java_map(jvm, partition)
    pairs.put(java_partition, None if offset is None else java_map(jvm, offset))
    java = jvm.JClass(f"{PACKAGE}.FileStreamSourceConnector")()
    connector = FileStreamSourceConnector()
    connector.config = FileSourceConfig.parse({"name": "n", "connector.class": "x"} | config)
    try:
        theirs: Any = bool(java.alterOffsets(java_map(jvm, config), pairs))
    except jvm.JException as error:
        theirs = str(error.getMessage())
    try:
        ours: Any = connector.alter_offsets([(partition, offset)])
    except ConnectError as error:
        ours = str(error)
    assert ours == theirs


def test_what_the_sink_writes(jvm: ModuleType, tmp_path: Path) -> None:
    theirs_file, our_file = tmp_path / "theirs", tmp_path / "ours"
    values = ["grün \U0001f600", "", {"zeta": "1", "alpha": "2", "list": "3"}, None]
    records = jvm.JClass("java.util.ArrayList")()
    record_class = jvm.JClass("org.apache.kafka.connect.sink.SinkRecord")
    for offset, value in enumerate(values):
        java_value = java_map(jvm, value) if isinstance(value, dict) else value
        records.add(record_class("t", 0, None, None, None, java_value, offset))
    theirs = jvm.JClass(f"{PACKAGE}.FileStreamSinkTask")()
    theirs.start(java_map(jvm, {"topics": "t", "file": str(theirs_file)}))
    theirs.put(records)
    theirs.stop()
    task = FileStreamSinkTask()
    task.config = FileSinkConfig.parse({"name": "f", "connector.class": "x", "topics": "t", "file": str(our_file)})
    task.start(None)  # type: ignore[arg-type]
    task.put([SinkRecord("t", 0, offset, value=value) for offset, value in enumerate(values)])
    task.stop()
    assert our_file.read_bytes() == theirs_file.read_bytes()
