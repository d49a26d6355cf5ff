"""The radiation network from file to value: background, alarm, limit, sum of bands, and the chain to the line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

import saishang.demo_data
from saishang.rules import load_rules

if TYPE_CHECKING:
    from saishang.config import Config
    from saishang.lake import Lake

DEMO = Path(saishang.demo_data.__file__).parent
HOURS = DEMO / "radiation_hourly_demonstration_2019_08_09.parquet"
RULES = load_rules()
LAST = date(2019, 9, 30)


@pytest.fixture
def lake(config: Config, dsn: str, settings: Any) -> Iterator[Lake]:
    from saishang.apps.plan.actions import import_plan_from_rules
    from saishang.cli.demo_radiation import load_radiation_registers
    from saishang.lake import Lake

    settings.CONFIG = config
    import_plan_from_rules("test", "ningxia")
    opened = Lake.open(config, dsn=dsn)
    opened.ingest(HOURS)
    opened.ingest(DEMO / "met_daily_yinchuan_2014_2019.parquet")
    told = load_radiation_registers("test", config, RULES, date(2026, 6, 1))
    assert ["新增 new 8，未变 unchanged 0" in line for line in told] == [True, True]
    assert all("新增 new 0，未变 unchanged 8" in line for line in load_radiation_registers(
        "test", config, RULES, date(2026, 6, 2)))  # fmt: skip
    yield opened


def given(station: str, column: str) -> dict[datetime, float]:
    """Usable hours of a station as the file has them, by its beginning."""
    rows = [row for row in pq.read_table(HOURS).to_pylist() if row["station"] == station and row["status"] == "正常"]
    return {datetime.strptime(row["time"], "%Y-%m-%d %H:%M"): row[column] for row in rows}


def test_the_network_of_the_demonstration(config: Config, lake: Lake) -> None:
    from saishang.apps.indicators import chain, queries
    from saishang.apps.indicators.actions.evaluate import evaluate
    from saishang.apps.indicators.models import IndicatorValue

    run = evaluate("test", config, lake, RULES, LAST, site="ningxia", region="640000").id

    def rows(table: str, where: str = "true", *values: Any) -> list[dict[str, Any]]:
        return queries.select(run, table, where, list(values))

    stations = {row["station"]: row for row in rows("radiation_stations")}
    assert len(stations) == 8 and {row["basis"] for row in stations.values()} == {"demonstration"}
    # GB 8702 table 1: 12 V/m in 30–3000 MHz is the strictest of 0.1–3000 MHz; 12 V/m in both narrow bands.
    assert {code: row["limit"] for code, row in stations.items() if code[5] == "E"} == {
        f"DEMO-E{n}": 12.0 for n in range(1, 5)
    }
    assert rows("radiation_strangers") == []

    # The dry rise: threshold of 22 September by hand from the 30 days before, a second library and no exact numbers.
    (rise,) = rows("gamma_alarms", "station = 'DEMO-G2'")
    hours = given("DEMO-G2", "gamma_ngyh")
    window = [value for hour, value in hours.items() if date(2019, 8, 23) <= hour.date() < date(2019, 9, 22)]
    level = fmean(window) + 3 * stdev(window)
    assert rise["threshold"] == pytest.approx(level, rel=1e-9) and rise["background"] == pytest.approx(fmean(window))
    above = [hour for hour, value in hours.items() if hour.date() == date(2019, 9, 22) and value > level]
    assert (rise["start"], rise["end"], rise["hours"]) == (above[0], above[-1] + timedelta(hours=1), len(above))
    assert (rise["peak"], rise["rain"]) == (max(hours[hour] for hour in above), "no")
    # The wash-out on a day with 4.4 mm in Yinchuan is flagged as rain, told apart and not hidden.
    (wash,) = rows("gamma_alarms", "station = 'DEMO-G1'")
    assert wash["rain"] == "yes" and wash["start"].date() == date(2019, 9, 11)
    states = {(row["station"], row["day"].isoformat()): row for row in rows("gamma_daily")}
    assert states["DEMO-G2", "2019-09-22"]["state"] == "alarm"
    assert states["DEMO-G1", "2019-09-11"]["state"] == "rain"
    # The day after: the hours of the alarm are no part of the background that judges it.
    later = [value for hour, value in hours.items() if date(2019, 8, 24) <= hour.date() < date(2019, 9, 23)
             and hour not in above]  # fmt: skip
    assert states["DEMO-G2", "2019-09-23"]["threshold"] == pytest.approx(fmean(later) + 3 * stdev(later), rel=1e-9)
    # Missing is never a pass: no hours, too short a history.
    gap = states["DEMO-G3", "2019-09-06"]
    assert (gap["state"], gap["reason"], gap["mean"], gap["valid"]) == ("undetermined", "no_data", None, False)
    assert {row["reason"] for key, row in states.items() if key[0] == "DEMO-G4"} == {"history_short"}
    # 240 hours are ten days: the first verdict is that of 11 August.
    assert [states["DEMO-G1", f"2019-08-{day}"]["state"] for day in ("10", "11")] == ["undetermined", "normal"]

    # One hour of 12.4 V/m is over 12; the hours marked as repair are no values.
    over = [row for row in rows("emf_daily", "station = 'DEMO-E2'") if row["attains"] is False]
    assert [(row["day"], row["maximum"], row["maximum_at"], row["over"]) for row in over] == [
        (date(2019, 9, 18), 12.4, datetime(2019, 9, 18, 20), 1)
    ]
    assert over[0]["share"] == pytest.approx(12.4 / 12 * 100)
    (repair,) = rows("emf_daily", "station = 'DEMO-E1' and day = ?", date(2019, 8, 20))
    assert (repair["values_present"], repair["attains"], repair["reason"]) == (14, None, "hours_short")
    # (9.2/12)² + (8.9/12)² = (84.64 + 79.21)/144 = 1.13785 over 1 on three hours, though 9.2 and 8.9 are below 12.
    (sums,) = [row for row in rows("emf_sums") if row["attains"] is False]
    assert (sums["day"], sums["over"], sums["stations"]) == (date(2019, 9, 25), 3, "DEMO-E3,DEMO-E4")
    assert sums["maximum"] == pytest.approx((9.2**2 + 8.9**2) / 144)

    def value(indicator: str, region: str = "640000", period: str = "2019-01..2019-09") -> Any:
        return IndicatorValue.objects.get(run_id=run, indicator=indicator, region=region, period=period)

    # Three stations of 61 days and one of 7: 190 days × 24; three days are missing.
    capture = value("radiation.gamma_capture")
    assert (capture.coverage["hours_present"], capture.coverage["hours_expected"]) == (190 * 24 - 72, 190 * 24)
    assert (capture.rounded, capture.basis) == ("98.4", "demonstration")
    alarms = value("radiation.gamma_alarms")
    assert (alarms.rounded, alarms.valid, alarms.reason) == ("1", False, "days_undetermined")
    assert alarms.coverage["rain_alarms"] == 1
    assert (value("radiation.emf_over").rounded, value("radiation.emf_over", "640104").rounded) == ("1", "0")
    assert value("radiation.emf_share").rounded == "103.3"
    # Counties with an electromagnetic station in use: 兴庆, 利通, 沙坡头 of 22.
    network = value("radiation.emf_network", period="2019")
    assert (network.rounded, network.basis) == ("14", "demonstration")
    state = next(row for row in queries.target_rows(run) if row.target == "C08")
    assert state.status == "not_evaluated"

    found = chain.chain(lake, run, "radiation.gamma_alarms", "640000", period="2019-01..2019-09")
    behind = {link.name: link for link in found.children}
    assert set(behind) == {"DEMO-G1", "DEMO-G2", "DEMO-G3", "DEMO-G4"}
    alarm, file = behind["DEMO-G2"].children
    assert (alarm.kind, alarm.facts["hours"], file.kind, file.name) == ("gamma_alarm", len(above), "file", HOURS.name)
    assert file.facts["values"] == 61 * 24
    peak = next(row for row in chain.hours(lake, run, "DEMO-G2", "GAMMA", date(2019, 9, 22)) if row["value"] ==
                rise["peak"])  # fmt: skip
    line = pq.read_table(HOURS).to_pylist()[peak["line"] - 1]  # a Parquet file has no heading line
    assert (line["station"], line["gamma_ngyh"]) == ("DEMO-G2", rise["peak"])


def test_six_minute_values_a_real_station_and_a_stranger(config: Config, dsn: str, settings: Any) -> None:
    """Six minutes of 13 V/m in an hour whose mean is below 12: the hour beside it hides nothing."""
    from saishang.apps.indicators.media import Asked
    from saishang.apps.indicators.radiation_tables import parameters_of, tables_of
    from saishang.apps.registers.actions import add_entry
    from saishang.apps.registers.kinds import kind_of
    from saishang.lake import Lake

    settings.CONFIG = config
    opened = Lake.open(config, dsn=dsn)
    day = date(2026, 3, 2)
    asked = Asked(config, opened, RULES, "ningxia", "640000", day, opened.version)
    assert tables_of(asked) == {} and parameters_of(asked) == {}  # nothing there, nothing evaluated
    kind = kind_of(RULES, "radiation_stations")
    given = {
        "code": "NX-E1", "name": "real", "region": "640181", "measures": "emf_broadband", "band_low": "0.1",
        "band_high": "3000", "opened": "2026-03-02", "holder": "x",
    }  # fmt: skip
    add_entry("test", kind, RULES, given, today=day)
    config.var.mkdir(parents=True, exist_ok=True)
    short, hourly = config.var / "six.csv", config.var / "hours.csv"
    lines = ["station,time,e_vm_6min,status"]
    for number in range(240):
        at = datetime(2026, 3, 2) + timedelta(minutes=6 * number)
        lines.append(f"NX-E1,{at:%Y-%m-%d %H:%M},{13 if number == 91 else 5},正常")
    lines.append("NX-E9,2026-03-02 00:00,1,正常")
    short.write_text("\n".join(lines) + "\n", encoding="utf-8")
    hourly.write_text(
        "station,time,gamma_ngyh,e_vm,status\n"
        + "".join(f"NX-E1,2026-03-02 {hour:02d}:00,,5.8,正常\n" for hour in range(24)), encoding="utf-8",
    )  # fmt: skip
    assert (opened.ingest(short).source, opened.ingest(hourly).source) == (
        "radiation-station-6min", "radiation-station-hourly",
    )  # fmt: skip
    tables = tables_of(Asked(config, opened, RULES, "ningxia", "640000", day, opened.version))
    (told,) = tables["emf_daily"].to_pylist()
    assert (told["minutes"], told["values_present"], told["values_expected"]) == (6, 240, 240)
    assert (told["over"], told["attains"], told["maximum_at"]) == (1, False, datetime(2026, 3, 2, 9, 6))
    assert told["basis"] == "measured"
    (stranger,) = tables["radiation_strangers"].to_pylist()
    assert (stranger["station"], stranger["parameter"], stranger["values"]) == ("NX-E9", "EMF_E", 1)
    whole = [row for row in tables["radiation_network"].to_pylist() if row["period_kind"] == "to_date"]
    assert {(row["id"], row["emf_over"], row["gamma_stations"]) for row in whole} == {
        ("640000", 1, 0), ("640100", 1, 0), ("640181", 1, 0),
    }  # fmt: skip
    assert whole[0]["emf_share"] == pytest.approx(13 / 12 * 100)


@pytest.mark.parametrize(
    ("as_of", "kinds"), [(date(2026, 12, 30), ["to_date", "year"]), (date(2026, 12, 31), ["year"])]
)
def test_a_running_year_is_told_to_date_and_is_no_valid_year(as_of: date, kinds: list[str]) -> None:
    from fractions import Fraction

    from saishang.apps.indicators.catalogue import Catalogue
    from saishang.apps.indicators.radiation_network import network_rows
    from saishang.apps.indicators.radiation_values import RADIATION_READERS
    from saishang.science.radiation.network import FieldDay, GammaDay, StationRule

    head = {"station": "G", "region": "640104", "basis": "measured"}
    level = Fraction(80)
    gamma = GammaDay(as_of, level, level, 24, 24, True, None, 300, "normal", "")
    field = FieldDay(as_of, 60, Fraction(3), Fraction(6), datetime(2026, 12, 30), 24, 24, 0, True, True, "")
    told = [(head, [gamma], [], [field], None)]
    rows = list(network_rows(told, {"640000": {"640104"}}, "640000", as_of, StationRule(75, 30, 240, 3)))
    assert sorted(row["period_kind"] for row in rows) == kinds
    found = {}
    for indicator in Catalogue(RULES).indicators.values():
        for way in indicator.by("radiation_network"):
            for value in RADIATION_READERS["radiation_network"](way, rows):
                found[value.indicator, value.period_kind] = (value.rounded, value.valid, value.reason)
    over = as_of.day == 31
    assert found["radiation.gamma_capture", "year"] == ("100.0", over, "" if over else "period_open")
    assert found["radiation.emf_over", "year"] == ("0", over, "" if over else "period_open")
    assert over or found["radiation.gamma_capture", "to_date"] == ("100.0", True, "")
