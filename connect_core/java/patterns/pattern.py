r"""``java.util.regex``: patterns of Kafka Connect's configs with Java's meaning, by Python's ``re``.

A pattern is parsed here and written anew for ``re``; bad ones give Java's complaint, and what ``re`` cannot do is
refused by name, never taken for something else. Replacement texts follow ``Matcher.appendReplacement``. Neighbours:
``parse`` and what it names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from connect_core.java.patterns.nodes import Scope
from connect_core.java.patterns.parse import Parser
from connect_core.java.patterns.text import PatternError, Text, refusal


class NoSuchGroup(IndexError):
    """A replacement names a group by a number the pattern does not have."""

    java_class = "java.lang.IndexOutOfBoundsException"


class Pattern:
    """A compiled pattern; PatternError for a bad or refused one."""

    def __init__(self, text: str) -> None:
        self.text = text
        merged = _merge_surrogates(text)
        parser = Parser(Text(merged))
        try:
            root = parser.parse()
            scope = Scope(merged, parser.groups)
            self.compiled = re.compile(root.source(scope))
        except RecursionError:
            raise refusal("nesting deeper than can be followed", merged) from None
        except (re.error, OverflowError) as error:
            raise refusal(f"something Python refuses ({error})", merged) from error
        self.names: Mapping[str, int] = parser.names
        self.groups = parser.groups
        self.doubtful: Mapping[int, str] = scope.doubtful
        for number in scope.referred:
            self._ask(number)
        self._word_ends = parser.word_ends
        self._replacements: dict[str, list[str | int]] = {}

    def __repr__(self) -> str:
        return f"Pattern({self.text!r})"

    def _ask(self, number: int) -> int:
        """What the group matched is asked for: refused where it may not be what Java says."""
        if number in self.doubtful:
            raise refusal(f"{self.doubtful[number]}, and asks for what it matched", self.text)
        return number

    def check(self, replacement: str) -> None:
        """PatternError for a replacement that asks for what is refused; a wrong one fails when it is used."""
        try:
            self._parse(replacement)
        except PatternError:
            raise
        except (ValueError, NoSuchGroup):
            return

    def matches(self, text: str) -> bool:
        """Does the whole text match?"""
        return self.whole(text) is not None

    def whole(self, text: str) -> re.Match[str] | None:
        """The match of the whole text."""
        if self._word_ends:
            self._check(text)
        return self.compiled.fullmatch(text)

    def find(self, text: str) -> bool:
        """Does some part of the text match?"""
        return self._search(text) is not None

    def _search(self, text: str, start: int = 0) -> re.Match[str] | None:
        if self._word_ends:
            self._check(text)
        return self.compiled.search(text, start)

    def _check(self, text: str) -> None:
        if not text.isascii() and any(unicodedata.category(character) == "Mn" for character in text):
            raise refusal(r"\b or \B on a text with combining marks", self.text)

    def replace_first(self, text: str, replacement: str) -> str:
        """The first match replaced; ValueError or NoSuchGroup for a bad replacement, only if there is a match."""
        found = self._search(text)
        if found is None:
            return text
        return f"{text[: found.start()]}{self.expand(found, replacement)}{text[found.end() :]}"

    def replace_all(self, text: str, replacement: str) -> str:
        """Every match replaced."""
        parts: list[str] = []
        end = start = 0
        while start <= len(text) and (found := self._search(text, start)) is not None:
            parts += (text[end : found.start()], self.expand(found, replacement))
            end = found.end()
            start = end + (found.start() == end)  # not finditer: it looks again where an empty match was
        return "".join(parts) + text[end:]

    def expand(self, found: re.Match[str], replacement: str) -> str:
        """The replacement of one match; groups that did not match give nothing."""
        parts = self._replacements.get(replacement)
        if parts is None:
            parts = self._replacements[replacement] = self._parse(replacement)
        return "".join((found[part] or "") if isinstance(part, int) else part for part in parts)

    def _parse(self, replacement: str) -> list[str | int]:
        parts: list[str | int] = []
        index = 0
        while index < len(replacement):
            character = replacement[index]
            index += 1
            if character == "\\":
                if index == len(replacement):
                    raise ValueError("character to be escaped is missing")
                parts.append(replacement[index])
                index += 1
            elif character == "$":
                number, index = self._reference(replacement, index)
                parts.append(self._ask(number))
            else:
                parts.append(character)
        return parts

    def _reference(self, replacement: str, index: int) -> tuple[int, int]:
        """The group after a dollar: ``{name}``, or as many digits as make a group there is."""
        if index == len(replacement):
            raise ValueError("Illegal group reference: group index is missing")
        if replacement[index] == "{":
            return self._named(replacement, index + 1)
        if not _is_digit(replacement[index]):
            raise ValueError("Illegal group reference")
        number = int(replacement[index])
        index += 1
        while _is_digit(replacement[index : index + 1]) and number * 10 + int(replacement[index]) <= self.groups:
            number = number * 10 + int(replacement[index])
            index += 1
        if number > self.groups:
            raise NoSuchGroup(f"No group {number}")
        return number, index

    def _named(self, replacement: str, index: int) -> tuple[int, int]:
        end = index
        while end < len(replacement) and replacement[end].isascii() and replacement[end].isalnum():
            end += 1
        name = replacement[index:end]
        if not name:
            raise ValueError("named capturing group has 0 length name")
        if replacement[end : end + 1] != "}":
            raise ValueError("named capturing group is missing trailing '}'")
        if name[0].isdigit():
            raise ValueError(f"capturing group name {{{name}}} starts with digit character")
        if name not in self.names:
            raise ValueError(f"No group with name {{{name}}}")
        return self.names[name], end + 1


def _is_digit(character: str) -> bool:
    return character != "" and character in "0123456789"


def _merge_surrogates(text: str) -> str:
    """Halves that stand side by side are one character to Java."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
