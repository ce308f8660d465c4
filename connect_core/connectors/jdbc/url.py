"""``connection.url`` read as a JDBC URL: which database, where, with which parameters (spec connectors.md 1.9).

Grammar only; ``drivers`` turns the result into a SQLAlchemy URL and driver options. Credentials in the text are taken
out and kept as ``Password``, so nothing printed from here shows them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from connect_core.config import Password
from connect_core.errors import ConnectError

SUBPROTOCOLS = {
    "mysql": "mysql",
    "mariadb": "mariadb",
    "postgresql": "postgresql",
    "redshift": "redshift",
    "sqlite": "sqlite",
    "oracle": "oracle",
    "sqlserver": "sqlserver",
    "microsoft:sqlserver": "sqlserver",
    "jtds:sqlserver": "sqlserver",
    "jtds:sybase": "sybase",
    "db2": "db2",
    "db2j": "db2",
    "ibmdb": "db2",
    "derby": "derby",
    "sap": "sap",
    "vertica": "vertica",
    "snowflake": "snowflake",
}
_DEFAULT_PORTS = {"mysql": 3306, "mariadb": 3306, "postgresql": 5432, "redshift": 5439, "oracle": 1521}
_DEFAULT_PORTS |= {"sqlserver": 1433, "sybase": 5000, "db2": 50000, "sap": 30015, "vertica": 5433, "snowflake": 443}
_SECRETS = ("password", "pwd", "pass", "passwd", "accesstoken", "sslpassword", "keystorepassword")


@dataclass(frozen=True, slots=True, kw_only=True)
class JdbcUrl:
    """A parsed JDBC URL. ``parameters`` keep their spelling; look them up with ``parameter`` (case does not count)."""

    family: str
    hosts: tuple[tuple[str, int], ...] = ()
    database: str = ""
    user: str | None = None
    password: Password | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    instance: str = ""
    """SQL Server instance name, Oracle SID."""
    descriptor: str = ""
    """Oracle: everything behind ``@`` when it is no host (TNS alias, DESCRIPTION)."""

    def parameter(self, name: str, default: str | None = None) -> str | None:
        """A URL parameter, whatever its case."""
        wanted = name.lower()
        return next((v for k, v in self.parameters.items() if k.lower() == wanted), default)

    def __repr__(self) -> str:
        shown = {k: "[hidden]" if k.lower() in _SECRETS else v for k, v in self.parameters.items()}
        return f"JdbcUrl({self.family}, {self.hosts}, {self.database!r}, {shown})"


def redacted(url: str) -> str:
    """The URL for messages: passwords in it replaced."""
    url = re.sub(r"(//[^/:@?;]*:)[^@/?;]*@", r"\1[hidden]@", url)
    url = re.sub(r"(jdbc:oracle:\w+:[^/@]*/)[^@]*@", r"\1[hidden]@", url)
    return re.sub(rf"(?i)\b({'|'.join(_SECRETS)})=(\{{(?:[^}}]|\}}\}})*\}}|[^&;]*)", r"\1=[hidden]", url)


def parse_url(url: str) -> JdbcUrl:
    """The parts of a JDBC URL. ConnectError with the driver manager's text if it is none or of no known database."""
    if not url.startswith("jdbc:"):
        raise ConnectError(f"Not a valid JDBC URL: {redacted(url)}")
    body = url[len("jdbc:") :]
    for prefix in sorted(SUBPROTOCOLS, key=len, reverse=True):
        if body.startswith(prefix + ":"):
            family, rest = SUBPROTOCOLS[prefix], body[len(prefix) + 1 :]
            break
    else:
        if not re.match(r"[a-z0-9+.-]+:", body, re.IGNORECASE):
            raise ConnectError(f"Not a valid JDBC URL: {redacted(url)}")
        raise ConnectError(f"No suitable driver found for {redacted(url)}")
    if family == "sqlite":
        return _sqlite(rest)
    if family == "oracle":
        return _oracle(rest, url)
    if family in ("sqlserver", "db2", "sybase"):
        return _semicolons(family, rest, url)
    return _slashes(family, rest, url)


def _pairs(text: str, separator: str) -> dict[str, str]:
    result: dict[str, str] = {}
    for item in text.split(separator):
        name, _, value = item.partition("=")
        if name.strip():
            result[unquote(name.strip())] = unquote(value) if separator == "&" else value
    return result


def _take(parameters: dict[str, str], *names: str) -> str | None:
    for name in list(parameters):
        if name.lower() in names:
            return parameters.pop(name)
    return None


def _secret(text: str | None) -> Password | None:
    return None if text is None else Password(text)


def _hosts(text: str, family: str, url: str) -> tuple[tuple[str, int], ...]:
    hosts = []
    for item in text.split(","):
        match = re.fullmatch(r"\s*(\[[^\]]*\]|[^:\[\]]*)(?::(\d*))?\s*", item)
        if match is None:
            raise ConnectError(f"Not a valid JDBC URL: {redacted(url)}")
        port = int(match[2]) if match[2] else _DEFAULT_PORTS.get(family, 0)
        hosts.append((match[1].strip("[]") or "localhost", port))
    return tuple(hosts)


def _addresses(text: str) -> str:
    """MySQL's key-value host form ``address=(host=h)(port=p)`` as ``h:p``."""

    def plain(match: re.Match[str]) -> str:
        keys = dict(re.findall(r"\(\s*(\w+)\s*=\s*([^)]*?)\s*\)", match[0].lower()))
        return f"{keys.get('host', 'localhost')}:{keys.get('port', '')}"

    return re.sub(r"address=(?:\([^)]*\))+", plain, text, flags=re.IGNORECASE)


def _slashes(family: str, rest: str, url: str) -> JdbcUrl:
    """``//[user[:password]@]host[:port][,...]/database?name=value&...`` with MySQL's and PostgreSQL's variants."""
    rest, _, query = rest.partition("?")
    parameters = _pairs(query, "&")
    if family in ("mysql", "mariadb"):
        rest = re.sub(r"^(loadbalance|replication|sequential|aurora|load-balance):", "", rest)
    if not rest.startswith("//"):
        if family != "postgresql" or rest.startswith("/"):
            raise ConnectError(f"Not a valid JDBC URL: {redacted(url)}")
        rest = f"//localhost/{rest}"
    authority, _, database = rest[2:].partition("/")
    user = password = None
    if "@" in authority:
        credentials, _, authority = authority.rpartition("@")
        user, colon, password = credentials.partition(":")
        user, password = unquote(user), unquote(password) if colon else None
    user = _take(parameters, "user", "username") or user
    password = _take(parameters, "password") or password
    if family in ("mysql", "mariadb"):
        authority = _addresses(authority)
    return JdbcUrl(
        family=family,
        hosts=_hosts(authority, family, url),
        database=unquote(database) or parameters.get("databaseName", "") or parameters.get("db", ""),
        user=user,
        password=_secret(password),
        parameters=parameters,
    )


def _sqlite(rest: str) -> JdbcUrl:
    """A path, ``:memory:``, or a ``file:`` URI; parameters behind ``?``."""
    path, _, query = rest.partition("?")
    return JdbcUrl(family="sqlite", database=path or ":memory:", parameters=_pairs(query, "&"))


def _oracle(rest: str, url: str) -> JdbcUrl:
    """``thin:[user/password]@//host:port/service``, ``@host:port:SID``, ``@alias?TNS_ADMIN=``."""
    driver, _, rest = rest.partition(":")
    credentials, at, target = rest.partition("@")
    if driver not in ("thin", "oci", "oci8") or not at:
        raise ConnectError(f"Not a valid JDBC URL: {redacted(url)}")
    user, slash, password = credentials.partition("/")
    common = {"user": user or None, "password": _secret(password.strip('"') if slash else None)}
    if target.lstrip().startswith("("):
        return JdbcUrl(family="oracle", descriptor=target.strip(), **common)  # type: ignore[arg-type]  # one map of mixed values  # mixed dict
    target, _, query = target.partition("?")
    parameters = _pairs(query, "&")
    match = re.fullmatch(r"(?://)?([^:/]+)(?::(\d+))?(?:([:/])(.+))?", re.sub(r"^tcps?:", "", target))
    if match is None or (not target.startswith("//") and match[2] is None and match[3] is None):
        return JdbcUrl(family="oracle", descriptor=target, parameters=parameters, **common)  # type: ignore[arg-type]  # one map of mixed values
    name = match[4] or ""
    return JdbcUrl(
        family="oracle",
        hosts=((match[1], int(match[2] or 1521)),),
        database=name if match[3] == "/" else "",
        instance=name if match[3] == ":" else "",
        parameters=parameters | ({"protocol": "tcps"} if target.startswith("tcps:") else {}),
        **common,  # type: ignore[arg-type]  # one map of mixed values
    )


def _semicolons(family: str, rest: str, url: str) -> JdbcUrl:
    """SQL Server, jTDS and DB2: ``//host[\\instance][:port][/db]`` then ``name=value;`` (braces quote)."""
    if not rest.startswith("//"):
        raise ConnectError(f"Not a valid JDBC URL: {redacted(url)}")
    head, _, tail = rest[2:].partition(":" if family == "db2" and re.match(r"[^/]*/[^:;]*:", rest[2:]) else ";")
    if family == "db2" and "/" in rest:
        authority, _, rest_db = rest[2:].partition("/")
        database, _, tail = rest_db.partition(":")
    else:
        authority, _, database = head.partition("/")
    parameters: dict[str, str] = {}
    for match in re.finditer(r"\s*([^=;]+?)\s*=\s*(?:\{((?:[^}]|\}\})*)\}|([^;]*))\s*(?:;|$)", tail):
        parameters[match[1]] = match[2].replace("}}", "}") if match[2] is not None else match[3].strip()
    host, _, instance = authority.partition("\\")
    if ":" in instance:
        instance, _, port = instance.partition(":")
        host = f"{host}:{port}"
    server = _take(parameters, "servername", "server")
    port_text = _take(parameters, "portnumber", "port")
    if server and not host:
        host = server
    if port_text and ":" not in host:
        host = f"{host}:{port_text}"
    return JdbcUrl(
        family=family,
        hosts=_hosts(host, family, url),
        database=database or _take(parameters, "databasename", "database") or "",
        user=_take(parameters, "user", "username"),
        password=_secret(_take(parameters, "password")),
        parameters=parameters,
        instance=instance or _take(parameters, "instancename", "instance") or "",
    )
