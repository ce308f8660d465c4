"""INSERT, UPDATE, upsert and DELETE texts per database family (spec jdbc-10.10.md 5.1), single and multi-row.

A ``Statement`` is text with holes: ``sink_rows`` fills them with literals or the driver's parameter marks. Where a
database gains by it, the row part may be repeated (``repeat`` is then the text between two rows).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from connect_core.connectors.jdbc.sink_fields import Column
from connect_core.errors import Fatal

_CAST_TYPES = ("json", "jsonb", "uuid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """``head`` + ``row`` (texts around the holes) + ``tail``; ``columns`` fill the holes in their order."""

    head: str = ""
    row: tuple[str, ...]
    tail: str = ""
    columns: tuple[Column, ...]
    repeat: str | None = None

    @property
    def text(self) -> str:
        """The statement for one row, with ``?`` for each hole."""
        return self.marked(lambda _: "?")

    def marked(self, mark: Callable[[int], str]) -> str:
        """The statement for one row with ``mark(i)`` (from 1) in each hole."""
        row = self.row[0] + "".join(mark(i) + text for i, text in enumerate(self.row[1:], 1))
        return self.head + row + self.tail


@dataclass(frozen=True, slots=True, kw_only=True)
class Dml:
    """Statement builder of one table. ``table`` is the quoted full name, ``types`` the target columns' type names."""

    family: str
    table: str
    quote: Callable[[str], str]
    types: dict[str, str]
    holdlock: bool = True

    def insert(self, keys: Sequence[Column], values: Sequence[Column]) -> Statement:
        """INSERT with the key columns first."""
        columns = (*keys, *values)
        if self.family == "postgresql":
            head = f"INSERT INTO {self.table} ({self.names(columns)}) VALUES "
        else:
            head = f"INSERT INTO {self.table}({self.names(columns)}) VALUES"
        return self.rows(head, columns)

    def update(self, keys: Sequence[Column], values: Sequence[Column]) -> Statement:
        """UPDATE by key. Without a key it would overwrite the whole table: refused."""
        if not keys:
            raise Fatal(
                f"Write to table '{self.table}' in UPDATE mode without a key would overwrite every row: "
                "set pk.mode to record_key, record_value or kafka"
            )
        row = [f"UPDATE {self.table} SET "]
        self._assign(row, values, ", ")
        row[-1] += " WHERE "
        self._assign(row, keys, " AND ")
        return Statement(row=tuple(row), columns=(*values, *keys))

    def delete(self, keys: Sequence[Column]) -> Statement:
        """DELETE by key; many keys go into one IN list where row values can be compared."""
        if self._literal:
            return self._delete_in(keys)
        row = [f"DELETE FROM {self.table} WHERE "]
        self._assign(row, keys, " AND ")
        return Statement(row=tuple(row), columns=tuple(keys))

    def delete_text(self, keys: Sequence[Column]) -> str:
        """The one-row form, ``K1 = ? AND K2 = ?``."""
        row = [f"DELETE FROM {self.table} WHERE "]
        self._assign(row, keys, " AND ")
        return Statement(row=tuple(row), columns=tuple(keys)).text

    def upsert(self, keys: Sequence[Column], values: Sequence[Column]) -> Statement:
        """The family's insert-or-update."""
        build = _UPSERTS.get(self.family)
        if build is None:
            name = f"{self.family.capitalize()}DatabaseDialect"
            raise Fatal(f"Write to table '{self.table}' in UPSERT mode is not supported with the {name} dialect.")
        return build(self, tuple(keys), tuple(values))

    def key_row(self, keys: Sequence[Column]) -> Statement:
        """Only the key values: what tells two rows of an upsert apart."""
        return Statement(row=self._holes(keys), columns=tuple(keys))

    @property
    def _literal(self) -> bool:
        return self.family in ("mysql", "mariadb", "postgresql")

    def _delete_in(self, keys: Sequence[Column]) -> Statement:
        single = len(keys) == 1
        names = self.names(keys) if single else f"({self.names(keys)})"
        row = (
            self._holes(keys)
            if single
            else ("(" + self._holes(keys)[0], *self._holes(keys)[1:-1], self._holes(keys)[-1] + ")")
        )
        return Statement(
            head=f"DELETE FROM {self.table} WHERE {names} IN (", row=row, tail=")", columns=tuple(keys), repeat=","
        )

    def names(self, columns: Sequence[Column], *, prefix: str = "", between: str = ",") -> str:
        """Quoted names, each with a prefix."""
        return between.join(prefix + self.quote(column.name) for column in columns)

    def cast(self, column: Column) -> str:
        """What follows a hole: PostgreSQL does not turn text into json or uuid by itself."""
        kind = self.types.get(column.name, "") if self.family == "postgresql" else ""
        return f"::{kind}" if kind in _CAST_TYPES else ""

    def _holes(self, columns: Sequence[Column], between: str = ",") -> tuple[str, ...]:
        casts = [self.cast(column) for column in columns]
        return ("", *(cast + between for cast in casts[:-1]), casts[-1])

    def _assign(self, row: list[str], columns: Sequence[Column], between: str) -> None:
        for index, column in enumerate(columns):
            row[-1] += f"{between if index else ''}{self.quote(column.name)} = "
            row.append(self.cast(column))

    def rows(self, head: str, columns: Sequence[Column], tail: str = "") -> Statement:
        """VALUES(...) with a tail; repeated rows where the family reads them in one statement."""
        holes = self._holes(columns)
        row = ("(" + holes[0], *holes[1:-1], holes[-1] + ")") if len(holes) > 1 else ("()",)
        return Statement(head=head, row=row, tail=tail, columns=tuple(columns), repeat="," if self._literal else None)


def _mysql(dml: Dml, keys: tuple[Column, ...], values: tuple[Column, ...]) -> Statement:
    quoted = [dml.quote(column.name) for column in values or keys]
    head = f"insert into {dml.table}({dml.names((*keys, *values))}) values"
    return dml.rows(head, (*keys, *values), " on duplicate key update " + ",".join(f"{q}=values({q})" for q in quoted))


def _postgresql(dml: Dml, keys: tuple[Column, ...], values: tuple[Column, ...]) -> Statement:
    sets = ",".join(f"{dml.quote(c.name)}=EXCLUDED.{dml.quote(c.name)}" for c in values)
    action = f"DO UPDATE SET {sets}" if values else "DO NOTHING"
    head = f"INSERT INTO {dml.table} ({dml.names((*keys, *values))}) VALUES "
    return dml.rows(head, (*keys, *values), f" ON CONFLICT ({dml.names(keys)}) {action}")


def _sqlite(dml: Dml, keys: tuple[Column, ...], values: tuple[Column, ...]) -> Statement:
    columns = (*keys, *values)
    return dml.rows(f"INSERT OR REPLACE INTO {dml.table}({dml.names(columns)}) VALUES", columns)


def _oracle(dml: Dml, keys: tuple[Column, ...], values: tuple[Column, ...]) -> Statement:
    table, columns = dml.table, (*keys, *values)
    names = [dml.quote(c.name) for c in columns]
    row = [
        f"merge into {table} using (select ",
        *(f" {n}, " for n in names[:-1]),
        f" {names[-1]} FROM dual) incoming on(",
    ]
    row[-1] += " and ".join(f"{table}.{dml.quote(c.name)}=incoming.{dml.quote(c.name)}" for c in keys) + ")"
    if values:
        sets = ",".join(f"{table}.{dml.quote(c.name)}=incoming.{dml.quote(c.name)}" for c in values)
        row[-1] += f" when matched then update set {sets}"
    into = dml.names((*values, *keys), prefix=f"{table}.")
    row[-1] += f" when not matched then insert({into}) values({dml.names((*values, *keys), prefix='incoming.')})"
    return Statement(row=tuple(row), columns=columns)


def _merge_as(dml: Dml, keys: tuple[Column, ...], values: tuple[Column, ...]) -> Statement:
    """SQL Server and Sybase."""
    columns = (*keys, *values)
    names = [dml.quote(c.name) for c in columns]
    server = dml.family == "sqlserver"
    hint = " with (HOLDLOCK)" if server and dml.holdlock else ""
    row = [f"merge into {dml.table}{hint} AS target using (select ", *(f" AS {n}, " for n in names[:-1])]
    row.append(f" AS {names[-1]}) AS incoming on (")
    row[-1] += " and ".join(f"target.{dml.quote(c.name)}=incoming.{dml.quote(c.name)}" for c in keys) + ")"
    if values:
        sets = ",".join(f"{dml.quote(c.name)}=incoming.{dml.quote(c.name)}" for c in values)
        row[-1] += f" when matched then update set {sets}"
    into = dml.names((*values, *keys), between=", ")
    row[-1] += f" when not matched then insert ({into}) values ({dml.names((*values, *keys), prefix='incoming.')})"
    row[-1] += ";" if server else ""
    return Statement(row=tuple(row), columns=columns)


def _merge_dat(dml: Dml, keys: tuple[Column, ...], values: tuple[Column, ...]) -> Statement:
    """DB2 and Derby."""
    table, columns = dml.table, (*keys, *values)
    row = [f"merge into {table} using (values(", *([", "] * (len(columns) - 1)), ")) as DAT("]
    row[-1] += dml.names(columns, between=", ") + ") on "
    row[-1] += " and ".join(f"{table}.{dml.quote(c.name)}=DAT.{dml.quote(c.name)}" for c in keys)
    if values:
        sets = ", ".join(f"{table}.{dml.quote(c.name)}=DAT.{dml.quote(c.name)}" for c in values)
        row[-1] += f" when matched then update set {sets}"
    into = dml.names((*values, *keys), prefix=f"{table}.")
    row[-1] += f" when not matched then insert({into}) values({dml.names((*values, *keys), prefix='DAT.')})"
    return Statement(row=tuple(row), columns=columns)


def _hana(dml: Dml, keys: tuple[Column, ...], values: tuple[Column, ...]) -> Statement:
    columns = (*keys, *values)
    return dml.rows(f"UPSERT {dml.table}({dml.names(columns)}) VALUES", columns, " WITH PRIMARY KEY")


_UPSERTS: dict[str, Callable[[Dml, tuple[Column, ...], tuple[Column, ...]], Statement]] = {
    "mysql": _mysql,
    "mariadb": _mysql,
    "postgresql": _postgresql,
    "sqlite": _sqlite,
    "oracle": _oracle,
    "sqlserver": _merge_as,
    "sybase": _merge_as,
    "db2": _merge_dat,
    "derby": _merge_dat,
    "sap": _hana,
}
