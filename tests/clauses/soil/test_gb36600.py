"""GB 36600-2018: screening and intervention values of both tables for two classes of land."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from saishang.errors import SaishangError
from saishang.rules import Rules
from saishang.science.soil.development import DevelopmentLand, assess_development_land
from saishang.science.soil.from_rules import development_standard

#: Typed by hand: screening class 1, class 2, intervention class 1, class 2 [mg/kg].
VALUES = {
    "砷": "20 60 120 140", "镉": "20 65 47 172", "铬(六价)": "3.0 5.7 30 78", "铜": "2000 18000 8000 36000",
    "铅": "400 800 800 2500", "汞": "8 38 33 82", "镍": "150 900 600 2000", "四氯化碳": "0.9 2.8 9 36",
    "氯仿": "0.3 0.9 5 10", "二氯甲烷": "94 616 300 2000", "三氯乙烯": "0.7 2.8 7 20", "四氯乙烯": "11 53 34 183",
    "氯乙烯": "0.12 0.43 1.2 4.3", "苯": "1 4 10 40", "甲苯": "1200 1200 1200 1200", "乙苯": "7.2 28 72 280",
    "硝基苯": "34 76 190 760", "苯胺": "92 260 211 663", "苯并[a]芘": "0.55 1.5 5.5 15", "萘": "25 70 255 700",
    "䓛": "490 1293 4900 12900", "锑": "20 180 40 360", "钴": "20 70 190 350", "钒": "165 752 330 1500",
    "氰化物": "22 135 44 270", "甲基汞": "5.0 45 10 120", "滴滴涕": "2.0 6.7 21 67", "六氯苯": "0.33 1 3.3 10",
    "多氯联苯(总量)": "0.14 0.38 1.4 3.8", "二噁英类(总毒性当量)": "0.00001 0.00004 0.0001 0.0004",
    "石油烃(C10-C40)": "826 4500 5000 9000",
}  # fmt: skip


@pytest.fixture(scope="module")
def standard(rules: Rules) -> DevelopmentLand:
    return development_standard(rules, date(2026, 6, 1))


@pytest.mark.parametrize("item", VALUES)
@pytest.mark.parametrize("land_class", [1, 2])
def test_tables_1_and_2_just_below_at_and_just_above(standard: DevelopmentLand, item: str, land_class: int) -> None:
    """Equal to a value is within it. Toluene's four values are one: over it is over both."""
    numbers = [Fraction(text) for text in VALUES[item].split()]
    screening, intervention = numbers[land_class - 1], numbers[land_class + 1]
    for limit in (screening, intervention):
        for value in (limit * Fraction(999, 1000), limit, limit * Fraction(1001, 1000)):
            expected = (
                "below_screening"
                if value <= screening
                else "over_screening"
                if value <= intervention
                else "over_intervention"
            )
            assert assess_development_land({item: value}, land_class, standard).result == expected


def test_45_basic_and_40_other_items(standard: DevelopmentLand) -> None:
    basic = [values.basic for values in standard.items.values()]
    assert (basic.count(True), basic.count(False)) == (45, 40)


def test_every_intervention_value_is_at_least_its_screening_value(standard: DevelopmentLand) -> None:
    for values in standard.items.values():
        for column in (0, 1):
            assert values.screening[column] <= values.intervention[column], values.item
        assert values.screening[0] <= values.screening[1] and values.intervention[0] <= values.intervention[1]


def test_arsenic_within_its_natural_background_is_no_contamination(standard: DevelopmentLand) -> None:
    """Note under table 1: over the screening value but not over the background is not treated as contaminated."""
    found = [
        assess_development_land({"砷": value}, 1, standard, background={"砷": 30}) for value in ("29.9", "30", "30.1")
    ]
    assert [verdict.result for verdict in found] == ["below_screening", "below_screening", "over_screening"]
    assert [verdict.within_background for verdict in found] == [("砷",), ("砷",), ()]
    with pytest.raises(SaishangError, match="background"):
        assess_development_land({"铅": 500}, 1, standard, background={"铅": 900})


@pytest.mark.parametrize(
    ("values", "result"),
    [({"砷": None}, None), ({"砷": None, "铅": 100}, None), ({"砷": None, "铅": 500}, None),
     ({"砷": None, "铅": 900}, "over_intervention")],
)  # fmt: skip
def test_a_missing_item_is_never_harmless(
    standard: DevelopmentLand, values: dict[str, object], result: str | None
) -> None:
    verdict = assess_development_land(values, 1, standard)
    assert (verdict.result, verdict.missing) == (result, ("砷",))


@pytest.mark.parametrize("land_class", [0, 3, "1.5", "", "第三类用地"])
def test_the_land_class_is_one_or_two(standard: DevelopmentLand, land_class: object) -> None:
    with pytest.raises(SaishangError):
        assess_development_land({"砷": 1}, land_class, standard)


@pytest.mark.parametrize("land_class", [1, "1", "第一类用地", "一类"])
def test_the_land_class_by_number_or_name(standard: DevelopmentLand, land_class: object) -> None:
    assert assess_development_land({"砷": 45}, land_class, standard).result == "over_screening"


@pytest.mark.parametrize("name", ["As", "石油烃", "石油烃（C10-C40）", "Benzo[a]pyrene", "六价铬", "邻二甲苯"])
def test_items_are_known_by_many_names(standard: DevelopmentLand, name: str) -> None:
    assert assess_development_land({name: 0}, 1, standard).result == "below_screening"
