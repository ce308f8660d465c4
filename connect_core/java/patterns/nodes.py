"""The pieces of a parsed Java regular expression, and the source of Python's ``re`` they become.

A node knows how many characters it can match (``low``, ``high``; None: no limit) and how Java's compiler studies it,
which decides whether Java takes it in a look-behind. Neighbours: ``parse`` makes nodes, ``behind``
rewrites those in a look-behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from connect_core.java.numbers import narrow
from connect_core.java.patterns.sets import CharSet
from connect_core.java.patterns.text import refusal

NO_LIMIT = 2**31 - 1
NEVER = "(?!)"


@dataclass
class Scope:
    """What has been written so far: groups that are complete, and whether a repeat is open."""

    pattern: str
    groups: int
    closed: set[int] = field(default_factory=set)
    open: set[int] = field(default_factory=set)
    repeats: int = 0
    uncertain: int = 0
    leaking: int = 0
    doubtful: dict[int, str] = field(default_factory=dict)
    referred: set[int] = field(default_factory=set)

    def doubt(self, numbers: Iterable[int], reason: str) -> None:
        """What these groups match may differ from Java, which matters only to who asks for it."""
        self.doubtful |= dict.fromkeys(numbers, reason)

    @contextmanager
    def within(self, *, repeated: bool = False, uncertain: bool = False, leaking: bool = False) -> Iterator[None]:
        """A part that may match many times; that need not match; whose groups Java keeps when it fails later."""
        self.repeats += repeated
        self.uncertain += uncertain
        self.leaking += leaking
        yield
        self.repeats -= repeated
        self.uncertain -= uncertain
        self.leaking -= leaking


@dataclass
class Study:
    """What Java finds out about a piece: its longest match as an int that may wrap, whether that holds, and whether it
    matches in one way only."""

    longest: int = 0
    holds: bool = True
    steady: bool = True

    def more(self, count: int) -> None:
        """So many characters more."""
        self.longest = narrow(self.longest + count, 32)

    def along(self, units: Sequence[Node]) -> None:
        """Pieces in order. After a choice Java begins anew and adds the two, so it misses what wraps between them."""
        for index, unit in enumerate(units):
            options = unit.options()
            if not options:
                unit.study(self)
                continue
            found, rest = [studied(option) for option in options], Study()
            rest.along(units[index + 1 :])
            self.more(max(-1, *(option.longest for option in found)) + rest.longest)
            self.holds = self.holds and rest.holds and all(option.holds for option in found)
            self.steady = False
            return


def studied(node: Node) -> Study:
    """What Java finds out about a piece alone."""
    found = Study()
    found.along(node.units())
    return found


class Node:
    """One piece."""

    low: int = 0
    high: int | None = 0

    def study(self, found: Study) -> None:
        """Add this piece, which is no choice, to what was found about those before."""

    def units(self) -> list[Node]:
        """The pieces Java sees one after the other."""
        return [self]

    def options(self) -> list[Node]:
        """What a choice is between; nothing for other pieces."""
        return []

    def source(self, scope: Scope) -> str:
        """Its regular expression; pieces that follow one another can be joined."""
        raise NotImplementedError

    def atom(self, scope: Scope) -> str:
        """Its regular expression as something to repeat."""
        return f"(?:{self.source(scope)})"

    @property
    def captures(self) -> list[int]:
        """The numbers of the groups in it."""
        return []


class Chars(Node):
    """One character of a set."""

    def __init__(self, found: CharSet) -> None:
        self.set, self.low, self.high = found, 1, 1

    def study(self, found: Study) -> None:
        """One character more."""
        found.more(1)

    def source(self, scope: Scope) -> str:  # noqa: ARG002 - the same everywhere
        """A class or a character."""
        return self.set.source()

    def atom(self, scope: Scope) -> str:
        """The same."""
        return self.source(scope)


class Fixed(Node):
    """Something that is written as it is: assertions, line ends."""

    def __init__(self, text: str, *, low: int = 0, high: int = 0) -> None:
        self.text, self.low, self.high = text, low, high

    def study(self, found: Study) -> None:
        """A line end is one or two characters."""
        found.more(self.high or 0)

    def source(self, scope: Scope) -> str:  # noqa: ARG002 - the same everywhere
        """The text."""
        return self.text


class BackReference(Node):
    """What a group matched last; a group that does not exist or has not matched yet never matches."""

    high = None

    def __init__(self, number: int, *, any_case: bool) -> None:
        self.number, self.any_case = number, any_case

    def study(self, found: Study) -> None:
        """It may be of any length."""
        found.holds = False

    def source(self, scope: Scope) -> str:
        """A reference, where Python can have one."""
        if self.number > scope.groups:
            return NEVER
        scope.referred.add(self.number)
        if self.number not in scope.closed:
            if scope.repeats:
                raise refusal("a back reference to a group that ends later, in a repeat", scope.pattern)
            return NEVER
        return f"(?ai:\\{self.number})" if self.any_case else f"(?:\\{self.number})"


class Sequence_(Node):  # noqa: N801 - Sequence is taken
    """One piece after the other."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = nodes
        self.low = sum(node.low for node in nodes)
        highs = [node.high for node in nodes]
        self.high = None if None in highs else sum(high or 0 for high in highs)

    def units(self) -> list[Node]:
        """Those of the pieces."""
        return [unit for node in self.nodes for unit in node.units()]

    def source(self, scope: Scope) -> str:
        """The pieces in order."""
        return "".join(node.source(scope) for node in self.nodes)

    @property
    def captures(self) -> list[int]:
        """See Node."""
        return [number for node in self.nodes for number in node.captures]


class Choice(Node):
    """The first of some that leads to a match."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = nodes
        self.low = min(node.low for node in nodes)
        highs = [node.high for node in nodes]
        self.high = None if None in highs else max(high or 0 for high in highs)

    def options(self) -> list[Node]:
        """The options."""
        return list(self.nodes)

    def source(self, scope: Scope) -> str:
        """Python's choice."""
        with scope.within(uncertain=True):
            return "(?:" + "|".join(node.source(scope) for node in self.nodes) + ")"

    @property
    def captures(self) -> list[int]:
        """See Node."""
        return [number for node in self.nodes for number in node.captures]


class Group(Node):
    """A group; ``head`` is what opens it: ``(``, ``(?:``, ``(?>``."""

    def __init__(self, inner: Node, head: str, number: int | None = None) -> None:
        self.inner, self.head, self.number = inner, head, number
        self.low, self.high = inner.low, inner.high

    def units(self) -> list[Node]:
        """Those inside, unless it is atomic."""
        return [self] if self.head == "(?>" else self.inner.units()

    def study(self, found: Study) -> None:
        """An atomic group."""
        found.along(self.inner.units())
        found.steady = False

    def source(self, scope: Scope) -> str:
        """The group."""
        if self.number is not None and scope.leaking and scope.uncertain:
            scope.doubt(
                [self.number], "a group that need not match within a look-around, atomic group or possessive repeat"
            )
        with scope.within(leaking=self.head == "(?>"):
            text = self.inner.source(scope)
        if self.number is not None:
            scope.closed.add(self.number)
        return f"{self.head}{text})"

    def atom(self, scope: Scope) -> str:
        """The group itself."""
        return self.source(scope)

    @property
    def captures(self) -> list[int]:
        """See Node."""
        return [*([] if self.number is None else [self.number]), *self.inner.captures]


class Look(Node):
    """A look ahead or behind."""

    def __init__(self, inner: Node, head: str) -> None:
        self.inner, self.head = inner, head

    def source(self, scope: Scope) -> str:
        """The assertion."""
        with scope.within(leaking=True, uncertain=self.head == "(?!"):
            return f"{self.head}{self.inner.source(scope)})"

    @property
    def captures(self) -> list[int]:
        """See Node."""
        return self.inner.captures


class Repeat(Node):
    """A repeat; ``mode`` is empty (greedy), ``?`` (lazy) or ``+`` (possessive); counted: a number is its end."""

    def __init__(self, inner: Node, least: int, most: int, mode: str, *, counted: bool = False) -> None:
        self.inner, self.least, self.most, self.mode, self.counted = inner, least, most, mode, counted
        self.low = inner.low * least
        endless = most == NO_LIMIT
        self.high = None if endless or inner.high is None else inner.high * most

    def options(self) -> list[Node]:
        """An optional group is a choice."""
        return [self.inner] if self._is_optional() and self._is_loop() and self.mode != "+" else []

    def _is_optional(self) -> bool:
        return (self.least, self.most) == (0, 1)

    def _is_loop(self) -> bool:
        return isinstance(self.inner, Group) and self.inner.head != "(?>"

    def study(self, found: Study) -> None:
        """Java looks only for an int that wraps, and takes greedy repeats of one character as they are."""
        if self._is_optional():
            found.along(self.inner.units())
            found.steady = False
        elif isinstance(self.inner, Chars) and self.mode == "" and self.most == NO_LIMIT and not self.counted:
            found.more(NO_LIMIT)
            found.steady = False
        else:
            inner = studied(self.inner)
            longest = narrow(inner.longest * self.most + found.longest, 32)
            looped = self._is_loop() and not inner.steady and self.mode != "+"
            found.holds = found.holds and inner.holds and longest >= found.longest and not looped
            found.longest = longest
            found.steady = found.steady and inner.steady and self.least == self.most

    def source(self, scope: Scope) -> str:
        """The inner piece with its count."""
        if self.inner.captures and self._is_loop() and not self._is_optional():
            steady = studied(self.inner).steady
            if steady and isinstance(self.inner, Group) and self.inner.inner.captures:
                # Java may keep what such a group matched in an attempt that failed.
                scope.doubt(self.inner.inner.captures, "a group within a repeated group of fixed length")
            if self.most == NO_LIMIT and not self.least and not self.mode and steady and not self.inner.high:
                return self._unset(scope)
            if self.inner.low == 0 and not steady and (self.least > 1 or 1 < self.most < NO_LIMIT):
                scope.doubt(self.inner.captures, "a counted repeat of a group that may match nothing")
        with scope.within(repeated=self.most > 1, uncertain=not self.least, leaking=self.mode == "+"):
            text = self.inner.atom(scope)
        return text + _COUNTS.get((self.least, self.most), self._count()) + self.mode

    def _unset(self, scope: Scope) -> str:
        """Java does not note what a group matched that matches nothing, repeated by a star."""
        return f"{self.inner.atom(scope)}{{0}}"

    def _count(self) -> str:
        if self.least == self.most:
            return f"{{{self.least}}}"
        return f"{{{self.least},{'' if self.most == NO_LIMIT else self.most}}}"

    @property
    def captures(self) -> list[int]:
        """See Node."""
        return self.inner.captures


_COUNTS = {(0, 1): "?", (0, NO_LIMIT): "*", (1, NO_LIMIT): "+"}
