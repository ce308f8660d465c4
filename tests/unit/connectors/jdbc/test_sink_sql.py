"""DML and DDL texts per database family, byte for byte, from one schema with every type."""

# ruff: noqa: E501, ISC004 - statements and messages are easier to compare when they are not cut to the line length

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from connect_core.connectors.jdbc.ddl import Ddl
from connect_core.connectors.jdbc.executors import grouped
from connect_core.connectors.jdbc.names import Quotes
from connect_core.connectors.jdbc.sink_fields import FieldRules, plan_fields
from connect_core.connectors.jdbc.sink_types import column_type
from connect_core.connectors.jdbc.sink_values import Clock
from connect_core.connectors.jdbc.statements import Dml
from connect_core.connectors.jdbc.zones import zone
from connect_core.data import (
    Schema,
    Type,
    array,
    date_schema,
    decimal_schema,
    map_of,
    struct,
    time_schema,
    timestamp_schema,
)
from connect_core.data.schema import INT32, INT64, OPTIONAL_STRING, STRING
from connect_core.errors import Fatal

QUOTES = {"mysql": Quotes("`", "`")}
SOME = struct([("k1", INT32), ("k2", INT32), ("a", OPTIONAL_STRING), ("b", OPTIONAL_STRING)])
EVERY = struct(
    [
        ("id", INT64),
        ("i8", Schema(Type.INT8)),
        ("i16", Schema(Type.INT16)),
        ("i32", Schema(Type.INT32)),
        ("f32", Schema(Type.FLOAT32)),
        ("f64", Schema(Type.FLOAT64)),
        ("ok", Schema(Type.BOOLEAN)),
        ("text", OPTIONAL_STRING),
        ("data", Schema(Type.BYTES)),
        ("amount", decimal_schema(4)),
        ("day", date_schema()),
        ("hour", time_schema()),
        ("at", timestamp_schema()),
        ("micros", Schema(Type.INT64)),
    ]
)
DEFAULTS = struct(
    [
        ("i", INT32.replace(default=42)),
        ("f", Schema(Type.FLOAT64, default=1e7)),
        ("ok", Schema(Type.BOOLEAN, default=True)),
        ("text", STRING.replace(default="it's \\")),
        ("data", Schema(Type.BYTES, default=b"\xde\xad\xbe\xef")),
        ("amount", decimal_schema(2, default=Decimal("1.50"))),
        ("day", date_schema(default=date(2001, 3, 15))),
        ("hour", time_schema(default=time(1, 2, 3))),
        ("at", timestamp_schema(default=datetime(2001, 3, 15, 1, 2, 3, 4000, tzinfo=UTC))),
    ]
)


def quotes(family):
    return QUOTES.get(family, Quotes())


def dml(family, table="T", **more):
    return Dml(family=family, table=table, quote=quotes(family).quote, types={}, **more)


def ddl(family, *, nanos=False, fields=("micros",), zone_name="UTC"):
    clock = Clock(zone(zone_name), UTC, nanos=nanos)
    return Ddl(family=family, quote=quotes(family).quote, clock=clock, epoch_fields=frozenset(fields))


def columns(schema, *keys):
    return plan_fields(
        "t", FieldRules(pk_mode="record_value" if keys else "none", pk_fields=keys), key=None, value=schema
    )


KEYED = columns(SOME, "k1", "k2")


@pytest.mark.parametrize(
    ("family", "text"),
    [
        ("mysql", "INSERT INTO T(`k1`,`k2`,`a`,`b`) VALUES(?,?,?,?)"),
        ("postgresql", 'INSERT INTO T ("k1","k2","a","b") VALUES (?,?,?,?)'),
        ("sqlite", 'INSERT INTO T("k1","k2","a","b") VALUES(?,?,?,?)'),
        ("oracle", 'INSERT INTO T("k1","k2","a","b") VALUES(?,?,?,?)'),
    ],
)
def test_insert(family, text):
    assert dml(family).insert(KEYED.keys, KEYED.values).text == text


UPSERTS = {
    "mysql": "insert into T(`k1`,`k2`,`a`,`b`) values(?,?,?,?) on duplicate key update `a`=values(`a`),`b`=values(`b`)",
    "postgresql": 'INSERT INTO T ("k1","k2","a","b") VALUES (?,?,?,?) ON CONFLICT ("k1","k2") DO UPDATE SET '
    '"a"=EXCLUDED."a","b"=EXCLUDED."b"',
    "sqlite": 'INSERT OR REPLACE INTO T("k1","k2","a","b") VALUES(?,?,?,?)',
    "oracle": 'merge into T using (select ? "k1", ? "k2", ? "a", ? "b" FROM dual) incoming on(T."k1"=incoming."k1" and '
    'T."k2"=incoming."k2") when matched then update set T."a"=incoming."a",T."b"=incoming."b" when not matched then '
    'insert(T."a",T."b",T."k1",T."k2") values(incoming."a",incoming."b",incoming."k1",incoming."k2")',
    "sqlserver": 'merge into T with (HOLDLOCK) AS target using (select ? AS "k1", ? AS "k2", ? AS "a", ? AS "b") AS '
    'incoming on (target."k1"=incoming."k1" and target."k2"=incoming."k2") when matched then update set '
    '"a"=incoming."a","b"=incoming."b" when not matched then insert ("a", "b", "k1", "k2") values '
    '(incoming."a",incoming."b",incoming."k1",incoming."k2");',
    "sybase": 'merge into T AS target using (select ? AS "k1", ? AS "k2", ? AS "a", ? AS "b") AS '
    'incoming on (target."k1"=incoming."k1" and target."k2"=incoming."k2") when matched then update set '
    '"a"=incoming."a","b"=incoming."b" when not matched then insert ("a", "b", "k1", "k2") values '
    '(incoming."a",incoming."b",incoming."k1",incoming."k2")',
    "db2": 'merge into T using (values(?, ?, ?, ?)) as DAT("k1", "k2", "a", "b") on T."k1"=DAT."k1" and T."k2"=DAT."k2" '
    'when matched then update set T."a"=DAT."a", T."b"=DAT."b" when not matched then insert(T."a",T."b",T."k1",T."k2") '
    'values(DAT."a",DAT."b",DAT."k1",DAT."k2")',
    "sap": 'UPSERT T("k1","k2","a","b") VALUES(?,?,?,?) WITH PRIMARY KEY',
}


@pytest.mark.parametrize(("family", "text"), UPSERTS.items())
def test_upsert(family, text):
    assert dml(family).upsert(KEYED.keys, KEYED.values).text == text


@pytest.mark.parametrize(
    ("family", "text"),
    [
        ("mysql", "insert into T(`k1`,`k2`) values(?,?) on duplicate key update `k1`=values(`k1`),`k2`=values(`k2`)"),
        ("postgresql", 'INSERT INTO T ("k1","k2") VALUES (?,?) ON CONFLICT ("k1","k2") DO NOTHING'),
        (
            "oracle",
            'merge into T using (select ? "k1", ? "k2" FROM dual) incoming on(T."k1"=incoming."k1" and T."k2"=incoming."k2") '
            'when not matched then insert(T."k1",T."k2") values(incoming."k1",incoming."k2")',
        ),
        (
            "db2",
            'merge into T using (values(?, ?)) as DAT("k1", "k2") on T."k1"=DAT."k1" and T."k2"=DAT."k2" '
            'when not matched then insert(T."k1",T."k2") values(DAT."k1",DAT."k2")',
        ),
    ],
)
def test_upsert_of_keys_alone(family, text):
    assert dml(family).upsert(KEYED.keys, ()).text == text


def test_upsert_without_the_lock_hint():
    text = dml("sqlserver", holdlock=False).upsert(KEYED.keys, KEYED.values).text
    assert text == UPSERTS["sqlserver"].replace(" with (HOLDLOCK)", "")


@pytest.mark.parametrize("family", ["vertica", "generic"])
def test_no_upsert(family):
    with pytest.raises(
        Fatal, match=r"^Write to table 'T' in UPSERT mode is not supported with the \w+DatabaseDialect dialect\.$"
    ):
        dml(family).upsert(KEYED.keys, KEYED.values)


def test_update_and_delete():
    made = dml("mysql")
    assert made.update(KEYED.keys, KEYED.values).text == "UPDATE T SET `a` = ?, `b` = ? WHERE `k1` = ? AND `k2` = ?"
    assert made.delete_text(KEYED.keys) == "DELETE FROM T WHERE `k1` = ? AND `k2` = ?"
    assert made.delete(KEYED.keys).text == "DELETE FROM T WHERE (`k1`,`k2`) IN ((?,?))"
    assert made.delete(KEYED.keys[:1]).text == "DELETE FROM T WHERE `k1` IN (?)"
    assert dml("oracle").delete(KEYED.keys).text == 'DELETE FROM T WHERE "k1" = ? AND "k2" = ?'


def test_postgresql_casts():
    types = {"k1": "uuid", "a": "json", "b": "jsonb"}
    made = Dml(family="postgresql", table="T", quote=Quotes().quote, types=types)
    assert made.insert(KEYED.keys, KEYED.values).text == (
        'INSERT INTO T ("k1","k2","a","b") VALUES (?::uuid,?,?::json,?::jsonb)'
    )
    assert made.update(KEYED.keys, KEYED.values).text == (
        'UPDATE T SET "a" = ?::json, "b" = ?::jsonb WHERE "k1" = ?::uuid AND "k2" = ?'
    )
    assert made.delete(KEYED.keys).text == 'DELETE FROM T WHERE ("k1","k2") IN ((?::uuid,?))'


CREATES = {
    "mysql": "`i8` TINYINT NOT NULL|`i16` SMALLINT NOT NULL|`i32` INT NOT NULL|`f32` FLOAT NOT NULL|`f64` DOUBLE NOT NULL|"
    "`ok` TINYINT NOT NULL|`text` TEXT NULL|`data` VARBINARY(1024) NOT NULL|`amount` DECIMAL(65,4) NOT NULL|"
    "`day` DATE NOT NULL|`hour` TIME(3) NOT NULL|`at` DATETIME(3) NOT NULL|`micros` DATETIME(6) NOT NULL",
    "postgresql": '"i8" SMALLINT NOT NULL|"i16" SMALLINT NOT NULL|"i32" INT NOT NULL|"f32" REAL NOT NULL|'
    '"f64" DOUBLE PRECISION NOT NULL|"ok" BOOLEAN NOT NULL|"text" TEXT NULL|"data" BYTEA NOT NULL|'
    '"amount" DECIMAL NOT NULL|"day" DATE NOT NULL|"hour" TIME NOT NULL|"at" TIMESTAMP NOT NULL|'
    '"micros" TIMESTAMP NOT NULL',
    "sqlite": '"i8" INTEGER NOT NULL|"i16" INTEGER NOT NULL|"i32" INTEGER NOT NULL|"f32" REAL NOT NULL|"f64" REAL NOT NULL|'
    '"ok" INTEGER NOT NULL|"text" TEXT NULL|"data" BLOB NOT NULL|"amount" NUMERIC NOT NULL|"day" NUMERIC NOT NULL|'
    '"hour" NUMERIC NOT NULL|"at" NUMERIC NOT NULL|"micros" NUMERIC NOT NULL',
    "oracle": '"i8" NUMBER(3,0) NOT NULL|"i16" NUMBER(5,0) NOT NULL|"i32" NUMBER(10,0) NOT NULL|"f32" BINARY_FLOAT NOT NULL|'
    '"f64" BINARY_DOUBLE NOT NULL|"ok" NUMBER(1,0) NOT NULL|"text" VARCHAR2(4000) NULL|"data" BLOB NOT NULL|'
    '"amount" NUMBER(*,4) NOT NULL|"day" DATE NOT NULL|"hour" DATE NOT NULL|"at" TIMESTAMP NOT NULL|'
    '"micros" TIMESTAMP(6) NOT NULL',
    "sqlserver": '"i8" tinyint NOT NULL|"i16" smallint NOT NULL|"i32" int NOT NULL|"f32" real NOT NULL|"f64" float NOT NULL|'
    '"ok" bit NOT NULL|"text" varchar(max) NULL|"data" varbinary(max) NOT NULL|"amount" decimal(38,4) NOT NULL|'
    '"day" date NOT NULL|"hour" time NOT NULL|"at" datetime2 NOT NULL|"micros" datetime2 NOT NULL',
    "db2": '"i8" SMALLINT NOT NULL|"i16" SMALLINT NOT NULL|"i32" INTEGER NOT NULL|"f32" FLOAT NOT NULL|"f64" DOUBLE NOT NULL|'
    '"ok" SMALLINT NOT NULL|"text" VARCHAR(32672) NULL|"data" BLOB(64000) NOT NULL|"amount" DECIMAL(31,4) NOT NULL|'
    '"day" DATE NOT NULL|"hour" TIME NOT NULL|"at" TIMESTAMP NOT NULL|"micros" TIMESTAMP NOT NULL',
}
LONGS = {"sqlite": "INTEGER", "oracle": "NUMBER(19,0)", "sqlserver": "bigint"}


@pytest.mark.parametrize(("family", "rest"), CREATES.items())
def test_create_and_alter(family, rest):
    id_name = quotes(family).quote("id")
    specs = [f"{id_name} {LONGS.get(family, 'BIGINT')} NOT NULL", *rest.split("|")]
    plan = columns(EVERY, "id")
    assert ddl(family).create("T", plan.columns) == (
        "CREATE TABLE T (\n" + ",\n".join(specs) + f",\nPRIMARY KEY({id_name}))"
    )
    two = ddl(family).alter("T", plan.columns[-2:])
    one = ddl(family).alter("T", plan.columns[-1:])
    a, b = specs[-2:]
    many, single = {
        "oracle": ([f"ALTER TABLE T ADD(\n{a},\n{b})"], [f"ALTER TABLE T ADD(\n{b})"]),
        "sqlserver": ([f"ALTER TABLE T ADD\n{a},\n{b}"], [f"ALTER TABLE T ADD\n{b}"]),
        "sqlite": ([f"ALTER TABLE T ADD {a}", f"ALTER TABLE T ADD {b}"], [f"ALTER TABLE T ADD {b}"]),
    }.get(family, ([f"ALTER TABLE T \nADD {a},\nADD {b}"], [f"ALTER TABLE T ADD {b}"]))
    assert (two, one) == (many, single)


def test_defaults():
    specs = ddl("mysql", zone_name="+02:00").create("T", columns(DEFAULTS).columns).splitlines()[1:]
    assert [spec.rstrip(",").partition(" DEFAULT ")[2] for spec in specs[:-1]] == [
        "42",
        "1.0E7",
        "1",
        "'it''s \\\\'",
        "x'DEADBEEF'",
        "1.50",
        "'2001-03-15'",
        "'03:02:03.000'",
    ]
    assert specs[-1] == "`at` DATETIME(3) DEFAULT '2001-03-15 03:02:03.004')"


def test_postgresql_defaults():
    text = ddl("postgresql").create("T", columns(DEFAULTS).columns)
    assert '"ok" BOOLEAN DEFAULT TRUE' in text
    assert "\"text\" TEXT DEFAULT 'it''s \\'" in text
    assert "\"data\" BYTEA DEFAULT '\\xDEADBEEF'" in text
    words = ddl("postgresql").literal(array(STRING), ["it's", "b"])
    assert words == "ARRAY['it''s','b']"


def test_types_that_depend_on_more():
    assert column_type("sqlserver", STRING, is_key=True) == "varchar(900)"
    assert column_type("sybase", Schema(Type.BOOLEAN, optional=True)) == "tinyint"
    assert column_type("oracle", INT64, epoch=True, nanos=True) == "TIMESTAMP(9)"
    assert column_type("postgresql", array(INT64)) == "BIGINT[]"
    assert column_type("mysql", Schema(Type.INT32, name="com.acme.Colour")) == "INT"


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        (array(INT32), "null (ARRAY)"),
        (map_of(STRING, STRING), "null (MAP)"),
        (struct([("a", INT32)], name="com.acme.Inner"), "com.acme.Inner (STRUCT)"),
    ],
)
def test_no_type(schema, text):
    with pytest.raises(Exception, match=r"type doesn't have a mapping to the SQL database column type$") as caught:
        column_type("mysql", schema)
    assert str(caught.value).startswith(text + " type ")


def test_rows_are_grouped_below_the_limit():
    rows = [b"1234"] * 5 + [b"x" * 50] + [b"12"]
    assert [len(group) for group in grouped(rows, 12, 1)] == [2, 2, 1, 1, 1]
    assert grouped([], 12, 1) == []
