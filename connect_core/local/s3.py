"""S3: an endpoint that answers as S3 does (moto's server, in memory) on a free port.

Good for the demo and for connectors' tests; it keeps nothing over a restart. Errors that only a fault in AWS produces
are not its business.
"""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

from connect_core.local.process import HOST, Process, Server, ServerError, answers, free_ports

PAGE = 1000  # keys per answer, S3's own most


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
        self._call("PUT", f"/{name}")

    def keys(self, bucket: str, *, prefix: str = "") -> list[str]:
        """The names of a bucket's objects, sorted."""
        found: list[str] = []
        token = ""
        while True:
            query = {
                "list-type": "2",
                "max-keys": str(PAGE),
                "prefix": prefix,
                **({"continuation-token": token} if token else {}),
            }
            page = ElementTree.fromstring(self._call("GET", f"/{bucket}?{urlencode(query)}"))  # noqa: S314 - our server
            found += [key.text or "" for key in page.iterfind("{*}Contents/{*}Key")]
            token = page.findtext("{*}NextContinuationToken") or ""
            if not token:
                return sorted(found)

    def get(self, bucket: str, key: str) -> bytes:
        """An object's bytes."""
        return self._call("GET", f"/{bucket}/{quote(key)}")

    def read(self, bucket: str, *, prefix: str = "") -> tuple[list[str], list[bytes]]:
        """The names of all objects and all their lines, in the order of the names."""
        names = self.keys(bucket, prefix=prefix)
        return names, [line for name in names for line in self.get(bucket, name).splitlines()]

    def _call(self, method: str, path: str) -> bytes:
        # The server checks no signature, but hides private objects from requests without one.
        headers = {
            "Authorization": f"AWS4-HMAC-SHA256 Credential={self.access_key}/20200101/{self.region}/s3/aws4_request"
        }
        request = urllib.request.Request(self.endpoint_url + path, method=method, headers=headers)  # noqa: S310 - http, ours
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                body: bytes = answer.read()
                return body
        except urllib.error.HTTPError as error:
            with error:
                raise ServerError(f"{method} {path} on the S3 endpoint: {error.read().decode()[:500]}") from None

    def _prepare(self) -> None:
        """Nothing to prepare: all is in memory."""

    def _launch(self) -> Process:
        command = [sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(self.port)]
        process = Process(command, log=self.log)
        process.wait_until(lambda: answers(self.port), what=f"the S3 endpoint on port {self.port}")
        return process
