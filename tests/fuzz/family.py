"""What a family of fuzz cases is: how to generate one case, and how to ask both sides.

A module of this package makes ``FAMILIES``: names, each with a function from Bridge to Family; ``run`` finds them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from hypothesis import strategies as st

from connect_core.errors import java_class
from tests.parity.bridge import Bridge, JavaError

SPREAD = 10
"""How many cases ``vary`` makes of one drawn."""


class Failed(NamedTuple):
    """What was thrown: Java's class name and the message."""

    name: str
    message: str


class Pair(NamedTuple):
    """The outcome of both sides, comparable by ``==``: values or Failed."""

    ours: Any
    java: Any


def _same(case: Any, pair: Pair) -> str | None:
    return None


@dataclass(frozen=True)
class Family:
    """One family: ``compare`` runs a drawn case on both sides; ``known`` names a deliberate difference or None.

    What ``known`` returns is one of ``differences``, phrases that stand in docs/parity.md (a test looks them up there).
    ``vary`` makes further cases of a drawn one, ``SPREAD`` in all: drawing a schema costs hypothesis milliseconds, so
    values (``values.value``) and small changes come from the random source, which is seeded by hypothesis too.
    """

    name: str
    cases: st.SearchStrategy[Any]
    compare: Callable[[Any], Pair]
    known: Callable[[Any, Pair], str | None] = _same
    differences: tuple[str, ...] = ()
    vary: Callable[[Any, Random], Any] | None = None


type Maker = Callable[[Bridge], Family]


def ours(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call our side; what it raises comes as Failed. Errors that are not meant (a bare TypeError) come so too."""
    try:
        return function(*arguments)
    except Exception as error:  # noqa: BLE001 - compared, not handled
        return Failed(java_class(error), str(error))


def java(bridge: Bridge, function: Callable[..., Any], *arguments: Any) -> Any:
    """Call Java; what it throws comes as Failed."""
    try:
        return bridge.call(function, *arguments)
    except JavaError as error:
        return Failed(error.name, error.message or "")


def exact(value: Any) -> Any:
    """A stand-in for a value that ``==`` tells apart as Java does: 1, 1.0 and True; 0.0 and -0.0; NaN equals itself.

    Hashable, since lists and structs may be keys of maps.
    """
    if isinstance(value, dict):
        return frozenset((exact(k), exact(v)) for k, v in value.items())
    if isinstance(value, (list, tuple)):
        return tuple(exact(v) for v in value)
    if isinstance(value, (bytearray, memoryview)):
        value = bytes(value)
    return (type(value).__name__, repr(value))
