"""The shipped air rules against figures typed by hand from the standards' tables (air.md, sections 1, 2, 5 and 6)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from saishang.rules import Rules, load_rules

OLD, TRANSITION, FINAL = date(2020, 6, 1), date(2027, 6, 1), date(2031, 6, 1)

#: item, averaging: (class 1, class 2) under 2012; transition stage; full limits.
LIMITS = {
    ("SO2", "annual"): ("20 60", "20 60", "20 20"),
    ("SO2", "24h"): ("50 150", "50 150", "50 50"),
    ("SO2", "1h"): ("150 500", "150 500", "150 150"),
    ("NO2", "annual"): ("40 40", "40 40", "30 30"),
    ("NO2", "24h"): ("80 80", "80 80", "50 50"),
    ("NO2", "1h"): ("200 200", "200 200", "200 200"),
    ("CO", "24h"): ("4 4", "4 4", "4 4"),
    ("CO", "1h"): ("10 10", "10 10", "10 10"),
    ("O3", "8h_daily_max"): ("100 160", "100 160", "100 160"),
    ("O3", "1h"): ("160 200", "160 200", "160 200"),
    ("PM10", "annual"): ("40 70", "40 60", "20 50"),
    ("PM10", "24h"): ("50 150", "50 120", "50 100"),
    ("PM2.5", "annual"): ("15 35", "15 30", "10 25"),
    ("PM2.5", "24h"): ("35 75", "35 60", "25 50"),
    ("TSP", "annual"): ("80 200", "80 200", "80 200"),
    ("TSP", "24h"): ("120 300", "120 300", "120 300"),
    ("NOx", "annual"): ("50 50", "50 50", "40 40"),
    ("NOx", "24h"): ("100 100", "100 100", "70 70"),
    ("NOx", "1h"): ("250 250", "250 250", "250 250"),
    ("Pb", "annual"): ("0.5 0.5", "0.5 0.5", "0.5 0.5"),
    ("Pb", "quarter"): ("1 1", "1 1", "1 1"),
    ("BaP", "annual"): ("0.001 0.001", "0.001 0.001", "0.001 0.001"),
    ("BaP", "24h"): ("0.0025 0.0025", "0.0025 0.0025", "0.0025 0.0025"),
}
IAQI = (0, 50, 100, 150, 200, 300, 400, 500)
#: item, averaging: concentrations at the points of the index; the columns of particles changed in 2026.
POINTS = {
    ("SO2", "24h"): "0 50 150 475 800 1600 2100 2620",
    ("SO2", "1h"): "0 150 500 650 800",
    ("NO2", "24h"): "0 40 80 180 280 565 750 940",
    ("NO2", "1h"): "0 100 200 700 1200 2340 3090 3840",
    ("CO", "24h"): "0 2 4 14 24 36 48 60",
    ("CO", "1h"): "0 5 10 35 60 90 120 150",
    ("O3", "8h"): "0 100 160 215 265 800",
    ("O3", "1h"): "0 160 200 300 400 800 1000 1200",
}
PM_2012 = {("PM10", "24h"): "0 50 150 250 350 420 500 600", ("PM2.5", "24h"): "0 35 75 115 150 250 350 500"}
PM10_2026, PM25_2026 = "0 50 120 250 350 420 500 600", "0 35 60 115 150 250 350 500"
PM_2026 = {
    ("PM10", "24h"): PM10_2026, ("PM2.5", "24h"): PM25_2026, ("PM10", "1h"): PM10_2026, ("PM2.5", "1h"): PM25_2026,
}  # fmt: skip


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules()


@pytest.mark.parametrize("item", LIMITS, ids=" ".join)
def test_limits_of_gb3095(rules: Rules, item: tuple[str, str]) -> None:
    """GB 3095-2012 tables 1 and 2; GB 3095-2026, both stages."""
    table = rules.table("standards/air/limits")
    for day, text in zip((OLD, TRANSITION, FINAL), LIMITS[item], strict=True):
        row = table.one(day, parameter=item[0], averaging=item[1], binding=True)
        assert (row.class1, row.class2) == tuple(map(Decimal, text.split())), day
        assert row.unit == ("mg/m³" if item[0] == "CO" else "µg/m³")


def test_no_limit_beside_those(rules: Rules) -> None:
    for day in (OLD, TRANSITION, FINAL):
        rows = rules.table("standards/air/limits").in_force(day, binding=True)
        assert {(row.parameter, row.averaging) for row in rows} == set(LIMITS)


def test_informative_values_bind_nobody(rules: Rules) -> None:
    """GB 3095-2026 appendix A."""
    rows = rules.table("standards/air/limits").find(stage="informative")
    assert len(rows) == 10
    assert not any(row.binding for row in rows)
    assert {row.parameter: row.class2 for row in rows if row.averaging == "annual"} == {
        "Cd": Decimal("0.005"), "Hg": Decimal("0.05"), "As": Decimal("0.006"), "Cr(VI)": Decimal("0.000025"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("edition", "day", "points"),
    [("HJ 633-2012", OLD, POINTS | PM_2012), ("HJ 633-2026", TRANSITION, POINTS | PM_2026)],
    ids=["2012", "2026"],
)
def test_points_of_the_index(rules: Rules, edition: str, day: date, points: dict[tuple[str, str], str]) -> None:
    """HJ 633 table 1."""
    rows = rules.table("standards/air/iaqi_breakpoints").in_force(day)
    assert {row.edition for row in rows} == {edition}
    assert {(row.parameter, row.averaging) for row in rows} == set(points)
    for (parameter, averaging), text in points.items():
        column = [row for row in rows if (row.parameter, row.averaging) == (parameter, averaging)]
        assert [row.concentration for row in column] == [Decimal(part) for part in text.split()]
        assert [row.iaqi for row in column] == list(IAQI[: len(column)])


def test_points_rise_strictly(rules: Rules) -> None:
    table = rules.table("standards/air/iaqi_breakpoints")
    for edition in table.values("edition"):
        for parameter in table.values("parameter"):
            for averaging in ("1h", "8h", "24h"):
                column = table.find(edition=edition, parameter=parameter, averaging=averaging)
                for lower, upper in pairwise(column):
                    assert lower.concentration < upper.concentration
                    assert lower.iaqi < upper.iaqi


@pytest.mark.parametrize(
    ("day", "limits", "stage", "index", "evaluation", "gases", "particles"),
    [
        (date(2018, 8, 31), "GB 3095-2012", "single", "HJ 633-2012", "HJ 663-2013", "std_273K", "std_273K"),
        (date(2018, 9, 1), "GB 3095-2012", "single", "HJ 633-2012", "HJ 663-2013", "ref_298K", "actual"),
        (date(2026, 2, 28), "GB 3095-2012", "single", "HJ 633-2012", "HJ 663-2013", "ref_298K", "actual"),
        (date(2026, 3, 1), "GB 3095-2026", "transition", "HJ 633-2026", "HJ 663-2026", "ref_298K", "actual"),
        (date(2030, 12, 31), "GB 3095-2026", "transition", "HJ 633-2026", "HJ 663-2026", "ref_298K", "actual"),
        (date(2031, 1, 1), "GB 3095-2026", "final", "HJ 633-2026", "HJ 663-2026", "ref_298K", "actual"),
    ],
)
def test_which_rule_applies_when(
    rules: Rules, day: date, limits: str, stage: str, index: str, evaluation: str, gases: str, particles: str
) -> None:
    """air.md section 1: the last day of an edition and the first day of the next."""
    period = rules.edition("standards/air/editions", day, entries="periods")
    assert period["limits"] == {"edition": limits, "stage": stage}
    assert (period["index"], period["evaluation"]) == (index, evaluation)
    assert period["state"] == {"gases": gases, "particles": particles}
    # The other files switch on the same day.
    assert rules.edition("standards/air/hj633", day)["id"] == index
    assert rules.edition("standards/air/hj663", day)["id"] == evaluation
    state = rules.edition("standards/air/reference_state", day)
    assert (state["gases"], state["particles"]) == (gases, particles)
    rows = rules.table("standards/air/limits").in_force(day, parameter="PM2.5", binding=True)
    assert {(row.edition, row.stage) for row in rows} == {(limits, stage)}
    assert {row.edition for row in rules.table("standards/air/iaqi_breakpoints").in_force(day)} == {index}
    assert {row.edition for row in rules.table("standards/air/categories").in_force(day)} == {index}
    standards = {row.standard for row in rules.table("standards/air/validity").in_force(day, parameter="SO2")}
    assert {limits, evaluation} == standards


def test_least_numbers_of_data(rules: Rules) -> None:
    """GB 3095 table 4 and HJ 663 6.1.2."""
    table = rules.table("standards/air/validity")
    for day in (OLD, TRANSITION):
        value = lambda rule, day=day, **match: table.one(day, rule=rule, **match).value  # noqa: E731
        for item in ("SO2", "NO2", "PM10", "PM2.5", "NOx"):
            assert value("min_daily_means_per_year", parameter=item, averaging="annual") == 324
            assert value("min_daily_means_per_month", parameter=item, averaging="annual") == 27
            assert value("min_daily_means_february", parameter=item, averaging="annual") == 25
        for item in ("SO2", "NO2", "CO", "PM10", "PM2.5", "NOx"):
            assert value("min_hourly_means_per_day", parameter=item, averaging="24h") == 20
        for item in ("TSP", "BaP", "Pb"):
            assert value("min_daily_means_per_year", parameter=item, averaging="annual") == 60
            assert value("min_daily_means_per_month", parameter=item, averaging="annual") == 5
        assert value("min_daily_means_per_quarter", parameter="Pb", averaging="quarter") == 15
        assert value("min_hourly_means_per_8h", parameter="O3", averaging="8h") == 6
        assert value("min_valid_8h_means_per_day", parameter="O3", averaging="8h_daily_max") == 14
        assert value("first_window_end_hour", parameter="O3", averaging="8h_daily_max") == 8
        assert value("last_window_end_hour", parameter="O3", averaging="8h_daily_max") == 24
        assert value("min_share_of_city_stations", averaging="city") == 75


@pytest.mark.parametrize(
    ("edition", "daily", "hourly"),
    [
        ("HJ 633-2012", 7, 7),  # hourly: nine values are reported, the two hours of particles have no points
        ("HJ 633-2026", 6, 6),
    ],
)
def test_items_of_the_index_have_points(rules: Rules, edition: str, daily: int, hourly: int) -> None:
    """HJ 633-2012 and 2026 table 1: every item that enters has a column."""
    entry = rules.edition("standards/air/hj633", edition)
    table = rules.table("standards/air/iaqi_breakpoints")
    assert (len(entry["daily"]["items"]), len(entry["hourly"]["items"])) == (daily, hourly)
    for item in (*entry["daily"]["items"], *entry["hourly"]["items"]):
        assert table.find(edition=edition, parameter=item["parameter"], averaging=item["averaging"]), item["id"]
    items = {item["id"] for item in (*entry["daily"]["items"], *entry["hourly"]["items"])}
    for rule in entry["over_range"]:
        # The bound is the last point of its column: above it there is nothing to interpolate.
        column = table.find(edition=edition, parameter=rule["parameter"], averaging=rule["averaging"])
        assert column[-1].concentration == rule["above"]
        assert rule.get("instead") is None or rule["instead"] in items


def test_categories_cover_the_index_without_gap(rules: Rules) -> None:
    """HJ 633 table 2: levels, colours; 2026 begins at 1."""
    table = rules.table("standards/air/categories")
    for edition, low in (("HJ 633-2012", 0), ("HJ 633-2026", 1)):
        rows = table.find(edition=edition)
        assert [row.zh for row in rows] == ["优", "良", "轻度污染", "中度污染", "重度污染", "严重污染"]
        assert [row.high for row in rows] == [50, 100, 150, 200, 300, 500]
        assert rows[0].low == low
        assert all(upper.low == lower.high + 1 for lower, upper in pairwise(rows))
        # Purple is 153 0 76, not the 143 63 151 of the US index.
        assert [row.rgb for row in rows] == [
            "0 228 0", "255 255 0", "255 126 0", "255 0 0", "153 0 76", "126 0 35",
        ]  # fmt: skip
    assert {row.parameter for row in rules.table("standards/air/sensitive_groups")} == {
        "SO2", "NO2", "CO", "O3", "PM10", "PM2.5",
    }  # fmt: skip


@pytest.mark.parametrize("edition", ["HJ 663-2013", "HJ 663-2026"])
def test_annual_statistics(rules: Rules, edition: str) -> None:
    """HJ 663: percentiles 98, 95, 95, 90; each has its limit."""
    annual = rules.edition("standards/air/hj663", edition)["annual"]
    assert {item: rule["percentile"] for item, rule in annual.items()} == {
        "SO2": 98, "NO2": 98, "PM10": 95, "PM2.5": 95, "CO": 95, "O3_8H": 90,
    }  # fmt: skip
    assert {item for item, rule in annual.items() if rule["mean"]} == {"SO2", "NO2", "PM10", "PM2.5"}
    table = rules.table("standards/air/limits")
    for item, rule in annual.items():
        parameter = rule.get("limit_parameter", item)
        for day in (OLD, TRANSITION, FINAL):
            assert table.one(day, parameter=parameter, averaging=rule["limit_percentile"], binding=True)
            if rule["mean"]:
                assert table.one(day, parameter=parameter, averaging=rule["limit_mean"], binding=True)


def test_decimals_of_hj663_2026(rules: Rules) -> None:
    """HJ 663-2026 table 3: one decimal for statistics of PM2.5, none for compliance."""
    decimals = rules.edition("standards/air/hj663", "HJ 663-2026")["decimals"]
    assert [decimals[kind]["PM2.5"] for kind in ("raw", "statistics", "compliance")] == [0, 1, 0]
    assert [decimals[kind]["CO"] for kind in ("raw", "statistics", "compliance")] == [1, 1, 1]
    assert (decimals["statistics"]["Pb"], decimals["statistics"]["BaP"]) == (2, 4)
    assert (decimals["exceedance_multiple"], decimals["rate"]) == (2, 1)


@pytest.mark.parametrize(
    ("name", "divisors"),
    [
        ("2012", {"SO2": 60, "NO2": 40, "PM10": 70, "PM2.5": 35, "CO": 4, "O3": 160}),
        ("2026t", {"SO2": 60, "NO2": 40, "PM10": 60, "PM2.5": 30, "CO": 4, "O3": 160}),
        ("2026f", {"SO2": 20, "NO2": 30, "PM10": 50, "PM2.5": 25, "CO": 4, "O3": 160}),
    ],
)
def test_divisors_of_the_composite_index(rules: Rules, name: str, divisors: dict[str, int]) -> None:
    """air.md 7.1 and 7.3: the named sets of limits resolve to these six figures."""
    document = rules.document("standards/air/composite")
    chosen = next(entry for entry in document["limit_sets"] if entry["id"] == name)
    table = rules.table("standards/air/limits")
    got = {
        item: table.one(
            edition=chosen["edition"], stage=chosen["stage"], parameter=item, averaging=rule["limit_averaging"]
        ).class2
        for item, rule in document["items"].items()
    }
    assert got == divisors


def test_settings_of_the_composite_index_name_what_exists(rules: Rules) -> None:
    document = rules.document("standards/air/composite")
    limits = {entry["id"] for entry in document["limit_sets"]}
    weights = {entry["id"]: entry["values"] for entry in document["weights"]}
    for entry in (*document["editions"], *document["alternatives"]):
        assert entry["limits"] in limits
        assert set(weights[entry["weights"]]) == set(document["items"])
    assert rules.edition("standards/air/composite", date(2026, 2, 28))["id"] == "equal-2012"
    assert rules.edition("standards/air/composite", date(2026, 3, 1))["id"] == "equal-2026t"
    assert rules.edition("standards/air/composite", date(2031, 1, 1))["id"] == "equal-2026f"
    assert weights["c2"] == {"PM2.5": 3, "O3": 2, "NO2": 2, "SO2": 1, "CO": 1, "PM10": 1}


def test_spearman_critical_values_fall_with_n(rules: Rules) -> None:
    values = {entry["n"]: entry["value"] for entry in rules.document("standards/air/trend")["critical"]}
    assert values[5] == Decimal("0.900")
    assert values[7] == Decimal("0.714")
    assert values[16] == Decimal("0.425")
    assert list(values.values()) == sorted(values.values(), reverse=True)


def test_unconfirmed_choices_are_named_settings(rules: Rules) -> None:
    """What the sources leave open is a setting with a default among its choices, never a figure in the code."""
    found = {}
    for name, document in rules.documents.items():
        for setting in document.get("settings", ()):
            assert setting["default"] in setting["choices"], name
            found[setting["id"]] = setting["default"]
    assert found["compare_after_rounding"] is True
    assert found["split_year_2026"] == "both"
    assert found["ratio_test"] == "required"
