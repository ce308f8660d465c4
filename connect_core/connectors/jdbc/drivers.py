"""A parsed JDBC URL as what a Python driver needs: module, keyword arguments, statements to run once connected.

The three databases of the hot path are opened by their driver alone, because importing SQLAlchemy costs more than a
whole idle slice; it is imported here only to build its URL for reflection. Nothing here is ever printed: arguments
hold the password. Neighbours: ``url`` (grammar), ``client`` (opens, retries, reports).
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connect_core.connectors.jdbc.url import JdbcUrl
from connect_core.errors import ConnectError

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

LOGIN_TIMEOUT_S = 40
"""The login timeout the original gives every driver."""
_BLOCKED = "JDBC_CONNECTION_URL_BLOCKED_PARAMS"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Endpoint:
    """How to open one server: ``module.connect(**arguments)``, then ``statements``. No repr: it holds the password."""

    family: str
    module: str
    extra: str
    arguments: Mapping[str, Any]
    statements: tuple[str, ...] = ()
    drivername: str = ""
    query: Mapping[str, str] = field(default_factory=dict)

    def sqlalchemy_url(self) -> URL:
        """The same place as a SQLAlchemy URL (its ``str`` hides the password)."""
        from sqlalchemy.engine import URL  # costs 0.4 s: only where reflection asks for it

        known = self.arguments
        return URL.create(
            self.drivername,
            username=known.get("user") or known.get("UID"),
            password=known.get("password") or known.get("PWD"),
            host=known.get("host") or known.get("server"),
            port=known.get("port") or None,
            database=known.get("database") or known.get("dbname") or known.get("service_name"),
            query=self.query,
        )


def check_blocked(url: JdbcUrl, properties: Mapping[str, str]) -> None:
    """Refuse parameters the operator bans through the environment, before anything is opened."""
    blocked = {name.strip().lower() for name in os.environ.get(_BLOCKED, "").split(",") if name.strip()}
    tail = "is not permitted by the Connect cluster's configured policy."
    for name in url.parameters:
        if name.lower() in blocked:
            raise ConnectError(f"JDBC URL contains blocked connection parameter '{name}' which {tail}")
    for name in properties:
        if name.lower() in blocked:
            raise ConnectError(f"JDBC connection property '{name}' {tail}")


def endpoints(url: JdbcUrl, *, user: str | None, password: str | None, properties: Mapping[str, str]) -> list[Endpoint]:
    """One endpoint per host to try in turn. ``properties`` are the ``connection.*`` keys: they win over the URL."""
    check_blocked(url, properties)
    parameters = {k.lower(): v for k, v in url.parameters.items()} | {k.lower(): v for k, v in properties.items()}
    user = user or url.user
    if password is None and url.password is not None:
        password = url.password.value
    build = _BUILDERS.get(url.family)
    if build is None:
        raise ConnectError(f"No suitable driver found for jdbc:{url.family}: no Python driver is known for it")
    return build(url, _Login(user, password, parameters))


@dataclass(frozen=True, slots=True, repr=False)
class _Login:
    user: str | None
    password: str | None
    parameters: Mapping[str, str]

    def flag(self, name: str) -> bool | None:
        text = self.parameters.get(name)
        return None if text is None else text.strip().lower() in ("true", "yes", "1", "")

    def credentials(self) -> dict[str, Any]:
        pairs = (("user", self.user), ("password", self.password))
        return {name: value for name, value in pairs if value is not None}


def _mysql(url: JdbcUrl, login: _Login) -> list[Endpoint]:
    given = login.parameters
    common: dict[str, Any] = login.credentials() | {"charset": "utf8mb4", "autocommit": False}
    common |= {"connect_timeout": _seconds(given.get("connecttimeout"), LOGIN_TIMEOUT_S)}
    if int(given.get("sockettimeout") or 0) > 0:
        common["read_timeout"] = _seconds(given["sockettimeout"], 0)
    if given.get("localsocket"):
        common["unix_socket"] = given["localsocket"]
    if url.database:
        common["database"] = url.database
    common |= _mysql_tls(login)
    # FOUND_ROWS: Connector/J counts matched rows, not changed ones
    common["client_flag"] = 0 if login.flag("useaffectedrows") else 2
    statements = [f"SET SESSION {item.strip()}" for item in _session_variables(given.get("sessionvariables", ""))]
    return [
        Endpoint(
            family=url.family,
            module="pymysql",
            extra="mysql",
            arguments=common | {"host": host, "port": port},
            statements=tuple(statements),
            drivername="mysql+pymysql",
            query={"charset": "utf8mb4"},
        )
        for host, port in url.hosts
    ]


def _mysql_tls(login: _Login) -> dict[str, Any]:
    given = login.parameters
    mode = (given.get("sslmode") or "").upper().replace("-", "_")
    if not mode and login.flag("usessl") is not None:
        verify = login.flag("verifyservercertificate")
        mode = "DISABLED" if not login.flag("usessl") else ("VERIFY_CA" if verify else "REQUIRED")
    authority = given.get("serversslcert") or given.get("sslca")
    if mode in ("DISABLED", "DISABLE"):
        return {"ssl_disabled": True}
    if mode in ("VERIFY_CA", "VERIFY_IDENTITY", "VERIFY_FULL"):
        context = ssl.create_default_context(cafile=authority)
        context.check_hostname = mode != "VERIFY_CA"
        return {"ssl": context}
    if mode in ("REQUIRED", "TRUST"):
        return {"ssl": {"check_hostname": False, "verify_mode": False}}
    return {}


def _session_variables(text: str) -> list[str]:
    """``a=1,b='x,y'`` split at commas (or semicolons) outside quotes and brackets."""
    items, depth, quote, start = [], 0, "", 0
    for position, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"`":
            quote = letter
        elif letter in "()":
            depth += 1 if letter == "(" else -1
        elif letter in ",;" and not depth:
            items.append(text[start:position])
            start = position + 1
    return [item for item in [*items, text[start:]] if item.strip()]


_PG_NAMES = {
    "sslmode": "sslmode",
    "sslrootcert": "sslrootcert",
    "sslcert": "sslcert",
    "sslkey": "sslkey",
    "sslpassword": "sslpassword",
    "applicationname": "application_name",
    "gssencmode": "gssencmode",
    "kerberosservername": "krbsrvname",
    "channelbinding": "channel_binding",
}
_PG_TARGETS = {
    "any": "any",
    "primary": "primary",
    "master": "primary",
    "secondary": "standby",
    "slave": "standby",
    "preferprimary": "any",
    "prefersecondary": "prefer-standby",
    "preferslave": "prefer-standby",
}


def _postgresql(url: JdbcUrl, login: _Login) -> list[Endpoint]:
    given = login.parameters
    options: dict[str, Any] = {ours: given[theirs] for theirs, ours in _PG_NAMES.items() if theirs in given}
    if login.flag("ssl") and "sslmode" not in options:
        options["sslmode"] = "verify-full"  # what the Java driver means by ssl=true
    if "targetservertype" in given:
        options["target_session_attrs"] = _PG_TARGETS.get(given["targetservertype"].lower(), "any")
    if login.flag("tcpkeepalive") is not None:
        options["keepalives"] = int(bool(login.flag("tcpkeepalive")))
    settings = [given["options"]] if given.get("options") else []
    if given.get("currentschema"):
        settings.append("-csearch_path=" + given["currentschema"].replace("\\", "\\\\").replace(" ", "\\ "))
    if settings:
        options["options"] = " ".join(settings)
    timeout = given.get("logintimeout") or given.get("connecttimeout")
    options["connect_timeout"] = int(timeout) if timeout and timeout.isdigit() and int(timeout) else LOGIN_TIMEOUT_S
    hosts, ports = ",".join(h for h, _ in url.hosts), ",".join(str(p) for _, p in url.hosts)
    place = {"host": hosts, "port": ports, "dbname": url.database or login.user or ""}
    return [
        Endpoint(
            family=url.family,
            module="psycopg",
            extra="postgresql",
            arguments=login.credentials() | place | options,
            drivername="postgresql+psycopg",
        )
    ]


def _sqlite(url: JdbcUrl, login: _Login) -> list[Endpoint]:
    given = login.parameters
    path, uri = url.database, url.database.startswith("file:")
    kept = "&".join(f"{k}={v}" for k, v in url.parameters.items() if k.lower() in ("mode", "cache", "immutable"))
    if uri and kept:
        path = f"{path}?{kept}"
    timeout = int(given.get("busy_timeout") or 3000) / 1000
    pragmas = [f"PRAGMA {n} = {given[n]}" for n in ("journal_mode", "synchronous", "foreign_keys") if n in given]
    return [
        Endpoint(
            family="sqlite",
            module="sqlite3",
            extra="",
            arguments={"database": path, "uri": uri, "timeout": timeout, "check_same_thread": False},
            statements=tuple(pragmas),
            drivername="sqlite",
        )
    ]


def _oracle(url: JdbcUrl, login: _Login) -> list[Endpoint]:
    common = login.credentials() | {"tcp_connect_timeout": LOGIN_TIMEOUT_S}
    if url.descriptor:
        folder = url.parameter("TNS_ADMIN") or login.parameters.get("oracle.net.tns_admin")
        arguments = [common | {"dsn": url.descriptor} | ({"config_dir": folder} if folder else {})]
        query: dict[str, str] = {}
    else:
        name = {"sid": url.instance} if url.instance else {"service_name": url.database}
        tls = {"protocol": "tcps"} if url.parameter("protocol") == "tcps" else {}
        arguments = [common | {"host": h, "port": p} | name | tls for h, p in url.hosts]
        query = {} if url.instance else {"service_name": url.database}
    return [
        Endpoint(
            family="oracle",
            module="oracledb",
            extra="oracle",
            arguments=a,
            drivername="oracle+oracledb",
            query=query,
        )
        for a in arguments
    ]


def _sqlserver(url: JdbcUrl, login: _Login) -> list[Endpoint]:
    host, port = url.hosts[0]
    server = f"{host}\\{url.instance}" if url.instance else host
    arguments: dict[str, Any] = login.credentials() | {"server": server, "login_timeout": LOGIN_TIMEOUT_S}
    arguments["use_datetime2"] = True  # else fractions beyond 1/300 s are lost
    if not url.instance or port != 1433:
        arguments["port"] = str(port)
    if url.database:
        arguments["database"] = url.database
    encrypt = login.parameters.get("encrypt", "").lower()
    if encrypt:
        arguments["encryption"] = {"true": "require", "mandatory": "require", "strict": "require"}.get(encrypt, "off")
    if login.parameters.get("applicationname"):
        arguments["appname"] = login.parameters["applicationname"]
    return [
        Endpoint(
            family=url.family,
            module="pymssql",
            extra="sqlserver",
            arguments=arguments,
            drivername="mssql+pymssql",
        )
    ]


def _db2(url: JdbcUrl, login: _Login) -> list[Endpoint]:
    host, port = url.hosts[0]
    parts = {"DATABASE": url.database, "HOSTNAME": host, "PORT": str(port), "PROTOCOL": "TCPIP"}
    parts |= {"UID": login.user or "", "PWD": login.password or "", "CONNECTTIMEOUT": str(LOGIN_TIMEOUT_S)}
    if login.flag("sslconnection"):
        parts["SECURITY"] = "SSL"
    dsn = "".join(f"{k}={v};" for k, v in parts.items() if v)
    return [
        Endpoint(
            family="db2",
            module="ibm_db_dbi",
            extra="db2",
            arguments={"dsn": dsn, "user": login.user or "", "password": login.password or "", "host": host}
            | {"port": port, "database": url.database},
            drivername="db2+ibm_db",
        )
    ]


def _seconds(milliseconds: str | None, default: int) -> int:
    """A JDBC timeout in ms as whole seconds, at least 1; 0 and nothing mean the default."""
    value = int(milliseconds or 0)
    return max(1, value // 1000) if value > 0 else default


_BUILDERS: dict[str, Callable[[JdbcUrl, _Login], list[Endpoint]]] = {
    "mysql": _mysql,
    "mariadb": _mysql,
    "postgresql": _postgresql,
    "redshift": _postgresql,
    "sqlite": _sqlite,
    "oracle": _oracle,
    "sqlserver": _sqlserver,
    "sybase": _sqlserver,
    "db2": _db2,
}
