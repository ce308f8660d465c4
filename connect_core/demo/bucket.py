"""Reading the demo's bucket over plain HTTP: what objects there are and the lines in them."""

from __future__ import annotations

import urllib.request
from urllib.parse import quote
from xml.etree import ElementTree

NAMESPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"


def object_lines(endpoint_url: str, bucket: str) -> tuple[list[str], list[bytes]]:
    """(object names, all lines of all objects)."""
    with urllib.request.urlopen(f"{endpoint_url}/{bucket}?list-type=2", timeout=30) as answer:  # noqa: S310  our own URL
        names = [e.text or "" for e in ElementTree.parse(answer).iter(f"{NAMESPACE}Key")]  # noqa: S314  our own server
    lines: list[bytes] = []
    for name in names:
        with urllib.request.urlopen(f"{endpoint_url}/{bucket}/{quote(name)}", timeout=30) as answer:  # noqa: S310
            lines += answer.read().splitlines()
    return names, lines
