"""S3: an endpoint that answers as S3 does (moto's server, in memory) on a free port.

Good for the demo and for connectors' tests; it keeps nothing over a restart. Errors that only a fault in AWS produces
are not its business.
"""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from pathlib import Path

from connect_core.local.process import HOST, Process, Server, ServerError, answers, free_ports


class S3(Server):
    """An S3 endpoint at ``endpoint_url``; any access key is right, these are the ones to use."""

    name = "s3"
    region = "us-east-1"
    access_key = "test"
    secret_key = "test"  # noqa: S105 - the server accepts anything

    def __init__(self, *, port: int | None = None, data: Path | str | None = None) -> None:
        super().__init__(data=data)
        self.port = free_ports(1)[0] if port is None else port

    @property
    def endpoint_url(self) -> str:
        """What clients take as ``endpoint_url`` and the S3 sink as ``store.url``."""
        return f"http://{HOST}:{self.port}"

    def create_bucket(self, name: str) -> None:
        """Create a bucket; harmless when it exists."""
        request = urllib.request.Request(f"{self.endpoint_url}/{name}", method="PUT")  # noqa: S310 - always our http URL
        try:
            with urllib.request.urlopen(request, timeout=10):  # noqa: S310
                pass
        except urllib.error.HTTPError as error:
            with error:
                raise ServerError(f"cannot create the bucket {name!r}: {error.read().decode()[:500]}") from None

    def _prepare(self) -> None:
        """Nothing to prepare: all is in memory."""

    def _launch(self) -> Process:
        command = [sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(self.port)]
        process = Process(command, log=self.log)
        process.wait_until(lambda: answers(self.port), what=f"the S3 endpoint on port {self.port}")
        return process
