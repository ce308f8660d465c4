r"""Java's regular expressions, parsed: nodes in the end, or the complaint of ``java.util.regex.Pattern.compile``.

Neighbours: ``text`` (cursor, complaints), ``escapes`` (what a backslash begins),
``brackets`` (``[...]``), ``nodes`` (the outcome).
"""

from __future__ import annotations

from connect_core.java.patterns.behind import Behind
from connect_core.java.patterns.brackets import Brackets
from connect_core.java.patterns.classes import LINE_ENDS
from connect_core.java.patterns.escapes import assertion
from connect_core.java.patterns.nodes import (
    NO_LIMIT,
    BackReference,
    Chars,
    Choice,
    Fixed,
    Group,
    Look,
    Node,
    Repeat,
    Sequence_,
    studied,
)
from connect_core.java.patterns.sets import ALL, any_case, of

_DIGITS = "0123456789"


class Parser(Brackets):
    """Parses one pattern; ``groups`` counts capturing groups, ``names`` holds the named ones."""

    def parse(self) -> Node:
        """The whole pattern."""
        found = self._choice()
        if self.text.cursor != self.text.length:
            if self.text.peek() == ")":
                self.text.error("Unmatched closing ')'")
            trailing = self.text.cursor == self.text.length + 1 and self.text.at(self.text.length - 1) == "\\"
            self.text.error("Unescaped trailing backslash" if trailing else "Unexpected internal error")
        return found

    def _choice(self) -> Node:
        options = [self._sequence()]
        while self.text.peek() == "|":
            self.text.next()
            options.append(self._sequence())
        return options[0] if len(options) == 1 else Choice(options)

    def _sequence(self) -> Node:
        nodes: list[Node] = []
        text = self.text
        while True:
            character = text.peek()
            if character in "|)" or (character == "\0" and text.ended()):
                return Sequence_(nodes)
            if character == "(":
                group = self._group()
                if group is not None:
                    nodes.append(group)
                continue
            if character in "?*+":
                text.next()
                text.error(f"Dangling meta character '{character}'")
            nodes.append(self._repeated(self._atom(character)))

    def _atom(self, character: str) -> Node:
        text, flags = self.text, self.flags
        if character == "[":
            return Chars(self.brackets())
        if character == "{":
            return Sequence_([])  # nothing, which the count repeats
        if character == "\\":
            return self._escape()
        if character not in "^$.":
            text.next()
            return self._single(character)
        text.next()
        if character == ".":
            lines = of(10) if flags.unix_lines else LINE_ENDS
            return Chars(ALL if flags.dot_all else ~lines)
        return Fixed(assertion(character, flags))

    def _single(self, character: str) -> Node:
        if self.flags.any_case:
            return Chars(any_case(ord(character), unicode=self.flags.unicode_case))
        return Chars(of(ord(character)))

    def _escape(self) -> Node:
        following = self.text.at(self.text.cursor + 1)
        if following in "pP":
            self.text.next_raw()
            return Chars(self.family())
        if following in "123456789":
            return self._reference()
        if following == "k":
            return self._named_reference()
        found = self.escape(in_class=False)
        if isinstance(found, int):
            return self._single(chr(found))
        return found if isinstance(found, Node) else Chars(found)

    def _reference(self) -> Node:
        text = self.text
        number = int(text.skip())
        while (digit := text.peek()) in _DIGITS and number * 10 + int(digit) <= self.groups:
            number = number * 10 + int(digit)
            text.read()
        return self._back(number)

    def _named_reference(self) -> Node:
        text = self.text
        text.skip()
        if text.read() != "<":
            text.error(r"\k is not followed by '<' for named capturing group")
        name = self._group_name(text.read())
        if name not in self.names:
            text.error(f"named capturing group <{name}> does not exist")
        return self._back(self.names[name])

    def _back(self, number: int) -> Node:
        if self.flags.any_case and self.flags.unicode_case:
            self.text.refuse("a back reference under the flags i and u")
        return BackReference(number, any_case=self.flags.any_case)

    # Groups

    def _group(self) -> Node | None:
        text = self.text
        saved = self.flags
        if text.next() != "?":
            made: Node = self._capturing()
        else:
            found = self._special(text.skip())
            if found is None:
                return None
            made = found
        self._close()
        self.set_flags(saved)
        return self._repeated(made)

    def _close(self) -> None:
        if self.text.read() != ")":
            self.text.error("Unclosed group")

    def _capturing(self, name: str | None = None) -> Node:
        self.groups += 1
        number = self.groups
        if name is not None:
            self.names[name] = number
        return Group(self._choice(), "(", number)

    def _special(self, kind: str) -> Node | None:
        text = self.text
        if kind == ":":
            return Group(self._choice(), "(?:")
        if kind == ">":
            return Group(self._choice(), "(?>")
        if kind in "=!":
            return Look(self._choice(), f"(?{kind}")
        if kind == "<":
            return self._behind_or_named(text.read())
        if kind in "$@":
            text.error("Unknown group type")
        text.unread()
        self.set_flags(self.read_flags())
        following = text.read()
        if following == ")":
            return None
        if following != ":":
            text.error("Unknown inline modifier")
        return Group(self._choice(), "(?:")

    def _behind_or_named(self, kind: str) -> Node:
        text = self.text
        if kind not in "=!":
            name = self._group_name(kind)
            if name in self.names:
                text.error(f"Named capturing group <{name}> is already defined")
            return self._capturing(name)
        inner = self._choice()
        if not studied(inner).holds:
            text.error("Look-behind group does not have an obvious maximum length")
        return Behind(inner, negated=kind == "!")

    def _group_name(self, first: str) -> str:
        text = self.text
        if not (first.isascii() and first.isalpha()):
            text.error("capturing group name does not start with a Latin letter")
        name = first
        while (following := text.read()).isascii() and following.isalnum():
            name += following
        if following != ">":
            text.error("named capturing group is missing trailing '>'")
        return name

    # Repeats

    def _repeated(self, node: Node) -> Node:
        text = self.text
        sign = text.peek()
        if sign not in "?*+{":
            return node
        counted = False
        if sign == "{":
            least, most, counted = self._count()
            following = text.peek()
        else:
            least, most = {"?": (0, 1), "*": (0, NO_LIMIT), "+": (1, NO_LIMIT)}[sign]
            following = text.next()
        mode = {"?": "?", "+": "+"}.get(following, "")
        if mode:
            text.next()
        return Repeat(node, least, most, mode, counted=counted)

    def _count(self) -> tuple[int, int, bool]:
        text = self.text
        character = text.skip()
        if character not in _DIGITS:
            text.error("Illegal repetition")
        least, character = self._number(character)
        most, counted = least, True
        if character == ",":
            character = text.read()
            most, counted = NO_LIMIT, character != "}"
            if character in _DIGITS:
                most, character = self._number(character)
        if character != "}":
            text.error("Unclosed counted closure")
        if most < least:
            text.error("Illegal repetition range")
        text.unread()
        text.next()
        return least, most, counted

    def _number(self, digit: str) -> tuple[int, str]:
        value = 0
        while digit in _DIGITS:
            value = value * 10 + int(digit)
            if value > NO_LIMIT:
                self.text.error("Illegal repetition range")
            digit = self.text.read()
        return value, digit
