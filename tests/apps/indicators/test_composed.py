"""Rates from reported parts: computed where all parts are there, told where they are not, never guessed."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal as D
from types import SimpleNamespace
from typing import Any, cast

import pytest

from saishang.apps.indicators.catalogue import Catalogue
from saishang.apps.indicators.states import PlanGoal, judge_all
from saishang.rules import load_rules

RULES = load_rules()
CATALOGUE = Catalogue(RULES)
FIELDS = {"B": "priority", "C": "safe", "D": "strict", "E": "polluted"}


def report(code: str, text: str, *, region: str = "640000", period: str = "2025", basis: str = "as_published") -> Any:
    """A reported value, not stored."""
    from saishang.apps.indicators.models import ReportedValue

    return ReportedValue(
        indicator=code, region=region, period=period, basis=basis, value=D(text), text=text, unit="万亩",
        agency="农业农村厅", evidence="年度报告", status="confirmed", caliber="", note="", origin="",
        entered_at=datetime(2026, 3, 1),
    )  # fmt: skip


def parts(**areas: str) -> list[Any]:
    return [report(f"soil.farmland_{FIELDS[name]}_area", text) for name, text in areas.items()]


def composed(reports: list[Any]) -> list[Any]:
    from saishang.apps.indicators.composed import composed_values

    return composed_values(CATALOGUE, reports, RULES)


def test_a_rate_from_its_areas() -> None:
    """(12 + 5.6 + 0.8) / 20 = 92%."""
    (value,) = composed(parts(B="12", C="5.6", D="0.8", E="20"))
    assert (value.indicator, value.kind, value.value, value.rounded) == (
        "soil.farmland_safe_use",
        "computed",
        D(92),
        "92",
    )
    assert value.valid and value.coverage == {"parts": 4, "parts_expected": 4}
    assert [part["value"] for part in value.inputs["parts"]] == ["12", "5.6", "0.8", "20"]


def test_a_missing_part_is_named_and_is_not_zero() -> None:
    (value,) = composed(parts(B="12", C="5.6", E="20"))
    assert (value.value, value.valid, value.rounded) == (None, False, "")
    assert value.reason == "missing:soil.farmland_strict_area"
    assert composed([]) == []


def test_parts_that_contradict_each_other_make_no_rate() -> None:
    (value,) = composed(parts(B="12", C="5.6", D="3", E="20"))
    assert value.value is None and value.reason.startswith("parts_refused:B + C + D")


def test_parts_of_different_years_regions_and_bases_do_not_mix() -> None:
    reports = [*parts(B="12", C="5", D="0"), report("soil.farmland_polluted_area", "20", period="2024")]
    found = {(value.region, value.period): value for value in composed(reports)}
    assert set(found) == {("640000", "2024"), ("640000", "2025")}
    assert not any(value.valid for value in found.values())


@pytest.mark.parametrize(
    ("indicator", "given", "expected"),
    [
        ("waste.zero_waste_share", {"cities_in_programme": "2", "cities_all": "5"}, "40.0"),
        ("waste.household_sorting", {"areas_sorting": "995", "areas_all": "1000"}, "99.5"),
        ("waste.industrial_utilisation",
         {"industrial_used": "2300", "industrial_generated": "4000", "industrial_used_old": "100"}, "56.1"),
        ("noise.zone_night_rate", {"night_passed": "7", "night_evaluated": "8"}, "87.5"),
        ("groundwater.class_five_share", {"points_class_five": "1", "points_evaluated": "3"}, "33.3"),
        ("radiation.emf_network", {"counties_with_station": "22", "counties_all": "22"}, "100"),
        ("soil.construction_safe_use", {"plots_lawful": "3", "plots_changed": "4"}, "75.0"),
    ],
)  # fmt: skip
def test_every_composed_indicator_by_hand(indicator: str, given: dict[str, str], expected: str) -> None:
    medium = indicator.partition(".")[0]
    # A mass may be a part of several figures; those that lack others of their parts say so.
    found = composed([report(f"{medium}.{name}", text) for name, text in given.items()])
    assert {value.indicator: value.rounded for value in found if value.valid} == {indicator: expected}


def test_every_composed_indicator_has_parts_that_exist_and_a_known_formula() -> None:
    from saishang.apps.indicators.composed import BALANCE, is_composed
    from saishang.science.composed import FORMULAS
    from saishang.science.waste.from_rules import streams

    found = [indicator for indicator in CATALOGUE.indicators.values() if is_composed(indicator)]
    # Nine rates of the plan and its media, ten rates and six balances of the streams of waste.
    assert len(found) == 25
    flows = streams(RULES)
    for indicator in found:
        (way,) = (way.statistic for way in indicator.by("reports"))
        if way["formula"] == BALANCE:
            whole = flows[way["stream"]].of_region
            assert set(way["parts"]) == {*whole.sources, *whole.sinks}
        else:
            assert set(way["parts"]) == set(FORMULAS[way["formula"]][0])
        for code in way["parts"].values():
            assert CATALOGUE.indicators[code].kind == "reported", code


def test_the_computed_rate_stands_before_the_reported_one_for_a_target() -> None:
    from saishang.apps.indicators.values import reported_values

    reports = [*parts(B="12", C="5.6", D="0.8", E="20"), report("soil.farmland_safe_use", "99")]
    values = composed(reports) + [
        v for v in reported_values(CATALOGUE, reports) if v.indicator == "soil.farmland_safe_use"
    ]
    goal = PlanGoal(
        id="G09", item="T12", text="受污染耕地安全利用率", indicator_text="受污染耕地安全利用率", comparator=">=",
        year=2027,
        value=D(98), undetermined=False, kind="numeric", region="640000",
    )  # fmt: skip
    state = judge_all([goal], values, CATALOGUE, {}, 2025)[0]
    assert state.value is not None and (state.value.kind, state.value.rounded) == ("computed", "92")
    # Without any report the lead agency is asked, as before.
    assert judge_all([goal], [], CATALOGUE, {}, 2025)[0].standing.reason == "no_report"


def test_the_chain_shows_the_parts_with_their_evidence() -> None:
    from saishang.apps.indicators.chain import _computed

    (value,) = composed(parts(B="12", C="5.6", D="0.8", E="20"))
    links = _computed(cast(Any, None), cast(Any, None), cast(Any, SimpleNamespace(inputs=value.inputs)))
    assert [(link.kind, link.value, link.facts["evidence"]) for link in links] == [
        ("report", text, "年度报告") for text in ("12", "5.6", "0.8", "20")
    ]
