"""A small client of Connect's REST API for the commands: one call, errors with the server's own words."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from connect_core.errors import ConnectError

DEFAULT_URL = "http://localhost:8083"
Url = Annotated[str, typer.Option("--url", envvar="CONNECTLESS_URL", help="REST address of the worker or function")]
Output = Annotated[str, typer.Option("--output", "-o", help="table or json")]


def call(url: str, method: str, path: str, body: Any = None) -> Any:
    """The decoded answer (None without a body). ConnectError carries the server's message and status."""
    import httpx
    import orjson

    data = None if body is None else orjson.dumps(body)
    try:
        answer = httpx.request(
            method, url.rstrip("/") + path, content=data, headers={"Content-Type": "application/json"}, timeout=95
        )
    except httpx.HTTPError as error:
        raise ConnectError(
            f"No answer from {url}: {error}. Is the worker running? Give its address with --url"
        ) from error
    if answer.status_code >= 400:
        try:
            message = orjson.loads(answer.content)["message"]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            message = answer.text
        raise ConnectError(f"{answer.status_code}: {message}")
    return orjson.loads(answer.content) if answer.content else None


def show(rows: list[dict[str, Any]], columns: list[str], output: str) -> None:
    """Print rows as a table, or as JSON with ``-o json``."""
    import orjson

    if output == "json":
        typer.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns)
    for row in rows:
        table.add_row(*(str(row.get(c, "")) for c in columns))
    Console().print(table)
