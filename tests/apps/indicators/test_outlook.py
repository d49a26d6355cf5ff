"""The outlook of a run, against the run's own published figures (a second way) and against arithmetic by hand."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import saishang.demo_data
from saishang.errors import SaishangError
from tests.emptying import own_site

pytestmark = pytest.mark.django_db
DAYS = Path(saishang.demo_data.__file__).parent / "air_city_daily_ningxia_2013_12_2015_12.parquet"
#: Stations of Yinchuan that make its mean (rules/sites/ningxia/air_stations.csv).
STATIONS = ("1488A", "1489A", "2924A", "2925A", "2926A")
HOURLY_DAYS = [date(2019, 1, 1) + timedelta(days=n) for n in range(6)]
SEPTEMBER, YEAR_END, HOURLY, LATE = date(2015, 9, 30), date(2015, 12, 31), HOURLY_DAYS[-1], date(2025, 6, 30)


def _hour(station: int, day: int, hour: int) -> int | None:
    """A made-up hour; the fifth station is silent on the third day, the first misses three hours of the second."""
    if (station == 4 and day == 2) or (station == 0 and day == 1 and hour < 3):
        return None
    return 20 + 7 * station + 11 * day + (hour % 6)


def _hourly_file(folder: Path) -> Path:
    """Layout of the national network: one line per hour and item, a column per station; hour 0 ends the day before."""
    lines = ["date,hour,type," + ",".join(STATIONS)]
    for day, at in enumerate(HOURLY_DAYS):
        for hour in range(24):
            end = datetime(at.year, at.month, at.day) + timedelta(hours=hour + 1)
            cells = [_hour(station, day, hour) for station in range(5)]
            lines.append(
                f"{end:%Y%m%d},{end.hour},PM2.5," + ",".join("" if cell is None else str(cell) for cell in cells)
            )
    path = folder / "china_sites_20190101.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@contextmanager
def made_runs(folder: Path, *days: date) -> Iterator[dict[date, str]]:
    """Runs as of some days, over city days of 2013 to 2015 and six days of hours of 2019; gone afterwards."""
    from django.conf import settings

    from saishang.apps.indicators.actions.evaluate import evaluate
    from saishang.apps.indicators.actions.report_value import load_published
    from saishang.apps.plan.actions import import_plan_from_rules
    from saishang.rules import load_rules

    with own_site(folder) as lake:
        import_plan_from_rules("tests", "ningxia")
        load_published(load_rules(), "ningxia", "tests")
        lake.ingest(DAYS, source="city-daily-aqi")
        lake.ingest(_hourly_file(folder), source="cnemc-site-hourly")
        made = {}
        for as_of in days:
            run = evaluate("tests", settings.CONFIG, lake, load_rules(), as_of, site="ningxia", region="640000")
            made[as_of] = run.id
        yield made


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """Runs as of 2015-09-30 (published city days), 2015-12-31, 2019-01-06 (hours of one city) and 2025-06-30."""
    folder = tmp_path_factory.mktemp("outlook")
    with django_db_blocker.unblock(), made_runs(folder, SEPTEMBER, YEAR_END, HOURLY, LATE) as made:
        yield made


@pytest.mark.parametrize("as_of", [SEPTEMBER, YEAR_END, HOURLY])
@pytest.mark.parametrize("basis", ["measured", "dust_removed"])
def test_figures_so_far_are_those_of_the_run(runs: dict[date, str], as_of: date, basis: str) -> None:
    from saishang.apps.indicators import queries
    from saishang.apps.indicators.outlook import outlook
    from saishang.science.air.series.rules import STATISTICS

    run = runs[as_of]
    found = outlook(run, basis=basis, statistics=[(p, s) for p, s, _ in STATISTICS], marks="limit")
    assert len(found.items) == 60  # ten statistics of HJ 663, five cities and the region
    for item in found.items:
        rows = queries.select(
            run, "period_statistics", "id = ? and parameter = ? and statistic = ? and basis = ? and period = ?",
            [item.place, item.parameter, item.statistic, basis, item.period],
        )  # fmt: skip
        value = rows[0]["value"] if rows else None
        assert (value is None) is (item.to_date is None), item
        if value is not None and item.figure is not None:
            assert float(item.to_date or 0) == pytest.approx(value, abs=1e-9)
            assert (float(item.figure), item.days) == (rows[0]["rounded"], rows[0]["days_valid"])
    for days in found.good_days:
        row = queries.select(
            run, "period_days", "id = ? and basis = ? and period = ?", [days.place, days.basis, days.period]
        )[0]
        assert (days.good, days.valid, days.deducted) == (row["good"], row["days_valid"], row["deducted"])


def test_what_is_needed_by_hand(runs: dict[date, str]) -> None:
    from saishang.apps.indicators.outlook import outlook
    from saishang.apps.indicators.outlook_data import run_days
    from saishang.science.outlook.needed import NeededMean

    found = outlook(runs[SEPTEMBER], basis="measured", own={"PM2.5": Decimal(50)})
    item = found.item("640100", "PM2.5", "mean")
    assert item is not None and isinstance(item.answer, NeededMean)
    values = run_days(runs[SEPTEMBER]).span("640100", "PM2.5", "measured", date(2015, 1, 1), SEPTEMBER)
    # 50 is even: 50.5 still rounds to it. 92 days to come.
    needed = (Fraction("50.5") * (len(values) + 92) - sum(values.values())) / 92
    assert item.answer.average == needed
    assert item.answer.shown is not None and 0 <= needed - Fraction(item.answer.shown) < Fraction(1, 10)
    assert (item.mark.kind, item.missing, item.left) == ("own", 273 - len(values), 92)
    # The months of 2014 give the shape: their days at the named averages come to the needed sum.
    assert item.rest is not None and item.rest.year == 2014
    assert sum(month.average * month.days for month in item.months) == needed * 92
    assert item.before is not None and (item.before.year, item.before.days) == (2014, 273)


def test_goals_limits_and_own_figures(runs: dict[date, str]) -> None:
    from saishang.apps.indicators.outlook import outlook

    found = outlook(runs[SEPTEMBER])
    pm, ozone = found.item("640000", "PM2.5", "mean"), found.item("640100", "O3_8H", "p90")
    assert pm is not None and (pm.mark.kind, pm.mark.value, pm.mark.name, pm.mark.year) == ("goal", 30, "G02", 2027)
    assert ozone is not None and (ozone.mark.kind, ozone.mark.value) == ("limit", 160)
    # GB 3095-2012 class 2: 35 µg/m³.
    limit = outlook(runs[SEPTEMBER], marks="limit").item("640100", "PM2.5", "mean")
    assert limit is not None and (limit.mark.kind, limit.mark.value, limit.mark.name) == ("limit", 35, "GB 3095-2012")
    own = outlook(runs[SEPTEMBER], good_days=Decimal(90)).good_days[0]
    assert own.mark is not None and (own.mark.kind, own.mark.value) == ("own", 90)
    # Without a goal for good days Yinchuan is held against its own year 2014.
    city = found.good_days[1]
    assert city.place == "640100" and city.mark is not None
    assert (city.mark.kind, city.mark.year) == ("earlier", 2014)


@pytest.mark.parametrize(("basis", "good"), [("measured", "measured"), ("dust_removed", "assessment")])
def test_the_month_so_far_is_that_of_the_run(runs: dict[date, str], basis: str, good: str) -> None:
    """On the last day of a month it is the month: the run's own table of months is the second way."""
    from saishang.apps.indicators import queries
    from saishang.apps.indicators.outlook_data import run_days
    from saishang.apps.indicators.outlook_month import month_so_far
    from saishang.rules import load_rules

    run = runs[SEPTEMBER]
    days = run_days(run)
    for place in (days.region, *days.cities):
        month = month_so_far(load_rules(), days, place, basis, ["PM2.5", "PM10"])
        assert (month.first, month.elapsed, month.left) == (date(2015, 9, 1), 30, 0)
        for parameter in ("PM2.5", "PM10"):
            (row,) = queries.select(
                run, "period_statistics",
                "id = ? and parameter = ? and statistic = 'mean' and basis = ? and period = '2015-09'",
                [place, parameter, basis],
            )  # fmt: skip
            assert float(month.values[parameter] or 0) == pytest.approx(row["value"], abs=1e-9)
        if place != days.region:
            levels = days.levels[place]
            mine = [level for day, level in levels.items() if (day.year, day.month) == (2015, 9)]
            assert (month.counted, month.good) == (len(mine), sum(level.good(good) for level in mine))
    # Yinchuan has September 2014 too, the cities that began in 2015 have no earlier year.
    city = month_so_far(load_rules(), days, "640100", basis, ["PM2.5"]).before["PM2.5"]
    assert city is not None and city.year == 2014 and city.days >= 23
    assert month_so_far(load_rules(), days, "640300", basis, ["PM2.5"]).before["PM2.5"] is None


def test_a_month_that_has_begun_and_one_without_a_day(runs: dict[date, str]) -> None:
    from saishang.apps.indicators.outlook_data import run_days
    from saishang.apps.indicators.outlook_month import month_so_far
    from saishang.rules import load_rules

    month = month_so_far(load_rules(), run_days(runs[HOURLY]), "640100", "measured", ["PM2.5"])
    assert (month.elapsed, month.left) == (6, 25) and month.days["PM2.5"] == 6
    # The first six days of January 2015, of the newest year that has at least three quarters of them.
    assert month.before["PM2.5"] is not None and (month.before["PM2.5"].year, month.before["PM2.5"].days) == (2015, 6)
    none = month_so_far(load_rules(), run_days(runs[LATE]), "640000", "measured", ["PM2.5"])
    assert none.values == {"PM2.5": None} and (none.good, none.counted) == (0, 0)


def test_a_reported_and_a_computed_value_are_told_apart(runs: dict[date, str]) -> None:
    """Both can be of one period on one basis; the one that the target is judged by comes first."""
    from saishang.apps.indicators.chain import chain
    from saishang.apps.observations.queries import site_lake

    asked = (site_lake(), runs[LATE], "air.good_days", "640000")
    where = {"period": "2023", "basis": "assessment"}
    link = chain(*asked, **where)
    assert (link.facts["kind"], link.value) == ("reported", "80.5")
    assert [child.kind for child in link.children] == ["report"]
    assert chain(*asked, **where, kind="reported") == link
    computed = chain(*asked, **where, kind="computed")
    assert (computed.facts["kind"], computed.facts["unrounded"]) == ("computed", None)
    with pytest.raises(SaishangError, match="kind other"):
        chain(*asked, **where, kind="other")


def test_a_year_that_is_over_is_kept_or_missed(runs: dict[date, str]) -> None:
    from saishang.apps.indicators.outlook import outlook

    found = outlook(runs[YEAR_END], basis="measured", marks="limit")
    answers = {(i.parameter, i.place): i.answer.verdict for i in found.items if i.answer is not None}
    assert answers["PM2.5", "640100"] == "missed"  # 48 µg/m³ against 35
    assert answers["CO", "640100"] in {"kept", "missed"}
    assert set(answers.values()) <= {"kept", "missed"}


def test_a_year_without_a_day_has_no_answer(runs: dict[date, str]) -> None:
    from saishang.apps.indicators.outlook import outlook

    found = outlook(runs[LATE])
    assert all(item.answer is None and item.days == 0 for item in found.items)
    assert all(days.answer is None for days in found.good_days)
    # 181 days up to June 30, none of them with a value.
    assert {item.missing for item in found.items if item.scope == "city"} == {181}


def test_costs_add_up_down_to_the_hour(runs: dict[date, str]) -> None:
    from saishang.apps.indicators.outlook import costs

    found = costs(runs[HOURLY], "640100", "PM2.5", "measured", Decimal(30))
    assert found is not None
    # By hand from the made-up hours: a station day is the mean of its hours, a city day that of its stations.
    cities, parts = [], dict.fromkeys(STATIONS, Fraction(0))
    for day in range(6):
        means = {}
        for station, code in enumerate(STATIONS):
            hours = [value for hour in range(24) if (value := _hour(station, day, hour)) is not None]
            if len(hours) >= 20:
                means[code] = Fraction(sum(hours), len(hours))
        assert len(means) >= 4  # 75 % of five stations
        cities.append(sum(means.values(), Fraction(0)) / len(means))
        for code, mean in means.items():
            parts[code] += (mean - 30) / (6 * len(means))
    assert found.distance == sum(cities, Fraction(0)) / 6 - 30
    assert {cost.key: cost.part for cost in found.stations} == parts
    for each in (found.days, found.stations, found.hours):
        assert sum((cost.part for cost in each), Fraction(0)) == found.distance
    assert found.days[0].key == HOURLY_DAYS[5]
    assert len(found.hours) == 24


def test_published_days_have_neither_stations_nor_hours(runs: dict[date, str]) -> None:
    from saishang.apps.indicators.outlook import costs

    found = costs(runs[SEPTEMBER], "640100", "PM2.5", "measured", Decimal(35))
    assert found is not None and found.days and not found.stations and not found.hours
    assert costs(runs[LATE], "640100", "PM2.5", "measured", Decimal(35)) is None


def test_how_the_last_day_stands_at_the_stations(runs: dict[date, str]) -> None:
    from saishang.apps.indicators.outlook_data import run_days, station_days

    days = run_days(runs[HOURLY])
    found = {row.station: row for row in station_days(days, HOURLY_DAYS[2], HOURLY_DAYS[2])}
    assert found["1488A"].hours["PM2.5"] == 24 and "PM2.5" not in found["1488A"].void
    assert found["2926A"].hours["PM2.5"] == 0 and found["2926A"].void["PM2.5"] == "no_data"


@pytest.mark.parametrize(
    ("more", "told"),
    [({"basis": "guessed"}, "dust_removed"), ({"places": ["110000"]}, "640100"),
     ({"statistics": [("PM2.5", "p50")]}, "PM2.5 p95")],
)  # fmt: skip
def test_what_a_run_does_not_have_is_told(runs: dict[date, str], more: dict[str, Any], told: str) -> None:
    from saishang.apps.indicators.outlook import outlook

    with pytest.raises(SaishangError, match=told):
        outlook(runs[SEPTEMBER], **more)


def test_command_line(runs: dict[date, str], monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    from saishang.cli.main import run as entry_point

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["saishang", "outlook", *words])
        try:
            entry_point()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        out = capsys.readouterr()
        return code, out.out, out.err

    code, out, _ = call("--as-of", "2015-09-30", "--region", "640100", "--own", "PM2.5=50", "--json")
    assert code == 0
    found = json.loads(out)
    assert (found["run"], found["items"][0]["mark"]["value"]) == (runs[SEPTEMBER], "50")
    assert found["costs"][0]["place"] == "640100"
    code, out, _ = call("--as-of", "2015-09-30")
    assert code == 0 and "银川市" in out
    for words, told in (
        (["--as-of", "2001-01-01"], "no run as of"), (["--own", "PM2.5"], "ITEM=FIGURE"),
        (["--own", "PM2.5=-3"], "number from 0"), (["--region", "110000"], "no place"),
    ):  # fmt: skip
        code, out, err = call(*words)
        assert code == 1 and told in " ".join(err.split()) and out == ""
