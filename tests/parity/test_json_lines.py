"""Lines of JSON files against Java: what JsonConverter read, written by Jackson (maps) or JsonConverter (structs)."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connect_core.connectors.files.json_lines import json_line_encoder
from connect_core.converters import JsonConverter
from tests.parity.bridge import Bridge
from tests.schemas import NAMES, TEXT

GENERATED = settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=40),
    max_leaves=60,
)


class Both:
    """The original's way and ours over the same bytes of a topic."""

    def __init__(self, bridge: Bridge, *, schemas: bool) -> None:
        self.bridge = bridge
        config = {"schemas.enable": str(schemas).lower()}
        self.ours = JsonConverter()
        self.ours.configure(config, is_key=False)
        self.read, self.write = self._java(schemas=schemas), self._java(schemas=False)
        self.jackson = bridge.new("com.fasterxml.jackson.databind.ObjectMapper")

    def _java(self, *, schemas: bool) -> Any:
        made, config = (
            self.bridge.new("org.apache.kafka.connect.json.JsonConverter"),
            self.bridge.new("java.util.HashMap"),
        )
        config.put("schemas.enable", str(schemas).lower())
        made.configure(config, False)
        return made

    def lines(self, data: bytes) -> tuple[bytes | None, bytes | None]:
        """(ours, Java's)."""
        schema, value = self.ours.to_connect("t", data)
        found = self.read.toConnectData("t", self.bridge.byte_array(data))
        if schema is None:
            java = self.jackson.writeValueAsBytes(found.value())
        else:
            java = self.write.fromConnectData("t", found.schema(), found.value())
        return json_line_encoder(schema, numeric_decimals=False)(value), self.bridge.from_bytes(java)


@pytest.fixture
def bridge(jvm: ModuleType) -> Bridge:
    return Bridge(jvm)


@GENERATED
@given(value=DOCUMENTS.filter(lambda value: value is not None))
def test_schemaless_values(bridge: Bridge, value: Any) -> None:
    ours, java = Both(bridge, schemas=False).lines(json.dumps(value, ensure_ascii=False, allow_nan=False).encode())
    assert ours == java


@GENERATED
@given(
    tags=st.dictionaries(NAMES, st.integers(0, 9), max_size=40), more=st.lists(st.dictionaries(TEXT, TEXT), max_size=3)
)
def test_maps_inside_structs(bridge: Bridge, tags: dict[str, int], more: list[dict[str, str]]) -> None:
    def map_of(kind: str) -> dict[str, Any]:
        return {"type": "map", "optional": False, "keys": {"type": "string"}, "values": {"type": kind}}

    fields = [
        map_of("int32") | {"field": "tags"},
        {"field": "more", "type": "array", "optional": False, "items": map_of("string")},
    ]
    envelope = {"schema": {"type": "struct", "fields": fields}, "payload": {"tags": tags, "more": more}}
    ours, java = Both(bridge, schemas=True).lines(json.dumps(envelope, ensure_ascii=False).encode())
    assert ours == java
