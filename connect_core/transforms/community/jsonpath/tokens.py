"""The steps of a compiled path, and how they walk over plain values: dicts, lists and scalars.

A null member of a dict is as good as missing. Neighbours: ``paths`` makes the steps, ``filters`` the predicates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any


class PathSyntaxError(ValueError):
    """The text is no path, or (``refused``) uses what this reader does not know."""

    def __init__(self, message: str, *, refused: bool = False) -> None:
        super().__init__(message)
        self.refused = refused


class UnreadableError(Exception):
    """A value that cannot be compared: binary data, dates, NaN."""


class PathUnfitError(Exception):
    """The path does not go with the value: a filter on a scalar."""


class PathMissingError(PathUnfitError):
    """What a definite path leads to is not there."""


class Run:
    """One evaluation: the whole document, what was found, and whether every property must exist.

    ``scanned`` is the index of the array element a scan looked at last, -1 before it met an array.
    """

    __slots__ = ("found", "required", "root", "scanned")

    def __init__(self, root: Any, *, required: bool = False) -> None:
        self.root, self.required = root, required
        self.scanned = -1
        self.found: list[Any] = []


type Predicate = Callable[[Any, Any], bool]
"""(item, document) -> does the item pass?"""


class Token:
    """One step; ``next`` is the step behind it, ``upstream`` whether all steps before lead to exactly one value."""

    definite = True

    def __init__(self) -> None:
        self.next: Token | None = None
        self.upstream = True
        self.behind: int | None = None  # the index, where one array index stands before this step

    def walk(self, model: Any, run: Run) -> None:
        """Take the step from this value."""
        raise NotImplementedError

    def reach(self, value: Any, run: Run) -> None:
        """Go on from a value this step led to."""
        if self.next is None:
            run.found.append(value)
        else:
            self.next.walk(value, run)

    def reach_member(self, value: Any, run: Run) -> None:
        """Go on from a member of an object; after a scan met an array the original asks for an index there."""
        if self.next is not None:
            self.next.walk(value, run)
        elif run.scanned in (-1, self.behind):
            run.found.append(value)

    def matches(self, model: Any, run: Run) -> bool:  # noqa: ARG002 - each kind looks at what it needs
        """Would a scan (``..``) stop here?"""
        return False


class Root(Token):
    """``$`` or ``@``."""

    def walk(self, model: Any, run: Run) -> None:
        """Start."""
        self.reach(model, run)


class Properties(Token):
    """``.a``, ``['a']`` or ``['a','b']``."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.names = list(names)

    @property
    def merges(self) -> bool:
        """Several properties at the end of a path give one object of them."""
        return self.next is None and len(self.names) > 1

    def walk(self, model: Any, run: Run) -> None:
        """Into the named members."""
        if not isinstance(model, dict):
            if self.upstream:
                raise PathMissingError(f"there is no object to have {', '.join(self.names)}")
            return
        if self.merges:
            self._merge(model, run)
            return
        for name in self.names:
            self.member(model, name, run)

    def member(self, model: dict[Any, Any], name: str, run: Run) -> None:
        """Into one member; a missing one ends the walk, or is an error where one value was promised."""
        value = model.get(name)
        if value is not None:
            self.reach_member(value, run)
        elif self.next is None:
            if run.required:
                raise PathMissingError(f"there is no {name}")
        elif run.required or (self.upstream and self.definite):
            raise PathMissingError(f"there is no {name}")

    def _merge(self, model: dict[Any, Any], run: Run) -> None:
        merged = {}
        for name in self.names:
            value = model.get(name)
            if value is not None:
                merged[name] = value
            elif run.required:
                raise PathMissingError(f"there is no {name}")
        run.found.append(merged)

    def matches(self, model: Any, run: Run) -> bool:  # noqa: ARG002
        """An object with all of them."""
        if not isinstance(model, dict):
            return False
        return not self.definite or all(model.get(name) is not None for name in self.names)


class Elements(Token):
    """``[0]``, ``[0,-1]``; slices are a subclass."""

    def __init__(self, indexes: Sequence[int]) -> None:
        super().__init__()
        self.indexes = list(indexes)
        self.definite = len(self.indexes) == 1

    def walk(self, model: Any, run: Run) -> None:
        """Into the elements; an index out of bounds is no element."""
        if not isinstance(model, (list, tuple)):
            if self.upstream:
                raise PathMissingError("there is no array")
            return
        for index in self.chosen(len(model)):
            if -len(model) <= index < len(model):
                self.reach(model[index], run)

    def chosen(self, length: int) -> Sequence[int]:  # noqa: ARG002 - slices look at it
        """The indexes for an array of this length."""
        return self.indexes

    def matches(self, model: Any, run: Run) -> bool:  # noqa: ARG002
        """Any array."""
        return isinstance(model, (list, tuple))


class Slice(Elements):
    """``[1:3]``, ``[-2:]``, ``[:2]``."""

    def __init__(self, start: int | None, end: int | None) -> None:
        super().__init__(())
        self.start, self.end = start, end

    def chosen(self, length: int) -> Sequence[int]:
        """Jayway's bounds: a negative end counts from behind only where there is no start."""
        if self.start is None:
            end = self.end or 0
            return range(min(length, length + end if end < 0 else end))
        if self.end is not None:
            return range(self.start, min(length, self.end))
        return range(max(0, length + self.start if self.start < 0 else self.start), length)


class Wildcard(Token):
    """``*``."""

    definite = False

    def walk(self, model: Any, run: Run) -> None:
        """Into every member or element; where one does not go on, the others do."""
        if isinstance(model, dict):
            values: Any = [value for value in model.values() if value is not None]
            reach = self.reach_member
        else:
            values = model if isinstance(model, (list, tuple)) else ()
            reach = self.reach
        for value in values:
            try:
                reach(value, run)
            except PathMissingError:
                if run.required:
                    raise

    def matches(self, model: Any, run: Run) -> bool:  # noqa: ARG002
        """Anything."""
        return True


class Filter(Token):
    """``[?(...)]``: an object passes as a whole, an array by its elements."""

    definite = False

    def __init__(self, predicate: Predicate) -> None:
        super().__init__()
        self.predicate = predicate

    def accepts(self, item: Any, root: Any) -> bool:
        """Does it pass? What the predicate cannot be asked about does not."""
        try:
            return self.predicate(item, root)
        except PathUnfitError:
            return False

    def walk(self, model: Any, run: Run) -> None:
        """Into what passes."""
        if isinstance(model, dict):
            if self.accepts(model, run.root):
                self.reach(model, run)
        elif isinstance(model, (list, tuple)):
            for item in model:
                if self.accepts(item, run.root):
                    self.reach(item, run)
        elif self.upstream:
            raise PathUnfitError("a filter needs an object or an array")

    def matches(self, model: Any, run: Run) -> bool:
        """What passes itself."""
        return self.accepts(model, run.root)


class Scan(Token):
    """``..``: the rest of the path, at every depth."""

    definite = False

    def walk(self, model: Any, run: Run) -> None:
        """Everywhere the next step matches."""
        step = self.next
        assert step is not None  # a path does not end with dots
        if isinstance(model, dict):
            if step.matches(model, run):
                step.walk(model, run)
            for value in model.values():
                if value is not None:
                    self.walk(value, run)
        elif isinstance(model, (list, tuple)):
            if step.matches(model, run):
                self._array(step, model, run)
            for value in model:
                self.walk(value, run)

    @staticmethod
    def _array(step: Token, model: Sequence[Any], run: Run) -> None:
        if step.next is None:
            step.walk(model, run)
            return
        for index, value in enumerate(model):
            if step.next.next is None:  # the original keeps the index there and asks for it at the end of the path
                run.scanned = index
            step.next.walk(value, run)


class Path:
    """A compiled path: ``definite`` ones lead to one value, others to a list of all."""

    def __init__(self, text: str, tokens: Sequence[Token], *, relative: bool) -> None:
        self.text, self.relative, self._first = text, relative, tokens[0]
        for before, token in pairwise(tokens):
            before.next = token
        for token in tokens:
            if isinstance(token, Properties):
                token.definite = len(token.names) == 1 or token.merges
        for before, token in pairwise(tokens):
            token.upstream = before.upstream and before.definite
            if type(before) is Elements and before.definite:
                token.behind = before.indexes[0]
        self.definite = all(token.definite for token in tokens)
        self._names, self._filter = _short_cut(tokens)

    def read(self, value: Any) -> Any:
        """What the path leads to; PathMissingError where a definite one leads nowhere."""
        return self.evaluate(value, value)

    def evaluate(self, item: Any, root: Any, *, required: bool = False) -> Any:
        """As ``read``, from an item within a document."""
        if self._names is not None:
            return self._straight(item, root)
        run = Run(root, required=required)
        self._first.walk(item, run)
        if not self.definite:
            return run.found
        if not run.found:
            raise PathMissingError(f"there is nothing at {self.text}")
        return run.found[-1]

    def _straight(self, item: Any, root: Any) -> Any:
        """The usual paths, plain members and perhaps a filter at the end: the same without taking steps."""
        for name in self._names or ():
            if not isinstance(item, dict):
                raise PathMissingError(f"there is no object to have {name}")
            item = item.get(name)
            if item is None:
                raise PathMissingError(f"there is no {name}")
        last = self._filter
        if last is None:
            return item
        if isinstance(item, dict):
            return [item] if last.accepts(item, root) else []
        if isinstance(item, (list, tuple)):
            return [one for one in item if last.accepts(one, root)]
        raise PathUnfitError("a filter needs an object or an array")

    @property
    def members(self) -> tuple[str, ...] | None:
        """The names of a path of plain members, None for any other."""
        return self._names if self._filter is None else None


def _short_cut(tokens: Sequence[Token]) -> tuple[tuple[str, ...] | None, Filter | None]:
    """Names and last filter of a path that has nothing else."""
    last = tokens[-1]
    middle = tokens[1:-1] if isinstance(last, Filter) else tokens[1:]
    if not all(isinstance(token, Properties) and len(token.names) == 1 for token in middle):
        return None, None
    names = tuple(token.names[0] for token in middle if isinstance(token, Properties))
    return names, last if isinstance(last, Filter) else None
