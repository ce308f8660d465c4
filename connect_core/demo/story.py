"""``connectless demo``: real Kafka, real databases, a worker, the calls a user would type, and two equal tables.

Exit code 0 only if the CRM ends with exactly what the order system has, and the bucket holds every order.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from connect_core.demo import connectors
from connect_core.demo.shop import MySQL, Shop, SQLite
from connect_core.errors import ConnectError
from connect_core.local.kafka import Kafka
from connect_core.local.process import HOST, Process, free_ports
from connect_core.local.s3 import S3

BUCKET = "orders-archive"
PATIENCE_S = 120.0
WORKER_PROPERTIES = """\
bootstrap.servers={bootstrap}
group.id=demo
key.converter=org.apache.kafka.connect.json.JsonConverter
value.converter=org.apache.kafka.connect.json.JsonConverter
config.storage.topic=demo-configs
offset.storage.topic=demo-offsets
status.storage.topic=demo-status
config.storage.replication.factor=1
offset.storage.replication.factor=1
status.storage.replication.factor=1
offset.storage.partitions=5
listeners=http://{host}:{port}
offset.flush.interval.ms=2000
"""


class Narrator:
    """Prints the story: steps with their time, commands a user could type, results."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, soft_wrap=True)
        self.started = time.monotonic()

    def step(self, text: str) -> None:
        """A new paragraph."""
        self.console.print(f"[bold cyan]{time.monotonic() - self.started:5.1f} s[/]  {text}")

    def command(self, text: str) -> None:
        """Something the user could type himself."""
        self.console.print(f"         [green]$[/] {text}", markup=True)

    def note(self, text: str) -> None:
        """A detail."""
        self.console.print(f"         {text}")

    @contextmanager
    def timed(self, text: str) -> Iterator[None]:
        """A step that takes a while, with a spinner and its duration."""
        begin = time.monotonic()
        with self.console.status(text):
            yield
        self.step(f"{text} [dim]({time.monotonic() - begin:.1f} s)[/]")


def until(condition: Callable[[], bool], what: str) -> float:
    """Seconds until the condition held; ConnectError with what was awaited when patience is over."""
    begin = time.monotonic()
    while not condition():
        if time.monotonic() - begin > PATIENCE_S:
            raise ConnectError(f"Waited {PATIENCE_S:.0f} s in vain until {what}")
        time.sleep(0.05)
    return time.monotonic() - begin


def tell(*, db: str, rows: int, port: int | None = None) -> int:
    """Run the whole story; 0 if all ends equal."""
    if db not in ("sqlite", "mariadb"):
        raise ConnectError(f"Invalid value {db} for --db: choose sqlite or mariadb")
    narrator = Narrator()
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="connectless-demo-")))
        with narrator.timed("A Kafka broker, a bucket and two databases"):
            kafka = stack.enter_context(Kafka())
            s3 = stack.enter_context(S3())
            s3.create_bucket(BUCKET)
            shop = _shop(db, home, stack)
        narrator.note(f"Kafka {kafka.bootstrap_servers}, S3 {s3.endpoint_url}, databases: {db}")
        shop.create()
        shop.place(rows)
        url = _worker(narrator, stack, home, kafka.bootstrap_servers, port=port or free_ports(1)[0])
        _create_connectors(narrator, url, shop, s3)
        _watch(narrator, shop, rows)
        archived = _archive(narrator, s3, shop)
        compare(narrator, shop, url)
        if shop.equal() and archived:
            narrator.step("[bold green]Both systems are equal.[/]")
            return 0
    narrator.step("[bold red]The systems differ.[/]")
    return 1


def _shop(db: str, home: Path, stack: ExitStack) -> Shop:
    if db == "sqlite":
        return Shop(SQLite(home / "orders.db"), SQLite(home / "crm.db"))
    from connect_core.local.mariadb import MariaDB

    server = stack.enter_context(MariaDB())
    for name in ("fulfillmentdb", "crmdb"):
        server.create_database(name)
    return Shop(MySQL(server, "fulfillmentdb"), MySQL(server, "crmdb"))


def _worker(narrator: Narrator, stack: ExitStack, home: Path, bootstrap: str, *, port: int) -> str:
    """Start ``connectless distributed`` and wait until REST answers."""
    import httpx

    properties = home / "worker.properties"
    properties.write_text(WORKER_PROPERTIES.format(bootstrap=bootstrap, host=HOST, port=port))
    url = f"http://{HOST}:{port}"
    program = Path(sys.executable).with_name("connectless")
    with narrator.timed("The worker"):
        worker = Process([str(program), "distributed", str(properties)], log=home / "worker.log")
        stack.callback(worker.stop)

        def up() -> bool:
            try:
                return httpx.get(url, timeout=2).status_code == 200
            except httpx.HTTPError:
                return False

        worker.wait_until(up, what=f"REST at {url}")
    narrator.command("connectless distributed worker.properties")
    narrator.command(f"curl {url}/")
    return url


def _create_connectors(narrator: Narrator, url: str, shop: Shop, s3: S3) -> None:
    archive = connectors.orders_archive(s3.endpoint_url, BUCKET, access_key=s3.access_key, secret_key=s3.secret_key)
    narrator.step("Five connectors, by Kafka Connect's REST API")
    for body in (
        connectors.orders_source(shop.orders),
        connectors.orders_sink(shop.crm),
        connectors.status_source(shop.orders),
        connectors.status_sink(shop.crm),
        archive,
    ):
        shown = json.dumps(without_secrets(body))
        narrator.command(f"curl -X POST {url}/connectors -H 'Content-Type: application/json' -d '{shown}'")
        _post(url, body)


def _post(url: str, body: dict[str, Any]) -> None:
    import httpx

    answer = httpx.post(f"{url}/connectors", json=body, timeout=90)
    if answer.status_code != 201:
        raise ConnectError(f"POST /connectors answered {answer.status_code}: {answer.text}")


def without_secrets(body: dict[str, Any]) -> dict[str, Any]:
    """A create request as it may be shown."""
    hidden = {k: "<password>" for k in body["config"] if "password" in k or "secret" in k}
    return {"name": body["name"], "config": body["config"] | hidden}


def _watch(narrator: Narrator, shop: Shop, rows: int) -> None:
    """First load, then changes while the worker watches."""
    with narrator.timed(f"{rows} orders reach the CRM"):
        until(shop.equal, "the CRM has the first orders")
    for number in range(1, 4):
        shop.place(10)
        shop.move(20)
        seconds = until(shop.equal, "the CRM has the changes")
        narrator.note(f"10 new orders and 20 status changes, round {number}: equal after {seconds * 1000:.0f} ms")


def _archive(narrator: Narrator, s3: S3, shop: Shop) -> bool:
    """Whether the bucket holds every order once its last file was rotated."""
    expected = [row[0] for row in shop.tables("orders")[0]]
    found: list[int] = []
    objects: list[str] = []

    def complete() -> bool:
        nonlocal found, objects
        objects, lines = s3.read(BUCKET)
        found = sorted(json.loads(line)["id"] for line in lines)
        return found == expected

    with narrator.timed("Every order is in the bucket"):
        until(complete, "the bucket has every order")
    for name in objects[:3]:
        narrator.note(name)
    narrator.note(f"{len(objects)} objects with {len(found)} orders")
    return found == expected


def compare(narrator: Narrator, shop: Shop, url: str) -> None:
    """The two systems side by side."""
    narrator.command(f"curl '{url}/connectors?expand=status'")
    for name in ("orders", "status"):
        ours, theirs = shop.tables(name)
        table = Table("order system", "CRM", title=f"{name}: {len(ours)} and {len(theirs)} rows (the last five)")
        for left, right in list(zip(ours, theirs, strict=False))[-5:]:
            table.add_row(str(left), str(right))
        narrator.console.print(table)
