"""The two systems of the demo: an order system that changes while you watch, and a CRM that should look the same."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

type Row = tuple[Any, ...]

ORDERS = ("id", "customer", "amount", "placed")
STATUS = ("order_id", "state", "last_updated")
STATES = ("placed", "packed", "shipped", "delivered")


class Database(Protocol):
    """One database of the demo."""

    def jdbc(self) -> dict[str, str]:
        """``connection.*`` keys for a connector."""

    def run(self, statement: str, rows: Sequence[Row] = ()) -> None:
        """Execute, once or for many rows, and commit. Placeholders are ``?``."""

    def rows(self, query: str) -> list[Row]:
        """All rows of a query."""


class SQLite:
    """A database in a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("pragma journal_mode=wal")

    def jdbc(self) -> dict[str, str]:
        """``connection.*`` keys for a connector."""
        return {"connection.url": f"jdbc:sqlite:{self.path}"}

    def run(self, statement: str, rows: Sequence[Row] = ()) -> None:
        """Execute, once or for many rows, and commit."""
        with closing(sqlite3.connect(self.path, timeout=30)) as connection, connection:
            if rows:
                connection.executemany(statement, rows)
            else:
                connection.execute(statement)

    def rows(self, query: str) -> list[Row]:
        """All rows of a query."""
        with closing(sqlite3.connect(self.path, timeout=30)) as connection:
            return connection.execute(query).fetchall()


class MySQL:
    """A database of a MariaDB or MySQL server."""

    def __init__(self, server: Any, database: str) -> None:
        self.server, self.database = server, database

    def jdbc(self) -> dict[str, str]:
        """``connection.*`` keys for a connector."""
        return {
            "connection.url": self.server.jdbc_url(self.database),
            "connection.user": self.server.user,
            "connection.password": self.server.password,
        }

    def run(self, statement: str, rows: Sequence[Row] = ()) -> None:
        """Execute, once or for many rows, and commit."""
        with closing(self._connect()) as connection, connection.cursor() as cursor:
            if rows:
                cursor.executemany(statement.replace("?", "%s"), rows)
            else:
                cursor.execute(statement)

    def rows(self, query: str) -> list[Row]:
        """All rows of a query."""
        with closing(self._connect()) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    def _connect(self) -> Any:
        import pymysql

        server = self.server
        return pymysql.connect(
            host="127.0.0.1",
            port=server.port,
            user=server.user,
            password=server.password,
            database=self.database,
            autocommit=True,
            init_command="set time_zone='+00:00'",
        )


class Shop:
    """Orders and their delivery status, and the CRM's copies of both."""

    def __init__(self, orders: Database, crm: Database) -> None:
        self.orders, self.crm = orders, crm
        self._next = 1

    def create(self) -> None:
        """Empty tables on both sides."""
        for database, prefix in ((self.orders, ""), (self.crm, "crm_")):
            database.run(
                f"create table {prefix}orders (id bigint not null primary key, customer varchar(80) not null,"
                " amount double not null, placed bigint not null)"
            )
            database.run(
                f"create table {prefix}status (order_id bigint not null primary key, state varchar(20) not null,"
                " last_updated timestamp(3) not null)"
            )

    def place(self, count: int) -> None:
        """New orders, each with the status ``placed``."""
        ids = range(self._next, self._next + count)
        self._next += count
        now = int(time.time() * 1000)
        self.orders.run(
            "insert into orders values (?, ?, ?, ?)", [(i, f"customer {i % 97}", i * 1.25, now + i) for i in ids]
        )
        self.orders.run("insert into status values (?, ?, ?)", [(i, STATES[0], self._now()) for i in ids])

    def move(self, count: int) -> None:
        """The newest orders get their next status: updates that only a timestamp column shows."""
        for state in STATES[1:3]:
            now = self._now()
            self.orders.run(
                f"update status set state = '{state}', last_updated = ? where order_id = ?",
                [(now, i) for i in range(max(1, self._next - count), self._next)],
            )
            time.sleep(0.05)

    def tables(self, name: str) -> tuple[list[Row], list[Row]]:
        """A table as both systems have it, in key order."""
        key = ORDERS[0] if name == "orders" else STATUS[0]
        columns = ", ".join(ORDERS if name == "orders" else STATUS[:2])
        query = f"select {columns} from {{}}{name} order by {key}"
        return self.orders.rows(query.format("")), self.crm.rows(query.format("crm_"))

    def equal(self) -> bool:
        """Whether the CRM has exactly what the order system has."""
        return all(ours == theirs for ours, theirs in map(self.tables, ("orders", "status")))

    @staticmethod
    def _now() -> str:
        now = time.time()
        return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now)) + f".{int(now * 1000) % 1000:03d}"
