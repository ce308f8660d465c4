"""Numbers out of text as Java's parsers read them: ``Integer.parseInt`` and its kin, ``Double.parseDouble``,
``Float.parseFloat``, ``new BigDecimal(String)``. What they refuse is a ValueError, as their NumberFormatException.

Neighbours: ``numbers`` has the texts and casts; config, ``data`` and the transforms read through this.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from connect_core.java.numbers import INT_BOUNDS, decimal_to_float32, is_float32_tie, nearest_to, to_float32

if TYPE_CHECKING:
    from fractions import Fraction

_BLANKS = "".join(map(chr, range(0x21)))  # what String.trim() removes
# Character.digit takes the decimal digits of any script, but char by char: none beyond U+FFFF.
_WHOLE = re.compile(r"[+-]?\d+")
_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?(?P<exponent>\d+))?")
_FLOATING = re.compile(r"[+-]?(?:NaN|Infinity|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[fFdD]?)")
_HEX = re.compile(
    r"(?P<sign>[+-]?)0[xX](?:(?P<whole>[0-9a-fA-F]+)\.?(?P<part>[0-9a-fA-F]*)|\.(?P<only>[0-9a-fA-F]+))"
    r"[pP](?P<power>[+-]?[0-9]+)[fFdD]?"
)
_BEYOND = 5000  # a binary exponent no float or double comes near
_SCALES = (-(2**31), 2**31 - 1)


def parse_int(text: str, bits: int) -> int:
    """``Byte``, ``Short``, ``Integer`` or ``Long.parseXxx``: an optional sign and digits, within the width."""
    if not _WHOLE.fullmatch(text) or _has_astral(text):
        raise ValueError(f"{text!r} is not a whole number")
    number = Decimal(text)  # no limit on leading zeros
    low, high = INT_BOUNDS[bits]
    if not low <= number <= high:
        raise ValueError(f"{text!r} does not fit {bits} bits")
    return int(number)


def parse_double(text: str) -> float:
    """``Double.parseDouble``: blanks around it, hexadecimal, and a trailing f or d are fine."""
    trimmed = text.strip(_BLANKS)
    if _FLOATING.fullmatch(trimmed):
        return float(trimmed if trimmed[-1] in "yN" else trimmed.rstrip("fFdD"))
    sign, exact = _hexadecimal(trimmed)
    try:
        return math.copysign(float(exact), sign)
    except OverflowError:
        return math.copysign(math.inf, sign)


def parse_float(text: str) -> float:
    """``Float.parseFloat``: as ``parse_double``, rounded once to a float."""
    trimmed = text.strip(_BLANKS)
    if not _FLOATING.fullmatch(trimmed):
        return _hexadecimal_float(trimmed)
    number = trimmed if trimmed[-1] in "yN" else trimmed.rstrip("fFdD")
    double = float(number)
    single = to_float32(double)
    if is_float32_tie(double, single):  # the double may be rounded, then the text decides
        return math.copysign(decimal_to_float32(Decimal(number)), double)
    return single


def parse_decimal(text: str) -> Decimal:
    """``new BigDecimal(text)``: no blanks, no negative zero; the scale must fit 32 bits."""
    match = _DECIMAL.fullmatch(text)
    if match is None or _has_astral(text):
        raise ValueError(f"{text!r} is not a decimal number")
    exponent = match["exponent"]
    if exponent is not None and len(exponent) > 9:
        _check_exponent(text, exponent)
    number = Decimal(text)
    return number or number.copy_abs()


def _check_exponent(text: str, exponent: str) -> None:
    digits = re.sub(r"\A\d+?(?=\d{10}\Z)", lambda zeros: "" if int(zeros[0]) == 0 else zeros[0], exponent)
    if len(digits) > 10:
        raise ValueError(f"Too many nonzero exponent digits in {text!r}")
    scale = Decimal(text).as_tuple().exponent
    if not isinstance(scale, int) or not _SCALES[0] <= -scale <= _SCALES[1]:
        raise ValueError(f"Scale out of range in {text!r}")


def _hexadecimal_float(text: str) -> float:
    sign, exact = _hexadecimal(text)
    try:
        double = float(exact)
    except OverflowError:
        return math.copysign(math.inf, sign)
    return math.copysign(nearest_to(exact, type(exact)(double), double=double), sign)


def _hexadecimal(text: str) -> tuple[int, Fraction]:
    """Sign and exact magnitude of a hexadecimal floating-point literal; capped far beyond every double."""
    from fractions import Fraction

    match = _HEX.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a number")
    fraction = match["only"] or match["part"] or ""
    digits = (match["whole"] or "") + fraction
    power = Decimal(match["power"]) - 4 * len(fraction)
    room = 4 * len(digits) + _BEYOND
    number = Fraction(int(digits, 16)) * Fraction(2) ** int(max(min(power, Decimal(room)), Decimal(-room)))
    return (-1 if match["sign"] == "-" else 1), number


def _has_astral(text: str) -> bool:
    return not text.isascii() and any(char > "\uffff" for char in text)
