"""What can go wrong with a record or a table, in the original's words (spec jdbc-10.10.md 5.5-5.7).

``UnfitRecord``: the record cannot be written whatever the database says. ``TableAlterOrCreate``: the table is not as
the record needs it. ``SqlFailure``: the database refused; its text is the exception chain tools grep for.
"""

from __future__ import annotations

from typing import Any

from connect_core.data import SinkRecord
from connect_core.errors import ConnectError, DataError


class UnfitRecord(DataError):
    """This record does not go with the configuration or cannot be bound."""

    java_class = "org.apache.kafka.connect.errors.ConnectException"


class TableAlterOrCreate(ConnectError):
    """The table is missing or lacks columns and may not (or can not) be changed; never retried."""

    java_class = "io.confluent.connect.jdbc.sink.TableAlterOrCreateException"


class SqlFailure(ConnectError):
    """The database refused a statement, or the connection broke. ``str()`` is ``Exception chain:`` and its lines.

    ``transient``: not about the data (lost connection, deadlock, lock timeout), as far as the driver tells.
    """

    java_class = "java.sql.SQLException"

    def __init__(self, error: BaseException, *, redact: bool = False, batch: bool = True) -> None:
        super().__init__(exception_chain(error, redact=redact, batch=batch))
        self.transient = not any(kind.__name__ in _SQL_CLASSES for kind in type(error).__mro__)


_SQL_CLASSES = {
    "IntegrityError": "java.sql.SQLIntegrityConstraintViolationException",
    "ProgrammingError": "java.sql.SQLSyntaxErrorException",
    "NotSupportedError": "java.sql.SQLFeatureNotSupportedException",
    "DataError": "java.sql.SQLDataException",
}


_MYSQL_TRUNCATIONS = frozenset((1264, 1292, 1366, 1406, 1411, 1441))
"""Errors of SQL state 22: Connector/J has an exception of its own for them."""
_MYSQL_SYNTAX = frozenset((1071, 1103, 1118, 1167, 1170))
"""Errors of SQL state 42 in tables that PyMySQL does not sort under its ProgrammingError."""
_DRIVER_CLASSES = {"psycopg": "org.postgresql.util.PSQLException", "sqlite3": "org.sqlite.SQLiteException"}


def sql_class(error: BaseException) -> str:
    """The JDBC exception class nearest to a DB-API error."""
    driver = type(error).__module__.partition(".")[0]
    if driver in _DRIVER_CLASSES:
        return _DRIVER_CLASSES[driver]
    if driver == "pymysql" and _code(error) in _MYSQL_TRUNCATIONS:
        return "com.mysql.cj.jdbc.exceptions.MysqlDataTruncation"
    if driver == "pymysql" and _code(error) in _MYSQL_SYNTAX:
        return _SQL_CLASSES["ProgrammingError"]
    for kind in type(error).__mro__:
        if kind.__name__ in _SQL_CLASSES:
            return _SQL_CLASSES[kind.__name__]
    return "java.sql.SQLException"


def driver_message(error: BaseException) -> str:
    """The database's own words out of a DB-API error (PyMySQL and others put a number before them)."""
    diagnosis = getattr(error, "diag", None)
    if diagnosis is not None and diagnosis.message_primary:  # psycopg; the text without the statement
        detail = f"\n  Detail: {diagnosis.message_detail}" if diagnosis.message_detail else ""
        return f"{diagnosis.severity_nonlocalized or 'ERROR'}: {diagnosis.message_primary}{detail}"
    if len(error.args) >= 2 and isinstance(error.args[0], int):
        truncated = type(error).__module__.startswith("pymysql") and _code(error) in _MYSQL_TRUNCATIONS
        return ("Data truncation: " if truncated else "") + _text(error.args[1])
    return str(error).strip()


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _code(error: BaseException) -> int:
    return error.args[0] if error.args and isinstance(error.args[0], int) else 0


def _state(error: BaseException) -> str:
    return str(getattr(error, "sqlstate", None) or "null")


def exception_chain(error: BaseException, *, redact: bool = False, batch: bool = True) -> str:
    """``Exception chain:`` and a line for the batch (DDL has none) and for its cause, as the original reports them."""
    name, message = sql_class(error), driver_message(error)
    if redact:
        message = f"<redacted> [class={name}; SQLState={_state(error)}; errorCode={_code(error)}]"
    whole = f"java.sql.BatchUpdateException: {message}\n" if batch else ""
    return f"Exception chain:\n{whole}{name}: {message}\n"


def at(record: SinkRecord) -> str:
    """The coordinates of a record in messages."""
    timestamp = "null" if record.timestamp is None else record.timestamp
    return f"(topic='{record.topic}',partition={record.partition},offset={record.offset},timestamp={timestamp})"


_JAVA_NAMES = {dict: "HashMap", list: "ArrayList", str: "String", bool: "Boolean", int: "Long", float: "Double"}
_SCHEMA_NAMES = {"int8": "Byte", "int16": "Short", "int32": "Integer", "float32": "Float", "struct": "Struct"}


def wanted_but_found(record: SinkRecord, requirement: str, *, part: str) -> UnfitRecord:
    """``requirement`` is the text up to ``requires records with ...``; ``part`` is ``key`` or ``value``."""
    value, schema = (record.key, record.key_schema) if part == "key" else (record.value, record.value_schema)
    kind = "null" if value is None else _java_name(value, schema.type.value if schema else "")
    type_name = "null" if schema is None else schema.type.value
    return UnfitRecord(
        f"{requirement}, but found record at {at(record)} with a {kind} {part} and {type_name} {part} schema."
    )


def _java_name(value: Any, schema_type: str) -> str:
    return _SCHEMA_NAMES.get(schema_type) or _JAVA_NAMES.get(type(value), type(value).__name__)
