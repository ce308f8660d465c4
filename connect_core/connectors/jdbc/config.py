"""Config keys of the JDBC source (the connection keys are in ``connection_config``).

Groups, order and defaults are the original's. Rules across keys are in ``validation``, checks of one key in ``checks``.
"""

from __future__ import annotations

from connect_core.config import HIGH, LOW, MEDIUM, Long, Password, SourceConfig, Width, key
from connect_core.connectors.jdbc import checks
from connect_core.connectors.jdbc.checks import recommended, visible_in
from connect_core.connectors.jdbc.connection_config import DATABASE, ConnectionKeys
from connect_core.connectors.jdbc.dialects import JAVA_NAMES
from connect_core.connectors.jdbc.zones import check_zone

MODE, CONNECTOR = "Mode", "Connector"
GRANULARITIES = (
    "connect_logical",
    "micros_long",
    "micros_string",
    "micros_iso_datetime_string",
    "nanos_long",
    "nanos_string",
    "nanos_iso_datetime_string",
)
NUMERIC_MAPPINGS = ("none", "precision_only", "best_fit", "best_fit_eager_double")
ISOLATIONS = ("DEFAULT", "READ_UNCOMMITTED", "READ_COMMITTED", "REPEATABLE_READ", "SERIALIZABLE", "SQL_SERVER_SNAPSHOT")
_INCREMENTING = visible_in("incrementing", "timestamp+incrementing")
_TIMESTAMP = visible_in("timestamp", "timestamp+incrementing")
_CHANGES = visible_in("timestamp", "incrementing", "timestamp+incrementing")
_NEVER = visible_in()


class JdbcSourceConfig(ConnectionKeys, SourceConfig):
    """Keys of the JDBC source."""

    table_whitelist: list[str] = key(
        "Tables to copy: exact names, bare or fully qualified.",
        default=(),
        importance=MEDIUM,
        group=DATABASE,
        order=7,
        width=Width.LONG,
        display="Table Whitelist",
    )
    table_blacklist: list[str] = key(
        "Tables not to copy: exact names, bare or fully qualified.",
        default=(),
        importance=MEDIUM,
        group=DATABASE,
        order=8,
        width=Width.LONG,
        display="Table Blacklist",
    )
    table_include_list: list[str] = key(
        "Tables to copy: regular expressions (RE2) that match the whole qualified name.",
        default=(),
        importance=MEDIUM,
        group=DATABASE,
        order=9,
        width=Width.LONG,
        display="Tables Included (Regex)",
        checks=[checks.regex_list],
    )
    table_exclude_list: list[str] = key(
        "Tables to leave out of those that table.include.list matches: regular expressions (RE2).",
        default=(),
        importance=MEDIUM,
        group=DATABASE,
        order=10,
        width=Width.LONG,
        display="Tables Excluded (Regex)",
        checks=[checks.regex_list],
    )
    catalog_pattern: str | None = key(
        "Catalogs to look for tables in (JDBC pattern); empty text: only tables without one.",
        default=None,
        importance=MEDIUM,
        group=DATABASE,
        order=11,
        width=Width.SHORT,
        display="Catalog pattern",
    )
    schema_pattern: str | None = key(
        "Schemas to look for tables in (JDBC pattern); empty text: only tables without one.",
        default=None,
        importance=HIGH,
        group=DATABASE,
        order=12,
        width=Width.SHORT,
        display="Schema pattern",
    )
    numeric_precision_mapping: bool = key(
        "Deprecated: true means numeric.mapping=precision_only when numeric.mapping is not set.",
        default=False,
        importance=LOW,
        group=DATABASE,
        order=13,
        width=Width.SHORT,
        display="Map Numeric Values By Precision (deprecated)",
    )
    numeric_mapping: str | None = key(
        "How NUMERIC columns become integers and floats: none, precision_only, best_fit, best_fit_eager_double.",
        default=None,
        importance=LOW,
        group=DATABASE,
        order=14,
        width=Width.SHORT,
        display="Map Numeric Values, Integral or Decimal, By Precision and Scale",
        checks=[checks.enumerator(*NUMERIC_MAPPINGS)],
        recommend=recommended(*NUMERIC_MAPPINGS),
    )
    dialect_name: str = key(
        "Dialect to use whatever the URL says.",
        default="",
        importance=LOW,
        group=DATABASE,
        order=15,
        width=Width.LONG,
        display="Database Dialect",
        checks=[checks.exactly(("", *JAVA_NAMES))],
        recommend=recommended("", *JAVA_NAMES),
    )
    date_calendar_system: str = key(
        "Calendar of dates before 1582-10-15: LEGACY (Julian) or PROLEPTIC_GREGORIAN.",
        default="LEGACY",
        importance=LOW,
        group=DATABASE,
        order=16,
        width=Width.MEDIUM,
        display="Date Calendar System",
        checks=[checks.calendar],
    )
    mode: str = key(
        "How to find new rows: bulk, incrementing, timestamp, timestamp+incrementing.",
        default="",
        importance=HIGH,
        group=MODE,
        order=1,
        width=Width.MEDIUM,
        display="Table Loading Mode",
        dependents=(
            "incrementing.column.name",
            "timestamp.column.name",
            "incrementing.column.mapping",
            "timestamp.columns.mapping",
            "validate.non.null",
        ),
        checks=[checks.mode],
    )
    incrementing_column_name: str = key(
        "The strictly growing column of new rows; empty: the table's auto-increment column.",
        default="",
        importance=MEDIUM,
        group=MODE,
        order=2,
        width=Width.MEDIUM,
        display="Incrementing Column Name",
        visible=_INCREMENTING,
    )
    timestamp_column_name: list[str] = key(
        "Columns with the time of the last change; the first that is not null counts.",
        default=(),
        importance=MEDIUM,
        group=MODE,
        order=3,
        width=Width.MEDIUM,
        display="Timestamp Column Name",
        visible=_TIMESTAMP,
    )
    timestamp_columns_mapping: list[str] = key(
        "Timestamp columns per table: regex:[col1|col2] pieces; each table must match exactly one.",
        default=(),
        importance=MEDIUM,
        group=MODE,
        order=4,
        width=Width.LONG,
        display="Table to timestamp columns mappings",
        checks=[checks.timestamp_mapping],
        visible=_TIMESTAMP,
    )
    incrementing_column_mapping: list[str] = key(
        "Incrementing column per table: regex:column pieces; each table must match exactly one.",
        default=(),
        importance=MEDIUM,
        group=MODE,
        order=5,
        width=Width.LONG,
        display="Table to incrementing column mappings",
        checks=[checks.incrementing_mapping],
        visible=_INCREMENTING,
    )
    timestamp_initial: Long | None = key(
        "Epoch milliseconds to start from without a stored offset; -1: the database's time now.",
        default=None,
        importance=LOW,
        group=MODE,
        order=6,
        width=Width.MEDIUM,
        display="Unix time value of initial timestamp",
        visible=_NEVER,
    )
    validate_non_null: bool = key(
        "Refuse tables whose incrementing column, or all of whose timestamp columns, may be null.",
        default=True,
        importance=LOW,
        group=MODE,
        order=7,
        width=Width.SHORT,
        display="Validate Non Null",
        visible=_CHANGES,
    )
    query: str = key(
        "A SELECT to run instead of reading tables.",
        default="",
        importance=MEDIUM,
        group=MODE,
        order=8,
        width=Width.SHORT,
        display="Query",
    )
    query_masked: Password = key(
        "Like query, but never shown.",
        default="",
        importance=MEDIUM,
        group=MODE,
        order=9,
        width=Width.SHORT,
        display="Query (Masked)",
        visible=lambda _name, _values: False,
    )
    quote_sql_identifiers: str = key(
        "Whether names go into SQL in quotes: always or never.",
        default="ALWAYS",
        importance=MEDIUM,
        group=MODE,
        order=10,
        width=Width.MEDIUM,
        display="Quote Identifiers",
        recommend=recommended("always", "never"),
    )
    query_suffix: str = key(
        "Text to put behind every statement.",
        default="",
        importance=LOW,
        group=MODE,
        order=11,
        width=Width.MEDIUM,
        display="Query suffix",
    )
    transaction_isolation_mode: str = key(
        "Isolation level of the reading transactions, in upper case.",
        default="DEFAULT",
        importance=LOW,
        group=MODE,
        order=12,
        width=Width.MEDIUM,
        display="Transaction Isolation Mode",
        recommend=recommended(*(word.lower() for word in ISOLATIONS)),
    )
    query_retry_attempts: int = key(
        "After how many SQL errors in a row of one table the task fails; -1 (or 0): never.",
        default=-1,
        importance=LOW,
        group=MODE,
        order=13,
        width=Width.MEDIUM,
        display="Query Retry Attempts",
    )
    table_types: list[str] = key(
        "Types of tables to look for: TABLE, VIEW, SYSTEM TABLE, SYNONYM and what else the database reports.",
        default=("TABLE",),
        importance=LOW,
        group=CONNECTOR,
        order=1,
        width=Width.MEDIUM,
        display="Table Types",
    )
    poll_interval_ms: int = key(
        "Milliseconds between the end of one query of a table and the start of its next.",
        default=5000,
        importance=HIGH,
        group=CONNECTOR,
        order=2,
        width=Width.SHORT,
        display="Poll Interval (ms)",
    )
    batch_max_rows: int = key(
        "Most rows in one batch; also the fetch size.",
        default=1000,
        importance=LOW,
        group=CONNECTOR,
        order=3,
        width=Width.SHORT,
        display="Max Rows Per Batch",
    )
    max_buffer_size: int = key(
        "Accepted for the original's sake: batches are read as they are needed, nothing is buffered.",
        default=0,
        importance=LOW,
        group=CONNECTOR,
        order=4,
        width=Width.SHORT,
        display="Maximum Buffer Size",
    )
    poll_linger_ms: Long = key(
        "Accepted for the original's sake: rows are handed on at once.",
        default=5000,
        importance=LOW,
        group=CONNECTOR,
        order=5,
        width=Width.SHORT,
        display="Poll Linger Milliseconds",
    )
    table_monitoring_startup_polling_limit_ms: Long = key(
        "How long start waits for the first list of tables.", default=10_000, importance=LOW, internal=True
    )
    table_poll_interval_ms: Long = key(
        "Milliseconds between looks for new and dropped tables.",
        default=60_000,
        importance=LOW,
        group=CONNECTOR,
        order=6,
        width=Width.SHORT,
        display="Metadata Change Monitoring Interval (ms)",
    )
    topic_prefix: str = key(
        "Put before the table name to make the topic; with a query it is the whole topic.",
        default="",
        importance=HIGH,
        group=CONNECTOR,
        order=7,
        width=Width.MEDIUM,
        display="Topic Prefix",
        checks=[checks.topic_prefix],
    )
    timestamp_delay_interval_ms: Long = key(
        "How old a timestamp must be before its row is read, so that late transactions are seen.",
        default=0,
        importance=HIGH,
        group=CONNECTOR,
        order=8,
        width=Width.MEDIUM,
        display="Delay Interval (ms)",
    )
    db_timezone: str = key(
        "Zone of timestamps that carry none.",
        default="UTC",
        importance=MEDIUM,
        group=CONNECTOR,
        order=9,
        width=Width.MEDIUM,
        display="DB time zone",
        checks=[check_zone],
    )
    timestamp_granularity: str = key(
        "Form of TIMESTAMP values: connect_logical, or micros/nanos as long, string or ISO text.",
        default="connect_logical",
        importance=LOW,
        group=CONNECTOR,
        order=10,
        width=Width.MEDIUM,
        display="Timestamp granularity for timestamp columns",
        checks=[checks.enumerator(*GRANULARITIES)],
        recommend=recommended(*GRANULARITIES),
    )
    tables: list[str] = key("Tables of one task.", default=(), importance=HIGH, internal=True)
    tables_fetched: bool = key("Whether the connector has listed the tables.", default=True, internal=True)

    @property
    def statement(self) -> str:
        """The custom query, from query or query.masked; empty in table mode."""
        return (self.query or self.query_masked.value).strip()

    @property
    def numeric(self) -> str:
        """The effective numeric mapping in lower case."""
        if self.numeric_mapping is not None:
            return self.numeric_mapping.lower()
        return "precision_only" if self.numeric_precision_mapping else "none"
