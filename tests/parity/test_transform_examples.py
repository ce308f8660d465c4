"""The examples of docs/transforms.md come out of the Java classes as they come out of ours."""

from __future__ import annotations

from types import ModuleType

import pytest

from connect_core.api import SinkRecord
from scripts.transform_docs import Example, examples, outcome, record_of
from tests.fuzz._transforms import Records, java_map
from tests.parity.bridge import Bridge
from tests.parity.test_transform_configs import WITHOUT_JAVA


@pytest.mark.parametrize(
    "example", [e for e in examples() if not e.type.startswith(WITHOUT_JAVA)], ids=lambda example: example.name
)
def test_java_agrees(confluent: ModuleType, example: Example) -> None:
    bridge = Bridge(confluent)
    records = Records(bridge)
    part = bridge.new(example.type)
    part.configure(java_map(bridge, example.config))
    ours = outcome(example)
    if isinstance(ours, bool):
        assert bool(part.test(records.java(record_of(example)))) is ours
    else:
        theirs = part.apply(records.java(record_of(example)))
        assert records.comparable(ours) == records.from_java(theirs)


def test_both_kinds_of_records_are_shown() -> None:
    assert {isinstance(record_of(example), SinkRecord) for example in examples()} == {True, False}
