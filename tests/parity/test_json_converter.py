"""Our JsonConverter against Kafka Connect's, called live: bytes, values read back, and complaints."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connect_core.converters import JsonConverter
from connect_core.data import Schema
from connect_core.errors import DataError
from tests.parity.bridge import Bridge, JavaError
from tests.schemas import pairs

GENERATED = settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
CONFIGS = st.fixed_dictionaries(
    {
        "schemas.enable": st.sampled_from(["true", "false"]),
        "decimal.format": st.sampled_from(["BASE64", "numeric"]),
        "replace.null.with.default": st.sampled_from(["true", "false"]),
    }
)


class Both:
    """The two converters under one configuration."""

    def __init__(self, bridge: Bridge, config: dict[str, str]) -> None:
        self.bridge = bridge
        self.ours = JsonConverter()
        self.ours.configure(config, is_key=False)
        self.java = bridge.new("org.apache.kafka.connect.json.JsonConverter")
        settings = bridge.new("java.util.HashMap")
        for key, value in config.items():
            settings.put(bridge.text(key), bridge.text(value))
        self.java.configure(settings, False)

    def written(self, schema: Schema | None, value: Any) -> tuple[Any, Any]:
        """(ours, Java's): bytes or (exception class, message)."""
        return outcome(self.ours.encoder("t", schema), value), self._java_written(schema, value)

    def _java_written(self, schema: Schema | None, value: Any) -> Any:
        bridge = self.bridge
        made = bridge.schema(schema), bridge.value(schema, value)
        return outcome(lambda: bridge.from_bytes(bridge.call(self.java.fromConnectData, bridge.text("t"), *made)))

    def read(self, data: bytes | None) -> tuple[Any, Any]:
        """(ours, Java's): comparable (schema, value) or (exception class, message)."""
        return outcome(self.ours.decoder("t"), data), outcome(self._java_read, data)

    def _java_read(self, data: bytes | None) -> Any:
        bridge = self.bridge
        found = bridge.call(self.java.toConnectData, bridge.text("t"), bridge.bytes(data))
        schema = bridge.from_schema(found.schema())
        return schema, bridge.from_value(schema, found.value())


def outcome(function: Any, *arguments: Any) -> Any:
    try:
        return shown(function(*arguments))
    except DataError as error:
        return "error", error.java_class, str(error)
    except JavaError as error:
        return "error", error.name, error.message


def shown(value: Any) -> Any:
    """Comparable with types, order of map entries aside."""
    if isinstance(value, dict):
        return {shown(k): shown(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(map(shown, value))
    return value if isinstance(value, (Schema, bytes)) else (type(value), repr(value))


@pytest.fixture(scope="module")
def bridge(jvm: ModuleType) -> Bridge:
    return Bridge(jvm)


@GENERATED
@given(pairs(), CONFIGS)
def test_the_same_bytes_and_back(bridge: Bridge, pair: tuple[Schema, Any], config: dict[str, str]) -> None:
    both = Both(bridge, config)
    ours, java = both.written(*pair)
    assert ours == java
    if isinstance(ours, bytes):
        ours_read, java_read = both.read(ours)
        assert ours_read == java_read
