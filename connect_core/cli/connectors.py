"""``connectless connectors ...``: the connector calls of the REST API."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from connect_core.cli.client import DEFAULT_URL, Output, Url, call, show
from connect_core.errors import ConfigError

app = typer.Typer(help="List, create and steer connectors.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Connector name")]


def _path(name: str, rest: str = "") -> str:
    return f"/connectors/{quote(name, safe='')}{rest}"


@app.command("list")
def list_connectors(url: Url = DEFAULT_URL, output: Output = "table") -> None:
    """All connectors with the state of their tasks."""
    found = call(url, "GET", "/connectors?expand=info&expand=status")
    rows = [
        {
            "name": name,
            "type": each.get("info", {}).get("type", ""),
            "state": each.get("status", {}).get("connector", {}).get("state", ""),
            "tasks": " ".join(t["state"] for t in each.get("status", {}).get("tasks", [])),
        }
        for name, each in sorted(found.items())
    ]
    show(rows, ["name", "type", "state", "tasks"], output)


@app.command()
def create(
    file: Annotated[Path, typer.Argument(help='JSON: {"name": ..., "config": {...}}', exists=True)],
    url: Url = DEFAULT_URL,
) -> None:
    """Create a connector from a JSON file."""
    import orjson

    try:
        body: Any = orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as error:
        raise ConfigError(f"{file} is not JSON: {error}") from error
    typer.echo(f"created {call(url, 'POST', '/connectors', body)['name']}")


@app.command()
def status(name: Name, url: Url = DEFAULT_URL, output: Output = "table") -> None:
    """State of a connector and its tasks, with the trace of what failed."""
    found = call(url, "GET", _path(name, "/status"))
    rows = [{"id": "connector", **found["connector"]}, *found["tasks"]]
    for row in rows:
        row["trace"] = (
            row.get("trace", "").splitlines()[0] if row.get("trace") and output == "table" else row.get("trace", "")
        )
    show(rows, ["id", "state", "worker_id", "trace"], output)


def _verb(method: str, verb: str, help_text: str) -> None:
    def command(name: Name, url: Url = DEFAULT_URL) -> None:
        call(url, method, _path(name, f"/{verb}" if verb else ""))
        typer.echo(f"{verb or 'delete'}: {name}")

    command.__doc__ = help_text
    app.command(verb or "delete")(command)


_verb("PUT", "pause", "Pause a connector.")
_verb("PUT", "resume", "Resume a connector.")
_verb("PUT", "stop", "Stop a connector; its offsets can then be altered.")
_verb("POST", "restart", "Restart a connector.")
_verb("DELETE", "", "Delete a connector; offsets stay.")
