"""Every built-in transform and predicate has an example, and its page shows what comes out."""

from __future__ import annotations

import json

import pytest

from connect_core.api import Record
from scripts import transform_docs


def test_every_transform_and_predicate_has_an_example() -> None:
    shown = {transform_docs.outer_name(example.type) for example in transform_docs.examples()}
    assert set(transform_docs.families()) == shown, "one file each below docs/examples/transforms"


@pytest.mark.parametrize("example", transform_docs.examples(), ids=lambda example: example.name)
def test_examples_run(example: transform_docs.Example) -> None:
    assert example.about.endswith("."), "about is a sentence"
    assert all(isinstance(value, str) for value in example.config.values())
    after = transform_docs.outcome(example)
    assert after is None or isinstance(after, (bool, Record))


def test_the_page_holds_before_and_after() -> None:
    page = transform_docs.page()
    section = page.partition("### ReplaceField\n")[2].partition("### ")[0]
    blocks = [json.loads(part.partition("```")[0]) for part in section.split("```json\n")[1:]]
    config, before, after = blocks
    assert config["transforms.t.renames"] == "name:customer"
    assert before["value"] == {"id": 7, "name": "Ada", "password": "secret"}
    assert after["value"] == {"id": 7, "customer": "Ada"}
