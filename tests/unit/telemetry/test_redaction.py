"""Secrets never show."""

from __future__ import annotations

import pytest

from connect_core.telemetry import redact

CASES = [
    ("jdbc:mysql://root:p@ss@h:3306/x?password=abc&x=1", "jdbc:mysql://root:[hidden]@h:3306/x?password=[hidden]&x=1"),
    ("mongodb://u:p@h/db", "mongodb://u:[hidden]@h/db"),
    ("http://host:80/x@y", "http://host:80/x@y"),
    ("connection.password=foo, next", "connection.password=[hidden], next"),
    ('{"connection.password":"a b\\" c","x":1}', '{"connection.password":"[hidden]","x":1}'),
    ("{'pwd': 'x y'}", "{'pwd': '[hidden]'}"),
    ('sasl.jaas.config=... password="x y";', 'sasl.jaas.config=... password="[hidden]";'),
    ("aws.secret.access.key=AKIA/x+y==", "aws.secret.access.key=[hidden]"),
    ("password=[hidden]", "password=[hidden]"),
    ("Access denied for user 'u'@'h' (using password: YES)", "Access denied for user 'u'@'h' (using password: YES)"),
    ("the password is wrong", "the password is wrong"),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_forms(text: str, expected: str) -> None:
    assert redact(text) == expected


def test_known_values() -> None:
    assert redact("token xyzzy-1 and xyzzy", ["xyzzy", "xyzzy-1", ""]) == "token [hidden] and [hidden]"
    assert redact("a man, a plan: ab", ["a", "ab"]) == "[hidden] man, [hidden] plan: [hidden]"
