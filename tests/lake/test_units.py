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
