"""EI, EQI and BI from what a region entered: hand arithmetic, one missing field at a time, what contradicts itself."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from saishang.rules import load_rules
from saishang.science.ecology.from_rules import biodiversity_rule, ecological_index_rule, quality_index_rule
from saishang.science.ecology.surveys import bi_of, ei_of, eqi_of

RULES = load_rules()
EI, EQI, BI = ecological_index_rule(RULES), quality_index_rule(RULES), biodiversity_rule(RULES)
#: km² of a county of 1 000 km²; with the weights of HJ 192-2015 written out beside them.
COVERS = {
    "wood": ("100", ".35", ".60"), "shrub": ("60", ".35", ".25"), "sparse": ("40", ".35", ".15"),
    "gh": ("100", ".21", ".60"), "gm": ("100", ".21", ".30"), "gl": ("100", ".21", ".10"),
    "river": ("10", ".28", ".10"), "lake": ("20", ".28", ".30"), "wet": ("20", ".28", ".50"),
    "ice": ("0", ".28", ".10"),
    "paddy": ("150", ".11", ".60"), "dry": ("150", ".11", ".40"),
    "town": ("30", ".04", ".30"), "rural": ("40", ".04", ".40"), "other_b": ("10", ".04", ".30"),
    "sand": ("40", ".01", ".20"), "salt": ("20", ".01", ".30"), "bare": ("5", ".01", ".20"),
    "rock": ("5", ".01", ".20"),
    "other_u": ("0", ".01", ".10"),
}  # fmt: skip
COUNTY = {f"cover_{name}": area for name, (area, _, _) in COVERS.items()} | {
    "area": "1000", "ndvi": "4200", "river_km": "260", "lake_km2": "24", "water_resource": "180",
    "water_resource_mean": "170", "severe": "20", "moderate": "80", "built": "80", "other": "30", "cod": "1500",
    "nh3n": "120", "so2": "2600", "dust": "900", "nox": "3100", "solid": "0", "precipitation": "210",
    "restriction": "none",
}  # fmt: skip


def by_hand() -> tuple[dict[str, Decimal], Decimal]:
    """The five sub-indices and EI of COUNTY with BI 42, by decimal arithmetic."""
    d = Decimal
    weighted = sum(d(area) * d(of_class) * d(part) for area, of_class, part in COVERS.values())
    assert weighted == d("71.89")
    hq = d("511.2642131067") * weighted / 1000
    subs = {
        "bio": (42 + hq) / 2,
        "veg": d("0.0121165124") * 4200,
        "water": (d("84.3704083981") * 260 + d("591.7908642005") * 24 + d("86.3869548281") * 180) / 3 / 1000,
        "land": d("236.04356779") * (d(20) * d("0.4") + d(80) * d("0.2") + d(80) * d("0.2") + d(30) * d("0.2")) / 1000,
        "load": d("0.2") * d("4.3937397289") * 1500 / 210 + d("0.2") * d("40.1764754986") * 120 / 210
        + d("0.2") * d("0.0648660287") * 2600 / 1000 + d("0.1") * d("4.0904459321") * 900 / 1000
        + d("0.2") * d("0.5103049278") * 3100 / 1000,
    }  # fmt: skip
    taken = {name: value.quantize(d("0.1")) for name, value in subs.items()}  # half to even, as GB/T 8170
    ei = (
        d("0.35") * taken["bio"] + d("0.25") * taken["veg"] + d("0.15") * taken["water"]
        + d("0.15") * (100 - taken["land"]) + d("0.10") * (100 - taken["load"])
    )  # fmt: skip
    return subs, ei


def test_ei_by_hand() -> None:
    subs, ei = by_hand()
    found = ei_of(COUNTY, "42", EI)
    assert {part.name: float(part.value) for part in found.parts} == pytest.approx(
        {name: float(value) for name, value in subs.items()}, abs=1e-9
    )
    assert found.value == found.free == sum(part.adds for part in found.parts)
    assert float(found.value or 0) == pytest.approx(float(ei), abs=1e-12)
    assert found.grade is not None and found.grade.zh == "一般"
    assert (found.missing, found.refused) == ((), "")


@pytest.mark.parametrize("lacking", sorted(set(COUNTY) - {"restriction"}))
def test_with_any_part_missing_there_is_no_index(lacking: str) -> None:
    found = ei_of({**COUNTY, lacking: None}, "42", EI)
    assert (found.value, found.grade, found.parts, found.missing) == (None, None, (), (lacking,))


def test_without_biodiversity_there_is_no_index() -> None:
    assert ei_of(COUNTY, None, EI).missing == ("bi",)


def test_a_restriction_cuts_class_and_value() -> None:
    free = ei_of(COUNTY, "42", EI).value
    found = ei_of({**COUNTY, "restriction": "2"}, "42", EI)
    assert found.free == free
    assert float(found.value or 0) == 34.9 and found.grade is not None and found.grade.zh == "较差"


@pytest.mark.parametrize(
    ("change", "words"),
    [({"cover_wood": "600"}, "add up"), ({"severe": "2000"}, "between 0 and 100"), ({"precipitation": "0"}, "above 0")],
)
def test_what_contradicts_itself_is_no_index(change: dict[str, str], words: str) -> None:
    found = ei_of({**COUNTY, **change}, "42", EI)
    assert found.value is None and words in found.refused


@pytest.mark.parametrize(
    ("pattern", "grade"),
    # 0.36 p + 0.35·60 + 0.19·60 + 0.10·(100−20) = 0.36 p + 40.4: 55 at p = 40.5̅.
    [("40.55", "三类"), ("40.56", "二类"), ("82.22", "二类"), ("82.23", "一类")],
)
def test_classes_of_eqi_at_their_edges(pattern: str, grade: str) -> None:
    given = {"pattern": pattern, "function": "60", "biodiversity": "60", "stress": "20"}
    found = eqi_of(given, EQI)
    assert found.value == Decimal("0.36") * Decimal(pattern) + Decimal("40.4")
    assert found.grade is not None and found.grade.zh == grade


def test_exactly_on_the_edge_belongs_to_the_better_class() -> None:
    found = eqi_of({"pattern": "55", "function": "55", "biodiversity": "55", "stress": "45"}, EQI)
    assert found.value == 55 and found.grade is not None and found.grade.zh == "二类"


@pytest.mark.parametrize("lacking", ["pattern", "function", "biodiversity", "stress"])
def test_eqi_needs_all_four(lacking: str) -> None:
    given: dict[str, Any] = {"pattern": 60, "function": 50, "biodiversity": 70, "stress": 20, lacking: None}
    assert eqi_of(given, EQI).missing == (lacking,)


def test_bi_of_the_worked_example_and_with_a_count_missing() -> None:
    counts = {
        "animals": 300, "plants": 1500, "ecosystems": 60, "endemic_animals": 40, "endemic_plants": 200,
        "threatened_animals": 30, "threatened_plants": 40, "alien": 25,
    }  # fmt: skip
    found = bi_of(counts, BI)
    assert float(found.value or 0) == pytest.approx(42.036, abs=1e-3)
    assert float(sum(part.adds for part in found.parts)) == pytest.approx(42.036, abs=1e-3)
    for name in counts:
        assert bi_of({**counts, name: None}, BI).missing == (name,)
    assert "more than all" in bi_of({**counts, "endemic_animals": 301}, BI).refused
