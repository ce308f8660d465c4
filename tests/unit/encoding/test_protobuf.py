"""Protobuf's corners: options newer than the oracle's release, texts as users write them, two ways of writing."""

from __future__ import annotations

from base64 import b64encode
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connect_core.data import Schema, Type, array, date_schema, map_of, struct
from connect_core.data.recursive import complete, stand_in
from connect_core.data.schema import INT32, INT64, OPTIONAL_STRING, STRING
from connect_core.encoding.protobuf import (
    Malformed,
    ProtobufOptions,
    definition,
    misfits,
    read_indexes,
    write_indexes,
    writer,
)
from connect_core.encoding.protobuf.circles import is_union
from connect_core.encoding.protobuf.options import ENUM, GENERAL_ENUM, GENERAL_UNION, TAG, TYPE, UNION_PREFIX, WRAPPER
from connect_core.encoding.protobuf.slow import SlowWriter
from connect_core.errors import DataError
from tests.protobuf import STRUCTS, value
from tests.recursive import circled, told

SHOP = """
// An order.
syntax = "proto3";
package shop;
import "google/protobuf/wrappers.proto";
message Order {
  enum State { NEW = 0; PAID = 2; }
  message Line { string item = 1; int32 count = 2; }
  int64 id = 1; State state = 2; /* both */ Line line = 3; repeated Line lines = 4;
  oneof contact { string mail = 5; Line parcel = 6; google.protobuf.StringValue phone = 8; }
  optional string note = 7;
}
message Other { Order.Line line = 1; }
"""
DEFAULTS = ProtobufOptions()


def read(text: str, data: bytes, indexes: list[int] | None = None, **options: Any) -> tuple[Schema, Any]:
    """(schema, value) of a message."""
    made = definition(text).reader(indexes, ProtobufOptions(**options))
    return made.schema, made.decode(data)


def test_unions_have_an_index_unless_told_otherwise() -> None:
    data = b"\x2a\x01m"
    assert read(SHOP, data)[1]["contact_0"] == {"mail": "m", "parcel": None, "phone": None}
    schema, found = read(SHOP, data, generate_index_for_unions=False)
    assert found["contact"]["mail"] == "m"
    assert schema.field_map["contact"].schema.name == f"{UNION_PREFIX}contact"


def test_flattened_unions() -> None:
    schema, found = read(SHOP, b"\x2a\x01m", flatten_unions=True)
    assert [field.name for field in schema.fields][:3] == ["mail", "parcel", "phone"]
    assert (found["mail"], found["parcel"]) == ("m", None)
    assert all(schema.field_map[name].schema.optional for name in ("mail", "parcel", "phone"))


def test_a_wrapped_member_of_a_union_says_so() -> None:
    schema, found = read(SHOP, b"\x42\x03\x0a\x01p", wrapper_for_nullables=True)
    union = schema.field_map["contact_0"].schema
    assert found["contact_0"]["phone"] == "p"
    assert union.field_map["phone"].schema.parameters == {TAG: "8", WRAPPER: "true"}
    assert WRAPPER not in union.field_map["mail"].schema.parameters
    again = writer(schema, ProtobufOptions(wrapper_for_nullables=True))
    assert again.encode(found) == b"\x42\x03\x0a\x01p"
    assert "string mail = 5;" in again.text
    assert "google.protobuf.StringValue phone = 8;" in again.text


def test_enums_as_numbers() -> None:
    schema, found = read(SHOP, b"\x10\x02", int_for_enums=True)
    assert schema.field_map["state"].schema.type is Type.INT32
    assert found["state"] == 2
    made = writer(schema, ProtobufOptions(int_for_enums=True))
    assert made.encode(found | {"contact_0": None}) == b"\x10\x02"
    assert "State state = 2;" in made.text


def test_structs_for_nulls() -> None:
    assert read(SHOP, b"")[1]["line"] is None
    found = read(SHOP, b"", generate_struct_for_nulls=True)[1]
    assert (found["line"], found["note"]) == ({"item": "", "count": 0}, "")


def test_generalized_sum_types() -> None:
    schema, found = read(SHOP, b"\x10\x02\x2a\x01m", generalized_sum_type_support=True)
    assert schema.field_map["state"].schema.parameters[f"{GENERAL_ENUM}.PAID"] == "2"
    union = schema.field_map["contact_0"].schema
    assert (union.name, union.parameters) == ("contact", {GENERAL_UNION: "contact"})
    assert writer(schema, ProtobufOptions(generalized_sum_type_support=True)).encode(found) == b"\x10\x02\x2a\x01m"


def test_defaults_of_nullables() -> None:
    schema = struct([("n", INT32.replace(optional=True, default=5))])
    assert writer(schema, DEFAULTS).encode({"n": None}) == b"\x08\x05"
    assert writer(schema, ProtobufOptions(ignore_default_for_nullables=True)).encode({"n": None}) == b""


def test_unknown_symbols_keep_their_number() -> None:
    assert read(SHOP, b"\x10\x63")[1]["state"] == "UNKNOWN_ENUM_VALUE_State_99"


@pytest.mark.parametrize(("indexes", "data"), [([0], b"\0"), ([1, 0], b"\4\2\0"), ([2, 1, 300], b"\6\4\2\xd8\4")])
def test_message_indexes(indexes: list[int], data: bytes) -> None:
    assert write_indexes(indexes) == data
    assert read_indexes(b"xx" + data + b"yy", 2) == (indexes, 2 + len(data))


@pytest.mark.parametrize("data", [b"", b"\4\2", b"\x80", b"\x01", b"\xff\xff\xff\xff\xff\x01"])
def test_message_indexes_that_are_none(data: bytes) -> None:
    with pytest.raises(DataError):
        read_indexes(data, 0)


def test_the_indexes_name_the_message() -> None:
    assert read(SHOP, b"\x0a\x01x", [0, 0])[1] == {"item": "x", "count": 0}
    assert definition(SHOP).indexes("shop.Order.Line") == [0, 0]
    assert read(SHOP, b"\x0a\x03\x0a\x01x", [1])[1] == {"line": {"item": "x", "count": 0}}
    with pytest.raises(DataError, match=r"Invalid message indexes: \[0, 7\]"):
        definition(SHOP).reader([0, 7], DEFAULTS)


def test_imports_come_from_references() -> None:
    text = 'syntax = "proto3"; import "shop.proto"; message Cart { shop.Order.Line line = 1; }'
    made = definition(text, {"shop.proto": SHOP}).reader(None, DEFAULTS)
    assert made.decode(b"\x0a\x03\x0a\x01x") == {"line": {"item": "x", "count": 0}}
    with pytest.raises(DataError, match=r"shop.Order.Line\" is not defined"):
        definition(text)


def test_a_serialized_descriptor_is_a_text_too() -> None:
    from google.protobuf.wrappers_pb2 import DESCRIPTOR

    text = b64encode(DESCRIPTOR.serialized_pb).decode()
    assert read(text, b"\x0a\x01x", [7]) == (STRING, "x")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "message", "message M {", 'syntax = "proto4";', "message M { int32 a = x; }", "message M { a }", "\0", "}",
        'message M { int32 a = 1 [default = "x }', "enum E {}",
        "message M { oneof o { } } /*", "message " + "M { message " * 99,
        'edition = "2023"; message M {}', "message M { option a.b }",
    ],
)  # fmt: skip
def test_what_is_no_text_is_bad_data(text: str) -> None:
    with pytest.raises(DataError):
        definition(text).reader(None, DEFAULTS)


def test_texts_cut_anywhere_are_bad_data_or_read() -> None:
    refused = 0
    for end in range(len(SHOP)):
        try:
            definition(SHOP[:end]).reader(None, DEFAULTS)
        except DataError:
            refused += 1
    assert refused > len(SHOP) // 2


def test_proto2_with_everything() -> None:
    text = """
    package p; import weak "nowhere.proto"; option java_package = "x"; option (custom).deep = { a: 1, b { c: [1, 2] } };
    message M {
      required int32 a = 1; optional string s = 2 [default = 'a\\n\\x41\\101', (custom) = -1.5];
      optional group G = 3 { optional int32 z = 1; } repeated int32 r = 4 [packed = true]; map<string, Kind> kinds = 5;
      reserved 6, 8 to 10, 1000 to max; reserved "old"; extensions 100 to 199 [verification = UNVERIFIED];
      extend M { optional int32 extra = 100; } optional Kind message = 7; optional int32 option = 11; ;
      oneof one_of { option deprecated = true; string x = 12; group H = 13 { } }
    }
    enum Kind { option allow_alias = true; A = -1; B = 0x10; C = 0x10 [deprecated = true]; reserved 5; }
    service S { rpc Get (M) returns (stream M) { option idempotent = true; } }
    """
    schema, found = read(text, b"\x08\x05\x1b\x08\x01\x1c\x22\x02\x01\x02\x2a\x03\x0a\x01k\x38\x10")
    assert found == {
        "one_of_0": None, "a": 5, "s": None, "r": [1, 2], "kinds": {"k": "A"}, "message": "B", "option": None,
    }  # fmt: skip
    assert read(text, b"\x08\x05", optional_for_proto2=False)[1]["s"] == "a\nAA"
    assert schema.field_map["message"].schema.parameters == {
        ENUM: "Kind", f"{ENUM}.A": "-1", f"{ENUM}.B": "16", f"{ENUM}.C": "16", TAG: "7",
    }  # fmt: skip
    with pytest.raises(Malformed):
        read(text, b"")  # a is required


def test_an_entry_without_its_message_is_refused_before_anything_is_read() -> None:
    text = """
    syntax = "proto2"; import "google/type/timeofday.proto";
    message M { map<bool, Part> parts = 1; }
    message Part { required google.type.TimeOfDay at = 1; }
    """
    second_128 = b"\x0a\x07\x12\x05\x0a\x03\x18\x80\x01"
    with pytest.raises(DataError, match="128"):
        read(text, second_128)
    with pytest.raises(Malformed, match="required"):
        read(text, second_128 + b"\x0a\x00")


TREE = """
syntax = "proto3";
message Node { string name = 1; Node next = 2; repeated Node kids = 3; map<string, Node> named = 4;
  oneof one { Node left = 5; Leaf leaf = 6; } }
message Leaf { Node root = 1; }
"""


def test_messages_that_hold_themselves_and_each_other() -> None:
    made = definition(TREE).reader(None, DEFAULTS)
    assert made.schema.optional  # as the original has it
    empty = {"name": "", "next": None, "kids": [], "named": {}, "one_0": None}
    found = made.decode(b"\x12\x03\x0a\x01n\x1a\x00\x1a\x02\x12\x00\x22\x05\x0a\x01k\x12\x00\x32\x02\x0a\x00")
    assert found == {
        **empty,
        "next": {**empty, "name": "n"},
        "kids": [empty, {**empty, "next": empty}],
        "named": {"k": empty},
        "one_0": {"left": None, "leaf": {"root": empty}},
    }
    again = writer(made.schema, DEFAULTS)
    data = again.encode(found)
    assert data is not None
    read_back = definition(again.text).reader(again.indexes, DEFAULTS)
    assert (told(read_back.schema), read_back.decode(data)) == (told(made.schema), found)


def test_messages_that_hold_each_other_stand_side_by_side_under_names_of_their_own() -> None:
    root, inner = stand_in(), stand_in()
    other = struct([("Inner", root), ("List", array(inner, optional=True))], optional=True)
    other_again = struct([("x", other), ("Inner", inner)], optional=True, name="a.Inner")
    schema = struct([("Inner", other_again), ("Inner2", STRING)], name="a.Root")
    complete(root, schema, optional=True)
    complete(inner, other_again, optional=True)
    text = writer(schema, DEFAULTS).text
    assert [line.split()[1] for line in text.splitlines() if "message" in line] == ["Root", "Inner3", "ConnectDefault"]
    value_ = {"Inner": {"x": {"Inner": None, "List": [{"x": None, "Inner": None}]}, "Inner": None}, "Inner2": "s"}
    data = writer(schema, DEFAULTS).encode(value_)
    assert data is not None
    assert definition(text).reader(None, DEFAULTS).decode(data) == value_


def test_a_message_nested_without_end_is_bad_data() -> None:
    reader = definition('syntax = "proto3"; message Node { Node next = 1; }').reader(
        None, ProtobufOptions(generate_struct_for_nulls=True)
    )
    with pytest.raises(DataError, match="holds itself without end"):
        reader.decode(b"")
    deep: Any = None
    for _ in range(5000):
        deep = {"next": deep}
    with pytest.raises(DataError, match="nested too deeply"):
        writer(reader.schema, DEFAULTS).encode(deep)


def test_odd_field_names_clash_with_nothing() -> None:
    names = ["SerializeToString", "class", "None", "__init__", "f2", "DESCRIPTOR", "m", "HasField"]
    schema = struct([(name, OPTIONAL_STRING) for name in names], name="Odd")
    made = writer(schema, DEFAULTS)
    given = {name: name.lower() for name in names}
    data = made.encode(given)
    assert data is not None
    assert definition(made.text).reader(None, DEFAULTS).decode(data) == given


def test_does_a_registered_schema_fit() -> None:
    ours = writer(struct([("id", INT64), ("tags", array(STRING))], name="a.Order"), DEFAULTS)

    def fits(text: str) -> bool:
        return not misfits(ours.message, definition(text))

    assert fits(ours.text)
    assert fits('syntax = "proto3"; package a; message Order { uint32 number = 1; oneof o { bytes t = 2; } }')
    assert not fits('syntax = "proto3"; package a; message Order { string id = 1; }')
    assert not fits('syntax = "proto3"; package b; message Order { int64 id = 1; }')
    assert not fits('syntax = "proto3"; package a; message Other { int64 id = 1; }')
    assert not fits('syntax = "proto3"; package a; message Order { oneof o { int64 id = 1; string tags = 2; } }')


def test_a_plain_field_does_not_join_an_older_choice_in_a_new_one() -> None:
    ours = definition('syntax = "proto3"; message M { int32 a = 1; oneof q { bool b = 2; bool c = 3; } }').message()

    def fits(alternatives: str) -> bool:
        return not misfits(ours, definition(f'syntax = "proto3"; message M {{ oneof p {{ {alternatives} }} }}'))

    assert fits("int32 a = 1; int32 d = 4;")
    assert fits("bool b = 2; bool c = 3;")
    assert not fits("int32 a = 1; bool b = 2;")


def test_null_without_a_schema_is_null() -> None:
    made = writer(None, DEFAULTS)
    assert made.encode(None) is None
    with pytest.raises(DataError, match="needs a schema"):
        made.encode({"a": 1})


def test_a_map_where_the_outer_struct_of_that_name_has_another_field() -> None:
    """A struct within one of its own name is defined by the outer one: its map meets fields that are none."""
    inner = struct([("days", map_of(STRING, INT32).replace(optional=True)), ("id", INT64)], name="Order")
    outer = struct([("days", array(date_schema())), ("id", INT64), ("x", inner)], name="Order")
    made = writer(outer, DEFAULTS)
    assert made.encode({"days": [], "id": 1, "x": {"days": None, "id": 2}}) == b"\x10\x01\x1a\x02\x10\x02"
    with pytest.raises(DataError, match=r"google\.type\.Date has no field key"):
        made.encode({"days": [], "id": 1, "x": {"days": {"a": 1}, "id": 2}})


def test_a_map_is_named_where_a_list_takes_its_entry() -> None:
    inner = struct([("days", map_of(STRING, INT32))], name="Order")
    outer = struct([("key", array(INT32)), ("x", inner), ("days", array(inner))], name="Order")
    with pytest.raises(DataError, match=r"^Invalid type for MAP: class java\.util\.HashMap$"):
        writer(outer, DEFAULTS).encode({"key": [], "x": {"days": {"a": 1}}, "days": []})


def test_a_second_enum_of_a_name_is_read_when_written() -> None:
    first = Schema(Type.STRING, name="C", parameters={ENUM: "C", f"{ENUM}.A": "0"})
    second = first.replace(parameters={ENUM: "C", f"{ENUM}.A": "x"})
    made = writer(struct([("a", first), ("b", second)], name="N"), DEFAULTS)
    with pytest.raises(DataError, match=r'^For input string: "x"$'):
        made.encode({"a": "A", "b": "A"})


@pytest.mark.parametrize("kind", ["uint32", "fixed32"])
@pytest.mark.parametrize("number", [0, 2**32, -(2**63), 2**32 - 1, -1])
def test_numbers_cut_to_32_bits_are_left_out_if_zero(kind: str, number: int) -> None:
    schema = struct([("n", INT64.replace(parameters={TYPE: kind}))], name="N")
    made = writer(schema, DEFAULTS)
    found = made.encode({"n": number})
    assert found == SlowWriter(DEFAULTS).root(schema, made.message, {"n": number})
    assert (found == b"") == (number % 2**32 == 0)


@given(STRUCTS, st.integers(0, 2**40), st.booleans())
@settings(
    max_examples=60, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)  # fmt: skip
def test_compiled_and_by_the_book_write_alike(schema: Schema, seed: int, wrapped: bool) -> None:
    options = ProtobufOptions(scrub_invalid_names=True, wrapper_for_nullables=wrapped)
    random = Random(seed)
    if schema.type is Type.STRUCT and seed % 4 == 0:
        schema = circled(schema, random, closed=is_union)
    try:
        made = writer(schema, options)
    except DataError:
        return
    for _ in range(5):
        one = value(schema, random)
        assert outcome(made.encode, one) == outcome(SlowWriter(options).root, schema, made.message, one)


def outcome(function: Any, *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except DataError as error:
        return str(error)
