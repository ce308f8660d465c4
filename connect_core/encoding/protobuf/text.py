"""The canonical .proto text of a proto3 model: what the original registers, to the byte; the layout is its own."""

from __future__ import annotations

from collections.abc import Iterable

from connect_core.encoding.protobuf.model import Enum, Field, File, Message

_ESCAPES = str.maketrans(
    {
        "\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v",
        "\\": "\\\\", "'": "\\'", '"': '\\"',
    }
)  # fmt: skip


def canonical(file: File) -> str:
    """The text of a file."""
    parts = []
    if file.syntax is not None:
        parts.append(f'syntax = "{file.syntax}";\n')
    if file.package is not None:
        parts.append(f"package {file.package};\n")
    if file.imports or file.public_imports:
        parts.append("\n")
        parts.extend(f'import "{name}";\n' for name in file.imports)
        parts.extend(f'import public "{name}";\n' for name in file.public_imports)
    if file.options:
        parts.append("\n")
        parts.extend(f"option {name} = {value};\n" for name, value in file.options)
    if file.messages or file.enums:
        parts.append("\n")
        parts.extend(map(_message, file.messages))
        parts.extend(map(_enum, file.enums))
    return "".join(parts)


def quoted(text: str) -> str:
    """A string literal."""
    return f'"{text.translate(_ESCAPES)}"'


def _indented(text: str) -> str:
    """Each line two to the right, empty ones too."""
    lines = text.split("\n")
    while len(lines) > 1 and not lines[-1]:
        lines.pop()
    return "".join(f"  {line}\n" for line in lines)


def _section(texts: Iterable[str]) -> str:
    body = "".join(map(_indented, texts))
    return f"\n{body}" if body else ""


def _message(message: Message) -> str:
    oneofs = [
        (name, [field for field in message.fields if field.oneof == index and not field.proto3_optional])
        for index, name in enumerate(message.oneofs)
    ]
    plain = [field for field in message.fields if field.oneof is None or field.proto3_optional]
    return (
        f"message {message.name} {{"
        + _section(["option map_entry = true;\n"] if message.map_entry else [])
        + _section(map(_field, plain))
        + _section(_oneof(name, fields) for name, fields in oneofs if fields)
        + _section([*map(_message, message.messages), *map(_enum, message.enums)])
        + "}\n"
    )


def _oneof(name: str, fields: list[Field]) -> str:
    return f"oneof {name} {{" + _section(map(_field, fields)) + "}\n"


def _enum(enum: Enum) -> str:
    return f"enum {enum.name} {{" + _section(f"{name} = {number};\n" for name, number in enum.values) + "}\n"


def _field(field: Field) -> str:
    label = f"{field.label} " if field.repeated or field.proto3_optional else ""
    option = f" [{_meta(field.meta)}]" if field.meta else ""
    if field.json_name is not None:  # only in the bundled files, whose fields have no other option
        option = f" [json_name = {quoted(field.json_name)}]"
    return f"{label}{field.type} {field.name} = {field.number}{option};\n"


def _meta(params: dict[str, str]) -> str:
    """The option ``confluent.field_meta``; precision and scale have their value first, for historical reasons."""
    entries = []
    for key, value in params.items():
        pair = [f"  key: {quoted(key)}", f"  value: {quoted(value)}"]
        if key in ("precision", "scale"):
            pair.reverse()
        entries.append("{\n" + ",\n".join(pair) + "\n}")
    body = _indented("params: [\n" + _indented(",\n".join(entries)) + "]")
    return "(confluent.field_meta) = {\n" + body + "}"
