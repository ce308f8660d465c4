"""Texts as users register them: our Connect schemas against those ProtobufData makes of Confluent's parse."""

# ruff: noqa: E501 - texts stay on as few lines as they were written on

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from connect_core.encoding.protobuf import ProtobufOptions, definition
from connect_core.errors import DataError
from tests.parity.bridge import Bridge, JavaError

COMMON = """
syntax = "proto3"; package common.v1;
import public "money.proto";
message Address { string street = 1; Kind kind = 2; enum Kind { HOME = 0; WORK = 1; } }
"""
MONEY = (
    'syntax = "proto3"; package common.v1; message Money { int64 units = 1; sint32 nanos = 2; string currency = 3; }'
)
REFERENCES = {"common/address.proto": COMMON, "money.proto": MONEY}

TEXTS = {
    "keywords as names": 'syntax = "proto3"; message M { string message = 1; int32 enum = 2; bool oneof = 3; int32 map = 4; '
    "string repeated = 5; optional string optional = 6; int32 reserved = 7; int32 option = 8; int32 to = 9; }",
    "types from the inside out": 'syntax = "proto3"; package a.b; message T { int32 outer = 1; } '
    "message M { message T { string inner = 1; } T near = 1; .a.b.T far = 2; b.T half = 3; a.b.M.T full = 4; }",
    "references": 'syntax = "proto3"; package shop; import "common/address.proto"; message Order { '
    "common.v1.Address to = 1; repeated common.v1.Money prices = 2; common.v1.Address.Kind kind = 3; "
    "map<string, common.v1.Money> fees = 4; }",
    "map names": 'syntax = "proto3"; message M { map<string, int32> fooBar = 1; map<int32, string> foo_bar_2 = 2; '
    "map<bool, bytes> X = 3; map<fixed64, float> _y = 4; map<string, string> a__b = 5; }",
    "maps by hand": 'syntax = "proto3"; message M { repeated LikeEntry like = 1; message LikeEntry { string key = 1; '
    "int32 value = 2; } repeated NotEntry not = 2; message NotEntry { string value = 1; int32 key = 2; } }",
    "shared messages": 'syntax = "proto3"; message P { int32 x = 1; } message M { repeated P all = 1; P one = 2; P two = 3; '
    "map<string, P> named = 4; oneof o { P three = 5; } repeated P more = 6; }",
    "meta in every form": 'syntax = "proto3"; import "confluent/meta.proto"; import "confluent/type/decimal.proto"; message M { '
    'int32 a = 1 [(confluent.field_meta) = { params: [{ key: "connect.type", value: "int8" }] }]; '
    'int32 b = 2 [(confluent.field_meta).params = { key: "connect.type", value: "int16" }]; '
    'confluent.type.Decimal c = 3 [(confluent.field_meta) = { doc: "d", params: [{ value: "9" key: "precision" }, '
    '{ key: "scale", value: "3" }] }, deprecated = true]; }',
    "comments everywhere": '// a\n/* b */ syntax /* c */ = "proto3"; // d\nmessage M /* e */ { // f\n /* g */ int32 /* h */ a = 1; }',
    "joined strings and escapes": 'syntax = "proto2"; message M { optional string a = 1 [default = "x" \'y\\n\\"\']; '
    "optional bytes b = 2 [default = 'z']; optional double d = 3 [default = -1.5e3]; optional bool t = 4 [default = true]; }",
    "enums with aliases": 'syntax = "proto3"; enum E { option allow_alias = true; A = 0; B = 1; C = 1; D = -5; } message M { E e = 1; '
    "repeated E es = 2; map<string, E> em = 3; oneof o { E eo = 4; } }",
    "an enum first": 'syntax = "proto3"; enum E { A = 0; } message M { E e = 1; } message N { int32 n = 1; }',
    "no syntax": "message M { required int32 a = 1; optional string b = 2; repeated double c = 3 [packed = true]; }",
    "wrappers": 'syntax = "proto3"; import "google/protobuf/wrappers.proto"; message M { google.protobuf.StringValue s = 1; '
    "repeated google.protobuf.Int32Value i = 2; map<string, google.protobuf.UInt32Value> m = 3; }",
    "well known": 'syntax = "proto3"; import "google/protobuf/duration.proto"; import "google/protobuf/empty.proto"; '
    'import "google/protobuf/any.proto"; import "google/type/money.proto"; import "google/type/latlng.proto"; message M { '
    "google.protobuf.Duration d = 1; google.protobuf.Empty e = 2; google.protobuf.Any a = 3; google.type.Money m = 4; "
    "google.type.LatLng l = 5; }",
    "only an import is missing": 'syntax = "proto3"; message M { gone.Type t = 1; }',
    "two fields of one number": 'syntax = "proto3"; message M { int32 a = 1; int32 b = 1; }',
    "a name twice": 'syntax = "proto3"; message M { int32 a = 1; int32 a = 2; }',
}
OPTIONS: list[dict[str, bool]] = [
    {},
    {"enhanced_schema_support": True},
    {"wrapper_for_raw_primitives": False},
    {"optional_for_proto2": False},
]
KEYS = {"enhanced_schema_support": "enhanced.protobuf.schema.support"}


def java_schema(bridge: Bridge, text: str, options: dict[str, bool]) -> Any:
    """The schema Java makes, or the exception's class."""
    package = "io.confluent.connect.protobuf"
    settings, resolved = bridge.new("java.util.HashMap"), bridge.new("java.util.HashMap")
    for name, value in options.items():
        settings.put(bridge.text(KEYS.get(name, name.replace("_", "."))), bridge.text(str(value).lower()))
    for name, imported in REFERENCES.items():
        resolved.put(bridge.text(name), bridge.text(imported))
    data = bridge.new(f"{package}.ProtobufData", bridge.new(f"{package}.ProtobufDataConfig", settings))
    schema_class = "io.confluent.kafka.schemaregistry.protobuf.ProtobufSchema"
    try:
        parsed = bridge.new(schema_class, bridge.text(text), bridge.new("java.util.ArrayList"), resolved, None, None)
        return bridge.from_schema(bridge.call(data.toConnectSchema, parsed))
    except JavaError:
        return "refused"


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: "-".join(options) or "default")
@pytest.mark.parametrize("name", TEXTS)
def test_texts_give_confluents_schemas(confluent: ModuleType, name: str, options: dict[str, bool]) -> None:
    try:
        ours: Any = definition(TEXTS[name], REFERENCES).reader(None, ProtobufOptions(**options)).schema
    except DataError:
        ours = "refused"
    assert ours == java_schema(Bridge(confluent), TEXTS[name], options)
