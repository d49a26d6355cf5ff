"""Composite index, attainment, ranking and improvement: published tables, hand arithmetic, the single calculations."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from saishang.lake.engines import AirRun
from saishang.rules import load_rules
from saishang.science.air.from_rules import composite_settings
from saishang.science.air.ranking import improvement_ranking, rank
from saishang.science.numbers import exact
from saishang.science.rounding import round_half_even
from tests.science.air.series.by_hand import ByHand, span
from tests.science.air.series.conftest import Evaluate, one, published, rows_of

CODES = ("SO2", "NO2", "PM10", "PM2.5", "CO", "O3_8H")
#: Ningxia, November 2022, as the department of ecology published it: concentrations, index
NOVEMBER: dict[str, tuple[tuple[float, ...], float]] = {
    "640100": ((16, 44, 89, 42, 1.2, 80), 4.64),
    "640200": ((22, 39, 94, 42, 1.4, 81), 4.75),
    "640300": ((16, 31, 96, 41, 1.0, 85), 4.37),
    "640400": ((6, 22, 72, 28, 0.9, 77), 3.18),
    "640500": ((10, 29, 112, 41, 0.6, 82), 4.32),
    "640002": ((19, 37, 89, 28, 1.0, 96), 4.16),
}
FIVE = sorted(set(NOVEMBER) - {"640002"})


@pytest.fixture(scope="module")
def november(evaluate_once: Evaluate) -> AirRun:
    """The months of two years; a year before, index and PM2.5 were other ones."""
    rows = []
    for year, change in ((2021, 1.1), (2022, 1.0)):
        for day in span(date(year, 11, 1), date(year, 11, 30)):
            for city, (levels, _) in NOVEMBER.items():
                if city == "640500" and year == 2021 and day.day > 26:
                    continue  # 26 days: not valid a year before
                for code, value in zip(CODES, levels, strict=True):
                    factor = change if code == "PM2.5" and city != "640400" else 1.0
                    rows.append(published(city, code, day, round(value * factor, 1)))
    lists = {"six": sorted(NOVEMBER), "three": ["640100", "640200", "640300"]}
    return evaluate_once(rows, [], date(2021, 1, 1), date(2022, 12, 31), members={"640000": FIVE}, lists=lists)


def composite(run: AirRun, place: str, period: str = "2022-11") -> dict[str, Any]:
    return one(run, "composite", id=place, period=period, basis="measured")


def test_the_published_table_of_a_month(november: AirRun) -> None:
    for city, (_, index) in NOVEMBER.items():
        row = composite(november, city)
        assert (row["value"], row["valid"], row["main"]) == (index, True, "PM10"), city
        assert row["standard"] == "GB 3095-2012"
    yinchuan = composite(november, "640100")
    # 16/60, 44/40, 89/70, 42/35, 1.2/4, 80/160, each to two decimals
    assert [yinchuan[f"single_{code}"] for code in CODES] == [0.27, 1.1, 1.27, 1.2, 0.3, 0.5]
    # The region from its rounded means 14, 33.0, 92.6 → 93, 38.8 → 39, 1.02 → 1.0, 81: published 4.25
    assert composite(november, "640000")["value"] == 4.25


def test_single_index_rounds_half_to_even(november: AirRun) -> None:
    # Guyuan: CO 0.9 / 4 = 0.225 → 0.22 (AIR-058)
    assert composite(november, "640400")["single_CO"] == 0.22


def test_composite_by_the_single_calculation(november: AirRun) -> None:
    from saishang.science.numbers import exact

    hand = ByHand(load_rules())
    month = span(date(2022, 11, 1), date(2022, 11, 30))
    for city, (levels, _) in NOVEMBER.items():
        for code, value in zip(CODES, levels, strict=True):
            hand.city_days |= {(city, code, day): exact(value) for day in month}
        expected = hand.composite(city, month[0], month[-1])
        row = composite(november, city)
        assert expected.index is not None
        assert row["value"] == float(expected.index)
        assert set(row["main"].split(",")) == set(expected.main)


def test_a_missing_pollutant_gives_no_sum_and_a_short_month_an_invalid_one(evaluate: Evaluate) -> None:
    month = span(date(2022, 11, 1), date(2022, 11, 30))
    full = NOVEMBER["640100"][0]
    rows = [published("gap", c, d, v) for d in month for c, v in zip(CODES, full, strict=True) if c != "CO"]
    rows += [published("short", c, d, v) for d in month[:26] for c, v in zip(CODES, full, strict=True)]
    run = evaluate(rows, [], month[0], month[-1], to_date=(), lists={"all": ["gap", "short"]})
    gap, short = composite(run, "gap"), composite(run, "short")
    assert (gap["value"], gap["valid"], gap["reason"], gap["main"]) == (None, False, "parameter_missing", "")
    assert (short["value"], short["valid"], short["reason"]) == (4.64, False, "parameter_invalid")
    ranked = rows_of(run, "ranking", period="2022-11", basis="measured", criterion="composite")
    assert [(row["rank"], row["ranked"]) for row in ranked] == [(None, 0), (None, 0)]


def ranking(run: AirRun, name: str, criterion: str, period: str = "2022-11") -> dict[str, dict[str, Any]]:
    rows = rows_of(run, "ranking", list=name, criterion=criterion, period=period, basis="measured")
    return {row["id"]: row for row in rows}


def test_the_published_order_of_a_month(november: AirRun) -> None:
    # AIR-064 and Ningdong between: 3.18, 4.16, 4.32, 4.37, 4.64, 4.75
    found = ranking(november, "six", "composite")
    assert {city: row["rank"] for city, row in found.items()} == {
        "640400": 1, "640002": 2, "640500": 3, "640300": 4, "640100": 5, "640200": 6,
    }  # fmt: skip
    assert {row["ranked"] for row in found.values()} == {6}
    assert {c: r["rank"] for c, r in ranking(november, "three", "composite").items()} == {
        "640300": 1, "640100": 2, "640200": 3,
    }  # fmt: skip


def test_equal_values_share_a_rank_and_the_next_is_skipped(november: AirRun) -> None:
    # PM2.5: 28, 28, 41, 41, 42, 42
    found = ranking(november, "six", "PM2.5")
    expected = rank({city: levels[3] for city, (levels, _) in NOVEMBER.items()})
    assert {city: row["rank"] for city, row in found.items()} == expected
    assert sorted(row["rank"] for row in found.values()) == [1, 1, 3, 3, 5, 5]


def test_improvement_on_the_year_before(november: AirRun) -> None:
    found = ranking(november, "six", "PM2.5")
    now = {city: levels[3] for city, (levels, _) in NOVEMBER.items()}
    before: dict[str, object] = {c: v if c == "640400" else round(v * 1.1, 1) for c, v in now.items()}
    before["640500"] = None  # 26 days do not make a month
    expected = improvement_ranking(now, before)
    for city, (change, place) in expected.items():
        row = found[city]
        assert row["change_rank"] == place, city
        assert row["change"] == (None if change is None else round(float(change), 1)), city
    # 42 on 46.2: -4.2 / 46.2 = -9.09 → -9.1; 28 on 28 none; ties share
    assert (found["640100"]["change"], found["640100"]["before"], found["640100"]["year_before"]) == (
        -9.1, 46.2, "2021-11",
    )  # fmt: skip
    assert (found["640400"]["change"], found["640400"]["change_rank"]) == (0.0, 5)
    assert found["640500"]["rank"] is not None
    assert found["640500"]["rank_before"] is None


def test_the_rank_of_the_year_before_stands_beside(november: AirRun) -> None:
    # A year before, among those with a valid month: 28 first, then Ningdong 30.8, 45.1, 46.2, 46.2
    found = ranking(november, "six", "PM2.5")
    before = {city: row["rank_before"] for city, row in found.items()}
    assert before == {"640400": 1, "640002": 2, "640300": 3, "640100": 4, "640200": 4, "640500": None}


@pytest.fixture(scope="module")
def judged(evaluate_once: Evaluate) -> AirRun:
    """Years whose PM10 means lie about the limit of 70, and PM2.5 days that fail by their percentile alone."""
    year = span(date(2024, 1, 1), date(2024, 12, 31))
    rows = []
    for city, level in {"69.5": 69.5, "70.5": 70.5, "70.6": 70.6, "85.4": 85.4}.items():
        rows += [published(city, "PM10", day, level) for day in year]
    # 40 of 366 days at 80: mean 10 + 70 x 40 / 366 = 17.65, the 95th percentile is 80: above 75
    rows += [published("peaks", "PM2.5", day, 80.0 if n < 40 else 10.0) for n, day in enumerate(year)]
    rows += [published("short", "PM10", day, 10.0) for day in year if day.month > 1]
    return evaluate_once(rows, [], year[0], year[-1])


def attainment(run: AirRun, city: str, parameter: str = "PM10", statistic: str = "mean") -> dict[str, Any]:
    return one(run, "attainment", id=city, parameter=parameter, statistic=statistic, basis="measured")


@pytest.mark.parametrize(
    ("city", "value", "attains", "multiple"),
    [
        ("69.5", 70.0, True, None),  # half to even: 70
        ("70.5", 70.0, True, None),  # 70, rounded before it is compared
        ("70.6", 71.0, False, 0.01),  # (71 - 70) / 70 = 0.0143
        ("85.4", 85.0, False, 0.21),  # 15 / 70 = 0.2143
    ],
)
def test_yearly_means_against_the_limit(
    judged: AirRun, city: str, value: float, attains: bool, multiple: float | None
) -> None:
    row = attainment(judged, city)
    assert (row["value"], row["limit"], row["attains"], row["multiple"]) == (value, 70.0, attains, multiple)


def test_a_percentile_can_fail_alone_and_an_invalid_year_never_attains(judged: AirRun) -> None:
    assert attainment(judged, "peaks", "PM2.5")["attains"] is True
    peak = attainment(judged, "peaks", "PM2.5", "p95")
    assert (peak["value"], peak["limit"], peak["attains"], peak["multiple"]) == (80.0, 75.0, False, 0.07)
    short = attainment(judged, "short")
    assert (short["attains"], short["valid"], short["reason"]) == (None, False, "month_short")


def test_a_split_year_is_held_against_both_standards(evaluate: Evaluate) -> None:
    """2026: to February the limits of 2012 (PM2.5 35), from March the transition stage (30), both labelled."""
    year = span(date(2026, 1, 1), date(2026, 12, 31))
    run = evaluate([published("a", "PM2.5", day, 32.0) for day in year], [], year[0], year[-1])
    rows = rows_of(run, "attainment", parameter="PM2.5", statistic="mean", basis="measured")
    assert {row["limit"]: row["attains"] for row in rows} == {35.0: True, 30.0: False}
    assert len({row["standard"] for row in rows}) == 2


def test_the_weighted_form_of_2026_stands_beside_and_never_in_for_the_equal_one(evaluate: Evaluate) -> None:
    """Appendix C as a third party reports it: NO2 twice, PM2.5 three times, ozone twice; limits of the transition."""
    first, last = date(2026, 4, 1), date(2026, 4, 30)
    levels = {"SO2": 9.0, "NO2": 20.0, "PM10": 60.0, "PM2.5": 24.0, "CO": 1.0, "O3_8H": 120.0}
    rows = [published("a", code, day, v) for day in span(first, last) for code, v in levels.items()]
    run = evaluate(rows, [], first, last, lists={"all": ["a"]})
    equal = one(run, "composite", id="a", period="2026-04", basis="measured")
    other = one(run, "composite_alternatives", id="a", period="2026-04", basis="measured")
    # limits of the transition: SO2 20, NO2 30, PM10 60, PM2.5 30, CO 4, O3 160 → 0.45 0.67 1 0.8 0.25 0.75
    settings = composite_settings(load_rules(), "2026t")
    single = [round_half_even(exact(levels[code]) / settings.limits[code.split("_")[0]], 2) for code in CODES]
    assert [equal[f"single_{code}"] for code in CODES] == [float(value) for value in single]
    assert equal["value"] == pytest.approx(float(sum(single)))
    weights = (1, 2, 1, 3, 1, 2)
    assert other["value"] == pytest.approx(float(sum(w * v for w, v in zip(weights, single, strict=True))))
    assert (equal["setting"], other["setting"]) == ("equal-2026t", "weighted-2026t")
    assert (equal["standard"], equal["main"], other["main"]) == (other["standard"], "PM10", "PM2.5")
    assert "composite_alternatives" not in run.tables
    assert len(rows_of(run, "ranking", criterion="composite", period="2026-04", basis="measured")) == 1
