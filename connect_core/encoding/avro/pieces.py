"""Expressions and lines that the writer of encoders puts together."""

from __future__ import annotations

import ast

from connect_core.encoding.source import Source


def refuse(source: Source, condition: str) -> None:
    """Give up on this value if the condition holds."""
    with source.block(f"if {condition}:"):
        source.line("raise Odd")


def length(var: str) -> str:
    """The bytes of the length of what ``var`` holds."""
    return f"(LAST[len({var}) << 1] if len({var}) < 8192 else write_long(len({var})))"


def joined(parts: list[str]) -> str:
    """One expression of all bytes: constants side by side become one, few parts are added, many joined."""
    merged: list[str] = []
    for part in parts:
        if merged and part[:2] in ("b'", 'b"') and merged[-1][:2] in ("b'", 'b"'):
            merged[-1] = repr(_literal(merged[-1]) + _literal(part))
        elif part != "b''":
            merged.append(part)
    if not merged:
        return "b''"
    return " + ".join(merged) if len(merged) <= 4 else f"join(({', '.join(merged)}))"


def _literal(text: str) -> bytes:
    value = ast.literal_eval(text)
    assert isinstance(value, bytes)
    return value
