"""Safe-use rates: the national trial method and our count for construction land."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishang.science.numbers import InputError
from saishang.science.soil.safe_use import construction_land_use, farmland_from_fields, farmland_safe_use


def test_rate_by_hand() -> None:
    """(1200 + 560 + 80) / 2000 = 0.92."""
    assert farmland_safe_use({"B": 1200, "C": 560, "D": 80, "E": 2000}).rounded == Decimal("92.0")


def test_parts_may_fill_the_whole_but_not_exceed_it() -> None:
    assert farmland_safe_use({"B": 1, "C": 1, "D": 1, "E": 3}).rounded == Decimal("100.0")
    with pytest.raises(InputError, match="counts once"):
        farmland_safe_use({"B": 1, "C": 1, "D": "1.01", "E": 3})


@pytest.mark.parametrize("part", ["B", "C", "D", "E"])
def test_a_missing_or_negative_part_is_no_rate(part: str) -> None:
    whole = {"B": 1, "C": 1, "D": 1, "E": 4}
    with pytest.raises(InputError, match="missing"):
        farmland_safe_use({**whole, part: None})
    with pytest.raises(InputError):
        farmland_safe_use({**whole, part: -1})


def test_no_polluted_farmland_is_no_rate() -> None:
    with pytest.raises(InputError, match="no rate"):
        farmland_safe_use({"B": 0, "C": 0, "D": 0, "E": 0})


def test_fields_count_once() -> None:
    """10 + 20 + 5 of 50 mu: 70%."""
    fields = [("f1", 10, "B"), ("f2", 20, "C"), ("f3", 5, "D"), ("f4", 15, None)]
    assert farmland_from_fields(fields).rounded == Decimal("70.0")
    with pytest.raises(InputError, match="listed twice"):
        farmland_from_fields([*fields, ("f2", 1, "D")])
    with pytest.raises(InputError, match="measure"):
        farmland_from_fields([("f1", 10, "X")])


@given(st.lists(st.integers(0, 10**6), min_size=4, max_size=4).filter(lambda n: sum(n) > 0), st.integers(1, 1000))
def test_the_rate_does_not_depend_on_the_unit(parts: list[int], factor: int) -> None:
    b, c, d, rest = parts
    one = farmland_safe_use({"B": b, "C": c, "D": d, "E": b + c + d + rest})
    other = farmland_safe_use({"B": b * factor, "C": c * factor, "D": d * factor, "E": (b + c + d + rest) * factor})
    assert one.rate == other.rate and 0 <= one.rate <= 100


def test_construction_land_counts_plots_opened_against_the_gate() -> None:
    found = construction_land_use([("a", True, True), ("b", True, False), ("c", False, False), ("d", True, True)])
    assert (found.changed, found.against_rules, found.rate, found.effective) == (4, ("b",), Decimal("75.0"), False)
    assert construction_land_use([("a", True, True)]).effective is True
    assert construction_land_use([]).effective is None and construction_land_use([]).rate is None
    with pytest.raises(InputError, match="twice"):
        construction_land_use([("a", True, True), ("a", True, True)])
