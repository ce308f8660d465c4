"""Config keys of the JDBC sink, and the one rule across them (spec connectors.md 2.1, jdbc-10.10.md 2.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from connect_core.config import (
    HIGH,
    LOW,
    MEDIUM,
    Class,
    Long,
    Password,
    SinkConfig,
    Width,
    at_least,
    key,
    non_empty,
)
from connect_core.connectors.jdbc import checks
from connect_core.connectors.jdbc.checks import enumerator, recommended
from connect_core.connectors.jdbc.client import DEFAULT_PROVIDER
from connect_core.connectors.jdbc.connection_config import ConnectionKeys
from connect_core.connectors.jdbc.dialects import JAVA_NAMES
from connect_core.connectors.jdbc.zones import check_zone

CONNECTION, WRITES, MAPPING = "Connection", "Writes", "Data Mapping"
DDL, DML, RETRIES = "DDL Support", "DML Support", "Retries"
INSERT_MODES = ("insert", "upsert", "update")
PK_MODES = ("none", "kafka", "record_key", "record_value")
_DELETES = "Deletes are only supported for pk.mode record_key"
_UPDATE = (
    "insert.mode=update needs a key to find the rows by, without one every row of the table would be overwritten: "
    "set pk.mode to record_key, record_value or kafka"
)


def _is_record_key(values: Mapping[str, Any]) -> bool:
    return str(values.get("pk.mode") or "").lower() == "record_key"


def _deletes_visible(_name: str, values: Mapping[str, Any]) -> bool:
    return _is_record_key(values)


def _recommend_deletes(_name: str, values: Mapping[str, Any]) -> Sequence[Any]:
    return [True, False] if _is_record_key(values) else [False]


def _recommend_pk_mode(_name: str, values: Mapping[str, Any]) -> Sequence[Any]:
    return ["record_key"] if values.get("delete.enabled") is True else list(PK_MODES)


class JdbcSinkConfig(ConnectionKeys, SinkConfig):
    """Keys of the JDBC sink. Enumerations keep the case they were written in; the properties below fold it."""

    connection_url: str = key(
        "JDBC URL of the database; its subprotocol chooses the dialect.",
        importance=HIGH,
        group=CONNECTION,
        order=1,
        width=Width.LONG,
        display="JDBC URL",
    )
    connection_user: str | None = key(
        "User to log in as.",
        default=None,
        importance=HIGH,
        group=CONNECTION,
        order=2,
        width=Width.MEDIUM,
        display="JDBC User",
    )
    connection_password: Password | None = key(
        "Password of the user.",
        default=None,
        importance=HIGH,
        group=CONNECTION,
        order=3,
        width=Width.MEDIUM,
        display="JDBC Password",
    )
    jdbc_credentials_provider_class: Class = key(
        "Where user and password come from before each new connection: the default reads connection.user and "
        "connection.password; another one is a Python class, package.module:Class.",
        default=DEFAULT_PROVIDER,
        importance=LOW,
        group=CONNECTION,
        order=4,
        width=Width.LONG,
        display="JDBC Credentials Provider Class",
    )
    dialect_name: str = key(
        "Dialect to use instead of the one the URL says.",
        default="",
        importance=LOW,
        group=CONNECTION,
        order=5,
        width=Width.LONG,
        display="Database Dialect",
        checks=[checks.exactly(("", *JAVA_NAMES))],
        recommend=recommended("", *JAVA_NAMES),
    )
    connection_attempts: int = key(
        "How often to try to connect before giving up.",
        default=3,
        importance=LOW,
        group=CONNECTION,
        order=6,
        width=Width.SHORT,
        display="JDBC connection attempts",
        checks=[at_least(1)],
    )
    connection_backoff_ms: Long = key(
        "Milliseconds between two tries to connect.",
        default=10_000,
        importance=LOW,
        group=CONNECTION,
        order=7,
        width=Width.SHORT,
        display="JDBC connection backoff in milliseconds",
    )
    insert_mode: str = key(
        "insert: plain INSERT. upsert: insert or overwrite by primary key, so that a record may come twice. "
        "update: UPDATE by primary key, rows that are not there are left out.",
        default="insert",
        importance=HIGH,
        group=WRITES,
        order=1,
        width=Width.MEDIUM,
        display="Insert Mode",
        checks=[enumerator(*INSERT_MODES)],
    )
    batch_size: int = key(
        "At most this many rows are written together.",
        default=3000,
        importance=MEDIUM,
        group=WRITES,
        order=2,
        width=Width.SHORT,
        display="Batch Size",
        checks=[at_least(0)],
    )
    delete_enabled: bool = key(
        "A null value deletes the row of the key. Needs pk.mode=record_key.",
        default=False,
        importance=MEDIUM,
        group=WRITES,
        order=3,
        width=Width.SHORT,
        display="Enable deletes",
        visible=_deletes_visible,
        recommend=_recommend_deletes,
    )
    table_types: list[str] = key(
        "Kinds of tables that may be written to: TABLE, PARTITIONED TABLE, VIEW.",
        default=("TABLE",),
        importance=LOW,
        group=WRITES,
        order=4,
        width=Width.MEDIUM,
        display="Table Types",
        checks=[checks.enumerator_list("TABLE", "PARTITIONED TABLE", "VIEW")],
    )
    replace_null_with_default: bool = key(
        "A null in a field that has a schema default writes the default. Key columns always take it.",
        default=True,
        importance=LOW,
        group=WRITES,
        order=5,
        width=Width.MEDIUM,
        display="Replace null value with default value",
    )
    exactly_once_sink: bool = key(
        "Keep the offsets in the table connectless_offsets of the target, written in the same transaction as the rows: "
        "every record is written once, whatever fails.",
        default=False,
        importance=LOW,
        group=WRITES,
        order=6,
        width=Width.SHORT,
        display="Exactly once",
    )
    table_name_format: str = key(
        "Target table; ${topic} is the topic. Dots outside quotes part catalog, schema and table.",
        default="${topic}",
        importance=MEDIUM,
        group=MAPPING,
        order=1,
        width=Width.LONG,
        display="Table Name Format",
        checks=[non_empty],
    )
    pk_mode: str = key(
        "Where the primary key comes from: none, kafka (topic, partition, offset), record_key, record_value.",
        default="none",
        importance=HIGH,
        group=MAPPING,
        order=2,
        width=Width.MEDIUM,
        display="Primary Key Mode",
        checks=[enumerator(*PK_MODES)],
        recommend=_recommend_pk_mode,
    )
    pk_fields: list[str] = key(
        "Names of the primary key columns: three for kafka, one for a primitive key, else fields of the key or value; "
        "empty takes all fields.",
        default=(),
        importance=MEDIUM,
        group=MAPPING,
        order=3,
        width=Width.LONG,
        display="Primary Key Fields",
    )
    fields_whitelist: list[str] = key(
        "Value fields to write; empty: all. Key columns are always written.",
        default=(),
        importance=MEDIUM,
        group=MAPPING,
        order=4,
        width=Width.LONG,
        display="Fields Whitelist",
    )
    db_timezone: str = key(
        "Time zone of the database's dates and times.",
        default="UTC",
        importance=MEDIUM,
        group=MAPPING,
        order=5,
        width=Width.MEDIUM,
        display="DB Time Zone",
        checks=[check_zone],
    )
    date_timezone: str = key(
        "Zone in which a Date becomes a calendar day: DB_TIMEZONE or UTC.",
        default="DB_TIMEZONE",
        importance=LOW,
        group=MAPPING,
        order=6,
        width=Width.MEDIUM,
        display="Time Zone used for Date",
        checks=[enumerator("DB_TIMEZONE", "UTC")],
        recommend=recommended("db_timezone", "utc"),
    )
    timestamp_fields_list: list[str] = key(
        "INT64 or STRING fields that hold epoch micros or nanos and become timestamps.",
        default=(),
        importance=MEDIUM,
        group=MAPPING,
        order=7,
        width=Width.MEDIUM,
        display="Timestamp Fields Whitelist",
    )
    timestamp_precision_mode: str = key(
        "How the fields of timestamp.fields.list are read: MICROSECONDS or NANOSECONDS.",
        default="MICROSECONDS",
        importance=LOW,
        group=MAPPING,
        order=8,
        width=Width.MEDIUM,
        display="Sink Timestamp Precision mode",
        checks=[enumerator("MICROSECONDS", "NANOSECONDS")],
        recommend=recommended("microseconds", "nanoseconds"),
    )
    date_calendar_system: str = key(
        "Calendar of days before 1582-10-15: LEGACY (Julian) or PROLEPTIC_GREGORIAN.",
        default="LEGACY",
        importance=LOW,
        group=MAPPING,
        order=9,
        width=Width.MEDIUM,
        display="Date Calendar System",
        checks=[checks.calendar],
    )
    string_output_value_column_name: str = key(
        "Column that takes values that are plain text.",
        default="record_value",
        importance=LOW,
        group=MAPPING,
        order=10,
        width=Width.MEDIUM,
        display="String Value Column Name",
        checks=[non_empty],
    )
    auto_create: bool = key(
        "Create a missing table from the record's schemas.",
        default=False,
        importance=MEDIUM,
        group=DDL,
        order=1,
        width=Width.SHORT,
        display="Auto-Create",
    )
    auto_evolve: bool = key(
        "Add missing columns (optional ones or ones with a default) to an existing table.",
        default=False,
        importance=MEDIUM,
        group=DDL,
        order=2,
        width=Width.SHORT,
        display="Auto-Evolve",
    )
    quote_sql_identifiers: str = key(
        "Quote names in statements: always or never.",
        default="ALWAYS",
        importance=MEDIUM,
        group=DDL,
        order=3,
        width=Width.MEDIUM,
        display="Quote Identifiers",
        recommend=recommended("always", "never"),
    )
    mssql_use_merge_holdlock: bool = key(
        "SQL Server: upsert with the HOLDLOCK hint.",
        default=True,
        importance=LOW,
        group=DML,
        order=1,
        width=Width.MEDIUM,
        display="SQL Server - Use HOLDLOCK in MERGE",
    )
    max_retries: int = key(
        "How often a put that failed in the database is tried again.",
        default=10,
        importance=MEDIUM,
        group=RETRIES,
        order=1,
        width=Width.SHORT,
        display="Maximum Retries",
        checks=[at_least(0)],
    )
    retry_backoff_ms: int = key(
        "Milliseconds before such a try.",
        default=3000,
        importance=MEDIUM,
        group=RETRIES,
        order=2,
        width=Width.SHORT,
        display="Retry Backoff (millis)",
        checks=[at_least(0)],
    )
    trim_sensitive_log: bool = key(
        "Leave row values out of errors.",
        default=False,
        importance=LOW,
        internal=True,
    )

    @classmethod
    def raw_check(cls, mapping: Mapping[str, Any]) -> dict[str, list[str]]:
        """Deletes need pk.mode=record_key; said even when other keys are wrong."""
        found = dict(super().raw_check(mapping))
        mode = mapping.get("pk.mode", "none")
        sound = mode in PK_MODES or mode in [word.upper() for word in PK_MODES]
        deletes = str(mapping.get("delete.enabled", "")).strip().lower() == "true"
        if deletes and sound and mode not in ("record_key", "RECORD_KEY"):
            for name in ("pk.mode", "delete.enabled"):
                found.setdefault(name, []).append(_DELETES)
        return found

    @classmethod
    def cross_check(cls, values: Self) -> dict[str, list[str]]:
        """An UPDATE without a key would overwrite every row of the table (the original does it)."""
        found = dict(super().cross_check(values))
        if values.insert_mode.lower() == "update" and values.pk_mode.lower() == "none":
            found.setdefault("insert.mode", []).append(_UPDATE)
        return found
