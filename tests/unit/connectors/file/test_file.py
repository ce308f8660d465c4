"""FileStream source and sink without a broker."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from connect_core.api import ConfigError, ConnectError, SinkRecord
from connect_core.connectors.file.config import FileSinkConfig, FileSourceConfig
from connect_core.connectors.file.sink import FileStreamSinkConnector, FileStreamSinkTask
from connect_core.connectors.file.source import FileStreamSourceConnector, FileStreamSourceTask
from connect_core.data import struct
from connect_core.data.schema import FLOAT32, INT32, OPTIONAL_STRING, STRING

BASE = {"name": "f", "connector.class": "FileStreamSource", "topic": "lines"}
SINK = {"name": "f", "connector.class": "FileStreamSink", "topics": "lines"}


class Offsets:
    """The part of a source context that the task uses."""

    def __init__(self, stored: dict[str, Any] | None = None) -> None:
        self.stored = stored
        self.asked: list[Mapping[str, Any]] = []

    def offset(self, source_partition: Mapping[str, Any]) -> dict[str, Any] | None:
        self.asked.append(source_partition)
        return self.stored


type Open = Callable[..., FileStreamSourceTask]


@pytest.fixture
def source() -> Iterator[Open]:
    """Started source tasks, stopped after the test."""
    tasks: list[FileStreamSourceTask] = []

    def start(path: Path | None, stored: dict[str, Any] | None = None, **extra: str) -> FileStreamSourceTask:
        task = FileStreamSourceTask()
        tasks.append(task)
        task.config = FileSourceConfig.parse(BASE | ({"file": str(path)} if path else {}) | extra)
        task.start(Offsets(stored))  # type: ignore[arg-type]
        return task

    yield start
    for task in tasks:
        task.stop()


def values(task: FileStreamSourceTask) -> list[str]:
    return [record.value for record in task.poll()]


def test_lines_end_three_ways_and_the_last_waits(source: Open, tmp_path: Path) -> None:
    file = tmp_path / "in.txt"
    file.write_bytes(b"one\ntwo\r\nthree\rfour\n\nhalf")
    task = source(file)
    records = task.poll()
    assert [record.value for record in records] == ["one", "two", "three", "four", ""]
    assert [record.source_offset for record in records] == [{"position": n} for n in (4, 9, 15, 20, 21)]
    assert records[0].source_partition == {"filename": str(file)}
    assert (records[0].topic, records[0].key, records[0].partition, records[0].value_schema) == (
        "lines",
        None,
        None,
        STRING,
    )
    assert records[0].timestamp is not None
    assert task.poll() == []
    with file.open("ab") as more:
        more.write(b" done\r")
    assert task.poll() == []  # \r may be half of \r\n
    with file.open("ab") as more:
        more.write(b"\nx\n")
    assert values(task) == ["half done", "x"]


def test_goes_on_at_the_byte_position_in_non_ascii_text(source: Open, tmp_path: Path) -> None:
    file = tmp_path / "in.txt"
    file.write_text("grün\n日本\nend\n", encoding="utf-8")
    task = source(file, **{"batch.size": "1"})
    first, second = task.poll()[0], task.poll()[0]
    task.stop()
    assert (first.source_offset, second.source_offset) == ({"position": 6}, {"position": 13})
    assert values(source(file, dict(first.source_offset or {}))) == ["日本", "end"]
    assert values(source(file, dict(second.source_offset or {}))) == ["end"]


def test_bad_utf8_is_replaced(source: Open, tmp_path: Path) -> None:
    file = tmp_path / "in.txt"
    file.write_bytes(b"a\xffb\n")
    assert values(source(file)) == ["a�b"]


def test_waits_for_a_missing_file_without_blocking(source: Open, tmp_path: Path) -> None:
    file = tmp_path / "later.txt"
    task = source(file)
    assert task.poll() == []
    file.write_text("now\n")
    assert values(task) == ["now"]


def test_a_line_longer_than_a_chunk(source: Open, tmp_path: Path) -> None:
    file = tmp_path / "long.txt"
    file.write_bytes(b"x" * 3_000_000 + b"\nshort\n")
    assert [len(value) for value in values(source(file))] == [3_000_000, 5]


def test_batch_size(source: Open, tmp_path: Path) -> None:
    file = tmp_path / "in.txt"
    file.write_text("".join(f"{n}\n" for n in range(25)))
    task = source(file, **{"batch.size": "10"})
    assert [len(task.poll()) for _ in range(4)] == [10, 10, 5, 0]


def test_refuses_a_position_that_is_no_number(source: Open, tmp_path: Path) -> None:
    with pytest.raises(ConnectError, match="Offset position is the incorrect type"):
        source(tmp_path / "x", {"position": "7"})


def test_standard_input_has_no_offsets(source: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    with os.fdopen(read) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        task = source(None)
        assert task.poll() == []  # nothing there yet, and no waiting
        os.write(write, b"typed\n")
        record = task.poll()[0]
        os.close(write)
        assert task.poll() == []
    assert (record.value, record.source_partition, record.source_offset) == (
        "typed",
        {"filename": None},
        {"position": None},
    )


def test_source_config() -> None:
    assert FileSourceConfig.errors({"name": "f", "connector.class": "x"}) == {
        "topic": ['Missing required configuration "topic" which has no default value.']
    }
    with pytest.raises(ConfigError, match="Invalid value  for configuration topic: String must be non-empty"):
        FileSourceConfig.parse(BASE | {"topic": " "})
    assert FileStreamSourceConnector.config_class() is FileSourceConfig
    assert FileStreamSourceConnector.exactly_once_support(BASE | {"file": "/tmp/x"})
    assert not FileStreamSourceConnector.exactly_once_support(BASE)
    assert (FileStreamSourceConnector.version, FileStreamSinkConnector.version) == ("4.3.0", "4.3.0")


ALTER_ERRORS = [
    ({"filename": "f"}, {}, "Offset objects should either be null or contain the key 'position'"),
    (
        {"filename": "f"},
        {"position": "1"},
        "The value for the 'position' key in the offset is expected to be a Long value",
    ),
    (
        {"filename": "f"},
        {"position": True},
        "The value for the 'position' key in the offset is expected to be a Long value",
    ),
    (
        {"filename": "f"},
        {"position": -1},
        "The value for the 'position' key in the offset should be a non-negative value",
    ),
    (None, {"position": 1}, "Partition objects cannot be null"),
    ({"file": "f"}, {"position": 1}, "Partition objects should contain the key 'filename'"),
]


@pytest.mark.parametrize(("partition", "offset", "message"), ALTER_ERRORS)
def test_alter_offsets_errors(partition: Any, offset: Any, message: str) -> None:
    connector = FileStreamSourceConnector()
    connector.config = FileSourceConfig.parse(BASE | {"file": "f"})
    with pytest.raises(ConnectError) as caught:
        connector.alter_offsets([(partition, offset)])
    assert str(caught.value) == message


def test_alter_offsets() -> None:
    connector = FileStreamSourceConnector()
    connector.config = FileSourceConfig.parse(BASE | {"file": "f"})
    assert connector.alter_offsets([({"filename": "f"}, {"position": 10}), (None, None), ({"rubbish": 1}, None)])
    connector.config = FileSourceConfig.parse(BASE)
    with pytest.raises(ConnectError, match="stdin is used for input and offsets are not tracked"):
        connector.alter_offsets([])


def sink_record(value: Any, offset: int = 0) -> SinkRecord:
    return SinkRecord("lines", 0, offset, value=value)


def test_sink_appends_lines(tmp_path: Path) -> None:
    file = tmp_path / "out.txt"
    file.write_text("before\n")
    task = FileStreamSinkTask()
    task.config = FileSinkConfig.parse(SINK | {"file": str(file)})
    task.start(None)  # type: ignore[arg-type]
    task.put([sink_record("grün"), sink_record(None, 1), sink_record({"a": 1, "b": [True, 1e7]}, 2)])
    task.put([])
    assert file.read_text(encoding="utf-8") == "before\ngrün\nnull\n{a=1, b=[true, 1.0E7]}\n"
    task.stop()


def test_sink_prints_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    task = FileStreamSinkTask()
    task.config = FileSinkConfig.parse(SINK)
    task.start(None)  # type: ignore[arg-type]
    task.put([sink_record("hello")])
    task.stop()
    assert capsys.readouterr().out == "hello\n"


def test_sink_names_a_file_it_cannot_open(tmp_path: Path) -> None:
    task = FileStreamSinkTask()
    task.config = FileSinkConfig.parse(SINK | {"file": str(tmp_path / "no" / "such")})
    with pytest.raises(ConnectError, match=r"Couldn't find or create file '.*/no/such' for FileStreamSinkTask"):
        task.start(None)  # type: ignore[arg-type]
    task.stop()


def test_sink_gives_every_task_the_same_config() -> None:
    connector = FileStreamSinkConnector()
    connector.config = FileSinkConfig.parse(SINK | {"file": "f"})
    assert connector.task_configs(3) == [SINK | {"file": "f"}] * 3
    assert connector.alter_offsets({("lines", 0): 5})


def test_values_are_printed_as_java_does(tmp_path: Path) -> None:
    schema = struct([("b", OPTIONAL_STRING), ("a", INT32), ("f", FLOAT32), ("none", OPTIONAL_STRING)])
    task = FileStreamSinkTask()
    task.config = FileSinkConfig.parse(SINK | {"file": str(tmp_path / "out")})
    task.start(None)  # type: ignore[arg-type]
    task.put(
        [
            SinkRecord("t", 0, 0, value={"a": 1, "b": "x", "f": 0.1, "none": None}, value_schema=schema),
            sink_record({"zeta": 1, "alpha": {"timestamp": 2, "id": None}, "list": [{"y": 1, "x": 2}]}),
            sink_record({7: True}),
            sink_record(1e7),
        ]
    )
    task.stop()
    assert (tmp_path / "out").read_text().splitlines() == [
        "Struct{b=x,a=1,f=0.1}",
        "{zeta=1, alpha={id=null, timestamp=2}, list=[{x=2, y=1}]}",
        "{7=true}",
        "1.0E7",
    ]
