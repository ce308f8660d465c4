"""Java's regular expressions: generated patterns, right and wrong, against generated texts and replacements."""

from __future__ import annotations

import re
from random import Random
from typing import Any, NamedTuple

from hypothesis import strategies as st

from connect_core.java.patterns import Pattern
from tests.fuzz.family import Failed, Family, Maker, Pair, java, ours
from tests.parity.bridge import Bridge

REFUSED_TEXT = "which is not supported here"
REFUSED = "refused with a message that names the construct"
WITHIN = "a match never begins within a character of two units"
_CONSTRUCT = re.compile(f" uses (.*), {REFUSED_TEXT}", re.DOTALL)
_BEHIND, _REFERENCE, _GROUP = r"\(\?<[=!]", r"\\[1-9k]", r"\("
_EVIDENCE = (
    ("a look-behind of any length", _BEHIND), ("a group in a look-behind", _BEHIND),
    ("an atomic group or possessive repeat in a look-behind", _BEHIND),
    ("a back reference to a group that ends later", _REFERENCE), ("a back reference under the flags", _REFERENCE),
    ("a group that need not match within", _GROUP), ("a counted repeat of a group", _GROUP),
    ("a group within a repeated group", _GROUP), ("&& with nothing on its right", "&&"),
    ("the property", r"\\[pP]"), ("the block", r"\\[pP]"), (r"\p", r"\\[pP]"),
    (r"\b or \B on a text with combining marks", r"\\[bB]"), ("the flag c", r"\(\?[a-zA-Z-]*c"),
    (r"\G", r"\\G"), (r"\X", r"\\X"), (r"\b{g}", r"\\b\{g\}"),
)  # fmt: skip
"""What a pattern must contain when it is refused for this."""
LETTERS = "aabbcdAB01_-. "
ODD = "äÄßſKıİσςΣéα😀\u0301\u00a0\u2028\u0085\n\r\t\x0bǅ٣&^]}#"
ESCAPES = [
    r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", r"\h", r"\H", r"\v", r"\V", r"\R", r"\b", r"\B", r"\A", r"\z", r"\Z",
    r"\.", r"\\", r"\-", r"\n", r"\t", r"\x41", r"\x{61}", r"\u0062", r"\0101", r"\cA", r"\e", r"\Qa.b\E", r"\Q*\E",
    r"\N{LATIN SMALL LETTER A}", r"\p{Alpha}", r"\P{Lower}", r"\p{Punct}", r"\p{L}", r"\pL", r"\PN", r"\p{Lu}",
    r"\p{IsDigit}", r"\p{javaLowerCase}", r"\p{gc=Nd}", r"\p{IsLowercase}", r"\p{Upper}", r"\p{Space}", r"\p{Cntrl}",
    r"\p{ASCII}", r"\p{XDigit}", r"\p{IsPunctuation}", r"\p{Alnum}", r"\p{Graph}", r"\p{Print}", r"\p{Blank}", r"\P{L}",
    r"\p{Digit}", r"\p{L1}", r"\p{LC}", r"\p{LD}", r"\pM", r"\p{Zs}", r"\p{Sc}", r"\P{Nd}", r"\p{Lt}", r"\p{Pd}",
    r"\p{IsL}", r"\p{IsLu}", r"\p{general_category=Lu}", r"\p{IsUppercase}", r"\p{IsTitlecase}", r"\p{IsLetter}",
    r"\p{IsWhite_Space}", r"\p{IsControl}", r"\p{IsHex_Digit}", r"\p{IsAssigned}", r"\p{IsIdeographic}",
    r"\p{javaUpperCase}", r"\p{javaTitleCase}", r"\p{javaLetter}", r"\p{javaDigit}", r"\p{javaWhitespace}",
    r"\p{javaLetterOrDigit}",
    r"\p{javaMirrored}", r"\P{javaLowerCase}", r"\p{all}", r"\p{IsEmoji}", r"\x{1F600}", r"\u00E4", r"\uD83D\uDE00",
    r"\xE4", r"\cz", r"\0377", r"\07", r"\a", r"\f", r"\r", r"\Qa", r"\Q", r"\E", r"\Q(\E", r"\é", r"\ ", r"\#",
    r"\N{GREEK SMALL LETTER ALPHA}", r"\$", r"\_", r"\😀",
]  # fmt: skip
WRONG = [
    "[", "(", ")", "{", "*", "+", "?", "[a", "(?<", "(?<1>a)", "(?<n>a", r"\k<x>", r"\k", r"\q", "a{2", "a{2,1}",
    "a{x}", "a{,2}", "(?z)", "(?", "(?#a)", "[b-a]", r"\p{Foo}", r"\p{", r"\p{}", r"\x", r"\x{110000}", r"\x{6",
    r"\u12", r"\08", r"\0", r"\N{NO SUCH}", "\\", "a**", "[a&&]", "[&&a]", "[]", "[^]", "[a-\\d]", "(?<=a*)b", r"\E",
    "a{99999999999}", "(?<n>a)(?<n>b)", r"\c", r"\pX", "[z-", r"\N", r"\N{", "(?i", "(?i-", "(?$a)", "(?<!a+)",
    r"(?<=\1)(a)", "(?x) a # b", "\\p{IsFoo}", "\\p{sc=Latin}", "\\p{x=y}", "[[a]",
]  # fmt: skip
REFUSALS = [r"\X", r"\G", r"\b{g}", r"\p{IsLatin}", r"\p{InGreek}", r"\p{IsAlphabetic}", "(?c)"]
RANGES = (
    "a-c", "A-Z", "0-9", "a-z", "b-b", "!-~", "K-ſ", "_-a", "\\x41-\\x5a", "À-ÿ", "\\t-\\v", "α-ω", "a-\\x{1F600}",
    "\\u0041-z", "😀-😂", "--/", "+--", "A-z", "[-a", "\\--0", "Z-a", "\\Qa-z\\E", "\\0101-\\0132", "İ-ı", "ﬀ-ﬆ",
)  # fmt: skip
HEADS = ("(", "(", "(?:", "(?:", "(?=", "(?!", "(?>", "(?i:", "(?<n>")
FLAGS = [
    "i",
    "s",
    "m",
    "u",
    "iu",
    "d",
    "x",
    "U",
    "i-s",
    "-i",
    "iU",
    "ix",
    "ms",
    "sm-i",
    "xu",
    "dm",
    "-",
    "i-",
    "uim",
    "ux-U",
]
REPLACEMENTS = [
    "",
    "x",
    "$0",
    "$1",
    "$2-$1",
    "$10",
    "${n}",
    "\\$",
    "a$",
    "$x",
    "${",
    "${n",
    "${1}",
    "${zz}",
    "\\",
    "$9",
    "\\\\$1",
    "ä😀",
    "${n}$12",
]


class Case(NamedTuple):
    """A pattern, texts to match, and a replacement."""

    pattern: str
    texts: tuple[str, ...]
    replacement: str


class _Maker:
    def __init__(self, random: Random) -> None:
        self.random, self.names = random, 0

    def choice(self, depth: int) -> str:
        options = [self.sequence(depth) for _ in range(1 if self.random.random() < 0.75 else self.random.randint(2, 3))]
        return "|".join(options)

    def sequence(self, depth: int) -> str:
        return "".join(self.piece(depth) for _ in range(self.random.randint(0 if depth < 2 else 1, 4)))

    def piece(self, depth: int) -> str:
        random = self.random
        roll = random.random()
        if roll < 0.45:
            found = random.choice(LETTERS)
        elif roll < 0.5:
            found = random.choice(ODD)
        elif roll < 0.6:
            found = random.choice(ESCAPES)
        elif roll < 0.66:
            found = random.choice(".^$.")
        elif roll < 0.76:
            found = self.brackets(1)
        elif roll < 0.78:
            found = random.choice((r"\1", r"\2", r"\10", r"\k<n1>"))
        elif roll < 0.795:
            found = f"(?{random.choice(FLAGS)})"
        elif depth > 0:
            found = self.group(depth - 1)
        else:
            found = random.choice("abc")
        return found + (self.repeat() if random.random() < 0.3 else "")

    def group(self, depth: int) -> str:
        random = self.random
        if random.random() < 0.1:
            return self.behind(depth)
        head = random.choice((*HEADS, f"(?{random.choice(FLAGS)}:"))
        if head == "(?<n>":
            self.names += 1
            head = f"(?<n{self.names if self.names > 1 else ''}>"
        return f"{head}{self.choice(depth)})"

    def behind(self, depth: int) -> str:
        """Mostly one of limited length without groups: others are refused."""
        head = self.random.choice(("(?<=", "(?<!"))
        if self.random.random() < 0.15:
            return f"{head}{self.choice(depth)})"
        options = ("a", "ab", "[a-c]", r"\.", "b{2}", "a?", "[^b]{1,2}", r"\w", "^", r"(?:a|bc)", "(?!b)", r"\R", "")
        return f"{head}{''.join(self.random.choice((*options, '|')) for _ in range(self.random.randint(1, 4)))})"

    def repeat(self) -> str:
        count = self.random.choice(("*", "+", "?", "*", "+", "{2}", "{1,2}", "{0,1}", "{2,}", "{0}", "{1}"))
        return count + self.random.choice(("", "", "", "?", "+"))

    def brackets(self, depth: int) -> str:
        random = self.random
        items = [self.item(depth) for _ in range(random.randint(1, 4))]
        return f"[{'^' if random.random() < 0.3 else ''}{''.join(items)}]"

    def item(self, depth: int) -> str:
        random = self.random
        roll = random.random()
        if roll < 0.4:
            return random.choice(LETTERS)
        if roll < 0.65:
            return random.choice(RANGES)
        if roll < 0.75:
            return random.choice(ESCAPES)
        if roll < 0.8:
            return random.choice(ODD)
        if depth and roll < 0.95:
            return random.choice(("", "&&", "&&", "&")) + self.brackets(depth - 1)
        return random.choice(("&&b-z", "-", "^", "&", "[a]", "&&[^b]", "#", " "))


def pattern(random: Random) -> str:
    made = _Maker(random).choice(random.choice((1, 2, 2, 3)))
    if random.random() < 0.1:
        made = f"(?{random.choice(FLAGS)}){made}"
    roll = random.random()
    at = random.randrange(len(made) + 1)
    if roll < 0.12:
        made = made[:at] + random.choice(WRONG) + made[at + random.randint(0, 1) :]
    elif roll < 0.16 and made:
        made = made[: at - 1] + made[at:]
    elif roll < 0.165:
        made = made[:at] + random.choice(REFUSALS) + made[at:]
    return made


def _text(random: Random) -> str:
    alphabet = LETTERS + "\n" if random.random() < 0.7 else LETTERS + ODD
    count = random.randint(0, 9 if random.random() < 0.9 else 40)
    return "".join(random.choice(alphabet) if random.random() < 0.98 else _any(random) for _ in range(count))


def _any(random: Random) -> str:
    """Any character but surrogates."""
    code = random.choice((random.randrange(0x250), random.randrange(0x3000), random.randrange(0xD800)))
    return chr(code if random.random() < 0.8 else random.randrange(0xE000, 0x11_0000))


def _patterns(bridge: Bridge) -> Family:
    kind = bridge.jpype.JClass("java.util.regex.Pattern")

    def theirs(case: Case, hidden: frozenset[int]) -> Any:
        compiled = kind.compile(bridge.text(case.pattern))
        return [_java_outcomes(bridge, compiled.matcher(bridge.text(text)), text, case, hidden) for text in case.texts]

    def mine(case: Case, compiled: Pattern) -> Any:
        return [_outcomes(compiled, text, case.replacement) for text in case.texts]

    def compare(case: Case) -> Pair:
        compiled = ours(Pattern, case.pattern)
        failed = isinstance(compiled, Failed)
        found = compiled if failed else ours(mine, case, compiled)
        if isinstance(compiled, Failed) and REFUSED_TEXT in compiled.message:
            return Pair(compiled, None)
        # What a group matched is not compared where asking for it is refused.
        hidden = frozenset() if failed else frozenset(compiled.doubtful)
        return Pair(found, java(bridge, lambda: theirs(case, hidden)))

    def known(case: Case, pair: Pair) -> str | None:
        return _known(kind, bridge, case, pair)

    def vary(_drawn: None, random: Random) -> Case:
        return Case(pattern(random), tuple(_text(random) for _ in range(3)), random.choice(REPLACEMENTS))

    return Family("patterns", st.none(), compare, known, (REFUSED, WITHIN), vary)


def _known(kind: Any, bridge: Bridge, case: Case, pair: Pair) -> str | None:
    if isinstance(pair.ours, Failed):
        return REFUSED if names_construct(pair.ours, case.pattern) else None
    if not isinstance(pair.java, list):
        return None
    name = REFUSED
    for text, (groups, texts), (java_groups, java_texts) in zip(case.texts, pair.ours, pair.java, strict=True):
        if groups != java_groups:
            return None
        both = zip(texts, java_texts, strict=True)
        if any(mine != other and not names_construct(mine, case.pattern) for mine, other in both):
            if not _begins_within(kind.compile(bridge.text(case.pattern)).matcher(bridge.text(text)), text):
                return None
            name = WITHIN
    return name


def _begins_within(matcher: Any, text: str) -> bool:
    """Does Java's first match begin between the two units of a character?"""
    before = text.encode("utf-16-be", "surrogatepass")[: 2 * matcher.start()] if matcher.find() else b""
    return 0xD8 <= next(iter(before[-2:]), 0) < 0xDC


def names_construct(failed: Any, pattern: str) -> bool:
    """Is this our refusal of a construct that is in the pattern?"""
    found = _CONSTRUCT.search(failed.message) if isinstance(failed, Failed) else None
    evidence = next((there for start, there in _EVIDENCE if found and found[1].startswith(start)), None)
    return evidence is not None and re.search(evidence, pattern) is not None


def _java_outcomes(bridge: Bridge, matcher: Any, text: str, case: Case, hidden: frozenset[int]) -> Any:
    groups = None
    if matcher.matches():
        shown = (n for n in range(matcher.groupCount() + 1) if n not in hidden)
        groups = {n: bridge.from_text(matcher.group(n)) for n in shown}
    changes = (matcher.replaceFirst, matcher.replaceAll) if _is_bmp(text) else (matcher.replaceFirst,)
    texts = [java(bridge, change, bridge.text(case.replacement)) for change in changes]
    return groups, [one if isinstance(one, Failed) else bridge.from_text(one) for one in texts]


def _is_bmp(text: str) -> bool:
    """Java's replaceAll puts empty matches into the middle of a character beyond: its outcome is no text then."""
    return max(text, default="") < "\U00010000"


def _outcomes(compiled: Pattern, text: str, replacement: str) -> Any:
    found = compiled.whole(text)
    groups = {n: found[n] for n in range(compiled.groups + 1) if n not in compiled.doubtful} if found else None
    changes = (compiled.replace_first, compiled.replace_all) if _is_bmp(text) else (compiled.replace_first,)
    return groups, [ours(change, text, replacement) for change in changes]


FAMILIES: dict[str, Maker] = {"patterns": _patterns}
