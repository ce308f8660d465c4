"""The files every registry client knows without asking: google's and Confluent's own types, as models.

Google's come from the packages that ship them; of Confluent's only names and numbers are needed.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from functools import cache
from typing import Any

from connect_core.encoding.protobuf.model import Enum, Field, File, Message, walk
from connect_core.encoding.protobuf.text import quoted

_PROTOBUF = [
    "any",
    "api",
    "descriptor",
    "duration",
    "empty",
    "field_mask",
    "source_context",
    "struct",
    "timestamp",
    "type",
    "wrappers",
]
_TYPE = [
    "calendar_period",
    "color",
    "date",
    "datetime",
    "dayofweek",
    "decimal",
    "expr",
    "fraction",
    "interval",
    "latlng",
    "money",
    "month",
    "phone_number",
    "postal_address",
    "quaternion",
    "timeofday",
]
_MODULES = {
    **{f"google/protobuf/{name}.proto": f"google.protobuf.{name}_pb2" for name in _PROTOBUF},
    **{f"google/type/{name}.proto": f"google.type.{name}_pb2" for name in _TYPE},
}
_CONFLUENT = ("confluent/meta.proto", "confluent/type/decimal.proto", "confluent/type/variant.proto")
LOCATIONS = frozenset((*_MODULES, *_CONFLUENT))
"""Imports that are no references."""

_OPTIONS = (
    "java_package", "java_outer_classname", "java_multiple_files", "java_generate_equals_and_hash",
    "java_string_check_utf8", "optimize_for", "go_package", "cc_generic_services", "java_generic_services",
    "py_generic_services", "deprecated", "cc_enable_arenas", "objc_class_prefix", "csharp_namespace", "swift_prefix",
    "php_class_prefix", "php_namespace", "php_metadata_namespace", "ruby_package",
)  # fmt: skip
"""File options in the order texts have them."""


@cache
def known(location: str) -> File | None:
    """The file at an import path, None if it is not bundled. Never change it."""
    if location in _MODULES:
        file = file_of(importlib.import_module(_MODULES[location]).DESCRIPTOR.serialized_pb)
        for message in walk(file.messages):
            for field in message.fields:  # Python's descriptors come without them; only plain names are registered
                field.json_name = field.json_name or field.name
        return file
    if location == "confluent/meta.proto":
        rule = Message("Rule", [Field(name, n, "string") for n, name in enumerate(("name", "doc", "expr", "sql"), 1)])
        entry = Message("paramsEntry", [Field("key", 1, "string"), Field("value", 2, "string")], map_entry=True)
        meta = Message(
            "Meta",
            [
                Field("doc", 1, "string"), Field("params", 2, "paramsEntry", "repeated"),
                Field("tags", 3, "string", "repeated"), Field("rules", 4, "Rule", "repeated"),
            ],
            messages=[entry],
        )  # fmt: skip
        return File("confluent", messages=[meta, rule])
    if location == "confluent/type/decimal.proto":
        fields = [Field("value", 1, "bytes"), Field("precision", 2, "uint32"), Field("scale", 3, "int32")]
        return File("confluent.type", messages=[Message("Decimal", fields)])
    if location == "confluent/type/variant.proto":
        variant = Message("Variant", [Field("metadata", 1, "bytes"), Field("value", 2, "bytes")])
        return File("confluent.type", messages=[variant])
    return None


def with_imports(files: Iterable[File]) -> list[File]:
    """The known files that these import, and what those import."""
    found: dict[str, File] = {}
    waiting = [name for file in files for name in (*file.imports, *file.public_imports)]
    while waiting:
        name = waiting.pop()
        file = None if name in found else known(name)
        if file is not None:
            found[name] = file
            waiting += [*file.imports, *file.public_imports]
    return list(found.values())


def file_of(serialized: bytes) -> File:
    """The model of a serialized ``FileDescriptorProto``."""
    from google.protobuf.descriptor_pb2 import FileDescriptorProto

    made: Any = FileDescriptorProto.FromString(serialized)  # field names come from tables
    public = {made.dependency[index] for index in made.public_dependency}
    return File(
        package=made.package or None,
        syntax=made.syntax or None,
        imports=[name for name in made.dependency if name not in public],
        public_imports=list(made.public_dependency and sorted(public)),
        messages=[_message(one, made) for one in made.message_type],
        enums=[_enum(one) for one in made.enum_type],
        options=[(name, _option(getattr(made.options, name))) for name in _OPTIONS if made.options.HasField(name)],
    )


def _option(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else quoted(str(value))


def _enum(made) -> Enum:  # type: ignore[no-untyped-def]  # messages of descriptor.proto
    return Enum(made.name, [(value.name, value.number) for value in made.value])


def _message(made, file) -> Message:  # type: ignore[no-untyped-def]  # messages of descriptor.proto
    return Message(
        made.name,
        fields=[_field(one, file) for one in made.field],
        oneofs=[one.name for one in made.oneof_decl],
        messages=[_message(one, file) for one in made.nested_type],
        enums=[_enum(one) for one in made.enum_type],
        map_entry=made.options.map_entry,
    )


def _field(made, file) -> Field:  # type: ignore[no-untyped-def]  # messages of descriptor.proto
    kinds, labels = type(made).Type, type(made).Label
    label: str | None = labels.Name(made.label).removeprefix("LABEL_").lower()
    if file.syntax == "proto3" and label != "repeated" and not made.proto3_optional:
        label = None
    return Field(
        made.name,
        made.number,
        made.type_name if made.HasField("type_name") else kinds.Name(made.type).removeprefix("TYPE_").lower(),
        label,
        oneof=made.oneof_index if made.HasField("oneof_index") else None,
        proto3_optional=made.proto3_optional,
        default=made.default_value if made.HasField("default_value") else None,
        packed=made.options.packed if made.options.HasField("packed") else None,
        json_name=made.json_name if made.HasField("json_name") else None,
    )
