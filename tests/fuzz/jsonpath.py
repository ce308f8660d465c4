"""JSON paths and filters against Jayway's JsonPath on generated documents; Java's have no null members."""

from __future__ import annotations

import re
from random import Random
from typing import Any

from hypothesis import strategies as st

from connect_core.local.jvm import jvm
from connect_core.transforms.community.jsonpath import (
    PathMissingError,
    PathSyntaxError,
    PathUnfitError,
    UnreadableError,
    compile_path,
)
from tests.fuzz.family import Failed, Family, Maker, Pair, exact, java
from tests.parity.bridge import Bridge

COORDINATES = "com.jayway.jsonpath:json-path:2.9.0"
PACKAGE = "com.jayway.jsonpath"
REFUSED = "JSON paths: functions and rare operators"
_EVIDENCE = (
    ("the operator matches is not supported", r"\bmatches\b"), ("the operator all is not supported", r"\ball\b"),
    ("functions are not supported", r"\("), ("a list may only stand behind", r"\[.*\[.*\]"),
    ("only a list of plain texts and numbers", r"\[.*\[.*\]"),
    ("in a list would be read as a path or JSON", r"\[.*['\"]"),
    ("which is not supported here", "/"),
)  # fmt: skip
"""What a path must contain when it is refused for this."""
_NAMES = ("a", "b", "c", "x y", "ä", "1", "'", "a.b", "$", "")
_REGEXES = (
    "/x/", "/.*/", "/X|Y/i", "/[a-y]+/", "/1\\.?0?/", "/(a'b|x)/", "/(/", "/x", "/ä./u", "/\\d+/", "//", "/ x /x",
    "/a\\/b/", "/.*/s", "/(?i)X/", "/1.*/", "/true|null/",
)  # fmt: skip
_TEXTS = ("x", "y", "", "1", "1.0", "1e1", "true", "null", "a'b", 'a"b', "ä😀", "\uffff", "10", " x ")


def _document(random: Random, depth: int = 0) -> Any:
    kind = random.random()
    if depth == 0 or (kind < 0.4 and depth < 4):
        names = random.sample(_NAMES[:4] if random.random() < 0.8 else _NAMES, random.randint(1, 4))
        return {name: _document(random, depth + 1) for name in names}
    if kind < 0.6 and depth < 4:
        return [_document(random, depth + 1) for _ in range(random.randint(0, 3))]
    return random.choice(
        (
            None,
            True,
            False,
            0,
            1,
            -1,
            10,
            2**40,
            1.0,
            1.5,
            1e10,
            -0.0,
            0.001,
            *(random.choice(_TEXTS) for _ in range(9)),
        )
    )


def _name(random: Random) -> str:
    return random.choice(_NAMES[:3] if random.random() < 0.85 else _NAMES)


def _step(random: Random, depth: int) -> str:
    kind = random.random()
    if kind < 0.4:
        return "." + (_name(random) or "a")
    if kind < 0.6:
        quote = random.choice("'\"")
        names = [_name(random) for _ in range(random.choice((1, 1, 1, 2)))]
        return "[" + random.choice((",", ", ")).join(f"{quote}{_escaped(n, quote)}{quote}" for n in names) + "]"
    if kind < 0.7:
        return random.choice(("[0]", "[-1]", "[0,1]", "[1]", "[ 0 ]", "[7]", "[0, -2]", "[-9]"))
    if kind < 0.76:
        return random.choice(("[1:]", "[:1]", "[0:2]", "[-2:]", "[:-1]", "[1:-1]", "[-3:2]", "[5:]", "[0:0]"))
    if kind < 0.82:
        return random.choice((".*", "[*]", "[ * ]"))
    if kind < 0.86 and depth < 2:
        return "." + _step(random, depth + 1).replace("[", ".[", 1) if random.random() < 0.5 else ".." + _name(random)
    return random.choice(("", ".")) + f"[?({_filter(random, depth)})]" if depth < 2 else ".a"


def _escaped(text: str, quote: str) -> str:
    return text.replace("\\", "\\\\").replace(quote, "\\" + quote)


def _literal(random: Random) -> str:
    quote = random.choice("'\"")
    return random.choice(
        (
            f"{quote}{_escaped(random.choice(_TEXTS), quote)}{quote}",
            f"{quote}{_escaped(random.choice(_TEXTS), quote)}{quote}",
            "1", "-1", "1.0", "1.50", "10", "1e1", "0", "true", "false", "null", "1099511627776", "tru", "x", "",
        )
    )  # fmt: skip


def _list(random: Random) -> str:
    items = [
        random.choice(("'x'", '"y"', "1", "1.5", "true", "null", "'1'", "''")) for _ in range(random.randint(0, 3))
    ]
    return "[" + random.choice((",", ", ")).join(items) + "]"


def _relative(random: Random, depth: int) -> str:
    start = random.choice("@@@@$")
    return start + "".join(_step(random, depth + 1) for _ in range(random.choice((0, 1, 1, 1, 2))))


def _comparison(random: Random, depth: int) -> str:
    left = _relative(random, depth) if random.random() < 0.9 else _literal(random)
    kind = random.random()
    if kind < 0.15:
        return random.choice(("", "!", "! ")) + left
    space = random.choice((" ", " ", "", "  "))
    if kind < 0.75:
        right = _literal(random) if random.random() < 0.8 else _relative(random, depth)
        sign = random.choice(("==", "==", "!=", "<", "<=", ">", ">=", "===", "!==", "=", "<>"))
        return f"{left}{space}{sign}{random.choice((' ', ''))}{right}"
    sign = random.choice(
        ("in", "nin", "IN", "subsetof", "anyof", "noneof", "contains", "size", "empty", "matches", "all")
    )
    right = _list(random) if random.random() < 0.5 else random.choice((_literal(random), _relative(random, depth)))
    return f"{left} {sign} {right}"


def _filter(random: Random, depth: int) -> str:
    kind = random.random()
    if kind < 0.6:
        return _comparison(random, depth)
    if kind < 0.9:
        sign = random.choice((" && ", " || ", "&&", "||"))
        return _filter(random, depth) + sign + _comparison(random, depth)
    return random.choice(("!", "", "! ")) + f"({_filter(random, depth)})"


def _path(random: Random) -> str:
    start = random.choice(("$",) * 12 + ("", "@", " $", "$ "))
    text = start + "".join(_step(random, 0) for _ in range(random.choice((0, 1, 1, 2, 2, 3))))
    if random.random() < 0.05 and text:  # broken
        at = random.randrange(len(text))
        text = text[:at] + random.choice(("", ".", "[", "]", "'", " ", ")", "?", "*")) + text[at + 1 :]
    return text


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(one) for name, one in value.items() if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value


def _ours(text: str, document: Any) -> Any:
    try:
        path = compile_path(text)
    except PathSyntaxError as error:
        return Failed("refused" if error.refused else "syntax", str(error))
    try:
        return exact(_without_nulls(path.read(document)))
    except PathMissingError:
        return "missing"
    except PathUnfitError:
        return "unfit"
    except UnreadableError:
        return "unreadable"


def _family(bridge: Bridge) -> Family:
    paths = jvm(COORDINATES).JClass(f"{PACKAGE}.JsonPath")
    none = bridge.jpype.JArray(bridge.jpype.JClass(f"{PACKAGE}.Predicate"))(0)

    def theirs(text: str, document: Any) -> Any:
        path = java(bridge, paths.compile, bridge.text(text), none)
        if isinstance(path, Failed):
            return Failed("syntax", path.message)
        found = java(bridge, path.read, bridge.jpype.JObject(document))
        if isinstance(found, Failed):
            kind = found.name.rpartition(".")[2]
            return {"PathNotFoundException": "missing", "InvalidPathException": "unfit"}.get(kind, "unreadable")
        return exact(bridge.from_value(None, found))

    def vary(_: None, random: Random) -> Any:
        return _path(random), _document(random)

    def compare(case: Any) -> Pair:
        text, document = case
        mine = _ours(text, document)
        other = theirs(text, bridge.value(None, _without_nulls(document)))
        if isinstance(mine, Failed) and isinstance(other, Failed) and mine.name == other.name == "syntax":
            return Pair("syntax", "syntax")
        return Pair(mine, other)

    def known(case: Any, pair: Pair) -> str | None:
        if not isinstance(pair.ours, Failed) or pair.ours.name != "refused":
            return None
        there = next((evidence for said, evidence in _EVIDENCE if said in pair.ours.message), None)
        return REFUSED if there is not None and re.search(there, case[0], re.IGNORECASE) else None

    return Family("jsonpath", st.none(), compare, known=known, differences=(REFUSED,), vary=vary)


FAMILIES: dict[str, Maker] = {"jsonpath": _family}
