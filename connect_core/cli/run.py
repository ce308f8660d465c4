"""``connectless kafka`` and ``connectless invoke``: real parts of the outside on this machine (extra [local])."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import typer

from connect_core.errors import ConfigError

LOCAL = {
    "CONNECTLESS_COORDINATOR": "coordinator",
    "CONNECTLESS_SOURCE_TASK": "source",
    "CONNECTLESS_SINK_TASK": "sink",
    "POWERTOOLS_METRICS_NAMESPACE": "connectless",
    "AWS_DEFAULT_REGION": "us-east-1",
}
"""What the template sets and a single function on this machine has to be told."""
FUNCTIONS = {"source": "source_task", "sink": "sink_task", "coordinator": "coordinator"}


def run_kafka(*, port: int, data: Path | None) -> None:
    """A broker until Ctrl-C."""
    from connect_core.local.kafka import Kafka

    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with Kafka(port=port, data=data) as broker:
        typer.echo(f"bootstrap.servers={broker.bootstrap_servers}")
        ended.wait()


def run_function(function: str, *, event: Path, properties: Path | None, memory_mb: int) -> int:
    """Run one event through a function; 0 if its handler returned."""
    import orjson

    from connect_core.local.function import FunctionProcess

    if function not in FUNCTIONS:
        raise ConfigError.invalid("function", function, f"String must be one of: {', '.join(FUNCTIONS)}")
    try:
        body = orjson.loads(event.read_bytes())
    except orjson.JSONDecodeError as error:
        raise ConfigError(f"{event} is not JSON: {error}") from error
    handler = f"functions.{FUNCTIONS[function]}.app.handler"
    code = Path(__file__).resolve().parents[2]
    with FunctionProcess(
        handler=handler, code=code, env=_environment(properties), memory_mb=memory_mb, timeout_s=900
    ) as process:
        answer = process.invoke(body)
    typer.echo(answer.logs, nl=False)
    typer.echo(answer.payload.decode())
    init = "" if answer.init_ms is None else f", init {answer.init_ms:.0f} ms"
    typer.echo(f"{answer.duration_ms:.0f} ms{init}, {answer.max_memory_mb} MB of {memory_mb} MB")
    return 1 if answer.error else 0


def _environment(properties: Path | None) -> dict[str, str]:
    """CONNECT_*, CONNECTLESS_* and AWS_* variables of this shell, and the worker properties of a file."""
    own = {k: v for k, v in os.environ.items() if k.startswith(("CONNECT_", "CONNECTLESS_", "AWS_"))}
    given = {"CONNECTLESS_WORKER_PROPERTIES": properties.read_text(encoding="utf-8")} if properties else {}
    return LOCAL | own | given
