"""JDBC URLs: grammar, drivers' arguments, and that no password is ever shown."""

from __future__ import annotations

import pytest

from connect_core.connectors.jdbc.drivers import endpoints
from connect_core.connectors.jdbc.url import parse_url, redacted
from connect_core.errors import ConnectError


def arguments(url: str, **properties: str) -> dict[str, object]:
    (endpoint,) = endpoints(parse_url(url), user="me", password="s3cret", properties=properties)
    return dict(endpoint.arguments)


@pytest.mark.parametrize(
    ("url", "family", "hosts", "database"),
    [
        ("jdbc:mysql://h:3307/db?useSSL=false", "mysql", (("h", 3307),), "db"),
        ("jdbc:mysql://h", "mysql", (("h", 3306),), ""),
        ("jdbc:mariadb://h1,h2:33/db", "mariadb", (("h1", 3306), ("h2", 33)), "db"),
        ("jdbc:mysql:replication://address=(host=a)(port=1),b/d", "mysql", (("a", 1), ("b", 3306)), "d"),
        ("jdbc:postgresql://h1:1,h2/db?sslmode=require", "postgresql", (("h1", 1), ("h2", 5432)), "db"),
        ("jdbc:postgresql:db", "postgresql", (("localhost", 5432),), "db"),
        ("jdbc:postgresql://[::1]:5/db", "postgresql", (("::1", 5),), "db"),
        ("jdbc:sqlite:/tmp/x.db", "sqlite", (), "/tmp/x.db"),
        ("jdbc:sqlite::memory:", "sqlite", (), ":memory:"),
        ("jdbc:oracle:thin:@//h:1522/svc", "oracle", (("h", 1522),), "svc"),
        ("jdbc:oracle:thin:@h:1521/svc", "oracle", (("h", 1521),), "svc"),
        ("jdbc:sqlserver://h\\inst:1444;databaseName=d", "sqlserver", (("h", 1444),), "d"),
        ("jdbc:jtds:sqlserver://h:1/db;instance=x", "sqlserver", (("h", 1),), "db"),
        ("jdbc:db2://h:50001/db:user=a;password=b;", "db2", (("h", 50001),), "db"),
    ],
)
def test_grammar(url: str, family: str, hosts: tuple[tuple[str, int], ...], database: str) -> None:
    parsed = parse_url(url)
    assert (parsed.family, parsed.hosts, parsed.database) == (family, hosts, database)


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("", "Not a valid JDBC URL: "),
        ("mysql://h/db", "Not a valid JDBC URL: mysql://h/db"),
        ("jdbc:mysql:h/db", "Not a valid JDBC URL: jdbc:mysql:h/db"),
        ("jdbc:nosuch://h/db", "No suitable driver found for jdbc:nosuch://h/db"),
    ],
)
def test_errors_are_the_driver_managers(url: str, text: str) -> None:
    with pytest.raises(ConnectError) as caught:
        parse_url(url)
    assert str(caught.value) == text


@pytest.mark.parametrize(
    "url",
    [
        "jdbc:mysql://u:hunter2@h/db",
        "jdbc:mysql://h/db?user=u&password=hunter2",
        "jdbc:oracle:thin:u/hunter2@//h:1/s",
        "jdbc:sqlserver://h;password={hunter2;hunter2}};hunter2};encrypt=true",
        "jdbc:db2://h:1/db:user=a;password=hunter2;",
        "jdbc:nosuch://u:hunter2@h/db",
    ],
)
def test_passwords_are_not_shown(url: str) -> None:
    assert "hunter2" not in redacted(url)
    try:
        shown = repr(parse_url(url))
    except ConnectError as error:
        shown = str(error)
    assert "hunter2" not in shown


def test_credentials_in_the_url_are_a_fallback() -> None:
    url = parse_url("jdbc:sqlserver://h;user=u;password={a;b}};c}")
    (endpoint,) = endpoints(url, user=None, password=None, properties={})
    assert endpoint.arguments["user"] == "u"
    assert endpoint.arguments["password"] == "a;b};c"
    assert "a;b" not in repr(endpoint)


def test_mysql_parameters() -> None:
    given = arguments("jdbc:mysql://h/db?connectTimeout=2500&useSSL=false", socketTimeout="9000")
    assert given["connect_timeout"] == 2
    assert given["read_timeout"] == 9
    assert given["ssl_disabled"] is True
    assert given["user"] == "me"
    (endpoint,) = endpoints(
        parse_url("jdbc:mysql://h/db?sessionVariables=sql_mode='A,B',time_zone='%2B02:00'"),
        user=None,
        password=None,
        properties={},
    )
    assert endpoint.statements == ("SET SESSION sql_mode='A,B'", "SET SESSION time_zone='+02:00'")


def test_postgresql_parameters() -> None:
    given = arguments("jdbc:postgresql://h/db?currentSchema=a,b&ssl=true&targetServerType=primary&ApplicationName=x")
    assert given["options"] == "-csearch_path=a,b"
    assert given["sslmode"] == "verify-full"
    assert given["target_session_attrs"] == "primary"
    assert given["application_name"] == "x"
    assert given["connect_timeout"] == 40


def test_oracle_forms() -> None:
    assert arguments("jdbc:oracle:thin:@h:1521:ORCL")["sid"] == "ORCL"
    assert arguments("jdbc:oracle:thin:@(DESCRIPTION=(A=b))")["dsn"] == "(DESCRIPTION=(A=b))"
    tns = arguments("jdbc:oracle:thin:@alias?TNS_ADMIN=/etc/tns")
    assert (tns["dsn"], tns["config_dir"]) == ("alias", "/etc/tns")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("jdbc:mysql://h:1/db", "mysql+pymysql://me:***@h:1/db?charset=utf8mb4"),
        ("jdbc:postgresql://h/db", "postgresql+psycopg://me:***@h:5432/db"),
        ("jdbc:sqlite:/x.db", "sqlite:////x.db"),
        ("jdbc:oracle:thin:@//h:1/svc", "oracle+oracledb://me:***@h:1/svc?service_name=svc"),
        ("jdbc:sqlserver://h:1444;databaseName=d", "mssql+pymssql://me:***@h:1444/d"),
        ("jdbc:db2://h:5/db", "db2+ibm_db://me:***@h:5/db"),
    ],
)
def test_sqlalchemy_urls(url: str, expected: str) -> None:
    (endpoint,) = endpoints(parse_url(url), user="me", password="s3cret", properties={})
    assert str(endpoint.sqlalchemy_url()) == expected


def test_blocked_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JDBC_CONNECTION_URL_BLOCKED_PARAMS", "allowLoadLocalInfile, socketFactory")
    tail = "is not permitted by the Connect cluster's configured policy."
    with pytest.raises(ConnectError) as caught:
        arguments("jdbc:mysql://h/db?allowloadlocalinfile=true")
    assert str(caught.value) == f"JDBC URL contains blocked connection parameter 'allowloadlocalinfile' which {tail}"
    with pytest.raises(ConnectError) as caught:
        arguments("jdbc:mysql://h/db", socketFactory="x")
    assert str(caught.value) == f"JDBC connection property 'socketFactory' {tail}"
