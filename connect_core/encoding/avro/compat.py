"""Can data of one Avro schema be read with another? Avro's rules of schema resolution, as a list of what is wrong."""

from __future__ import annotations

from connect_core.encoding.avro.model import MISSING, AvroSchema

_READ_BY = {
    "long": ("int",), "float": ("int", "long"), "double": ("int", "long", "float"), "string": ("bytes",),
    "bytes": ("string",),
}  # fmt: skip


def misfits(reader: AvroSchema, writer: AvroSchema) -> list[str]:
    """What keeps ``reader`` from reading data that ``writer`` wrote; empty if nothing does."""
    return _Check().misfits(reader, writer, "/")


class _Check:
    def __init__(self) -> None:
        self._open: set[tuple[int, int]] = set()

    def misfits(self, reader: AvroSchema, writer: AvroSchema, at: str) -> list[str]:
        if (id(reader), id(writer)) in self._open:
            return []
        self._open.add((id(reader), id(writer)))
        if writer.kind == "union":
            return [wrong for member in writer.types for wrong in self.misfits(reader, member, at)]
        if reader.kind == "union":
            if any(not self.misfits(member, writer, at) for member in reader.types):
                return []
            return [f"{at}: reader union lacking writer type: {writer.full_name}"]
        if reader.kind != writer.kind:
            if writer.kind in _READ_BY.get(reader.kind, ()):
                return []
            return [f"{at}: reader type: {reader.kind} not compatible with writer type: {writer.kind}"]
        return self._same_kind(reader, writer, at)

    def _same_kind(self, reader: AvroSchema, writer: AvroSchema, at: str) -> list[str]:
        kind, wrong = reader.kind, list[str]()
        if reader.name is not None and reader.name != writer.name and writer.full_name not in reader.aliases:
            wrong.append(f"{at}name: expected: {writer.full_name}, found: {reader.full_name}")
        if kind in ("array", "map"):
            assert reader.items is not None
            assert writer.items is not None
            wrong += self.misfits(reader.items, writer.items, f"{at}{'items' if kind == 'array' else 'values'}/")
        elif kind == "fixed" and reader.size != writer.size:
            wrong.append(f"{at}size: expected: {writer.size}, found: {reader.size}")
        elif kind == "enum" and reader.default is None:
            missing = [symbol for symbol in writer.symbols if symbol not in reader.symbols]
            if missing:
                wrong.append(f"{at}symbols: missing {missing}")
        elif kind == "record":
            wrong += self._records(reader, writer, at)
        return wrong

    def _records(self, reader: AvroSchema, writer: AvroSchema, at: str) -> list[str]:
        wrong = []
        for index, field in enumerate(reader.fields):
            known = writer.field(field.name)
            if known is None:
                known = next((other for other in writer.fields if other.name in field.aliases), None)
            if known is not None:
                wrong += self.misfits(field.schema, known.schema, f"{at}fields/{index}/type/")
            elif field.default is MISSING:
                wrong.append(f"{at}fields/{index}: {field.name} has no default and is not in the writer's schema")
        return wrong
