"""``connectless offsets ...``: what a connector has read or written so far."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

import typer

from connect_core.cli.client import DEFAULT_URL, Output, Url, call, show

app = typer.Typer(help="Show and reset offsets.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Connector name")]


@app.command("show")
def show_offsets(name: Name, url: Url = DEFAULT_URL, output: Output = "table") -> None:
    """Offsets of a connector."""
    found = call(url, "GET", f"/connectors/{quote(name, safe='')}/offsets")["offsets"]
    show(found, ["partition", "offset"], output)


@app.command()
def reset(name: Name, url: Url = DEFAULT_URL) -> None:
    """Forget the offsets of a stopped connector."""
    typer.echo(call(url, "DELETE", f"/connectors/{quote(name, safe='')}/offsets")["message"])
