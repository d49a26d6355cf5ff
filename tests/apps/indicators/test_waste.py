"""Waste: the share of zero-waste cities by the register, balances from reports, invented reports judge nobody."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest

from saishang.apps.indicators.actions.report_value import Report, ReportRefused, report_value
from saishang.apps.indicators.catalogue import Catalogue
from saishang.apps.indicators.composed import _fitting, composed_values
from saishang.apps.indicators.models import ReportedValue
from saishang.apps.indicators.register_values import register_values
from saishang.apps.indicators.states import PlanGoal, best_by_year, judge_all
from saishang.apps.indicators.values import Value, reported_values
from saishang.apps.registers.actions import EvidenceFile, add_entry, move_entry
from saishang.apps.registers.kinds import kind_of
from saishang.lake.archive import Archive
from saishang.rules import load_rules

RULES = load_rules()
CATALOGUE = Catalogue(RULES)
CITIES = kind_of(RULES, "zero_waste_cities")
SHARE = "waste.zero_waste_share"
TODAY = date(2026, 6, 1)


def city(code: str, state: str, **more: str) -> Any:
    given = {"region": code, "name": code, "document": "名单", "mark": "confirmed", **more}
    return add_entry(
        "test", CITIES, RULES, given, today=TODAY, effective=date(2024, 5, 1), state=state, reason="试验"
    )  # fmt: skip


def shares(as_of: date = TODAY) -> dict[tuple[str, str, str, str], str]:
    values = register_values(CATALOGUE, RULES, "640000", as_of, None)
    return {
        (value.indicator, value.region, value.period, value.basis): value.rounded
        for value in values
        if value.indicator in (SHARE, "waste.zero_waste_named_share")
    }


@pytest.mark.django_db
def test_two_of_five_cities_are_forty_percent() -> None:
    city("640100", "building")
    city("640200", "building")
    city("640300", "applying")
    found = shares()
    assert {key[2]: value for key, value in found.items() if key[:2] == (SHARE, "640000")} == {
        "2024": "40.0", "2025": "40.0", "2026": "40.0",
    }  # fmt: skip
    assert found["waste.zero_waste_named_share", "640000", "2026", "register"] == "0.0"
    (value,) = [
        v for v in register_values(CATALOGUE, RULES, "640000", TODAY, None)
        if (v.indicator, v.region, v.period) == (SHARE, "640000", "2026")
    ]  # fmt: skip
    assert value.coverage == {"entries_counted": 2, "regions_counted": 5}
    # 100 % of one city says nothing: the share is the province's, though its cities are on the register.
    assert {key[1] for key in found} == {"640000"}


@pytest.mark.django_db
def test_a_register_way_without_levels_tells_every_region_that_has_entries() -> None:
    from dataclasses import replace
    from types import SimpleNamespace

    city("640100", "building")
    share = CATALOGUE.indicators[SHARE]
    open_way = replace(share, statistic={name: said for name, said in share.statistic.items() if name != "levels"})
    told = register_values(SimpleNamespace(indicators={SHARE: open_way}), RULES, "640000", TODAY, None)  # type: ignore[arg-type]
    assert {(v.region, v.rounded) for v in told if v.period == "2026"} == {("640000", "20.0"), ("640100", "100.0")}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "share", "named"),
    [("applying", "0.0", "0.0"), ("building", "20.0", "0.0"), ("assessed", "20.0", "0.0"), ("named", "20.0", "20.0"),
     ("withdrawn", "0.0", "0.0")],
)  # fmt: skip
def test_which_states_count(state: str, share: str, named: str) -> None:
    city("640100", state)
    found = shares()
    assert found[SHARE, "640000", "2026", "register"] == share
    assert found["waste.zero_waste_named_share", "640000", "2026", "register"] == named


@pytest.mark.django_db
def test_an_invented_city_counts_apart(tmp_path: Path) -> None:
    city("640100", "building")
    city("640400", "named", demonstration="是")
    found = shares()
    assert found[SHARE, "640000", "2026", "register"] == "20.0"
    assert found[SHARE, "640000", "2026", "demonstration"] == "20.0"


@pytest.mark.django_db
def test_a_city_moves_only_with_its_document(tmp_path: Path) -> None:
    entry = city("640100", "building")
    archive = Archive(tmp_path / "archive")
    paper = tmp_path / "report.pdf"
    paper.write_bytes(b"%PDF-1.7")
    options: dict[str, Any] = {"number": 1, "today": TODAY}
    with pytest.raises(Exception, match="assessment"):
        move_entry("test", CITIES, RULES, archive, entry.pk, "assess", [], **options)
    with pytest.raises(Exception, match="not possible"):
        move_entry("test", CITIES, RULES, archive, entry.pk, "name", [], **options)
    files = [EvidenceFile("assessment", "report.pdf", paper)]
    assert move_entry("test", CITIES, RULES, archive, entry.pk, "assess", files, **options).state == "assessed"


PARTS = {
    "generated": "60", "opening": "30", "received": "10", "used": "50", "disposed": "20", "discarded": "0",
    "shipped": "5", "closing": "25",
}  # fmt: skip


def reports(basis: str = "as_published", **changed: str | None) -> list[Any]:
    masses = {**PARTS, **changed}
    return [
        ReportedValue(
            indicator=f"waste.industrial_{flow}", region="640000", period="2025", basis=basis, value=D(mass), text=mass,
            unit="万吨", agency="工业和信息化厅", evidence="年报", status="confirmed", caliber="", note="", origin="",
            entered_at=datetime(2026, 3, 1),
        )
        for flow, mass in masses.items()
        if mass is not None
    ]  # fmt: skip


def balance(found: list[Value]) -> Value:
    (value,) = [value for value in found if value.indicator == "waste.industrial_balance"]
    return value


@pytest.mark.parametrize(
    ("closing", "difference", "verdict"),
    [
        ("23.999", "1.001", "missing_mass"), ("24", "1", "balanced"), ("25", "0", "balanced"), ("26", "-1", "balanced"),
        ("26.001", "-1.001", "surplus_mass"),
    ],
)  # fmt: skip
def test_a_balance_at_the_tolerance(closing: str, difference: str, verdict: str) -> None:
    """100 came in; 1 % of it may be missing or too much."""
    value = balance(composed_values(CATALOGUE, reports(closing=closing), RULES))
    assert (value.value, value.valid, value.coverage["verdict"]) == (D(difference), True, verdict)
    assert (value.coverage["sources"], value.coverage["tolerance_percent"]) == ("100", "1")
    assert [part["value"] for part in value.inputs["parts"]] == list({**PARTS, "closing": closing}.values())


@pytest.mark.parametrize("flow", list(PARTS))
def test_a_balance_with_a_part_missing_has_no_verdict(flow: str) -> None:
    value = balance(composed_values(CATALOGUE, reports(**{flow: None}), RULES))
    assert (value.value, value.valid, value.coverage["verdict"]) == (None, False, "cannot_tell")
    assert value.reason == f"missing:waste.industrial_{flow}"
    assert (value.coverage["parts"], value.coverage["parts_expected"]) == (7, 8)


def test_as_many_missing_parts_are_named_as_the_column_holds() -> None:
    codes = ["x" * 30] * 9
    # The column holds 200 characters; five codes of 30 with their commas are 154, six would be 185 of the 190 left.
    assert _fitting(codes[:6]) == ",".join(codes[:6])
    assert _fitting(codes) == ",".join(codes[:6]) + ",…"
    assert len("missing:" + _fitting(codes)) <= 200


def test_rates_by_hand() -> None:
    """Used 50 of 60 generated and 0 old: 83.3 %; disposed 20 of 60 and 4 old: 31.25, half to even 31.2 %."""
    told = reports()
    told += [
        ReportedValue(
            indicator=f"waste.industrial_{name}", region="640000", period="2025", basis="as_published", value=D(mass),
            text=mass, unit="万吨", agency="工业和信息化厅", evidence="年报", status="confirmed", caliber="", note="",
            origin="", entered_at=datetime(2026, 3, 1),
        )
        for name, mass in (("used_old", "0"), ("disposed_old", "4"))
    ]  # fmt: skip
    found = {value.indicator: value.rounded for value in composed_values(CATALOGUE, told, RULES)}
    assert found["waste.industrial_utilisation"] == "83.3"
    assert found["waste.industrial_disposal"] == "31.2"


def test_invented_reports_judge_no_target() -> None:
    """Areas that sort: 1000 of 1000 would meet the target of full coverage, were they not invented."""
    told = [
        ReportedValue(
            indicator=f"waste.areas_{name}", region="640000", period="2025", basis="demonstration", value=D(1000),
            text="1000", unit="个", agency="演示", evidence="演示", status="unconfirmed", caliber="", note="",
            origin="", entered_at=datetime(2026, 3, 1),
        )
        for name in ("sorting", "all")
    ]  # fmt: skip
    values = composed_values(CATALOGUE, told, RULES) + reported_values(CATALOGUE, told)
    (rate,) = [value for value in values if value.indicator == "waste.household_sorting"]
    assert (rate.rounded, rate.basis) == ("100.0", "demonstration")
    assert best_by_year(values, CATALOGUE.indicators["waste.household_sorting"]) == {}
    goal = PlanGoal(
        "C10", "T26", "城市居民小区垃圾分类", "城市居民小区垃圾分类", "=", None, None, False, "coverage", "640000"
    )  # fmt: skip
    (state,) = judge_all([goal], values, CATALOGUE, {}, 2026)
    assert (state.standing.status, state.standing.reason) == ("not_evaluated", "demonstration_only")


def report(indicator: str, text: str, basis: str = "as_published") -> ReportedValue:
    unit = CATALOGUE.indicators[indicator].unit
    given = Report(indicator, "640100", "2025", text, unit, basis, "生态环境厅", "年报")
    return report_value("test", given, CATALOGUE, RULES)


@pytest.mark.django_db
def test_a_change_may_be_below_zero_a_share_may_not() -> None:
    assert report("waste.zero_waste_30", "-12.5").value == D("-12.5")
    assert report("waste.zero_waste_27", "150").value == 150
    with pytest.raises(ReportRefused, match="outside"):
        report("waste.zero_waste_04", "-0.1")
    assert report("waste.zero_waste_04", "45", "demonstration").basis == "demonstration"


def test_every_indicator_of_the_list_leads_to_the_catalogue_or_to_words() -> None:
    rows = RULES.table("standards/waste/zero_waste_indicators").rows
    linked = [row["catalogue"] for row in rows if row["catalogue"]]
    assert len(linked) == len(set(linked)) == 53 and set(linked) <= set(CATALOGUE.indicators)
    words = {int(row["no"]) for row in rows if not row["catalogue"]}
    assert words == {29, 39, 40, 41, 51}
    assert {f"list_{number}" for number in words} <= set(CITIES.fields)
