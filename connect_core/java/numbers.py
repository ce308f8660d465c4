"""Java's number rules (spec kafka-connect.md 13): texts of float, double and BigDecimal, narrowing casts, parsing.

Texts are those of JDK 19 and later: the shortest digits that read back as the same number. Stdlib only; used by
``encoding``, ``converters``, ``data.values`` and the transforms.
"""

from __future__ import annotations

import math
import struct
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction  # costs milliseconds to import, and only odd texts need it

INT_BOUNDS = {8: (-(2**7), 2**7 - 1), 16: (-(2**15), 2**15 - 1), 32: (-(2**31), 2**31 - 1), 64: (-(2**63), 2**63 - 1)}
FLOAT32_MAX = 3.4028234663852886e38
EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
"""Decimal arithmetic that never rounds: the default context would cut at 28 digits."""

_SINGLE = struct.Struct(">f")
_OVERFLOW = 2.0**128 - 2.0**103
_SMALLEST_NORMAL_SINGLE = 1.1754943508222875e-38
_FEW_DIGITS = 1e-300  # below this a double may have so little precision that its shortest text has one digit


def double_text(value: float) -> str:
    """``Double.toString``: ``1.0E7``, ``0.001``, ``4.9E-324``, ``NaN``, ``-Infinity``."""
    if 1e-3 <= value < 1e7 or -1e7 < value <= -1e-3 or value == 0:
        return repr(value)
    if not math.isfinite(value):
        return _not_finite(value)
    text = repr(value)
    if abs(value) < _FEW_DIGITS and len(text.lstrip("-").partition("e")[0]) == 1:
        text = f"{value:.1e}"  # Java takes the nearest decimal of at least two digits
    return _java_layout(text)


def float_text(value: float) -> str:
    """``Float.toString`` of the value rounded to a float."""
    if not math.isfinite(value):
        return _not_finite(value)
    return _java_layout(_shortest_single(to_float32(value)))


def shortest_float32(value: float) -> float:
    """The double whose own shortest text has the digits of ``Float.toString(value)``; value must fit a float."""
    near = float(f"{value:.6g}")
    if abs(near) >= _SMALLEST_NORMAL_SINGLE and to_float32(near) == to_float32(value):
        return near  # six digits always survive a float, so no shorter text can exist
    return float(_shortest_single(to_float32(value)))


def to_float32(value: float) -> float:
    """Java's ``(float) value``: nearest float, infinite when out of range."""
    try:
        rounded: float = _SINGLE.unpack(_SINGLE.pack(value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)
    return rounded


def decimal_to_float32(value: Decimal) -> float:
    """``BigDecimal.floatValue``: the nearest float, not rounded twice; -0.0 only for what is too small for a float."""
    try:
        double = float(value)
    except OverflowError:
        return math.copysign(math.inf, value)
    return nearest_to(value, Decimal(double), double=double) if value else 0.0


def nearest_to[N: (Decimal, Fraction, int)](value: N, rounded: N, *, double: float) -> float:
    """The float nearest to ``value``, whose nearest double is given, also as a number of the value's kind."""
    single = to_float32(double)
    if is_float32_tie(double, single) and rounded != value:
        # The value lies beside the middle of two floats, the double on it: go to the value's side.
        other = _other_side(double, single)
        return max(single, other) if value > rounded else min(single, other)
    return single


def int_to_float32(value: int) -> float:
    """Java's ``(float) value`` of a long: not rounded twice."""
    double = float(value)
    return nearest_to(value, int(double), double=double)


def is_float32_tie(double: float, single: float) -> bool:
    """Does the double lie in the middle of two floats, ``single`` being one of them?"""
    other = _other_side(double, single)
    return other != single and to_float32(other) == other


def _other_side(double: float, single: float) -> float:
    """What lies as far from the double as its float does, on the other side."""
    if math.isinf(single):  # half a step above the largest float is rounded up to infinity
        return math.copysign(FLOAT32_MAX, single) if abs(double) == _OVERFLOW else single
    return 2 * double - single


def narrow(value: int, bits: int) -> int:
    """Two's-complement wrap of an integer to ``bits`` bits, as Java's casts between integer types do."""
    half = 1 << (bits - 1)
    return ((value + half) & ((1 << bits) - 1)) - half


def float_to_int(value: float, bits: int) -> int:
    """Java's cast of a float or double to int (32) or long (64): truncate, saturate, NaN is 0.

    Narrower targets go through int first and then wrap: ``narrow(float_to_int(x, 32), 8)``.
    """
    low, high = INT_BOUNDS[bits]
    if math.isnan(value):
        return 0
    if math.isinf(value):
        return high if value > 0 else low
    return min(max(int(value), low), high)


def decimal_to_double(value: Decimal) -> float:
    """``BigDecimal.doubleValue``: zero has no sign, what is too small keeps it."""
    return 0.0 if value.is_zero() else float(value)


def decimal_to_long(value: Decimal) -> int:
    """``BigDecimal.longValue``: the lowest 64 bits of the whole part."""
    if value.adjusted() < 0 or decimal_scale(value) <= -64:
        return 0  # 10**64 has 64 zero bits
    return narrow(int(value), 64)


def decimal_text(value: Decimal) -> str:
    """``BigDecimal.toString``; Python's ``str`` follows the same rules, only the sign of zero differs."""
    return str(value.copy_abs() if value.is_zero() else value)


def decimal_scale(value: Decimal) -> int:
    """``BigDecimal.scale``: digits after the point, negative for ``1E+3``."""
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError(f"{value} is not a number BigDecimal can hold")
    return -exponent


def decimal_to_bytes(value: Decimal) -> bytes:
    """The unscaled integer, big-endian two's complement, minimal length (``BigInteger.toByteArray``)."""
    return int_to_bytes(int(value.scaleb(decimal_scale(value), EXACT)))


def decimal_from_bytes(data: bytes, scale: int) -> Decimal:
    """The decimal of an unscaled big-endian integer; empty bytes are refused like Java's BigInteger does."""
    if not data:
        raise ValueError("Zero length BigInteger")
    return Decimal(int.from_bytes(data, "big", signed=True)).scaleb(-scale, EXACT)


def int_to_bytes(value: int) -> bytes:
    """``BigInteger.toByteArray``: minimal big-endian two's complement."""
    if value >= 0:
        return value.to_bytes(value.bit_length() // 8 + 1)
    return value.to_bytes((value + 1).bit_length() // 8 + 1, signed=True)


def _not_finite(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def _shortest_single(value: float) -> str:
    """Shortest text, at least two digits, that reads back as this float; nearest to it among equals."""
    for digits in range(2, 10):
        text = f"{value:.{digits - 1}e}"
        if to_float32(float(text)) == value:
            return text
        if math.frexp(value)[0] in (0.5, -0.5):  # a power of two: its rounding interval is lopsided
            step = Decimal(1).scaleb(Decimal(text).adjusted() - digits + 1)
            others = sorted((Decimal(text) + step, Decimal(text) - step), key=lambda d: abs(d - Decimal(value)))
            for other in others:
                if to_float32(float(other)) == value:
                    return f"{other:.{digits - 1}e}"
    return repr(value)


def _java_layout(text: str) -> str:
    """Digits of any Python float text in Java's layout: plain within [1e-3, 1e7), else ``d.dddE[-]x``."""
    number = Decimal(text)
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    shown = "".join(map(str, digits)).rstrip("0") or "0"
    power = exponent + len(digits) - 1  # of the first digit
    if shown == "0":
        return "-0.0" if sign else "0.0"
    minus = "-" if sign else ""
    if -3 <= power < 7:
        if power < 0:
            return f"{minus}0.{'0' * (-power - 1)}{shown}"
        shown = shown.ljust(power + 1, "0")
        return f"{minus}{shown[: power + 1]}.{shown[power + 1 :] or '0'}"
    return f"{minus}{shown[0]}.{shown[1:] or '0'}E{power}"
