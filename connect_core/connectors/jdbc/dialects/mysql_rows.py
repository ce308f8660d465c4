"""MySQL result sets straight from the wire: packets to value dicts in one generated function.

PyMySQL runs the query and reads the column definitions; the row packets are framed, split and converted here without an
object per packet, a tuple per row or a look-up per column (several times faster, measured in ``bench``). Rows stream: a
buffer holds a few packets, whatever the size of the table. The text protocol is used, so every value is ASCII or UTF-8.
Neighbours: ``rows`` (plans, bad rows), ``mysql`` (the dialect), ``temporal`` (dates).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from connect_core.connectors.jdbc import temporal
from connect_core.connectors.jdbc.decode import out_of_range
from connect_core.connectors.jdbc.rows import (
    Decode,
    RowPlan,
    Rows,
    RowStream,
    bind_names,
    finished,
    offset_lines,
    unfit,
)
from connect_core.connectors.jdbc.types import Column, Jdbc, Mapping
from connect_core.data import Schema, Type
from connect_core.errors import DataError

_CHUNK = 1 << 18
_LONG = 0xFFFFFF
MORE, FULL, ENDED, FAILED, GIANT = range(5)
"""Why the generated function returned: needs bytes, limit reached, end of result, error packet, packet of 16 MB."""

type Reader = Callable[[bytes, str, int, int, int, Rows], tuple[int, int]]

_NOT_NULL, _UNSIGNED, _BINARY_CHARSET = 1, 32, 63
_PLAIN = {
    0: Jdbc.DECIMAL,
    2: Jdbc.SMALLINT,
    3: Jdbc.INTEGER,
    4: Jdbc.REAL,
    5: Jdbc.DOUBLE,
    7: Jdbc.TIMESTAMP,
    8: Jdbc.BIGINT,
    9: Jdbc.INTEGER,
    10: Jdbc.DATE,
    11: Jdbc.TIME,
    12: Jdbc.TIMESTAMP,
    14: Jdbc.DATE,
    16: Jdbc.BIT,
    245: Jdbc.VARCHAR,
    246: Jdbc.DECIMAL,
    247: Jdbc.VARCHAR,
    248: Jdbc.VARCHAR,
    255: Jdbc.VARBINARY,
}
_TEXT = (15, 249, 250, 251, 252, 253, 254)
_TINY, _YEAR, _BIT = 1, 13, 16


def describe(field: Any, flags: Any) -> Column:
    """A column definition packet as a JDBC column, with Connector/J's rules (``flags``: URL parameters)."""
    code, unsigned = field.type_code, bool(field.flags & _UNSIGNED)
    form, kind, precision = "", _PLAIN.get(code, Jdbc.OTHER), 0
    if code == _TINY:
        kind, form = Jdbc.TINYINT, "int"
        if field.length == 1 and not unsigned and flags("tinyInt1isBit", True):
            kind = Jdbc.BOOLEAN if flags("transformedBitIsBoolean", False) else Jdbc.BIT
    elif code == _YEAR:
        kind, form = (Jdbc.DATE, "year") if flags("yearIsDateType", True) else (Jdbc.SMALLINT, "int")
    elif code == _BIT:
        form = "bits"
    elif code in _TEXT:
        kind = Jdbc.VARBINARY if field.charsetnr == _BINARY_CHARSET else Jdbc.VARCHAR
    elif kind is Jdbc.DECIMAL:
        precision = field.length - (0 if unsigned else 1) - (1 if field.scale else 0)
    return Column(
        label=field.name,
        type=kind,
        nullable=not field.flags & _NOT_NULL,
        precision=precision,
        scale=field.scale if kind is Jdbc.DECIMAL else 0,
        signed=not unsigned or kind not in (Jdbc.TINYINT, Jdbc.SMALLINT, Jdbc.INTEGER, Jdbc.BIGINT),
        form=form,
        type_name=f"MySQL type {code}",
        origin=(field.org_table, field.org_name) if field.org_name else None,
    )


class PacketStream(RowStream):
    """The rows of one SELECT on a PyMySQL connection."""

    def __init__(self, connection: Any, sql: str, *, flags: Any) -> None:
        self._connection, self._flags = connection, flags
        connection.query(sql, unbuffered=True)
        self._result = connection._result  # noqa: SLF001  # the driver shows columns but not their flags
        self.columns = [describe(field, flags) for field in self._result.fields]
        self._buffer, self._text, self._position = b"", "", 0
        self._read: Reader | None = None
        self._plan: RowPlan | None = None

    def decode(self, column: Column, schema: Schema, mapping: Mapping) -> Decode:
        """Text of the wire as the Connect value."""
        return _decode(column, schema, mapping, self._flags)

    def start(self, plan: RowPlan) -> None:
        """Compile for packets."""
        self._plan, self._read = plan, compile_packets(plan)

    def fetch(self, limit: int) -> Rows:
        """Frame packets until ``limit`` rows are there or the result ends."""
        assert self._read is not None
        rows = Rows()
        stream = self._connection._rfile  # noqa: SLF001
        while not self.done:
            buffer = self._buffer
            position, why = self._read(buffer, self._text, self._position, len(buffer), limit, rows)
            self._position = position
            if why == FULL:
                break
            if why == MORE:
                chunk = stream.read1(_CHUNK)
                if not chunk:
                    self._lost()
                self._refill(buffer[position:] + chunk)
            elif why == ENDED:
                self._end()
            elif why == FAILED:
                self._fail(position)
            else:
                self._giant(rows)
        return rows

    def close(self) -> None:
        """Forget the result; in the middle of one the connection goes too (it cannot be reused cheaply)."""
        if not self.done:
            self._result.unbuffered_active = False
            self._connection._force_close()  # noqa: SLF001
            self.done = True

    def _refill(self, buffer: bytes) -> None:
        """Latin-1 makes a character of every byte at the speed of a copy: numbers and dates are then plain slices."""
        self._buffer, self._text, self._position = buffer, buffer.decode("latin-1"), 0

    def _end(self) -> None:
        self.done = True
        self._result.unbuffered_active = False
        self._result.connection = None
        self._refill(b"")

    def _lost(self) -> None:
        from pymysql.err import OperationalError

        self.close()
        raise OperationalError(2013, "Lost connection to MySQL server during query")

    def _need(self, count: int) -> None:
        """At least ``count`` bytes behind the position."""
        parts, have = [self._buffer[self._position :]], len(self._buffer) - self._position
        while have < count:
            chunk = self._connection._rfile.read1(max(_CHUNK, count - have))  # noqa: SLF001
            if not chunk:
                self._lost()
            parts.append(chunk)
            have += len(chunk)
        self._refill(b"".join(parts))

    def _packet(self) -> bytes:
        """The next packet's payload, parts of 16 MB joined."""
        payload = b""
        while True:
            self._need(4)
            size = int.from_bytes(self._buffer[self._position : self._position + 3], "little")
            self._need(4 + size)
            payload += self._buffer[self._position + 4 : self._position + 4 + size]
            self._position += 4 + size
            if size < _LONG:
                return payload

    def _fail(self, position: int) -> None:
        from pymysql.protocol import MysqlPacket

        self._position = position
        payload = self._packet()
        self._end()
        MysqlPacket(payload, self._connection.encoding).raise_for_error()

    def _giant(self, rows: Rows) -> None:
        """A row of 16 MB or more: split by hand."""
        assert self._plan is not None
        raw = split(self._packet())
        error, id_value, stamp = None, None, None
        value: dict[str, Any] = {}
        try:
            for item in self._plan.columns:
                data = raw[item.position]
                decoded = None if data is None else decode_one(item.decode, data)
                finish = item.finish
                value[item.column.label] = finish(decoded) if finish and decoded is not None else decoded
        except Exception as failure:  # noqa: BLE001  # reported as this row's error
            error = failure
        problem, id_value, stamp = unfit(self._plan, raw, decode_one)
        rows.values.append(value if error is None else problem)
        rows.ids.append(id_value)
        rows.stamps.append(stamp)


def decode_one(decode: Decode, data: bytes) -> Any:
    """Convert a single value with its decode text."""
    values = {"b": data, "v": data.decode("latin-1")}
    return eval(decode.text.format(v="v", b="b", first="b[0]"), dict(decode.names), values)  # noqa: S307


def split(payload: bytes) -> list[bytes | None]:
    """The columns of a row packet."""
    columns: list[bytes | None] = []
    position = 0
    while position < len(payload):
        start, end = bounds(payload, position)
        columns.append(None if start < 0 else payload[start:end])
        position = end
    return columns


def bounds(data: bytes, position: int) -> tuple[int, int]:
    """(start, end) of a length-encoded value; start is -1 for NULL."""
    first = data[position]
    if first == 251:
        return -1, position + 1
    if first < 251:
        return position + 1, position + 1 + first
    width = {252: 2, 253: 3, 254: 8}[first]
    start = position + 1 + width
    return start, start + int.from_bytes(data[position + 1 : start], "little")


def compile_packets(plan: RowPlan) -> Reader:
    """The function that frames and converts packets from a buffer."""
    names: dict[str, Any] = {"bounds": bounds, "unfit": lambda payload: unfit(plan, split(payload), decode_one)}
    used = {item.position: (place, item) for place, item in enumerate(plan.columns)}
    last = max(used, default=-1)
    body: list[str] = []
    entries: list[str] = []
    for index in range(last + 1):
        if index not in used:
            body += ["n = b[p]", "p = p + 1 + n if n < 251 else bounds(b, p)[1]"]
            continue
        place, item = used[index]
        names[f"N{place}"] = item.column.label
        code = bind_names(item.decode, names, place)
        body += _column_code(place, code, nullable=item.column.nullable)
        entries.append(f"N{place}: {finished(item, names, place)}")
    order = sorted(range(len(plan.columns)), key=lambda place: plan.columns[place].position)
    by_place = dict(zip(order, entries, strict=True))
    body.append(f"value = {{{', '.join(by_place[place] for place in range(len(entries)))}}}")
    body += offset_lines(plan)
    return _build(body, names)


def _column_code(place: int, code: str, *, nullable: bool) -> list[str]:
    value = code.format(v="t[p:e]", b="b[p:e]", first="b[p]")
    longer = code.format(v="t[s:p]", b="b[s:p]", first="b[s]")
    lines = ["n = b[p]", "p += 1", "if n < 251:", f" e = p + n; v{place} = {value}; p = e"]
    if nullable:
        lines += ["elif n == 251:", f" v{place} = None"]
        lines += ["else:", f" s, p = bounds(b, p - 1); v{place} = {longer}"]
    else:
        lines += ["else:", f" s, p = bounds(b, p - 1); v{place} = {longer} if s >= 0 else None"]
    return lines


def _build(body: list[str], names: dict[str, Any]) -> Reader:
    lines = [
        "def read(b, t, p, end, limit, rows):",
        " values, ids, stamps = rows.values, rows.ids, rows.stamps",
        " left = limit - len(values)",
        " while left > 0:",
        "  if end - p < 5: return p, 0",
        "  size = b[p] | b[p + 1] << 8 | b[p + 2] << 16",
        "  if size == 0xFFFFFF: return p, 4",
        "  start = p + 4",
        "  stop = start + size",
        "  if stop > end: return p, 0",
        "  n = b[start]",
        "  if n > 253:",
        "   if n == 255: return p, 3",
        "   if size < 9: return stop, 2",
        "  p = start",
        "  left -= 1",
        "  try:",
        *("   " + line for line in body),
        "   values.append(value)",
        "  except Exception:",
        "   error, id_value, stamp = unfit(b[start:stop])",
        "   values.append(error); ids.append(id_value); stamps.append(stamp)",
        "  p = stop",
        " return p, 1",
    ]
    exec(compile("\n".join(lines), "<packet conversion>", "exec"), names)  # noqa: S102  # names are data
    built: Reader = names["read"]
    return built


def _decode(column: Column, schema: Schema, mapping: Mapping, flags: Any) -> Decode:
    match column.type:
        case Jdbc.DECIMAL:
            return Decode("decimal({v})", {"decimal": Decimal})
        case Jdbc.REAL | Jdbc.DOUBLE:
            return Decode("float({v})")
        case Jdbc.VARCHAR:
            return Decode("(x if (x := {v}).isascii() else {b}.decode())")
        case Jdbc.VARBINARY:
            return Decode("{b}")
        case Jdbc.DATE | Jdbc.TIMESTAMP:
            return _date_or_time(column, mapping, flags)
        case Jdbc.TIME:
            return Decode("clock({v})", {"clock": temporal.time_reader(mapping.zone)})
        case Jdbc.BOOLEAN:
            return Decode("int({v}) != 0")
    if column.form == "bits":
        return Decode("bits({b})", {"bits": bits})
    if column.type is Jdbc.BIGINT and not column.signed:
        return Decode("long({v})", {"long": unsigned_long})
    del schema
    return Decode("int({v})")


def _date_or_time(column: Column, mapping: Mapping, flags: Any) -> Decode:
    days = temporal.date_reader(legacy=mapping.legacy)
    if column.form == "year":
        return Decode("day({v} + '-01-01')", {"day": days})
    if column.type is Jdbc.DATE:
        read: Any = days
    else:
        read = temporal.instant_reader(mapping.zone, legacy=mapping.legacy)
    zero = str(flags("zeroDateTimeBehavior", "EXCEPTION")).upper().replace("_", "")
    if zero in ("CONVERTTONULL", "ROUND"):
        return Decode("when({v})", {"when": _zero_tolerant(read, rounds=zero == "ROUND")})
    if column.type is Jdbc.TIMESTAMP and temporal.is_utc(mapping.zone):
        # the common case without a call: the years from 2000 in UTC
        text = "(iso({v} + '+00:00') if {first} == 50 else old({v}))"
        return Decode(text, {"iso": temporal.fromiso, "old": read})
    return Decode("when({v})", {"when": read})


def _zero_tolerant(read: Any, *, rounds: bool) -> Callable[[str], Any]:
    def convert(text: str) -> Any:
        if not text.startswith("0000-00-00"):
            return read(text)
        return read("0001-01-01" + text[10:]) if rounds else None

    return convert


def unsigned_long(data: str) -> int:
    """BIGINT UNSIGNED: what does not fit into a Connect INT64 is refused."""
    value = int(data)
    if value < 1 << 63:
        return value
    raise out_of_range(value, Type.INT64)


def bits(data: bytes) -> int:
    """BIT(n): up to 8 bits as a signed byte, more as Connector/J does: only if the number is a byte."""
    value = int.from_bytes(data, "big")
    if value > 255:
        raise DataError(f"java.sql.SQLDataException: Value '{value}' is outside of valid range for type java.lang.Byte")
    return value - 256 if value > 127 else value
