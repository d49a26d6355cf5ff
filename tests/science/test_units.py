"""Units at the border."""

from __future__ import annotations

from fractions import Fraction

import pytest

from saishang.science.numbers import InputError
from saishang.science.units import convert, normal_unit, parse_quantity


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        ("0.07", "mg/m3", "µg/m³", Fraction(70)),
        ("70", "μg/m^3", "mg/m³", Fraction(7, 100)),
        ("1", "毫克/立方米", "µg/m³", Fraction(1000)),
        ("2.5", "ng/m³", "µg/m³", Fraction(25, 10000)),
        ("890", "hPa", "kPa", Fraction(89)),
        ("0.5", "1", "%", Fraction(50)),
        ("1", "h", "min", Fraction(60)),
        ("293.15", "K", "℃", Fraction(20)),
        ("-3.2", "°C", "K", Fraction(26995, 100)),
        ("18", "km/h", "m/s", Fraction(5)),
        ("61.31", "mS/m", "µS/cm", Fraction(6131, 10)),
        ("3", "个/mL", "cells/L", Fraction(3000)),
        ("1", "ｍｇ／ｍ３", "µg/m³", Fraction(1000)),
        ("55.1", "分贝", "dB(A)", Fraction(551, 10)),
        ("4", "kV/m", "V/m", Fraction(4000)),
        ("100000", "nT", "μT", Fraction(100)),
        ("40", "µW/cm²", "W/m2", Fraction(2, 5)),
        ("0.0628", "µGy/h", "nGy/h", Fraction(628, 10)),
        ("37", "GBq", "Bq", Fraction(37 * 10**9)),
        ("1.2", "g/kg", "mg/kg", Fraction(1200)),
        ("500", "公斤", "吨", Fraction(1, 2)),
    ],
)
def test_conversion(value: str, unit: str, to: str, expected: Fraction) -> None:
    assert convert(value, unit, to) == expected


def test_spellings_of_one_unit() -> None:
    assert {normal_unit(u) for u in ("ug/m3", "µg/m³", "μg/m3", "微克/立方米", "UG/M3")} == {"µg/m³"}


def test_another_kind_is_refused() -> None:
    with pytest.raises(InputError, match="mass per water volume"):
        convert("1", "mg/L", "mg/m³")


def test_unknown_unit_lists_the_known() -> None:
    with pytest.raises(InputError) as caught:
        convert("1", "ppb", "µg/m³")
    assert "µg/m³" in caught.value.fix


@pytest.mark.parametrize(
    ("text", "expected"), [("70", 70), ("70 µg/m³", 70), ("0.07mg/m3", 70), ("+7e1", 70), (".5", Fraction(1, 2))]
)
def test_quantity(text: str, expected: object) -> None:
    assert parse_quantity(text, "µg/m³") == expected


@pytest.mark.parametrize("text", ["", "µg/m³", "a lot", "7 0", "--7"])
def test_no_quantity(text: str) -> None:
    with pytest.raises(InputError):
        parse_quantity(text, "µg/m³")
