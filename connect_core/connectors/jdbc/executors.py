"""Running one statement for many records, the fastest exact way each driver offers.

MySQL and PostgreSQL get one text with many rows (their Python drivers would paste values into text anyway), the others
executemany. Neighbours: ``statements`` (texts), ``sink_rows`` (records to rows), ``sink_writer`` (transactions).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connect_core.connectors.jdbc.dialects import Dialect
from connect_core.connectors.jdbc.sink_rows import (
    Binder,
    BindRules,
    json_objects,
    json_rows,
    literals,
    parameters,
    raw_rows,
)
from connect_core.connectors.jdbc.sink_types import Kind
from connect_core.connectors.jdbc.sink_values import Literals
from connect_core.connectors.jdbc.statements import Statement
from connect_core.data import SinkRecord

_PACKET_MARGIN = 64 * 1024
_RECORDSETS = 9_04_00  # PostgreSQL 9.4; its relatives (Redshift) call themselves 8
_TEXT_LIMIT = 8 * 1024 * 1024  # PostgreSQL parses a statement in memory; more rows per text gain nothing


_BOUND_AS = {
    Kind.INT8: "int2",
    Kind.INT16: "int2",
    Kind.INT32: "int4",
    Kind.INT64: "int8",
    Kind.FLOAT32: "float4",
    Kind.FLOAT64: "float8",
    Kind.BOOLEAN: "bool",
    Kind.BYTES: "bytea",
    Kind.DECIMAL: "numeric",
}
"""PostgreSQL: parameter types; texts, dates and times are of unknown type and become what the column is."""


class Batch:
    """A statement bound to a connection's way of running it. ``run`` raises BindFailure before anything is sent."""

    def run(self, connection: Any, records: Sequence[SinkRecord]) -> None:
        """Execute the statement for the records, in their order."""
        raise NotImplementedError


class ParameterBatch(Batch):
    """executemany with tuples."""

    def __init__(self, dialect: Dialect, family: str, statement: Statement, rules: BindRules) -> None:
        if dialect.marker == "?":
            self.text = statement.text
        else:
            escaped = _doubled(statement) if dialect.marker == "%s" else statement
            self.text = escaped.marked(dialect.marker.format)
        self.binder = parameters(statement, rules, family=family)

    def run(self, connection: Any, records: Sequence[SinkRecord]) -> None:
        """One executemany."""
        rows = self.binder(records)
        cursor = connection.cursor()
        try:
            cursor.executemany(self.text, rows)
        finally:
            cursor.close()


def _doubled(statement: Statement) -> Statement:
    """Percent signs doubled for drivers with ``%s`` marks."""
    row = tuple(text.replace("%", "%%") for text in statement.row)
    head, tail = statement.head.replace("%", "%%"), statement.tail.replace("%", "%%")
    return Statement(head=head, row=row, tail=tail, columns=statement.columns)


class LiteralBatch(Batch):
    """SQL text with literals: many rows in a statement, or (PostgreSQL) many statements in a text."""

    def __init__(self, statement: Statement, rules: BindRules, *, form: Literals, limit: int, single: bool) -> None:
        self.statement, self.form = statement, form
        self.binder = literals(statement, rules, form=form)
        self.limit = limit - len(statement.head.encode()) - len(statement.tail.encode())
        self.many = statement.repeat is not None and not single
        self.head, self.tail = statement.head.encode(), statement.tail.encode()

    def run(self, connection: Any, records: Sequence[SinkRecord]) -> None:
        """As few round trips as the limits allow."""
        rows = [row.encode() for row in self.binder(records)]
        if self.many:
            between = (self.statement.repeat or ",").encode()
            for group in grouped(rows, self.limit, len(between)):
                self.send(connection, self.head + between.join(group) + self.tail)
        elif self.form.postgresql:
            texts = [self.head + row + self.tail for row in rows]
            for group in grouped(texts, self.limit, 1):
                self.send(connection, b";".join(group))
        else:
            for row in rows:
                self.send(connection, self.head + row + self.tail)

    def send(self, connection: Any, text: bytes) -> None:
        """Run a text without parameters."""
        if self.form.postgresql:
            connection.execute(text, prepare=False)
        else:
            connection.query(text)


class RecordsetBatch(LiteralBatch):
    """PostgreSQL: all rows as one JSON text that the server takes apart (INSERT ... SELECT FROM json_to_recordset)."""

    def __init__(self, statement: Statement, rules: BindRules, *, form: Literals, limit: int, single: bool) -> None:
        import orjson

        super().__init__(statement, rules, form=form, limit=limit, single=single)
        self.dumps = orjson.dumps
        self.objects = json_objects(statement, rules)
        casts = [after.rstrip(",)") for after in statement.row[1:]]
        # types as the original binds them, so that the same assignment casts follow; a JSON string read as json would
        # stay a quoted string: such columns come as text and are cast
        types = [
            "text" if cast else _BOUND_AS.get(rules.kind(column)) or rules.declared[column.name]
            for column, cast in zip(statement.columns, casts, strict=True)
        ]
        defined = ",".join(f"c{i} {kind}" for i, kind in enumerate(types))
        chosen = ",".join(f"c{i}{cast}" for i, cast in enumerate(casts))
        self.start = f"{statement.head.removesuffix('VALUES ')}SELECT {chosen} FROM json_to_recordset('".encode()
        self.end = f"') AS r({defined})".encode() + self.tail

    def run(self, connection: Any, records: Sequence[SinkRecord]) -> None:
        """One statement; a single row is sent as literals, whose errors are the plain ones."""
        if len(records) == 1 or not self.many:
            super().run(connection, records)
            return
        body = self.dumps(self.objects(records), str)
        if len(body) > self.limit:
            middle = len(records) // 2
            self.run(connection, records[:middle])
            self.run(connection, records[middle:])
        else:
            self.send(connection, self.start + body.replace(b"'", b"''") + self.end)


class UpsertBatch(RecordsetBatch):
    """PostgreSQL's multi-row upsert: a statement must not touch a row twice, so it ends before a key comes again."""

    def __init__(
        self, statement: Statement, rules: BindRules, *, keys: Statement, form: Literals, limit: int, single: bool
    ) -> None:
        super().__init__(statement, rules, form=form, limit=limit, single=single)
        self.keys = raw_rows(keys, rules)

    def run(self, connection: Any, records: Sequence[SinkRecord]) -> None:
        """Runs of different keys, in order."""
        keys = self.keys(records)
        if not self.many or len(set(keys)) == len(keys):
            super().run(connection, records)
            return
        start, seen = 0, set[Any]()
        for index, key in enumerate(keys):
            if key in seen:
                super().run(connection, records[start:index])
                start, seen = index, set()
            seen.add(key)
        super().run(connection, records[start:])


class JsonBatch(LiteralBatch):
    """MySQL: rows written by orjson, as long as none holds an escape that MySQL reads differently."""

    def __init__(self, statement: Statement, rules: BindRules, *, form: Literals, limit: int) -> None:
        super().__init__(statement, rules, form=form, limit=limit, single=False)
        self.json = json_rows(statement, rules)
        self.open = self.head + b"("
        self.close = b")" + self.tail

    def run(self, connection: Any, records: Sequence[SinkRecord]) -> None:
        """One statement, cut where max_allowed_packet says."""
        rows = self.json(records)
        body = b"),(".join(rows)
        if b"\\u" in body or b"\\f" in body:
            super().run(connection, records)
        elif len(body) <= self.limit:
            connection.query(self.open + body + self.close)
        else:
            for group in grouped(rows, self.limit, 3):
                connection.query(self.open + b"),(".join(group) + self.close)


def grouped(rows: Sequence[bytes], limit: int, between: int) -> list[Sequence[bytes]]:
    """Consecutive rows in groups of at most ``limit`` bytes; a longer row stands alone (the server will say so)."""
    groups: list[Sequence[bytes]] = []
    start = size = 0
    for index, row in enumerate(rows):
        size += len(row) + between
        if size > limit and index > start:
            groups.append(rows[start:index])
            start, size = index, len(row) + between
    if start < len(rows):
        groups.append(rows[start:])
    return groups


class Executor:
    """Makes batches for one open connection."""

    def __init__(self, dialect: Dialect, family: str, connection: Any, *, strict_off: bool = False) -> None:
        self.dialect, self.family = dialect, family
        self.single = False
        """One row per statement (PostgreSQL, after two spellings of one key met in a statement)."""
        self.backslashes, self.json, self.limit = True, False, _TEXT_LIMIT
        if family == "mysql":
            mode, packet = dialect.query(connection, "SELECT @@sql_mode, @@max_allowed_packet")[0]
            modes = str(mode).upper().split(",")
            if not strict_off and not {"STRICT_TRANS_TABLES", "STRICT_ALL_TABLES"} & set(modes):
                # Connector/J asks for errors where the server would silently cut values (jdbcCompliantTruncation)
                dialect.execute(connection, "SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_TRANS_TABLES')")
            self.backslashes = "NO_BACKSLASH_ESCAPES" not in modes
            self.json = self.backslashes and "ANSI_QUOTES" not in modes
            self.limit = max(int(packet) - _PACKET_MARGIN, int(packet) // 2)
        elif family == "postgresql":
            dialect.execute(connection, "SET standard_conforming_strings = on")
            connection.commit()  # a rollback would undo the setting
            self.json = connection.info.server_version >= _RECORDSETS

    def batch(self, statement: Statement, rules: BindRules, *, keys: Statement | None = None) -> Batch:
        """The batch for a statement; ``keys`` lists the key columns of an upsert."""
        if self.family not in ("mysql", "postgresql"):
            return ParameterBatch(self.dialect, self.family, statement, rules)
        form = Literals(
            rules.clock, backslashes=self.backslashes and self.family == "mysql", postgresql=self.family == "postgresql"
        )
        if self.family == "postgresql" and not self.json:
            return LiteralBatch(statement, rules, form=form, limit=self.limit, single=self.single or keys is not None)
        if self.family == "postgresql" and keys is not None:
            return UpsertBatch(statement, rules, keys=keys, form=form, limit=self.limit, single=self.single)
        if self.family == "postgresql" and statement.head.startswith("INSERT"):
            return RecordsetBatch(statement, rules, form=form, limit=self.limit, single=self.single)
        if self.json and statement.repeat is not None and statement.head.lower().startswith("insert"):
            return JsonBatch(statement, rules, form=form, limit=self.limit)
        return LiteralBatch(statement, rules, form=form, limit=self.limit, single=self.single)


__all__ = ["Batch", "Binder", "Executor", "grouped"]
