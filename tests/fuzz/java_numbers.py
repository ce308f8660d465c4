"""Java's number parsers and casts: texts a grammar makes, and the numbers where rounding is hard."""

from __future__ import annotations

import struct
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

from hypothesis import strategies as st

from connect_core.data import Float32
from connect_core.java import number_texts, numbers
from tests.fuzz.family import Failed, Family, Maker, Pair, exact, java
from tests.parity.bridge import Bridge

WHOLES = ("0", "7", "127", "128", "32768", "2147483647", "2147483648", "9223372036854775807", "9223372036854775808")
FLOATS = (
    "3.4028235677973366e38", "340282356779733661637539395458142568447", "340282356779733661637539395458142568448",
    "1.17549435E-38", "4.9e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "1.7976931348623157e308",
    "1.7976931348623159e308", "16777217", "16777219", "9007199254740993", "7.006492321624085e-46", "NaN", "Infinity",
    "0x1p3", "0x1.8p1", "0X.8P0f", "0x1.fffffep127", "0x1.ffffffp127", "0x1p1024", "0x0.000001p-149",
    "0x1p-99999999999", "1e99999999999999999999", "1e-99999999999999999999",
    "0x1.000001000000001p0", "0x1.0000010p0", "0x", "0x1", "0xp1",
)  # fmt: skip
ODD = (
    "", " ", "+", "-", ".", "e5", "1e", "1e+", "+-1", "1_000", "1,5", "٣", "１２", "𝟙", "١.٥", "1L", "1f", "1D", "nan",
    "1 2", "infinity", "Inf", "0b1", "1e2147483647", "1e2147483648", "1e2147483649", "1e-2147483647", "1e-2147483648",
    "0.1e-2147483647", "1e00000000000001", "1e99999999999", "\x001", "1\u00a0", "--1",
)  # fmt: skip
_INTS = {"Byte": 8, "Short": 16, "Integer": 32, "Long": 64}


def number_text(random: Random) -> str:
    """What a parser of numbers may or may not read."""
    text = random.choice((_random_number, lambda r: r.choice(WHOLES), lambda r: r.choice(FLOATS)))(random)
    if random.random() < 0.2:
        text = random.choice(ODD)
    for affix in ("+", "-", " ", "\t", "0", "\u2003"):
        if random.random() < 0.05:
            text = affix + text
    for affix in (" ", "f", "D", "0", ".", ".0", "e3", "E-2", "\n"):
        if random.random() < 0.05:
            text += affix
    return text


def _random_number(random: Random) -> str:
    digits = "".join(random.choice("0123456789") for _ in range(random.randint(1, random.choice((3, 20, 40)))))
    at = random.randint(0, len(digits))
    text = random.choice(("", "-", "+")) + (f"{digits[:at]}.{digits[at:]}" if random.random() < 0.5 else digits)
    return text + (f"e{random.randint(-60, 60)}" if random.random() < 0.3 else "")


def _number(random: Random) -> Any:
    """A double near a boundary, or a long."""
    if random.random() < 0.3:
        return random.choice((random.randint(-(2**63), 2**63 - 1), 2 ** random.randint(20, 62) + random.randint(-3, 3)))
    bits = random.getrandbits(31)
    low, high = (struct.unpack(">f", struct.pack(">I", bits + more))[0] for more in (0, 1))
    middle = (low + high) / 2
    return random.choice((low, middle, random.uniform(-1e40, 1e40), random.choice((1e39, -1e40, 0.5, -0.0, 1e20, 2e9))))


def _parsing(bridge: Bridge) -> Family:
    jclass = bridge.jpype.JClass
    big = jclass("java.math.BigDecimal")
    both: dict[str, tuple[Callable[[str], Any], Callable[[Any], Any]]] = {
        name: (partial(number_texts.parse_int, bits=bits), jclass(f"java.lang.{name}").valueOf)
        for name, bits in _INTS.items()
    }
    both["Double"] = number_texts.parse_double, jclass("java.lang.Double").valueOf
    both["Float"] = lambda text: Float32(number_texts.parse_float(text)), jclass("java.lang.Float").valueOf
    both["BigDecimal"] = number_texts.parse_decimal, big

    def compare(case: tuple[str, str]) -> Pair:
        name, text = case
        if name == "BigDecimal":
            text = text.replace("𝟙", "1")  # its message would hold half a character, which JPype cannot carry
        try:
            mine = exact(both[name][0](text))
        except ValueError:
            mine = "refused"
        theirs = java(bridge, both[name][1], bridge.text(text))
        if isinstance(theirs, Failed):
            return Pair(mine, "refused" if theirs.name == "java.lang.NumberFormatException" else theirs)
        return Pair(mine, exact(bridge.from_value(None, theirs)))

    def vary(name: str, random: Random) -> tuple[str, str]:
        return name, number_text(random)

    return Family("java number texts", st.sampled_from(list(both)), compare, vary=vary)


def _casting(bridge: Bridge) -> Family:
    jclass = bridge.jpype.JClass
    boxes = {int: jclass("java.lang.Long"), float: jclass("java.lang.Double")}
    make = {int: bridge.jpype.JLong, float: bridge.jpype.JDouble}
    big = jclass("java.math.BigDecimal")

    def compare(number: Any) -> Pair:
        kind = type(number)
        if kind is Decimal:
            boxed = big(str(number))
            mine: tuple[Any, ...] = (
                repr(numbers.decimal_to_float32(number)), repr(numbers.decimal_to_double(number)),
                numbers.decimal_to_long(number), numbers.decimal_text(number),
            )  # fmt: skip
            theirs = repr(float(boxed.floatValue())), repr(float(boxed.doubleValue()))
            return Pair(mine, (*theirs, int(boxed.longValue()), str(boxed.toString())))
        boxed = boxes[kind](make[kind](number))
        single = numbers.int_to_float32(number) if kind is int else numbers.to_float32(number)
        long = number if kind is int else numbers.float_to_int(number, 64)
        integer = numbers.narrow(number, 32) if kind is int else numbers.float_to_int(number, 32)
        text = str(number) if kind is int else numbers.double_text(number)
        mine = (repr(single), long, integer, numbers.narrow(integer, 8), text, numbers.float_text(single))
        return Pair(
            mine,
            (
                repr(float(boxed.floatValue())), int(boxed.longValue()), int(boxed.intValue()), int(boxed.byteValue()),
                str(boxed.toString()), str(jclass("java.lang.Float").toString(boxed.floatValue())),
            ),
        )  # fmt: skip

    def vary(_: None, random: Random) -> Any:
        if random.random() < 0.2:
            return Decimal(f"{random.randint(-(10**20), 10**20)}E{random.randint(-400, 400)}")
        number = _number(random)
        if random.random() < 0.4 and number == number and abs(number) != float("inf"):
            return Decimal(number) + random.choice((0, 1, -1)) * Decimal("1e-25")
        return number

    return Family("java number casts", st.none(), compare, vary=vary)


FAMILIES: dict[str, Maker] = {"java number texts": _parsing, "java number casts": _casting}
