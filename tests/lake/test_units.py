from __future__ import annotations

from decimal import Decimal

import pytest

from saishang.lake.errors import MappingError
from saishang.lake.units import conversion


@pytest.mark.parametrize(
    ("stated", "canonical", "value", "expected"),
    [
        ("mg/m³", "µg/m³", "0.035", "35"),
        ("ug/m3", "µg/m³", "35", "35"),
        ("μg/m³", "µg/m³", "35", "35"),  # the Greek letter for the micro sign
        ("微克/立方米", "µg/m³", "35", "35"),
        ("Pa", "hPa", "89120", "891.2"),
        ("kPa", "hPa", "89.12", "891.2"),
        ("K", "°C", "273.15", "0"),
        ("℃", "°C", "-3.2", "-3.2"),
        ("mS/m", "µS/cm", "61.31", "613.1"),
        ("µg/L", "mg/L", "5", "0.005"),
        ("cells/mL", "cells/L", "3", "3000"),
    ],
)
def test_conversions(stated: str, canonical: str, value: str, expected: str) -> None:
    assert conversion(stated, canonical)(Decimal(value)) == Decimal(expected)


@pytest.mark.parametrize("stated", ["ppb", "mg/L", "furlong", "µg/L"])
def test_what_is_not_convertible_says_what_would_be(stated: str) -> None:
    with pytest.raises(MappingError) as caught:
        conversion(stated, "µg/m³", where="x.yaml: values.a")
    assert stated in caught.value.message
    assert caught.value.fix


def test_ppb_names_the_reference_state() -> None:
    with pytest.raises(MappingError, match="temperature and pressure"):
        conversion("ppb", "µg/m³")


@pytest.mark.parametrize(("stated", "canonical"), [("%", "1"), ("1", "%"), ("%", "dimensionless")])
def test_a_plain_number_is_no_share(stated: str, canonical: str) -> None:
    with pytest.raises(MappingError, match="expected a unit"):
        conversion(stated, canonical)


@pytest.mark.parametrize("stated", ["", "-", "无量纲", "pH", "1"])
def test_spellings_of_a_plain_number(stated: str) -> None:
    assert conversion(stated, "1").identity


def test_kilometres_per_hour_are_exact() -> None:
    """36 km/h = 10 m/s; the factor 5/18 has no finite decimal form."""
    assert conversion("km/h", "m/s")(Decimal(36)) == 10


def test_a_unit_that_only_the_rules_know_is_itself() -> None:
    assert conversion("µg/(dm²·d)", "µg/(dm²·d)").identity
    with pytest.raises(MappingError, match="µg/\\(dm²"):
        conversion("mg/m³", "µg/(dm²·d)")
