"""``make demo-aws``: the story of `story` as functions, deployed from the real template to a local AWS.

The minute's tick runs the sources, records arriving run the sinks; nothing runs in between. Exit code 0 only if the
CRM ends with exactly what the order system has, the bucket holds every order, and deleting the stack left nothing.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from connect_core.demo import connectors
from connect_core.demo.shop import Shop, SQLite
from connect_core.demo.story import BUCKET, Narrator, compare, until, without_secrets
from connect_core.errors import ConnectError
from connect_core.local.kafka import Kafka
from connect_core.local.localstack import LocalStack
from connect_core.local.venvs import checkout

STACK = "connectless-demo"
FUNCTIONS = ("coordinator", "source-task", "sink-task")
GB_SECOND = 0.0000166667
"""Dollars for x86 in us-east-1."""
MEMORY_GB = 0.5
_REPORT = re.compile(r"Billed Duration: (\d+) ms")


class Rest:
    """Connect's REST API behind the function URL, whose host name only LocalStack itself knows."""

    def __init__(self, aws: LocalStack, url: str) -> None:
        self.url = url.rstrip("/")
        self._endpoint, self._host = aws.endpoint_url, urlsplit(url).hostname or ""

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One call; its JSON. ConnectError with the answer unless it succeeded."""
        import httpx

        answer = httpx.request(method, self._endpoint + path, json=body, headers={"Host": self._host}, timeout=120)
        if answer.status_code >= 300:
            raise ConnectError(f"{method} {path} answered {answer.status_code}: {answer.text}")
        return answer.json() if answer.content else None


def tell(*, rows: int) -> int:
    """Run the whole story; 0 if all ends equal and nothing is left."""
    narrator = Narrator()
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="connectless-demo-")))
        with narrator.timed("A Kafka broker, a local AWS and two databases"):
            kafka = stack.enter_context(Kafka())
            aws = stack.enter_context(LocalStack(progress=_installing(narrator)))
        narrator.note(f"Kafka {kafka.bootstrap_servers}, AWS {aws.endpoint_url}, databases: sqlite")
        shop = Shop(SQLite(home / "orders.db"), SQLite(home / "crm.db"))
        shop.create()
        shop.place(rows)
        with _deployed(narrator, aws, kafka) as rest:
            aws.aws("s3api", "create-bucket", "--bucket", BUCKET)
            _create_connectors(narrator, aws, rest, shop)
            _watch(narrator, shop, rows)
            archived = _archive(narrator, aws, shop)
            compare(narrator, shop, rest.url)
            _bill(narrator, aws)
        if shop.equal() and archived and _nothing_left(narrator, aws):
            narrator.step("[bold green]Both systems are equal, and nothing is left.[/]")
            return 0
    narrator.step("[bold red]The systems differ.[/]")
    return 1


def _installing(narrator: Narrator) -> Any:
    """Only what takes a minute on first use is worth a line."""

    def progress(line: str) -> None:
        if line.startswith("Installing"):
            narrator.note(line)

    return progress


@contextmanager
def _deployed(narrator: Narrator, aws: LocalStack, kafka: Kafka) -> Iterator[Rest]:
    """The stack of template.yaml; deleted at the end, whatever happened."""
    parameters = {
        "BootstrapServers": kafka.bootstrap_servers,
        "ReplicationFactor": "1",
        "OffsetPartitions": "5",
        "GroupId": "demo",
    }
    narrator.command("sam build")
    shown = " ".join(f"{key}={value}" for key, value in parameters.items())
    narrator.command(f"sam deploy --stack-name {STACK} --parameter-overrides {shown}")
    try:
        with narrator.timed("Three functions, their layer, the rule and the REST API"):
            root = checkout()
            outputs = aws.deploy(
                root / "template.yaml", stack=STACK, parameters=parameters, into=root / ".aws-sam" / "demo"
            )
        rest = Rest(aws, outputs["RestUrl"])
        narrator.command(f"curl {rest.url}/")
        with narrator.timed("The first call starts the coordinator"):
            narrator.note(json.dumps(rest.call("GET", "/")))
        yield rest
    finally:
        with narrator.timed("The stack is deleted, event source mappings and aliases with it"):
            aws.delete(STACK)


def _create_connectors(narrator: Narrator, aws: LocalStack, rest: Rest, shop: Shop) -> None:
    archive = connectors.orders_archive(aws.endpoint_url, BUCKET, access_key="test", secret_key="test")  # noqa: S106
    narrator.step("Five connectors, by Kafka Connect's REST API")
    for body in (
        connectors.orders_source(shop.orders),
        connectors.orders_sink(shop.crm),
        connectors.status_source(shop.orders),
        connectors.status_sink(shop.crm),
        archive,
    ):
        shown = json.dumps(without_secrets(body))
        narrator.command(f"curl -X POST {rest.url}/connectors -H 'Content-Type: application/json' -d '{shown}'")
        rest.call("POST", "/connectors", body)


def _watch(narrator: Narrator, shop: Shop, rows: int) -> None:
    """First load without waiting for a tick, then changes that the tick finds."""
    with narrator.timed(f"{rows} orders reach the CRM"):
        until(shop.equal, "the CRM has the first orders")
    shop.place(10)
    shop.move(20)
    with narrator.timed("10 new orders and 20 status changes: the next tick finds them"):
        until(shop.equal, "the CRM has the changes")


def _archive(narrator: Narrator, aws: LocalStack, shop: Shop) -> bool:
    """Whether the bucket holds every order."""
    import boto3

    environment = aws.env()
    client = boto3.client(
        "s3",
        endpoint_url=aws.endpoint_url,
        region_name=environment["AWS_REGION"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )
    expected = [row[0] for row in shop.tables("orders")[0]]
    found: list[int] = []
    objects: list[str] = []

    def complete() -> bool:
        nonlocal found, objects
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        objects = [one["Key"] for page in pages for one in page.get("Contents", [])]
        texts = [client.get_object(Bucket=BUCKET, Key=name)["Body"].read() for name in objects]
        found = sorted(json.loads(line)["id"] for text in texts for line in text.splitlines())
        return found == expected

    with narrator.timed("Every order is in the bucket"):
        until(complete, "the bucket has every order")
    client.close()
    for name in objects[:3]:
        narrator.note(name)
    narrator.note(f"{len(objects)} objects with {len(found)} orders")
    return found == expected


def _bill(narrator: Narrator, aws: LocalStack) -> None:
    """What Lambda would have billed for this story, from its own REPORT lines."""
    narrator.step("What ran")
    for name in FUNCTIONS:
        group = f"/aws/lambda/{STACK}-{name}"
        answer = aws.aws("logs", "filter-log-events", "--log-group-name", group, "--filter-pattern", "REPORT")
        billed = [int(ms) for event in answer["events"] for ms in _REPORT.findall(event["message"])]
        price = sum(billed) / 1000 * MEMORY_GB * GB_SECOND
        narrator.note(f"{name}: {len(billed)} invocations, {sum(billed) / 1000:.1f} s billed, ${price:.6f}")


def _nothing_left(narrator: Narrator, aws: LocalStack) -> bool:
    """No function, alias or event source mapping outlives the stack."""
    functions = aws.aws("lambda", "list-functions")["Functions"]
    mappings = aws.aws("lambda", "list-event-source-mappings")["EventSourceMappings"]
    narrator.note(f"left: {len(functions)} functions, {len(mappings)} event source mappings")
    return not functions and not mappings
