"""The generated pages are those that are committed: an undocumented key, endpoint or connector fails here."""

from __future__ import annotations

import inspect
from types import SimpleNamespace

import pytest

from connect_core.config import Config, at_least, between, docs, key, matches, one_of, optional
from connect_core.plugins.builtin import BUILTIN
from connect_core.plugins.names import CONNECTORS, simple_name
from connect_core.rest.http import Response, Route
from scripts import make_docs


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return make_docs.pages()


def test_committed_pages_are_up_to_date(pages: dict[str, str]) -> None:
    stale = [name for name, text in pages.items() if _committed(name) != text]
    assert not stale, f"run make docs: {stale}"


def _committed(name: str) -> str | None:
    path = make_docs.DOCS / name
    return path.read_text(encoding="utf-8") if path.exists() else None


def test_every_connector_has_its_page_and_no_page_is_left_over(pages: dict[str, str]) -> None:
    names = {simple_name(p.name) for p in BUILTIN.values() if set(p.kinds) & set(CONNECTORS)}
    assert {path.stem for path in (make_docs.DOCS / "connectors").glob("*.md")} == names | {"README"}


def test_every_endpoint_is_on_the_page(pages: dict[str, str]) -> None:
    rows = [line for line in pages["rest.md"].splitlines() if line.startswith("| ")]
    assert len(rows) == len(make_docs.routes()) + 1  # and the head


def test_what_says_nothing_of_itself_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent(Config):
        """Keys."""

        a: str = key("")

    with pytest.raises(LookupError, match="The key a is not documented"):
        docs.table(Silent.declared())

    def handler(_: object) -> Response:
        return Response(status=200)

    monkeypatch.setattr(make_docs, "routes", lambda: (Route("GET", "/silent", handler),))
    with pytest.raises(LookupError, match="GET /silent is not documented"):
        make_docs.rest_page()
    monkeypatch.setattr(make_docs, "load_plugin", lambda *_: SimpleNamespace)
    monkeypatch.setattr(inspect, "getdoc", lambda _: None)
    with pytest.raises(LookupError, match="is not documented: give its class a docstring"):
        make_docs.described(next(iter(BUILTIN.values())))


def test_valid_values_come_from_the_checks() -> None:
    class Many(Config):
        """Keys."""

        a: int = key("A.", checks=[at_least(1)])
        b: int | None = key("B.", default=None, checks=[optional(between(1, 2))])
        c: str = key("C.", default="", checks=[one_of("", "x")])
        d: bool = key("D.", default=False)
        e: str = key("E|e.", checks=[matches("x", "Expected x")])

    assert {each.name: docs.valid_values(each) for each in Many.specs()} == {
        "a": "at least 1",
        "b": "1 to 2",
        "c": "empty, `x`",
        "d": "true, false",
        "e": "Expected x",
    }
    assert "| `e` | string | required | Expected x | E\\|e. |" in docs.table(Many.declared())
    assert "### `c`\n\nC.\n\n* string\n* default: empty\n* importance medium\n* valid: empty, `x`\n" in docs.sections(
        Many.declared(), level=2
    )
