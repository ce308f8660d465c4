"""Java's number parsers by hand-checked examples (the JDK itself is asked by the fuzz families)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connect_core.java.number_texts import parse_decimal, parse_double, parse_float, parse_int
from connect_core.java.numbers import decimal_to_float32, decimal_to_long, int_to_float32


def test_whole_numbers() -> None:
    assert parse_int("+127", 8) == 127
    assert parse_int("-0000000000000000000000000128", 8) == -128
    assert parse_int("٣", 32) == 3
    for text in ("", "+", "128", "1_0", " 1", "1.0", "0x1", "𝟙"):
        with pytest.raises(ValueError, match=r"is not a whole number|does not fit 8 bits"):
            parse_int(text, 8)


def test_floating_numbers() -> None:
    assert parse_double(" 1.5f\t") == 1.5
    assert parse_double("0x1.8p1") == 3.0
    assert parse_double("-0x1p99999999999") == float("-inf")
    assert str(parse_double("-0x0p0")) == "-0.0"
    assert parse_float("16777217.0000001") == 16777218.0  # rounded once
    assert parse_float("0x1.000001000000001p0") == 1.0000001192092896
    assert parse_float("340282356779733661637539395458142568447") == 3.4028234663852886e38
    assert parse_float("340282356779733661637539395458142568448") == float("inf")
    for text in ("", "1_0", "nan", "inf", "1e", "0x1", "1 2", "１"):
        with pytest.raises(ValueError, match="is not a number"):
            parse_double(text)


def test_decimals() -> None:
    assert parse_decimal("-1.50e-3").as_tuple() == Decimal("-0.00150").as_tuple()
    assert str(parse_decimal("-0.0")) == "0.0"
    assert parse_decimal("1e0000000000000000001") == 10
    for text in ("", ".", "1f", " 1", "1e", "NaN", "1e2147483649", "1e-2147483648", "1e99999999999"):
        with pytest.raises(ValueError, match=r"is not a decimal|Scale out of range|Too many nonzero exponent digits"):
            parse_decimal(text)


def test_casts() -> None:
    assert decimal_to_float32(Decimal("1e40")) == float("inf")
    assert decimal_to_float32(Decimal("-1e40")) == float("-inf")
    assert int_to_float32(2**60 + 2**36 + 1) == 2.0**60 + 2.0**37  # a double would fall on the middle
    assert decimal_to_long(Decimal("1e64")) == 0
    assert decimal_to_long(Decimal(2**63) + Decimal("0.5")) == -(2**63)
