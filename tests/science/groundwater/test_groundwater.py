"""Names, errors, laws, shares of points and trends of wells."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishang.errors import SaishangError
from saishang.rules import Rules, load_rules
from saishang.science.groundwater.classes import Groundwater, classify
from saishang.science.groundwater.from_rules import groundwater_standard
from saishang.science.groundwater.points import class_shares, well_trend
from saishang.science.numbers import InputError
from saishang.science.trend import TrendRule

STANDARD = groundwater_standard(load_rules(), date(2026, 6, 1))
NUMBERS = sorted(key for key, item in STANDARD.items.items() if item.kind == "max")


@pytest.fixture(scope="module")
def standard(rules: Rules) -> Groundwater:
    return groundwater_standard(rules, date(2026, 6, 1))


@pytest.mark.parametrize(
    ("name", "key"),
    [("总硬度", "hardness"), ("总硬度（以CaCO3计）", "hardness"), ("TDS", "tds"), ("铬（六价）", "cr6"),
     ("六价铬", "cr6"), ("Chromium (VI)", "cr6"), ("NH3N", "nh3n"), ("1，2-二氯乙烷", "dichloroethane_12"),
     ("PCE", "tetrachloroethene"),
     ("γ-六六六", "lindane")],
)  # fmt: skip
def test_items_are_known_by_many_names(standard: Groundwater, name: str, key: str) -> None:
    assert standard.item(name).key == key


def test_unknown_items_name_the_nearest(standard: Groundwater) -> None:
    with pytest.raises(InputError) as caught:
        classify({"chlorid": 5}, standard)
    assert "chloride" in caught.value.fix and caught.value.code == "unknown-item"


@pytest.mark.parametrize(
    ("values", "words"),
    [({}, "at least one"), ({"cl": -1}, "not be negative"), ({"cl": 1, "氯化物": 2}, "one item"),
     ({"ph": 15}, "0 and 14"),
     ({"cl": "many"}, "must be a number"), ({"cl": "<x"}, "must be a number"), ({"cl": [1]}, "one number")],
)  # fmt: skip
def test_bad_input_teaches(standard: Groundwater, values: dict[str, object], words: str) -> None:
    with pytest.raises(SaishangError, match=words):
        classify(values, standard)


@given(st.sampled_from(NUMBERS), st.fractions(0, 5000), st.fractions(0, 5000))
def test_more_of_a_substance_is_never_better(item: str, one: Fraction, other: Fraction) -> None:
    low, high = sorted((one, other))
    classes = [classify({item: value}, STANDARD).number or 0 for value in (low, high)]
    assert classes == sorted(classes)


@given(st.dictionaries(st.sampled_from(NUMBERS), st.integers(0, 3000), min_size=1, max_size=6))
def test_the_class_of_a_sample_is_its_worst_single_class(values: dict[str, int]) -> None:
    singles = {name: classify({name: value}, STANDARD).number or 0 for name, value in values.items()}
    verdict = classify(dict(values), STANDARD)
    assert verdict.number == max(singles.values())
    assert set(verdict.worst) == {name for name, number in singles.items() if number == verdict.number}


def test_shares_leave_points_without_class_out_of_the_denominator() -> None:
    """Two of three evaluated points are Ⅴ: 66.7%; with the dry well in the denominator it would be 50%."""
    shares = class_shares([("a", "z", 5), ("b", "z", 5), ("c", "z", 3), ("d", "z", None), ("a", "y", 1)])
    assert [zone.zone for zone in shares] == ["z", "y"]
    assert (shares[0].evaluated, shares[0].without_class, shares[0].class_five) == (3, 1, Decimal("66.7"))
    assert shares[1].share(1, 2, 3) == Decimal("100.0")
    assert class_shares([("a", "z", None)])[0].class_five is None


@pytest.mark.parametrize("points", [[("a", "z", 5), ("a", "z", 5)], [("a", "z", 6)], [("a", "z", 0)]])
def test_shares_refuse_doubles_and_classes_that_do_not_exist(points: list[tuple[str, str, int | None]]) -> None:
    with pytest.raises(InputError):
        class_shares(points)


def test_a_well_whose_nitrate_rises_every_year_gets_worse() -> None:
    """Five rising years: rs = 1, above 0.900 for n = 5."""
    rule = TrendRule({5: Fraction(9, 10)})
    assert well_trend("no3n", [1, 2, 3, 4, 5], rule).worse is True
    assert well_trend("no3n", [5, 4, 3, 2, 1], rule).worse is False
    assert well_trend("no3n", [1, 2, 3], rule).worse is None
