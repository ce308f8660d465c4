"""``connectless``: a REST client with tables, and the few commands that start something.

Only ``kafka``, ``standalone``, ``distributed``, ``invoke`` and ``demo`` start anything; heavy imports stay inside them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from connect_core import __version__
from connect_core.cli.connectors import app as connectors_app
from connect_core.cli.offsets import app as offsets_app
from connect_core.errors import ConnectError

app = typer.Typer(
    help="Kafka Connect without the cluster.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(connectors_app, name="connectors")
app.add_typer(offsets_app, name="offsets")

WorkerProperties = Annotated[Path, typer.Argument(help="worker.properties, as for Kafka Connect", exists=True)]
ConnectorFiles = Annotated[
    list[Path] | None, typer.Argument(help="Connectors to create: .properties or .json", exists=True)
]


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


@app.command()
def standalone(worker: WorkerProperties, connectors: ConnectorFiles = None) -> None:
    """Run a worker that keeps its configuration in memory and offsets in a file."""
    from connect_core.hosts.worker import serve

    serve(worker, connectors or [], standalone=True)


@app.command()
def distributed(worker: WorkerProperties, connectors: ConnectorFiles = None) -> None:
    """Run a worker that keeps everything in Kafka; REST on :8083 unless ``listeners`` says otherwise."""
    from connect_core.hosts.worker import serve

    serve(worker, connectors or [], standalone=False)


@app.command()
def kafka(
    port: Annotated[int, typer.Option(help="Port of the broker")] = 9092,
    data: Annotated[Path | None, typer.Option(help="Keep the data in this directory")] = None,
) -> None:
    """Run a real Kafka broker on this machine (one KRaft node; needs the extra [local])."""
    from connect_core.cli.run import run_kafka

    run_kafka(port=port, data=data)


@app.command()
def invoke(
    function: Annotated[str, typer.Argument(help="source, sink or coordinator")],
    event: Annotated[Path, typer.Option(help="JSON file with the event", exists=True)],
    env_file: Annotated[
        Path | None, typer.Option("--env", help="worker.properties for the function", exists=True)
    ] = None,
    memory: Annotated[int, typer.Option(help="Memory size in MB")] = 512,
) -> None:
    """Run one function once, the way the Lambda Runtime API would; prints its answer, memory and time."""
    from connect_core.cli.run import run_function

    raise typer.Exit(run_function(function, event=event, properties=env_file, memory_mb=memory))


@app.command()
def demo(
    db: Annotated[str, typer.Option(help="sqlite or mariadb")] = "sqlite",
    aws: Annotated[bool, typer.Option("--aws", help="The same story as functions on LocalStack")] = False,
    rows: Annotated[int, typer.Option(help="Orders to start with", min=1)] = 1000,
    port: Annotated[int | None, typer.Option(help="REST port of the worker; a free one unless told")] = None,
) -> None:
    """Tell the product's story with real servers; ends with 0 only if both tables are equal."""
    if aws:
        from connect_core.demo.aws import tell as tell_aws

        raise typer.Exit(tell_aws(rows=rows))
    from connect_core.demo.story import tell

    raise typer.Exit(tell(db=db, rows=rows, port=port))


def main() -> None:
    """Console script: errors made on purpose are one line, not a traceback."""
    try:
        app()
    except ConnectError as error:
        typer.secho(str(error), fg=typer.colors.RED, err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
