"""JSON Schema text -> ``nodes``: which draft it is, and its loader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connect_core.encoding.json import SerializationError
from connect_core.encoding.json.slow import node_type
from connect_core.encoding.json_schema import loader, modern
from connect_core.encoding.json_schema.nodes import IllegalSchema, Node
from connect_core.encoding.json_schema.options import JsonSchemaOptions
from connect_core.encoding.json_schema.tree import loads_text

_OLD = {
    f"{scheme}://json-schema.org/{path}": draft
    for scheme in ("http", "https")
    for path, draft in (("draft-04/schema", 4), ("schema", 4), ("draft-06/schema", 6), ("draft-07/schema", 7))
}
_MODERN = {  # a dialect may end in #
    f"{scheme}://json-schema.org/draft/{draft}/schema"
    for scheme in ("http", "https")
    for draft in ("2019-09", "2020-12")
}


def parse(text: str) -> Any:
    """The tree of a schema text; IllegalSchema if it is no JSON."""
    try:
        return loads_text(text)
    except SerializationError as error:
        raise IllegalSchema("Invalid JSON schema") from error


def load(text: str, documents: Mapping[str, str], options: JsonSchemaOptions) -> Node:
    """The node of a schema text; ``documents`` are the texts its references may name. IllegalSchema if malformed."""
    tree = parse(text)
    others = {name: parse(other) for name, other in documents.items()}
    if not isinstance(tree, (dict, bool)):
        raise IllegalSchema(f"Invalid JSON schema: expected an object or boolean at the root, found {node_type(tree)}")
    dialect = tree.get("$schema") if isinstance(tree, dict) else None
    if dialect is not None and not isinstance(dialect, str):
        raise IllegalSchema("Invalid JSON")
    if dialect is not None and dialect.removesuffix("#") in _MODERN and not options.ignore_modern_dialects:
        return modern.load(tree, documents=others)
    return loader.load(tree, draft=_draft(dialect or ""), documents=others)


def _draft(dialect: str) -> int:
    return next((draft for url, draft in _OLD.items() if dialect.startswith(url)), 7)
