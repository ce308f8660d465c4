""".proto texts as users write them, parsed to models: proto2 and proto3, comments, options, maps, groups.

A small parser of our own: a registry's texts are read once per schema id, and the libraries at hand bring a parser
generator's runtime that costs more to import than everything else here. What data does not need (services, extensions,
groups, most options) is read past, as the original does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from connect_core.encoding.protobuf import names
from connect_core.encoding.protobuf.model import PROTO2, PROTO3, Enum, Field, File, Message, whole

_TOKEN = re.compile(
    r"""(?P<blank>(?:[\s\ufeff]+|//[^\n]*|/\*.*?\*/)+)
      |(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
      |(?P<word>[A-Za-z0-9_.][\w.]*(?:(?<=[eE])[+-]\d+)?)
      |(?P<mark>[{}()\[\]<>=;:,/+-])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_PLAIN_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_META = "confluent.field_meta"
_LABELS = ("optional", "required", "repeated")
_DEEPEST = 64


class BadProto(ValueError):
    """The text is no .proto file: what was wrong, and the line."""


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


def parse(text: str) -> File:
    """The model of a text; BadProto if it cannot be read."""
    return _Parser(text).file()


def _unescaped(literal: str) -> str:
    def one(found: re.Match[str]) -> str:
        octal, hexadecimal, short, long, plain = found.groups()
        if octal is not None:
            return chr(int(octal, 8) & 0xFF)
        digits = hexadecimal or short or long
        if digits is not None:
            return chr(min(int(digits, 16), 0x10FFFF))
        return _PLAIN_ESCAPES.get(plain, plain)

    return _ESCAPE.sub(one, literal[1:-1])


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[_Token] = []
        at = 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise self._bad(f"unexpected {text[at]!r}", at)
            if found.lastgroup != "blank":
                self._tokens.append(_Token(str(found.lastgroup), found.group(), at))
            at = found.end()
        self._tokens += [_Token("end", "", len(text))] * 3  # one looks up to two tokens ahead
        self._next = 0
        self._depth = 0
        self._syntax: str | None = None

    def _bad(self, problem: str, at: int) -> BadProto:
        return BadProto(f"line {self._text.count(chr(10), 0, at) + 1}: {problem}")

    def _peek(self) -> str:
        token = self._tokens[self._next]
        return token.text if token.kind != "text" else '"'

    def _take(self, kind: str | None = None) -> str:
        token = self._tokens[self._next]
        if token.kind == "end" or (kind is not None and token.kind != kind):
            raise self._bad(f"expected {kind or 'more'}, found {token.text or 'the end'}", token.at)
        self._next += 1
        return token.text

    def _skip(self, text: str) -> bool:
        if self._peek() != text:
            return False
        self._next += 1
        return True

    def _expect(self, text: str) -> None:
        token = self._tokens[self._next]
        if not self._skip(text):
            raise self._bad(f"expected {text!r}, found {token.text or 'the end'}", token.at)

    def _string(self) -> str:
        made = _unescaped(self._take("text"))
        while self._peek() == '"':
            made += _unescaped(self._take("text"))
        return made

    def _number(self) -> int:
        at = self._tokens[self._next].at
        negative = self._skip("-")
        word = self._take("word")
        try:
            number = whole(word)
        except ValueError as error:
            raise self._bad(f"expected a whole number, found {word}", at) from error
        return -number if negative else number

    def file(self) -> File:
        """The whole text."""
        file = File(syntax=None)
        while self._peek():
            if self._skip(";"):
                continue
            word = self._take("word")
            if word in ("syntax", "edition"):
                self._expect("=")
                file.syntax = self._syntax = self._string()
                if word == "edition" or file.syntax not in (PROTO2, PROTO3):
                    raise self._bad(f"{word} {file.syntax} is not known: write proto2 or proto3", 0)
                self._expect(";")
            elif word == "package":
                file.package = self._take("word")
                self._expect(";")
            elif word == "import":
                kind = self._take("word") if self._peek() in ("public", "weak") else ""
                if kind != "weak":
                    (file.public_imports if kind else file.imports).append(self._string())
                else:
                    self._string()
                self._expect(";")
            else:
                self._declaration(word, file.messages, file.enums)
        return file

    def _declaration(self, word: str, messages: list[Message], enums: list[Enum]) -> None:
        """What may stand in a file and in a message."""
        if word == "message":
            messages.append(self._message())
        elif word == "enum":
            enums.append(self._enum())
        elif word == "option":
            self._option()
            self._expect(";")
        elif word in ("service", "extend"):
            self._take("word")
            self._skip_block()
        else:
            raise self._bad(f"unexpected {word}", self._tokens[self._next - 1].at)

    def _skip_block(self) -> None:
        """Past a ``{...}``, whatever it holds."""
        self._expect("{")
        depth = 1
        while depth:
            found = self._take()
            depth += (found == "{") - (found == "}")

    def _nested[Made](self, read: Callable[[], Made]) -> Made:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._bad("nested too deeply", self._tokens[self._next].at)
        made = read()
        self._depth -= 1
        return made

    def _message(self) -> Message:
        message = Message(self._take("word"))
        self._expect("{")
        plain: list[Field] = []
        entries: list[Message] = []
        while not self._skip("}"):
            self._nested(lambda: self._member(message, plain, entries))
        # The original's order: members of oneofs first, then the others; made entries after the text's messages.
        for field in plain:
            if field.label == "optional" and self._syntax == PROTO3:
                field.proto3_optional, field.oneof = True, len(message.oneofs)
                message.oneofs.append(f"_{field.name}")
            elif self._syntax == PROTO3 and field.label != "repeated":
                field.label = None
        message.fields += plain
        message.messages += entries
        message.made_entries = len(entries)
        return message

    def _member(self, message: Message, plain: list[Field], entries: list[Message]) -> None:
        if self._skip(";"):
            return
        following = self._tokens[self._next + 1]
        word = self._peek()
        statement = following.kind == "word" or following.text == "("
        if word in ("message", "enum", "option", "extend") and statement and not self._is_field():
            self._declaration(self._take("word"), message.messages, message.enums)
        elif word in ("reserved", "extensions") and not self._is_field():
            while self._take() != ";":
                pass
        elif word == "oneof" and not self._is_field():
            self._oneof(message)
        elif word == "map" and following.text == "<":
            plain.append(self._map(entries))
        else:
            field = self._field(labelled=True)
            if field is not None:
                plain.append(field)

    def _is_field(self) -> bool:
        """Whether ``word name =`` follows: a field whose type is called like a keyword."""
        ahead = self._tokens[self._next : self._next + 3]
        return len(ahead) == 3 and ahead[1].kind == "word" and ahead[2].text == "=" and ahead[0].text != "option"

    def _oneof(self, message: Message) -> None:
        self._take("word")
        index = len(message.oneofs)
        message.oneofs.append(self._take("word"))
        self._expect("{")
        while not self._skip("}"):
            if self._skip(";"):
                continue
            if self._peek() == "option" and not self._is_field():
                self._take("word")
                self._option()
                self._expect(";")
                continue
            field = self._field(labelled=False)
            if field is not None:
                field.oneof = index
                message.fields.append(field)

    def _map(self, entries: list[Message]) -> Field:
        self._take("word")
        self._expect("<")
        key = self._take("word")
        self._expect(",")
        value = self._take("word")
        self._expect(">")
        field = self._named(self._take("word"), "", "repeated")
        field.type = names.to_map_entry(field.name)
        fields = [Field("key", 1, key), Field("value", 2, value)]
        entries.append(Message(field.type, fields, map_entry=True))
        return field

    def _field(self, *, labelled: bool) -> Field | None:
        """A field; None for a group, whose data is left unread."""
        label = self._take("word") if labelled and self._peek() in _LABELS and not self._is_field() else None
        kind = self._take("word")
        name = self._take("word")
        if kind == "group" and self._peek() == "=":
            self._expect("=")
            self._number()
            if self._peek() == "[":
                self._options()
            self._skip_block()
            return None
        return self._named(name, kind, label)

    def _named(self, name: str, kind: str, label: str | None) -> Field:
        """The rest of a field after its name."""
        self._expect("=")
        field = Field(name, self._number(), kind, label)
        if self._peek() == "[":
            for option, value in self._options():
                if option == "default" and self._syntax != PROTO3:
                    field.default = str(value)
                elif option == "packed":
                    field.packed = value == "true"
                elif option == _META and isinstance(value, dict):
                    field.meta |= _params(value)
        self._expect(";")
        return field

    def _enum(self) -> Enum:
        enum = Enum(self._take("word"))
        self._expect("{")
        while not self._skip("}"):
            if self._skip(";"):
                continue
            word = self._take("word")
            if word == "option" and self._peek() != "=":
                self._option()
            elif word == "reserved" and self._peek() != "=":
                while self._peek() != ";":
                    self._take()
            else:
                self._expect("=")
                enum.values.append((word, self._number()))
                if self._peek() == "[":
                    self._options()
            self._expect(";")
        return enum

    def _options(self) -> list[tuple[str, Any]]:
        """``[name = value, ...]``."""
        self._expect("[")
        found = []
        while not self._skip("]"):
            found.append(self._option())
            self._skip(",")
        return found

    def _option(self) -> tuple[str, Any]:
        """``name = value``; parts after a parenthesis nest the value."""
        parts = []
        while not self._skip("="):
            if self._skip("("):
                parts.append(self._take("word").removeprefix("."))
                self._expect(")")
            else:
                parts += [part for part in self._take("word").split(".") if part]
        value = self._nested(self._value)
        for part in reversed(parts[1:]):
            value = {part: value}
        return (parts or [""])[0], value

    def _value(self) -> Any:
        if self._peek() == '"':
            return self._string()
        if self._peek() in ("{", "<"):
            return self._aggregate("}" if self._take() == "{" else ">")
        if self._skip("["):
            found = []
            while not self._skip("]"):
                found.append(self._nested(self._value))
                self._skip(",")
            return found
        sign = "-" if self._skip("-") else ""
        self._skip("+")
        return sign + self._take("word")

    def _aggregate(self, end: str) -> dict[str, Any]:
        """A message in text format; what is repeated becomes a list."""
        made: dict[str, Any] = {}
        while not self._skip(end):
            name = "".join(iter(self._take, "]")) if self._skip("[") else self._take("word")
            self._skip(":")
            value = self._nested(self._value)
            if name in made:
                earlier = made[name] if isinstance(made[name], list) else [made[name]]
                value = earlier + (value if isinstance(value, list) else [value])
            made[name] = value
            if not self._skip(","):
                self._skip(";")
        return made


def _params(meta: dict[str, Any]) -> dict[str, str]:
    """The parameters of a ``confluent.field_meta``."""
    params = meta.get("params", [])
    entries = params if isinstance(params, list) else [params]
    return {str(one["key"]): str(one.get("value", "")) for one in entries if isinstance(one, dict) and "key" in one}
