"""Regular expressions without a JVM: sets, what is refused, the tables' short cuts. Parity is the fuzz families'."""

from __future__ import annotations

import re
import unicodedata

import pytest

from connect_core.java.patterns import NoSuchGroup, Pattern, PatternError
from connect_core.java.patterns.classes import category, named
from connect_core.java.patterns.sets import ALL, EMPTY, HIGHEST, MAY_HAVE_CASE, chars, of, span

EVERY = range(HIGHEST + 1)


def test_sets() -> None:
    assert (span(1, 5) | span(6, 9)) == span(1, 9)
    assert (span(1, 5) & span(4, 9)) == span(4, 5)
    assert ~ALL == EMPTY
    assert ~EMPTY == ALL
    assert list(of(3, 1, 2, 7)) == [1, 2, 3, 7]
    for found in (EMPTY, ALL, chars("^-]\\ab"), ~chars("a"), span(0x10000, HIGHEST)):
        compiled = re.compile(found.source())
        for code in (0, 0x61, 0x5E, 0x5D, 0x5C, 0x2D, 0xFFFF, 0x10000, HIGHEST):
            assert bool(compiled.fullmatch(chr(code))) is (code in found)


def test_no_character_has_a_case_where_none_is_looked_for() -> None:
    looked = set(MAY_HAVE_CASE)
    rest = [chr(code) for code in EVERY if code not in looked]
    assert not [c for c in rest if c.upper() != c or c.lower() != c or c.islower() or c.isupper()]
    assert not [code for code in range(0x20000, HIGHEST + 1) if unicodedata.mirrored(chr(code))]


def test_categories_are_complete() -> None:
    names = {unicodedata.category(chr(code)) for code in range(0x3000)} | {"Co", "Cs"}
    sizes = {name: sum(high - low + 1 for low, high in category(name).ranges) for name in names}
    assert sum(sizes.values()) == HIGHEST + 1
    for name in names:
        assert all(unicodedata.category(chr(code)) == name for code in category(name))
    assert named("Cn", any_case=False) == category("Cn")


@pytest.mark.parametrize(
    ("pattern", "construct"),
    [
        (r"a\X", r"\X"),
        (r"\Ga", r"\G"),
        (r"\b{g}", r"\b{g}"),
        (r"\p{IsLatin}", r"\p{IsLatin}"),
        (r"\p{InGreek}", r"\p{InGreek}"),
        (r"\p{IsAlphabetic}", "ALPHABETIC"),
        (r"\p{sc=Latin}", "sc=Latin"),
        ("(?c)a", "the flag c"),
        ("(?<=a*)b", "look-behind of any length"),
        ("(?<=(a)b?)c", "a group in a look-behind of varying length"),
        (r"(?:\2(a)|b(\1))+", "a group that ends later"),
        ("[a&&]", "&& with nothing on its right"),
        (r"(?:(a))*b\1", "a group within a repeated group of fixed length"),
        (r"(?:(?=(a))|b)c\1", "a group that need not match"),
        (r"(a?){2}\1", "a counted repeat of a group that may match nothing"),
        (r"(?iu)(a)\1", "a back reference under the flags i and u"),
    ],
)
def test_what_is_refused_is_named(pattern: str, construct: str) -> None:
    with pytest.raises(PatternError) as caught:
        Pattern(pattern)
    assert caught.value.refused
    assert construct in str(caught.value)
    assert pattern in str(caught.value).replace("\\\\", "\\")


def test_a_doubtful_group_is_refused_only_if_it_is_asked_for() -> None:
    pattern = Pattern("(?:(a))*(b)")
    assert pattern.matches("aab")
    assert pattern.replace_first("aab", "$2") == "b"
    with pytest.raises(PatternError, match="asks for what it matched"):
        pattern.replace_first("aab", "$1")
    with pytest.raises(PatternError, match="asks for what it matched"):
        pattern.check("$1")
    pattern.check("$9")


def test_a_word_boundary_beside_a_combining_mark_is_refused() -> None:
    assert Pattern(r"a\b.*").matches("a b")
    with pytest.raises(PatternError, match="combining marks"):
        Pattern(r"a\b.*").matches("a\u0301 b")


def test_replacements() -> None:
    pattern = Pattern(r"db\.(?<table>[^-]+)(-x)?")
    assert pattern.replace_first("db.orders", r"\$${table}$2.$10") == "$orders.orders0"
    assert pattern.replace_first("other", "$9") == "other"
    with pytest.raises(NoSuchGroup, match="No group 9"):
        pattern.replace_first("db.orders", "$9")
    with pytest.raises(ValueError, match=r"No group with name \{x\}"):
        pattern.replace_all("db.orders", "${x}")


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(PatternError, match="nesting deeper"):
        Pattern("(" * 5_000 + ")" * 5_000)
