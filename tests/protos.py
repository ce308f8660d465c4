"""Random .proto texts as users write them, and random messages of them on the wire, faulty ones among them."""

from __future__ import annotations

import struct
from random import Random

from connect_core.encoding.protobuf import wire
from connect_core.encoding.protobuf.model import Enum, Field, Message
from connect_core.encoding.protobuf.slow import field_kind

SCALARS = (
    "double", "float", "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32",
    "sfixed64", "bool", "string", "bytes",
)  # fmt: skip
KNOWN = (
    "google.protobuf.Timestamp", "google.type.Date", "google.type.TimeOfDay", "confluent.type.Decimal",
    "google.protobuf.StringValue", "google.protobuf.Int32Value", "google.protobuf.UInt32Value",
    "google.protobuf.UInt64Value", "google.protobuf.BoolValue", "google.protobuf.BytesValue",
    "google.protobuf.DoubleValue", "google.protobuf.FloatValue", "google.protobuf.Int64Value",
    "google.protobuf.Duration", "google.protobuf.Any", "google.protobuf.Empty", "google.protobuf.Struct",
    "google.protobuf.Value", "google.protobuf.ListValue", "google.protobuf.NullValue", "google.protobuf.FieldMask",
    "google.type.Money", "google.type.LatLng", "google.type.DayOfWeek", "google.type.DateTime", "google.type.Color",
)  # fmt: skip
IMPORTS = (
    "google/protobuf/timestamp.proto", "google/type/date.proto", "google/type/timeofday.proto",
    "confluent/type/decimal.proto", "google/protobuf/wrappers.proto", "google/protobuf/duration.proto",
    "google/protobuf/any.proto", "google/protobuf/empty.proto", "google/protobuf/struct.proto",
    "google/protobuf/field_mask.proto", "google/type/money.proto", "google/type/latlng.proto",
    "google/type/dayofweek.proto", "google/type/datetime.proto", "google/type/color.proto", "confluent/meta.proto",
)  # fmt: skip
LIBRARY = "lib/shared.proto"
"""The path of the file that a text may import."""
DEFAULTS = {
    "int32": ("-5", "0x1F", "017", "2147483647"), "sint32": ("-0x10",), "uint32": ("4294967295",), "int64": ("-1",),
    "string": ('"d\\"x"', "'a' \"b\"", '"\\303\\251"', '""'), "bytes": ('"\\x01z\\377"', '"plain"'),
    "bool": ("true", "false"), "double": ("1.5", "-1e3", "inf", "-inf", "nan", "7"), "float": ("0.1", "-inf", "3e38"),
    "uint64": ("7", "18446744073709551615"), "fixed64": ("18446744073709551615",), "sfixed32": ("-7",),
    "Shade": ("SHADE_0",), "RootKind": ("ROOTKIND_0",),
}  # fmt: skip
NOISE = (
    "reserved 19, 40 to 50;", 'reserved "gone", "lost";', "// a comment", "/* one; message X { } */", ";",
    "option deprecated = true;",
)  # fmt: skip
NAMES = (
    "id",
    "name",
    "x",
    "fooBar",
    "foo_bar",
    "Value",
    "key",
    "value",
    "message",
    "to",
    "class",
    "f1",
    "optional_x",
    "CAPS",
)


class Writer:
    """Writes one file: messages use those written before them, in some files also themselves and those around."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.proto2 = random.random() < 0.35
        self._known: list[str] = []
        self._circles = random.random() < 0.3
        self._around: list[str] = []

    def text(self) -> str:
        """The whole text; the first message is the one to read. ``library`` is what it may import from ``LIBRARY``."""
        random = self._random
        self.library = self._library() if random.random() < 0.3 else None
        parts = [f'syntax = "{"proto2" if self.proto2 else "proto3"}";']
        if random.random() < 0.6:
            parts.append(random.choice(["package a.b;", "package com.acme.shop;"]))
        parts += [f'import "{name}";' for name in IMPORTS]
        if self.library:
            parts.append(random.choice(("import", "import public")) + f' "{LIBRARY}";')
            self._known += random.choice((["lib.v1.Part", "lib.v1.Part.Kind"], [".lib.v1.Part", ".lib.v1.Whole"]))
        enum = self._enum("Shade")
        self._around = ["Root"]
        inner = [self._message(f"In{index}", 2) for index in range(random.randint(0, 2))]
        root = self._message("Root", 6)
        parts += [root, *inner, enum] if random.random() < 0.5 else [root, enum, *inner]
        return "\n".join(parts) + "\n"

    def _library(self) -> str:
        """A file of its own, in either syntax."""
        writer = Writer(self._random)
        writer._around = ["Part"]
        body = f"{writer._enum('Kind')} {writer._field('a', 1)} {writer._field('b', 2)}"
        imports = "".join(f'import "{name}"; ' for name in IMPORTS)
        head = f'syntax = "{"proto2" if writer.proto2 else "proto3"}"; package lib.v1; {imports}'
        label = "optional " if writer.proto2 else ""
        whole = f"message Whole {{ {label}Part part = 1; repeated Whole more = 2; }}"
        return f"{head}\n{whole} message Part {{ {body} }}\n"

    def _enum(self, name: str) -> str:
        random = self._random
        numbers = [0, *random.sample(range(-3, 400), random.randint(0, 3))]
        numbers = list(dict.fromkeys(numbers))
        if self.proto2:
            random.shuffle(numbers)
        body = " ".join(f"{name.upper()}_{index} = {number};" for index, number in enumerate(numbers))
        if random.random() < 0.2:
            body = f"option allow_alias = true; {body} {name.upper()}_AGAIN = {random.choice(numbers)};"
        self._known.append(name)
        return f"enum {name} {{ {body} }}"

    def _message(self, name: str, most: int) -> str:
        random, lines = self._random, []
        self._around.append(name)
        nested_before = len(self._known)
        if random.random() < 0.3:
            lines.append(self._enum(f"{name}Kind"))
        if most > 2 and random.random() < 0.4:
            lines.append(self._message(f"{name}Nested", 2))
        numbers = random.sample([*range(1, 30), 100, 2000, 20000, 536870911], most + 4)
        names = random.sample(NAMES, min(len(NAMES), most + 4))
        lines += [self._field(names.pop(), numbers.pop()) for _ in range(random.randint(0, most))]
        if random.random() < 0.4:
            members = [
                f"{self._type()} {names.pop()} = {numbers.pop()}{self._meta()};" for _ in range(random.randint(1, 3))
            ]
            lines.insert(
                random.randint(0, len(lines)), f"oneof {random.choice(['pick', 'one_of'])} {{ {' '.join(members)} }}"
            )
        if self.proto2 and random.random() < 0.1:
            lines.append(f"optional group Old = {numbers.pop()} {{ optional int32 in_group = 1; }}")
        if random.random() < 0.2:
            lines.insert(random.randint(0, len(lines)), random.choice(NOISE))
        del self._known[nested_before:]
        self._known.append(name)
        self._around.pop()
        return f"message {name} {{\n  " + "\n  ".join(lines) + "\n}"

    def _type(self) -> str:
        random = self._random
        kind = random.random()
        if self._circles and kind > 0.85:
            return random.choice(self._around)
        if kind < 0.25:
            return random.choice(KNOWN[:4] if random.random() < 0.6 else KNOWN)
        if kind < 0.5 and self._known:
            return random.choice(self._known)
        return random.choice(SCALARS)

    def _meta(self) -> str:
        if self._random.random() < 0.8:
            return ""
        pairs = self._random.choice(
            (("connect.type", "int8"), ("connect.type", "int16"), ("scale", "2"), ("scale", "x"), ("precision", "5"))
        )
        return f' [(confluent.field_meta) = {{ params: [{{ key: "{pairs[0]}", value: "{pairs[1]}" }}] }}]'

    def _field(self, name: str, number: int) -> str:
        random = self._random
        kind = random.random()
        if kind < 0.12:
            key = random.choice(["string", "int32", "bool", "sint64", "fixed32", "uint64", "sfixed64", "uint32"])
            return f"map<{key}, {self._type()}> {name} = {number};"
        if kind < 0.3:
            scalar = random.choice([word for word in SCALARS if word not in ("string", "bytes")])
            if random.random() < 0.5:
                return f"repeated {scalar} {name} = {number} [packed = {random.choice(['true', 'false'])}];"
            return f"repeated {self._type()} {name} = {number};"
        if self.proto2:
            label = random.choices(["optional", "required"], [9, 1])[0]
            stated = self._type()
            default = random.choice(DEFAULTS.get(stated, (None,)))
            option = f" [default = {default}]" if default and random.random() < 0.5 else self._meta()
            return f"{label} {stated} {name} = {number}{option};"
        return f"{random.choice(['', '', 'optional '])}{self._type()} {name} = {number}{self._meta()};"


def message_bytes(message: Message, random: Random, *, depth: int = 0) -> bytes:
    """Bytes of a message: most fields once, some twice or not at all, in any order, unknown ones among them."""
    parts = []
    for field in message.fields:
        times = random.choices((0, 1, 2), (3, 7, 1))[0] if not field.repeated else random.randint(0, 3)
        parts += [_field(field, random, depth) for _ in range(times)]
    if random.random() < 0.1:
        parts.append(_unknown(random, 12345))
    if random.random() < 0.04 and message.fields:  # of another wire type than it has: unknown too
        parts.append(_unknown(random, random.choice(message.fields).number))
    random.shuffle(parts)
    return b"".join(parts)


def _unknown(random: Random, number: int) -> bytes:
    """A field that the message does not have, of any wire type, groups among them."""
    kind = random.randrange(6)
    tag = wire.tag(number, kind if kind != 4 else 0)
    if kind in (0, 4):
        return tag + wire.varint(random.randint(0, 2**40))
    if kind == 3:
        return tag + wire.tag(1, 0) + b"\x07" + wire.tag(number, 4)
    return tag + (b"12345678" if kind == 1 else b"\x03abc" if kind == 2 else b"1234")


def _field(field: Field, random: Random, depth: int) -> bytes:
    kind = field_kind(field)
    wire_type = wire.WIRE_TYPES[kind]
    if field.repeated and wire_type != wire.LENGTH and random.random() < 0.5:
        body = b"".join(_payload(field, random, depth) for _ in range(random.randint(0, 4)))
        return wire.tag(field.number, wire.LENGTH) + wire.varint(len(body)) + body
    payload = _payload(field, random, depth)
    size = wire.varint(len(payload)) if wire_type == wire.LENGTH else b""
    return wire.tag(field.number, wire_type) + size + payload


def _payload(field: Field, random: Random, depth: int) -> bytes:
    if isinstance(field.target, Enum):
        return wire.varint(random.choice([*(number for _, number in field.target.values), 7, -1]))
    if isinstance(field.target, Message):
        return _logical(field.target, random) or (
            b""
            if depth > 4 or (depth > 1 and random.random() < 0.3)
            else message_bytes(field.target, random, depth=depth + 1)
        )
    kind = field.type
    if kind == "string":
        text: bytes = random.choice(
            (
                b"",
                b"plain",
                "M\u00fcller \u20ac".encode(),
                "\U0001f600".encode(),
                *((b"\xff\xfe",) if random.random() < 0.1 else ()),
            )
        )
        return text
    if kind == "bytes":
        return random.randbytes(random.randint(0, 6))
    return _number(kind, random)


def _number(kind: str, random: Random) -> bytes:
    if kind in ("double", "float"):
        number = random.choice((0.0, -0.0, 1.5, -1e30, float("inf"), float("nan"), random.uniform(-9, 9)))
        return struct.pack("<d" if kind == "double" else "<f", number)
    bits = 64 if kind.endswith("64") else 32
    whole: int = random.choice(
        (0, 1, 127, 128, -1, -128, 2 ** (bits - 1) - 1, -(2 ** (bits - 1)), random.getrandbits(bits - 1))
    )
    if kind.startswith(("fixed", "sfixed")):
        return int(whole % 2**bits).to_bytes(bits // 8, "little")
    if kind == "bool":
        return wire.varint(random.choice((0, 1, 2)))
    return wire.varint(whole if random.random() < 0.8 else whole % 2**32)


def _logical(target: Message, random: Random) -> bytes:
    """Mostly sensible bytes of the types behind logical values; empty for others."""
    if random.random() < 0.15:
        return b""
    ints = {
        "google.protobuf.Timestamp": ((1, -70_000_000_000, 260_000_000_000), (2, 0, 1_000_000_000)),
        "google.type.Date": ((1, 1, 9999), (2, 1, 12), (3, 1, 31)),
        "google.type.TimeOfDay": ((1, 0, 24), (2, 0, 59), (3, 0, 60), (4, 0, 999_999_999)),
    }.get(target.full_name)
    if ints is not None:
        return b"".join(wire.tag(number, 0) + wire.varint(random.randint(low, high)) for number, low, high in ints)
    if target.full_name == "confluent.type.Decimal":
        digits = random.randbytes(random.randint(1, 9))
        made = wire.tag(1, 2) + wire.varint(len(digits)) + digits
        if random.random() < 0.8:
            made += wire.tag(2, 0) + wire.varint(random.choice((0, 3, 5, 30, 2**31)) if random.random() < 0.5 else 25)
        return made + wire.tag(3, 0) + wire.varint(random.randint(-3, 20))
    return b""
