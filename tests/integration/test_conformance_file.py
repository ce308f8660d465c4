"""The FileStream connectors through the conformance suites."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from connect_core.api import SinkRecord
from connect_core.connectors.file.sink import FileStreamSinkConnector
from connect_core.connectors.file.source import FileStreamSourceConnector
from connect_core.testing import SinkSuite, SourceSuite


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """A file."""
    return tmp_path / "lines.txt"


class TestFileStreamSource(SourceSuite):
    connector = FileStreamSourceConnector

    def config(self, service: Path) -> dict[str, str]:
        return {"file": str(service), "topic": self.topic, "batch.size": "4"}

    def seed(self, service: Path, n: int) -> Sequence[str]:
        before = len(service.read_text().splitlines()) if service.exists() else 0
        lines = [f"line {number} ż" for number in range(before, before + n)]
        with service.open("a") as file:
            file.writelines(f"{line}\n" for line in lines)
        return lines


class TestFileStreamSink(SinkSuite):
    connector = FileStreamSinkConnector

    def config(self, service: Path) -> dict[str, str]:
        return {"file": str(service)}

    def record(self, n: int) -> SinkRecord:
        return SinkRecord(self.topic, 0, n, value=f"value {n}")

    def bad(self, n: int) -> None:
        """Everything has a text."""

    def stored(self, service: Path) -> Sequence[Any]:
        return service.read_text().splitlines() if service.exists() else []
