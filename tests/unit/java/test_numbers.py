"""Java's number rules by hand-checked examples (the JDK itself is asked in tests/parity)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connect_core.java import numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e7, "1.0E7"),
        (9999999.0, "9999999.0"),
        (0.001, "0.001"),
        (1e-4, "1.0E-4"),
        (-0.0, "-0.0"),
        (100.0, "100.0"),
        (2e23, "2.0E23"),
        (1.5e-5, "1.5E-5"),
        (5e-324, "4.9E-324"),
        (float("-inf"), "-Infinity"),
        (float("nan"), "NaN"),
    ],
)
def test_double_text(value: float, text: str) -> None:
    assert numbers.double_text(value) == text


def test_float_text_has_the_digits_of_a_float() -> None:
    assert numbers.float_text(0.1) == numbers.float_text(numbers.to_float32(0.1)) == "0.1"
    assert numbers.float_text(16777216.0) == "1.6777216E7"
    assert numbers.float_text(1e-45) == "1.4E-45"
    assert numbers.shortest_float32(numbers.to_float32(3.14159)) == 3.14159


def test_decimals_as_bytes() -> None:
    for unscaled, data in [
        (0, "00"),
        (100, "64"),
        (127, "7f"),
        (128, "0080"),
        (-100, "9c"),
        (-128, "80"),
        (256, "0100"),
    ]:
        assert numbers.int_to_bytes(unscaled).hex() == data
        assert numbers.decimal_from_bytes(bytes.fromhex(data), 2) == Decimal(unscaled).scaleb(-2)
    huge = Decimal("1" * 60 + ".25")
    assert numbers.decimal_from_bytes(numbers.decimal_to_bytes(huge), 2) == huge
    with pytest.raises(ValueError, match="Zero length"):
        numbers.decimal_from_bytes(b"", 2)
    with pytest.raises(ValueError, match="NaN"):
        numbers.decimal_scale(Decimal("NaN"))


def test_narrowing() -> None:
    assert [numbers.narrow(n, 8) for n in (127, 128, 300, -129)] == [127, -128, 44, 127]
    assert numbers.float_to_int(1e40, 32) == 2**31 - 1
    assert numbers.float_to_int(-1.9, 64) == -1
    assert numbers.float_to_int(float("nan"), 64) == 0
