"""What every database family shares: identifier rules, statement texts, metadata through SQLAlchemy.

One subclass per family overrides what its database does differently; nothing outside ``dialects`` asks which database
it talks to. Neighbours: ``names`` (quoting), ``types`` (columns to schemas), ``client`` (connections).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from connect_core.connectors.jdbc.names import Quotes, TableId, split_name
from connect_core.errors import ConnectError

if TYPE_CHECKING:
    from connect_core.connectors.jdbc.rows import Decode, RowStream
    from connect_core.connectors.jdbc.types import Column, Mapping
    from connect_core.data import Schema

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class TableColumn(NamedTuple):
    """A column as the catalog of the database describes it."""

    name: str
    nullable: bool
    autoincrement: bool
    type_name: str = ""


class SelectSource(NamedTuple):
    """What a SELECT reads: the table (None for a custom query) and how many rows to fetch at a time."""

    table: TableId | None
    fetch_size: int


class Dialect:
    """The generic dialect: standard SQL, double quotes, SQLAlchemy for metadata."""

    java_name: ClassVar[str] = "GenericDatabaseDialect"
    product: ClassVar[str] = "Generic"
    quote_characters: ClassVar[tuple[str, str]] = ('"', '"')
    clock_sql: ClassVar[str] = "SELECT CURRENT_TIMESTAMP"
    marker: ClassVar[str] = "?"
    """The driver's parameter marker (``query.bind``)."""
    isolation_sql: ClassVar[str | None] = "SET TRANSACTION ISOLATION LEVEL {level}"
    isolation_levels: ClassVar[dict[str, str]] = {
        "READ_UNCOMMITTED": "READ UNCOMMITTED",
        "READ_COMMITTED": "READ COMMITTED",
        "REPEATABLE_READ": "REPEATABLE READ",
        "SERIALIZABLE": "SERIALIZABLE",
    }

    # -- names

    def quotes(self, mode: str = "ALWAYS") -> Quotes:
        """The quoting of ``quote.sql.identifiers``; ConnectError for an unknown mode."""
        if mode.upper() not in ("ALWAYS", "NEVER"):
            raise ConnectError(f"No matching QuoteMethod found for '{mode}'")
        return Quotes(*self.quote_characters, mode.upper() == "ALWAYS")

    def parse_table(self, text: str, quotes: Quotes | None = None) -> TableId:
        """A possibly quoted, possibly qualified table name. Two parts are schema and table."""
        parts = split_name(text, quotes or self.quotes())
        if len(parts) > 3:
            raise ConnectError(f"Invalid table name {text}: more than three parts")
        return self._table(parts)

    def _table(self, parts: list[str]) -> TableId:
        padded: list[str | None] = [None] * (3 - len(parts)) + list(parts)
        return TableId(padded[0] or None, padded[1] or None, parts[-1])

    def table_name(self, table: TableId, quotes: Quotes) -> str:
        """The fully qualified name in SQL."""
        return quotes.join(*table)

    # -- statements

    def bind_timestamp(self, instant: datetime, zone: tzinfo) -> Any:
        """A timestamp parameter: the wall clock of ``db.timezone``, fractions kept."""
        return instant.astimezone(zone).replace(tzinfo=None)

    def read_clock(self, connection: Any, zone: tzinfo) -> datetime:
        """The server's own clock; a reading without zone is wall clock of ``db.timezone``."""
        cursor = connection.cursor()
        try:
            cursor.execute(self.clock_sql)
            value = cursor.fetchone()[0]
        finally:
            cursor.close()
        return self.to_instant(value, zone)

    def to_instant(self, value: Any, zone: tzinfo) -> datetime:
        """A driver's timestamp as aware UTC."""
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        if not isinstance(value, datetime):
            raise ConnectError(f"The database clock answered {value!r}, which is no timestamp")
        return value.replace(tzinfo=zone).astimezone(UTC) if value.tzinfo is None else value.astimezone(UTC)

    # -- connections

    def configure(self, parameters: dict[str, str]) -> None:
        """Take URL parameters and ``connection.*`` keys (names in lower case) that change how values are read."""

    def prepare(self, connection: Any) -> None:
        """Session settings this package relies on, run once per connection."""

    def isolate(self, connection: Any, mode: str) -> None:
        """Set ``transaction.isolation.mode``; the driver's error if the database lacks the level."""
        level = self.isolation_levels.get(mode)
        if level is None or self.isolation_sql is None:
            raise ConnectError(f"{self.product} has no transaction isolation mode {mode}")
        self.execute(connection, self.isolation_sql.format(level=level))

    def execute(self, connection: Any, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run a statement without a result."""
        cursor = connection.cursor()
        try:
            cursor.execute(sql, tuple(parameters)) if parameters else cursor.execute(sql)
        finally:
            cursor.close()

    def query(self, connection: Any, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a small query, in the driver's own parameter style."""
        cursor = connection.cursor()
        try:
            cursor.execute(sql, tuple(parameters)) if parameters else cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()]
        finally:
            cursor.close()

    def discard(self, connection: Any) -> None:
        """Close a connection at once, also in the middle of a result set."""
        connection.close()

    # -- metadata (overridden where a catalog query is cheaper than SQLAlchemy's import)

    def table_types(self, connection: Any) -> list[str]:  # noqa: ARG002  # for subclasses
        """The table types this database reports."""
        return ["TABLE", "VIEW"]

    def list_tables(
        self,
        connection: Any,
        *,
        catalog: str | None,  # noqa: ARG002  # for subclasses
        schema: str | None,
        types: Sequence[str],
    ) -> Iterator[TableId]:
        """Tables in driver order. ``catalog``, ``schema``: JDBC patterns (%, _); None = all, "" = without one."""
        from connect_core.connectors.jdbc.dialects import reflection  # brings SQLAlchemy

        return reflection.list_tables(self, connection, schema=schema, types=types)

    def columns(self, connection: Any, table: TableId) -> list[TableColumn]:
        """The columns of exactly this table; [] if there is none."""
        from connect_core.connectors.jdbc.dialects import reflection  # brings SQLAlchemy

        return reflection.columns(self, connection, table)

    def check_stamps(self, columns: Sequence[TableColumn], stamps: Sequence[str]) -> None:
        """Refuse timestamp columns that cannot work here."""

    def resolve_synonym(self, connection: Any, table: TableId) -> TableId:  # noqa: ARG002  # for subclasses
        """The base table behind a synonym."""
        raise ConnectError(f"{self.product} does not support synonyms. Please use views instead.")

    # -- reading

    def stamp_binder(
        self,
        connection: Any,  # noqa: ARG002  # for subclasses
        zone: tzinfo,
        *,
        column: str,  # noqa: ARG002
        base: str,  # noqa: ARG002
    ) -> Callable[[datetime], Any]:
        """How timestamp parameters for ``column`` of ``base`` (a SELECT) are bound."""
        return lambda instant: self.bind_timestamp(instant, zone)

    def open_stream(
        self,
        connection: Any,
        sql: str,
        parameters: Sequence[Any],
        *,
        source: SelectSource,  # for subclasses
    ) -> RowStream:
        """Run a SELECT with a server-side cursor."""
        from connect_core.connectors.jdbc.dialects.described import generic_columns  # cycle
        from connect_core.connectors.jdbc.rows import CursorStream

        cursor = connection.cursor()
        cursor.arraysize = source.fetch_size
        cursor.execute(sql, tuple(parameters)) if parameters else cursor.execute(sql)
        return CursorStream(self, connection, cursor, columns=generic_columns(self, cursor.description))

    def decode(self, column: Column, schema: Schema, mapping: Mapping) -> Decode:
        """How a driver value becomes the value for ``schema``."""
        from connect_core.connectors.jdbc.decode import generic  # only sources convert rows

        return generic(column, schema, mapping)

    def type_word(self, code: Any) -> str:
        """The name of a type code in a cursor description."""
        return str(getattr(code, "name", code))

    def prepare_only(self, connection: Any, sql: str) -> None:
        """Let the server check a SELECT without reading rows (validation of ``query``)."""
        cursor = connection.cursor()
        try:
            cursor.execute(sql)
        finally:
            self.discard(connection)

    # -- errors

    def sql_state(self, error: BaseException) -> tuple[str | None, int]:  # noqa: ARG002  # for subclasses
        """(SQLState, vendor code) of a driver's error; (None, 0) when it tells neither."""
        return None, 0

    def message(self, error: BaseException) -> str:
        """The server's text of a driver's error, without Python's wrapping."""
        return str(error)

    def non_transient(self, error: BaseException) -> bool:  # noqa: ARG002  # for subclasses
        """True when trying the same statement again cannot help (Java: SQLNonTransientException)."""
        return False
