"""The gap ledger: expected hours from the calendar, and a reason for every hour that is missing."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from saishang.lake import Lake
from saishang.lake.gaps import update_gaps
from saishang.lake.missing import missing_counts, missing_hours
from saishang.lake.quality import QualityTest, run_quality
from tests.lake.samples import network_day

DAY = date(2019, 5, 12)


def gaps(lake: Lake, **span: Any) -> dict[tuple[str, str, date], dict[str, int]]:
    update_gaps(lake.table, lake.ledger, lake.folders, lake.rules, lake.sources.values(), **span)
    with lake.ledger.connect() as connection:
        rows = connection.execute("select * from lake_gap").fetchall()
    names = ("expected", "present", "not_sent", "empty", "marked", "rejected", "removed_by_qc", "closed")
    return {(r["station"], r["parameter"], r["day"]): {n: r[n] for n in names if r[n]} for r in rows}


def test_every_missing_hour_has_a_reason(lake: Lake, tmp_path: Path) -> None:
    lake.ingest(
        network_day(
            tmp_path,
            "20190512,1,PM2.5,12,,x",  # 00:00-01:00: present, empty, rejected
            "20190512,2,PM2.5,13,14,-5",  # 01:00-02:00
            "20190512,24,PM2.5,9000,1,",  # 23:00-24:00
        )
    )
    run_quality(
        lake.table, lake.ledger, lake.rules, tests=[QualityTest("r", "range", ("PM2.5",), {}, "exclude")]
    )  # 9000 is beyond the plausible 3000
    found = gaps(lake, first=DAY, last=DAY)
    assert found["1484A", "PM2.5", DAY] == {"expected": 24, "present": 2, "removed_by_qc": 1, "not_sent": 21}
    assert found["1488A", "PM2.5", DAY] == {"expected": 24, "present": 2, "empty": 1, "not_sent": 21}
    assert found["1947A", "PM2.5", DAY] == {"expected": 24, "rejected": 2, "empty": 1, "not_sent": 21}
    # No file names CO, nor station 1948A: the calendar expects them all the same.
    assert found["1484A", "CO", DAY] == {"expected": 24, "not_sent": 24}
    assert found["1948A", "PM2.5", DAY] == {"expected": 24, "not_sent": 24}
    # 1486A was closed at the end of 2018.
    assert found["1486A", "PM2.5", DAY] == {"closed": 24}
    assert len(found) == 22 * 6


def test_no_file_and_a_file_full_of_empty_cells_cover_the_same(lake: Lake, tmp_path: Path) -> None:
    lake.ingest(network_day(tmp_path, "20190511,12,PM2.5,1,1,1", *(f"20190512,{h},PM2.5,,,1" for h in range(1, 25))))
    found = gaps(lake, first=DAY, last=date(2019, 5, 13))
    full, none = found["1484A", "PM2.5", DAY], found["1484A", "PM2.5", date(2019, 5, 13)]
    assert (full["expected"], full.get("present", 0)) == (none["expected"], none.get("present", 0)) == (24, 0)
    assert (full["empty"], none["not_sent"]) == (24, 24)


def test_a_corrected_file_fills_the_gap(lake: Lake, tmp_path: Path) -> None:
    lake.ingest(network_day(tmp_path, "20190512,1,PM2.5,,1,1"))
    assert gaps(lake)["1484A", "PM2.5", DAY] == {"expected": 24, "empty": 1, "not_sent": 23}
    lake.ingest(network_day(tmp_path, "20190512,1,PM2.5,7,1,1", name="b.csv"))
    assert gaps(lake)["1484A", "PM2.5", DAY] == {"expected": 24, "present": 1, "not_sent": 23}


def test_a_mark_is_a_reason_and_below_detection_is_a_value(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(
        "id: own\nseries: cnemc-site-hourly\nhourly: true\nmedium: air\nlayout: wide\nlabel: hour_beginning\n"
        "time: t\nstation: s\nmarks: {H: x}\nvalues: {pm25: PM2.5}\n"
    )
    data = tmp_path / "a.csv"
    data.write_text("t,s,pm25\n2019-05-12 00:00,1484A,50(H)\n2019-05-12 01:00,1484A,H\n2019-05-12 02:00,1484A,<2\n")
    lake.ingest(data, mapping=path)
    assert gaps(lake)["1484A", "PM2.5", DAY] == {"expected": 24, "present": 1, "marked": 2, "not_sent": 21}


def test_other_stations_count_from_their_first_day(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("date,hour,type,9001A\n20190512,1,PM2.5,5\n")
    lake.ingest(path)
    assert ("9001A", "PM2.5", DAY) not in gaps(lake)
    found = gaps(lake, everywhere=True, first=date(2019, 5, 11), last=DAY)
    assert found["9001A", "PM2.5", DAY] == {"expected": 24, "present": 1, "not_sent": 23}
    assert found["9001A", "PM2.5", date(2019, 5, 11)] == {"closed": 24}


def test_the_span_of_the_data_is_the_default_and_counts_add_up(lake: Lake, tmp_path: Path) -> None:
    lake.ingest(network_day(tmp_path, "20190512,1,PM2.5,5,5,5", "20190514,1,PM2.5,5,5,"))
    (count,) = update_gaps(lake.table, lake.ledger, lake.folders, lake.rules, lake.sources.values())
    assert (count.first, count.last, count.days) == (DAY, date(2019, 5, 14), 22 * 6 * 3)
    assert count.expected == 19 * 6 * 3 * 24  # three stations are closed
    assert count.present == 5
    assert count.present + sum(count.missing.values()) == count.expected
    with lake.ledger.connect() as connection:
        row = connection.execute("select max(computed_at) as at from lake_gap").fetchone()
    assert row is not None
    assert isinstance(row["at"], datetime)


def test_a_source_of_ones_own_has_a_gap_ledger_too(lake: Lake, tmp_path: Path) -> None:
    """A mapping file with `hourly: true`: station 1484A, two of 24 hours of one day, one of them a double dash."""
    mapping = tmp_path / "own.yaml"
    mapping.write_text(
        "id: own\nmedium: air\nlayout: wide\nlabel: hour_beginning\ntime: time\nstation: station\n"
        "values: {PM2.5: PM2.5}\nmissing: ['—']\nhourly: true\n",
        encoding="utf-8",
    )
    path = tmp_path / "own.csv"
    path.write_text("time,station,PM2.5\n2019-05-12 01:00,1484A,12\n2019-05-12 02:00,1484A,——\n", encoding="utf-8")
    lake.ingest(path, mapping=mapping)
    counts = update_gaps(lake.table, lake.ledger, lake.folders, lake.rules, lake.described())
    (count,) = [count for count in counts if count.source == "own"]
    with lake.ledger.connect() as connection:
        row = connection.execute("select * from lake_gap where source = 'own' and station = '1484A'").fetchone()
    assert row is not None
    assert (row["expected"], row["present"], row["empty"], row["not_sent"]) == (24, 1, 1, 22)
    assert count.present == 1


def test_a_series_owes_the_stations_that_are_its_own(lake: Lake, tmp_path: Path) -> None:
    """A day file by city owes no hours of stations, a county's file no hours of the national network."""
    lake.ingest(network_day(tmp_path, "20190512,1,PM2.5,12,13,14"))
    cities = tmp_path / "china_cities_20190512.csv"
    cities.write_text("date,hour,type,银川,石嘴山,北京\n20190512,1,PM2.5,12,,14\n", encoding="utf-8")
    lake.ingest(cities)
    update_gaps(lake.table, lake.ledger, lake.folders, lake.rules, lake.sources.values(), first=DAY, last=DAY)
    with lake.ledger.connect() as connection:
        rows = connection.execute(
            "select source, station, parameter, present, empty, expected from lake_gap"
        ).fetchall()
    owed: dict[str, set[str]] = {}
    for row in rows:
        owed.setdefault(row["source"], set()).add(row["station"])
    # The five cities of the rules, also those that the file does not name; Beijing is not of this site.
    assert owed["cnemc-city-hourly"] == {f"city:640{n}00" for n in range(1, 6)}
    assert len(owed["cnemc-site-hourly"]) == 22
    assert not any(station.startswith("city:") for station in owed["cnemc-site-hourly"])
    found = {(row["station"], row["parameter"]): (row["expected"], row["present"], row["empty"]) for row in rows}
    assert found["city:640100", "PM2.5"] == (24, 1, 0)


def test_every_missing_hour_is_named_with_the_file_that_said_so(lake: Lake, tmp_path: Path) -> None:
    first = lake.ingest(network_day(tmp_path, "20190512,1,PM2.5,12,,x", "20190512,2,PM2.5,13,14,15"))
    asked: dict[str, Any] = {"parameters": ["PM2.5"], "first": DAY, "last": DAY}
    common = (lake.table, lake.ledger, lake.folders, lake.rules, lake.described())
    hours = missing_hours(*common, stations=["1484A", "1488A", "1947A", "1486A"], **asked)
    by: dict[str, list[Any]] = {}
    for hour in hours:
        by.setdefault(hour.station, []).append((hour.start.hour, hour.why, hour.batch))
    assert by["1484A"] == [(hour, "not_sent", None) for hour in range(2, 24)]
    assert by["1488A"][:2] == [(0, "empty", first.id), (2, "not_sent", None)]
    assert by["1947A"][0] == (0, "rejected", first.id)
    assert by["1486A"] == [(hour, "closed", None) for hour in range(24)]
    # The counts are those of the gap ledger, and a corrected file changes only what later versions say.
    counts = missing_counts(*common, stations=["1488A"], version=lake.version, **asked)
    assert counts == {"1488A": {"empty": 1, "not_sent": 22}}
    before = lake.version
    lake.ingest(network_day(tmp_path, "20190512,1,PM2.5,12,11,10", name="b.csv"))
    assert missing_counts(*common, stations=["1488A"], **asked) == {"1488A": {"not_sent": 22}}
    assert missing_counts(*common, stations=["1488A"], version=before, **asked) == counts
