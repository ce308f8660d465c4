"""`.properties` files."""

from __future__ import annotations

import pytest

from connect_core.java import properties


def test_load() -> None:
    text = "# comment\nname = local\ntopics: a, \\\n    b\n\nempty\nuni=\\u00e4\nkey\\ with\\:colon=1\n"
    assert properties.load(text) == {
        "name": "local",
        "topics": "a, b",
        "empty": "",
        "uni": "ä",
        "key with:colon": "1",
    }


def test_store_is_read_back() -> None:
    given = {"a b": " x=1", "c:d": "ä😀\n", "": "v", "#k": "!v"}
    text = properties.store(given)
    assert text.isascii()
    assert properties.load(text) == given


def test_malformed_escape() -> None:
    with pytest.raises(ValueError, match="Malformed"):
        properties.load("a=\\u00g0")
