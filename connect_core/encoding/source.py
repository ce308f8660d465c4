"""Python source made per schema: collected line by line, compiled once, readable in tracebacks.

Field names are data: they enter a source only through ``repr`` or as constants. Used by the formats of this room.
"""

from __future__ import annotations

import itertools
import linecache
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_numbers = itertools.count(1)


class Source:
    """Lines of code with the names they may use; every part that asks for a name gets one of its own."""

    def __init__(self, **names: Any) -> None:
        self._lines: list[str] = []
        self._indent = 0
        self._names = dict(names)
        self._count = 0

    def line(self, text: str) -> None:
        """Add a line at the present depth."""
        self._lines.append("    " * self._indent + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Add a head line; what follows within is indented."""
        self.line(head)
        self._indent += 1
        yield
        self._indent -= 1

    def name(self, stem: str) -> str:
        """A fresh name."""
        self._count += 1
        return f"{stem}_{self._count}"

    def constant(self, stem: str, value: Any) -> str:
        """A fresh name that stands for the value."""
        name = self.name(stem)
        self._names[name] = value
        return name

    def part(self) -> Source:
        """A source of its own lines sharing the names: for a helper function met in the middle of another."""
        other = Source()
        other._names = self._names
        other._count = self._count
        return other

    def join(self, other: Source) -> None:
        """Put a finished part before all lines here."""
        self._lines[:0] = other._lines
        self._count = other._count

    def compile(self, function: str, *, title: str) -> Callable[..., Any]:
        """Run the source and give its function of that name; tracebacks show its lines under ``<title n>``."""
        plain = title.encode("unicode_escape", "backslashreplace").decode()  # names may hold what no file name may
        filename = f"<{plain} {next(_numbers)}>"
        text = "\n".join(self._lines) + "\n"
        namespace = self._names
        exec(compile(text, filename, "exec"), namespace)  # noqa: S102 - made here, with names only through repr
        made: Callable[..., Any] = namespace[function]
        linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
        weakref.finalize(made, linecache.cache.pop, filename, None)
        return made

    def __str__(self) -> str:
        return "\n".join(self._lines)
