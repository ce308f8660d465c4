"""Converters with a schema registry between the real Kafka Connect and ours: what one writes the other reads.

Lines of a file become structs in a topic, written by one side, and a file again on the other; both register their
schemas with the same registry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from connect_core.local.connect import Connect
from connect_core.local.kafka import Kafka
from tests.integration.workers import WorkerProcess, until
from tests.parity.confluent import jars
from tests.registry import Registry

TRANSFORMS = "org.apache.kafka.connect.transforms"
CONVERTERS = ("io.confluent.connect.avro.AvroConverter", "io.confluent.connect.protobuf.ProtobufConverter")
LINES = ["one", "Müller 😀", "", "last"]
type Create = Callable[[str, Mapping[str, Any]], object]


@pytest.fixture(scope="module")
def creates(kafka: Kafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Create]]:
    """How to create a connector on either side; the original has Confluent's converters on its class path."""
    home = tmp_path_factory.mktemp("registry")
    with (
        Connect(kafka.bootstrap_servers, jars=jars()) as original,
        WorkerProcess(kafka.bootstrap_servers, home, group="registry-pipelines") as worker,
    ):

        def theirs(name: str, config: Mapping[str, Any]) -> None:
            status, body = original.request("POST", "/connectors", {"name": name, "config": dict(config)})
            assert status == 201, body

        yield {"theirs": theirs, "ours": worker.create}


@pytest.mark.parametrize("converter", CONVERTERS, ids=["avro", "protobuf"])
@pytest.mark.parametrize(("writer", "reader"), [("ours", "theirs"), ("theirs", "ours")])
def test_what_one_writes_the_other_reads(
    creates: dict[str, Create],
    registry: Registry,
    unique: Callable[[str], str],
    tmp_path: Path,
    converter: str,
    writer: str,
    reader: str,
) -> None:
    source, target = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_text("".join(f"{line}\n" for line in LINES), encoding="utf-8")
    topic = unique("lines").replace("[", "_").replace("]", "_")
    common = {"value.converter": converter, "value.converter.schema.registry.url": registry.url}
    creates[writer](
        f"load_{topic}",
        common
        | {
            "connector.class": "FileStreamSource",
            "file": str(source),
            "topic": topic,
            "key.converter": "org.apache.kafka.connect.storage.StringConverter",
            "transforms": "hoist,name",
            "transforms.hoist.type": f"{TRANSFORMS}.HoistField$Value",
            "transforms.hoist.field": "line",
            "transforms.name.type": f"{TRANSFORMS}.SetSchemaMetadata$Value",
            "transforms.name.schema.name": "logs.Line",
        },
    )
    creates[reader](
        f"dump_{topic}",
        common
        | {
            "connector.class": "FileStreamSink",
            "file": str(target),
            "topics": topic,
            "key.converter": "org.apache.kafka.connect.storage.StringConverter",
            "transforms": "field",
            "transforms.field.type": f"{TRANSFORMS}.ExtractField$Value",
            "transforms.field.field": "line",
        },
    )
    until(lambda: target.exists() and target.read_text().count("\n") >= len(LINES), "every line has arrived")
    assert target.read_text(encoding="utf-8").splitlines() == LINES
