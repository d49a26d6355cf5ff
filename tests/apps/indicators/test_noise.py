"""Noise in a run: registered stations and their hours become verdicts and rates, surveys become means and grades."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from saishang.apps.indicators import noise_tables
from saishang.apps.indicators.catalogue import Catalogue
from saishang.apps.indicators.media import Asked
from saishang.apps.indicators.noise_values import NOISE_READERS
from saishang.apps.indicators.states import PlanGoal, best_by_year, judge_all
from saishang.apps.registers.actions import add_entry, change_entry, move_entry
from saishang.apps.registers.actions.move import EvidenceFile
from saishang.apps.registers.kinds import kind_of
from saishang.errors import SaishangError
from saishang.rules import load_rules

if TYPE_CHECKING:
    from saishang.config import Config
    from saishang.lake import Lake

RULES = load_rules()
STATIONS = kind_of(RULES, "noise_stations")
FIRST = date(2026, 4, 27)
HEADER = "station,time,Leq,L10,L50,L90,Lmax,wind_ms,rain_mm,status\n"


def line(station: str, at: datetime, level: float, *, rain: str = "0", wind: str = "1.0", status: str = "正常") -> str:
    return f"{station},{at:%Y-%m-%d %H:00},{level},{level + 3},{level},{level - 3},{level + 9},{wind},{rain},{status}\n"


def day(
    station: str, number: int, by_day: float, by_night: float, keep: Callable[[int], bool] = lambda hour: True
) -> list[str]:
    """The 24 lines of a day of noise, from 06:00; `keep` says of an hour (6 … 29) whether it was sent."""
    start = datetime.combine(FIRST + timedelta(days=number), datetime.min.time())
    return [
        line(station, start + timedelta(hours=hour), by_day if hour < 22 else by_night)
        for hour in range(6, 30)
        if keep(hour)
    ]


def station(code: str, region: str, zone: str, **more: str) -> Any:
    given = {"code": code, "name": code, "region": region, "zone": zone, "opened": FIRST.isoformat(), **more}
    return add_entry("test", STATIONS, RULES, given, today=date(2026, 6, 1), effective=FIRST)


def weather_lines() -> list[str]:
    """A day of class 1 (55/45) with five rainy hours by day and three windy ones by night, all of them loud."""
    start = datetime.combine(FIRST, datetime.min.time())
    found = []
    for hour in range(6, 30):
        rainy, windy = 6 <= hour < 11, 22 <= hour < 25
        level = 80.0 if rainy or windy else 50.0 if hour < 22 else 40.0
        found.append(
            line(
                "N-W",
                start + timedelta(hours=hour),
                level,
                rain="0.2" if rainy else "0",
                wind="5.1" if windy else "5.0",
            )
        )
    return found


@pytest.fixture
def lake(config: Config, dsn: str, settings: Any, tmp_path: Path) -> Iterator[Lake]:
    """Two stations in two districts of one city, one invented, one with weather; four days from 27 to 30 April."""
    from saishang.apps.plan.actions import import_plan_from_rules
    from saishang.lake import Lake

    settings.CONFIG = config
    import_plan_from_rules("test", "ningxia")
    lines = [
        *day("N-A", 0, 60.0, 50.0),  # at the limits of class 2: attains
        *day("N-A", 1, 59.9, 49.9),
        *day("N-A", 2, 60.1, 50.1),  # a tenth above: exceeds
        *day("N-A", 3, 40.0, 30.0, lambda hour: 11 <= hour < 22 or hour >= 25),  # 11 of 16 and 5 of 8 hours
        *day("N-B", 0, 71.0, 54.0), *day("N-B", 1, 69.0, 56.0), *day("N-B", 2, 90.0, 90.0),
        *day("N-X", 0, 99.0, 99.0), *day("N-D", 0, 65.0, 55.0), *weather_lines(),
    ]  # fmt: skip
    path = tmp_path / "noise.csv"
    path.write_text(HEADER + "".join(lines), encoding="utf-8")
    opened = Lake.open(config, dsn=dsn)
    opened.ingest(path, source="noise-station-hourly")
    opened.ingest(path, source="noise-station-weather")
    station("N-A", "640104", "2")
    # Closed after its second day: the third, however loud, is nobody's.
    closing = station("N-B", "640106", "4a", closed=(FIRST + timedelta(days=1)).isoformat())
    assert closing.state == "in_use"
    station("N-D", "640104", "2", demonstration="是")
    return opened


def asked(config: Config, lake: Lake, as_of: date = date(2026, 4, 30)) -> Asked:
    return Asked(config, lake, RULES, "ningxia", "640000", as_of, lake.version)


def rate(
    tables: Any, region: str, span: str, *, zone: str = "all", period: str = "2026-04", basis: str = "measured"
) -> Any:
    wanted = (period, region, zone, span, basis)
    names = ("period", "region", "zone", "span", "basis")
    return next(
        (row for row in tables["noise_rates"].to_pylist() if tuple(row[name] for name in names) == wanted), None
    )


def test_rates_count_what_attains_at_the_limit_and_nothing_that_is_missing(config: Config, lake: Lake) -> None:
    tables = noise_tables.tables_of(asked(config, lake))
    verdicts = {
        (row["station"], (row["day"] - FIRST).days, row["span"]): (row["attains"], row["reason"])
        for row in tables["noise_verdicts"].to_pylist()
    }
    assert [verdicts["N-A", number, "day"] for number in range(4)] == [
        (True, None), (True, None), (False, None), (None, "hours_short"),
    ]  # fmt: skip
    assert [verdicts["N-A", number, "night"] for number in range(4)] == [
        (True, None), (True, None), (False, None), (None, "hours_short"),
    ]  # fmt: skip
    # 70 by day and 55 by night: 71 and 56 are over.
    assert verdicts["N-B", 0, "day"] == (False, None)
    assert verdicts["N-B", 1, "night"] == (False, None)
    assert ("N-B", 2, "day") not in verdicts  # closed
    assert not [key for key in verdicts if key[0] == "N-X"]  # never registered: judged by nobody, and told
    unknown = {row["station"]: row["hours"] for row in tables["noise_unknown"].to_pylist()}
    assert unknown == {"N-W": 24, "N-X": 24}
    # District 640104 by day: 2 of 3, one day not evaluated; three of four are the least share of 75 %, so it holds.
    district = rate(tables, "640104", "day")
    assert (district["passed"], district["evaluated"], district["not_evaluated"]) == (2, 3, 1)
    assert (district["rate"], district["valid"], district["reason"]) == (667, True, None)
    # City and province add up both stations: 2 + 1 of 3 + 2 by day.
    for region in ("640100", "640000"):
        found = rate(tables, region, "day")
        assert (found["stations"], found["passed"], found["evaluated"], found["rate"]) == (2, 3, 5, 600)
    assert rate(tables, "640000", "night", zone="4a")["rate"] == 500
    # April is over on its last day; the quarter and the year are not.
    assert (rate(tables, "640000", "day", period="2026")["reason"]) == "period_open"
    assert rate(tables, "640000", "day", period="2026-01..2026-04")["valid"]


def test_what_was_measured_below_three_quarters_of_the_days_is_told_and_not_held_valid(
    config: Config, lake: Lake
) -> None:
    tables = noise_tables.tables_of(asked(config, lake, date(2026, 5, 1)))
    found = rate(tables, "640104", "day", period="2026-01..2026-05")
    # Three of five days: 60 %.
    assert (found["rate"], found["valid"], found["reason"]) == (667, False, "points_short")
    assert rate(tables, "640104", "day", period="2026-05")["reason"] == "no_data"


def test_invented_stations_stand_apart(config: Config, lake: Lake) -> None:
    tables = noise_tables.tables_of(asked(config, lake))
    invented = rate(tables, "640000", "day", basis="demonstration")
    assert (invented["stations"], invented["passed"], invented["evaluated"]) == (1, 0, 1)
    assert rate(tables, "640000", "day")["stations"] == 2
    catalogue = Catalogue(RULES)
    indicator = catalogue.indicators["noise.zone_day_rate"]
    way = next(iter(indicator.by("noise_rates")))
    values = list(NOISE_READERS["noise_rates"](way, tables["noise_rates"].to_pylist()))
    # 3 of 5 unrounded; the year has not ended, and an invented value stands for no year at all.
    measured = [v for v in values if (v.region, v.period, v.basis) == ("640000", "2026-01..2026-04", "measured")]
    assert [(v.value, v.rounded, v.valid) for v in measured] == [(Decimal(60), "60.0", True)]
    invented_values = [v for v in values if v.basis == "demonstration"]
    assert invented_values
    assert best_by_year(invented_values, indicator) == {}


def year_rate(passed: int, basis: str, reason: str | None = None) -> dict[str, Any]:
    return {
        "period_kind": "year", "period": "2025", "region": "640000", "zone": "all", "span": "night", "stations": 1,
        "passed": passed, "evaluated": 200, "not_evaluated": 0, "rate": passed * 5, "valid": reason is None,
        "reason": reason, "basis": basis,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        ([year_rate(170, "measured")], "met"),  # 85.0 % of 85 %
        ([year_rate(169, "measured")], "off_track"),  # 84.5 %
        ([year_rate(200, "demonstration")], "not_evaluated"),
        ([year_rate(200, "measured", "points_short")], "not_evaluated"),
        ([year_rate(169, "measured"), year_rate(200, "demonstration")], "off_track"),
    ],
)
def test_a_target_is_judged_by_what_was_measured_alone(rows: list[dict[str, Any]], status: str) -> None:
    catalogue = Catalogue(RULES)
    way = next(iter(catalogue.indicators["noise.zone_night_rate"].by("noise_rates")))
    goal = PlanGoal(
        "G1", "T1", "夜间达标率达到85%以上", "功能区声环境质量夜间达标率", ">=", Decimal(85), 2025, False, "binding",
        "640000",
    )  # fmt: skip
    values = list(NOISE_READERS["noise_rates"](way, rows))
    (state,) = judge_all([goal], values, catalogue, {}, 2025)
    assert (state.indicator.id if state.indicator else "", state.standing.status) == ("noise.zone_night_rate", status)


def test_weather_takes_hours_out_and_says_so(config: Config, lake: Lake) -> None:
    station("N-W", "640104", "1")
    tables = noise_tables.tables_of(asked(config, lake))
    level = next(r for r in tables["noise_levels"].to_pylist() if r["station"] == "N-W" and r["day"] == FIRST)
    # Eleven hours by day and five by night are left of 16 and 8: too few, and rain and wind are why. 5.0 m/s counts.
    assert (level["day_hours"], level["night_hours"], level["weather_hours"]) == (11, 5, 8)
    assert (level["ld"], level["day_reason"], level["ln"], level["night_reason"]) == (None, "weather", None, "weather")


def test_excluded_hours_are_missing_hours(config: Config, lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    start = datetime.combine(FIRST, datetime.min.time()) + timedelta(hours=6)
    series = lake.observations().to_table(columns=["source", "parameter"]).to_pylist()
    source = next(row["source"] for row in series if row["parameter"] == "LEQ")
    flags = [(source, "N-A", "LEQ", start + timedelta(hours=step)) for step in range(5)]
    monkeypatch.setattr(noise_tables, "excluded_flags", lambda *args: flags)
    tables = noise_tables.tables_of(asked(config, lake))
    level = next(r for r in tables["noise_levels"].to_pylist() if r["station"] == "N-A" and r["day"] == FIRST)
    assert (level["day_hours"], level["ld"], level["day_reason"]) == (11, None, "hours_short")
    assert level["ln"] == 500
    assert set(noise_tables.parameters_of(asked(config, lake))) == {"excluded"}


def test_a_register_without_hours_and_hours_without_a_register_give_nothing(config: Config, lake: Lake) -> None:
    before = asked(config, lake, FIRST - timedelta(days=1))
    assert noise_tables.tables_of(before) == {}  # nothing measured, and nobody had registered anything on that day
    assert "noise_rates" not in noise_tables.tables_of(asked(config, lake, date(2025, 12, 31)))


def test_the_chain_goes_from_the_rate_to_the_line_of_the_file(config: Config, lake: Lake) -> None:
    from saishang.apps.indicators import chain
    from saishang.apps.indicators.actions.evaluate import evaluate
    from saishang.apps.indicators.noise_chain import hours_of_day
    from saishang.apps.indicators.replay import replay

    run = evaluate("test", config, lake, RULES, date(2026, 4, 30), site="ningxia", region="640000")
    link = chain.chain(lake, run.id, "noise.zone_night_rate", "640104", period="2026-01..2026-04", basis="measured")
    assert (link.value, link.unit, link.facts["coverage"]["not_evaluated"]) == ("66.7", "%", 1)
    (one,) = link.children
    assert (one.kind, one.name, one.value) == ("noise_station", "N-A", "2/3")
    assert (one.facts["zone"], one.facts["limit"], one.facts["excluded"]) == ("2", "50.0 dB(A)", {"hours_short": 1})
    # 27 April 00–06 before the first line, 30 April 06–11 and 22–24, by calendar days up to the run's day.
    assert one.facts["hours_missing"] == {"not_sent": 6 + 5 + 2}
    levels, weather = one.children
    assert (levels.kind, levels.name, levels.facts["first_line"], levels.facts["last_line"]) == (
        "file", "noise.csv", 2, 2 + 3 * 24 + 16 - 1,
    )  # fmt: skip
    assert weather.facts["source"] == "noise-station-weather"
    hours = hours_of_day(lake, run.id, "N-A", FIRST + timedelta(days=3))
    # The first hour that was sent that day is 11:00, on the line after three whole days and the heading.
    assert [hour.why for hour in hours[:6]] == ["not_sent"] * 5 + [""]
    assert (hours[5].start.hour, hours[5].line, hours[5].file_name, hours[5].values["LEQ"]) == (
        11,
        74,
        "noise.csv",
        40.0,
    )
    # Made again from lake, rules and what people had entered, every digit comes out the same.
    station("N-L", "640104", "0")
    assert replay(config, lake, RULES, run.id).same


def point(level: str | None, night: str | None = None, *, year: int = 2025, length: str | None = None) -> Any:
    values = {"year": year, "day_level": level, "night_level": night, "length": length}
    return SimpleNamespace(region="640100", values=values, standing=SimpleNamespace(invented=False))


def surveys(monkeypatch: pytest.MonkeyPatch, **kinds: list[Any]) -> dict[tuple[str, str], dict[str, Any]]:
    monkeypatch.setattr(noise_tables, "_entries", lambda asked, name: kinds.get(name, []))
    call: Any = SimpleNamespace(
        rules=RULES, as_of=date(2026, 4, 30), version=0,
        lake=SimpleNamespace(table=SimpleNamespace(parts=lambda *args, **more: [])),
    )  # fmt: skip
    table = noise_tables.tables_of(call)["noise_surveys"]
    return {(row["scope"], row["span"]): row for row in table.to_pylist()}


@pytest.mark.parametrize(
    ("half", "rounded", "grade"),
    # Half the points at 50.0, half at this level: 50.00, 50.05 (half to even: 50.0), 50.10.
    [("50.0", "50.0", 1), ("50.1", "50.0", 1), ("50.2", "50.1", 2), ("60.0", "55.0", 2), ("60.2", "55.1", 3)],
)
def test_area_mean_and_grade(half: str, rounded: str, grade: int, monkeypatch: pytest.MonkeyPatch) -> None:
    found = surveys(monkeypatch, noise_survey_grid=[point("50.0")] * 50 + [point(half)] * 50)
    row = found["regional", "day"]
    assert (row["rounded"], row["grade"], row["valid"], row["reason"]) == (rounded, grade, True, None)
    assert ("regional", "night") not in found  # no survey by night is nothing missing


def test_one_grid_too_few_and_one_level_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    short = surveys(monkeypatch, noise_survey_grid=[point("52.0", "42.0")] * 99)["regional", "day"]
    assert (short["rounded"], short["grade"], short["valid"], short["reason"]) == ("52.0", 2, False, "grids_short")
    found = surveys(monkeypatch, noise_survey_grid=[point("52.0", "42.0")] * 99 + [point("52.0")])
    assert found["regional", "day"]["valid"]
    night = found["regional", "night"]
    assert (night["mean"], night["grade"], night["valid"], night["reason"], night["points_without"]) == (
        None, None, False, "levels_missing", 1,
    )  # fmt: skip


def test_roads_are_weighted_by_their_length(monkeypatch: pytest.MonkeyPatch) -> None:
    roads = [point("68.0", length="3.000"), point("70.0", length="1.000")]
    row = surveys(monkeypatch, noise_survey_road=roads)["road", "day"]
    # (3 × 68 + 1 × 70) / 4 = 68.5, grade two; the plain mean would be 69.0.
    assert (row["mean"], row["rounded"], row["grade"], row["length"], row["valid"]) == (
        Decimal("68.5"), "68.5", 2, Decimal(4), True,
    )  # fmt: skip


def test_a_survey_of_a_later_year_is_not_known_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [point("68.0", length="1", year=2026), point("68.0", length="1", year=2027)]
    assert len(surveys(monkeypatch, noise_survey_road=rows)) == 1


@pytest.mark.django_db
def test_a_station_is_closed_with_a_decision_and_its_last_day(tmp_path: Path) -> None:
    from saishang.lake.archive import Archive

    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"%PDF-1.7 closing")
    files = [EvidenceFile("decision", "letter.pdf", letter)]
    archive = Archive(tmp_path / "archive")
    day = date(2026, 6, 1)
    entry = station("N-C", "640104", "2")
    for given in ([], files):  # without the decision, and without the last day
        with pytest.raises(SaishangError):
            move_entry("test", STATIONS, RULES, archive, entry.pk, "close", given, number=1, today=day)
    given = {
        "code": "N-C",
        "name": "N-C",
        "region": "640104",
        "zone": "2",
        "opened": "2026-04-27",
        "closed": "2026-05-31",
    }
    change_entry("test", STATIONS, RULES, entry.pk, given, number=1, today=day)
    moved = move_entry("test", STATIONS, RULES, archive, entry.pk, "close", files, number=2, today=day)
    assert moved.state == "closed"
