"""Loading files end to end: once is enough, corrections replace exactly what differs, nothing is lost."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import pytest

from saishang.lake import Lake
from saishang.lake.audit import audit
from saishang.lake.errors import FileRefused, MappingError
from saishang.lake.remarks import remarks
from tests.lake.samples import network_day, rows, values

# The file's hour 0 ends at midnight: it is 23:00-24:00 of the day before.
DAY = (
    "20190512,0,AQI,100,101,102",
    "20190512,0,PM2.5,12,13,",
    "20190512,0,PM2.5_24h,12,13,14",
    "20190512,0,CO,0.5,0.6,0.7",
    "20190512,1,PM2.5,20,—,22",
)


def sound(lake: Lake) -> bool:
    return not any(finding.faults for finding in audit(lake))


def test_a_network_day_file(lake: Lake, tmp_path: Path) -> None:
    batch = lake.ingest(network_day(tmp_path, *DAY))
    # 5 lines; taken PM2.5 (2+2 values, 2 empty) and CO (3 values); AQI and PM2.5_24h (2 lines x 3 cells) ignored.
    assert (batch.status, batch.source) == ("committed", "cnemc-site-hourly")
    assert (batch.rows_read, batch.accepted, batch.added, batch.empty, batch.ignored) == (5, 7, 7, 2, 6)
    assert (batch.rejected, batch.replaced, batch.identical, batch.duplicates) == (0, 0, 0, 0)
    assert batch.months == ("2019-05",)
    assert (batch.first_start, batch.last_end) == (datetime(2019, 5, 11, 23), datetime(2019, 5, 12, 1))
    assert values(lake) == {
        ("1484A", "PM2.5", "2019-05-11 23:00"): 12.0,
        ("1488A", "PM2.5", "2019-05-11 23:00"): 13.0,
        ("1484A", "CO", "2019-05-11 23:00"): 0.5,
        ("1488A", "CO", "2019-05-11 23:00"): 0.6,
        ("1947A", "CO", "2019-05-11 23:00"): 0.7,
        ("1484A", "PM2.5", "2019-05-12 00:00"): 20.0,
        ("1947A", "PM2.5", "2019-05-12 00:00"): 22.0,
    }
    row = next(r for r in rows(lake) if r["station"] == "1947A" and r["parameter"] == "CO")
    # Line 5 of the file (line 1 is the header), column 6.
    assert (row["batch"], row["line"], row["cell"], row["month"]) == (batch.id, 5, 6, "2019-05")
    assert lake.archive.line(batch.sha256, 5) == "20190512,0,CO,0.5,0.6,0.7"
    assert sound(lake)


def test_the_same_bytes_twice_change_nothing(lake: Lake, tmp_path: Path) -> None:
    first = lake.ingest(network_day(tmp_path, *DAY))
    version = lake.version
    again = lake.ingest(network_day(tmp_path, *DAY, name="another name.csv"))
    assert again.no_op
    assert again.id == first.id
    assert lake.version == version
    assert [b.id for b in lake.ledger.batches()] == [first.id]


def test_a_corrected_file_replaces_exactly_what_differs(lake: Lake, tmp_path: Path) -> None:
    first = lake.ingest(network_day(tmp_path, *DAY))
    before = lake.version
    corrected = (DAY[0], "20190512,0,PM2.5,12,15,16", *DAY[2:4], "20190512,1,PM2.5,20,—,")
    second = lake.ingest(network_day(tmp_path, *corrected, name="corrected.csv"))
    # 1488A 13 → 15 is replaced; 1947A is new; 1484A and CO are the same; 22 at hour 1 is no longer named.
    assert (second.replaced, second.added, second.identical, second.absent) == (1, 1, 5, 1)
    assert second.accepted == 7
    (change,) = lake.ledger.supersessions(second.id)
    assert (change["station"], change["parameter"], change["start"]) == ("1488A", "PM2.5", datetime(2019, 5, 11, 23))
    assert (change["old_value"], change["old_batch"], change["old_line"], change["old_cell"]) == (13, first.id, 3, 5)
    assert (change["new_value"], change["new_line"], change["new_cell"]) == (15, 3, 5)
    now = values(lake)
    assert now["1488A", "PM2.5", "2019-05-11 23:00"] == 15
    assert now["1947A", "PM2.5", "2019-05-11 23:00"] == 16
    assert now["1947A", "PM2.5", "2019-05-12 00:00"] == 22  # absent rows stay
    assert second.notes["absent_examples"][0]["station"] == "1947A"
    assert len(now) == 8
    # Time travel: the version before still says 13.
    assert values(lake, before)["1488A", "PM2.5", "2019-05-11 23:00"] == 13
    assert sound(lake)


def test_two_layouts_of_one_publication_are_one_series(lake: Lake, tmp_path: Path) -> None:
    lake.ingest(network_day(tmp_path, *DAY))
    wide = tmp_path / "wide.csv"
    wide.write_text(
        "time,station_code,pm25,pm10,so2,no2,co,o3\n2019-05-12 00:00:00,1484A,12,,,,0.5,\n"
        "2019-05-12 02:00:00,1484A,30,,,,,\n",
        encoding="utf-8",
    )
    batch = lake.ingest(wide)
    assert batch.source == "cnemc-site-hourly-wide"
    assert (batch.identical, batch.added) == (2, 1)
    assert {r["source"] for r in rows(lake)} == {"cnemc-site-hourly"}


def test_bad_cells_and_lines_are_refused_with_place_and_reason_and_the_rest_is_kept(lake: Lake, tmp_path: Path) -> None:
    batch = lake.ingest(
        network_day(
            tmp_path,
            "20190512,0,PM2.5,12,abc,-3",
            "20190512,99,PM2.5,1,2,3",
            "20190512,1,PM2.5,1,2",
            "20190512,1,Radon,1,2,3",
            "20190512,1,SO2,7,8,9",
        )
    )
    assert (batch.added, batch.rejected) == (4, 5)
    found = [(r.line, r.cell, r.column, r.content, r.code) for r in lake.ledger.rejects(batch.id)]
    assert found == [
        (2, 5, "1488A", "abc", "number"),
        (2, 6, "1947A", "-3", "below-possible"),
        (3, 1, "date", "20190512 99", "time"),
        (4, 0, "", "20190512,1,PM2.5,1,2", "cells"),
        (5, 3, "type", "Radon", "parameter"),
    ]
    assert batch.notes["rejected"] == {"number": 1, "below-possible": 1, "time": 1, "cells": 1, "parameter": 1}
    with lake.folders.rejects(batch.id).open(encoding="utf-8-sig") as handle:
        assert len(list(csv.reader(handle))) == 6  # header and five lines
    assert sound(lake)


def test_said_twice_in_one_file(lake: Lake, tmp_path: Path) -> None:
    batch = lake.ingest(
        network_day(tmp_path, "20190512,0,PM2.5,12,13,14", "20190512,0,PM2.5,12,99,14", "20190512,1,PM2.5,1,1,1")
    )
    # 12 and 14 are said twice alike; 13 against 99 cannot be settled: the first stays, the second is refused.
    assert (batch.added, batch.duplicates, batch.rejected) == (6, 2, 1)
    (reject,) = lake.ledger.rejects(batch.id)
    assert (reject.line, reject.cell, reject.column, reject.code) == (3, 5, "1488A", "contradiction")
    assert "already 13 in line 2" in reject.message
    assert values(lake)["1488A", "PM2.5", "2019-05-11 23:00"] == 13


def test_nothing_usable_is_refused_and_the_ledger_says_so(lake: Lake, tmp_path: Path) -> None:
    version = lake.version
    with pytest.raises(FileRefused, match="no value of the file could be read"):
        lake.ingest(network_day(tmp_path, "20190512,0,PM2.5,x,y,z"))
    assert lake.version == version
    (batch,) = lake.ledger.batches()
    assert (batch.status, batch.rejected) == ("refused", 3)
    assert len(lake.ledger.rejects(batch.id)) == 3


def test_a_file_full_of_empty_cells_is_loaded_and_says_so(lake: Lake, tmp_path: Path) -> None:
    batch = lake.ingest(network_day(tmp_path, "20190512,0,PM2.5,,,"))
    assert (batch.status, batch.added, batch.empty) == ("committed", 0, 3)
    assert lake.ingest(network_day(tmp_path, "20190512,0,PM2.5,,,", name="b.csv")).no_op


def test_marks_of_rows_and_a_station_by_another_name(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "water.csv"
    path.write_text(
        "time,province,basin,section,wq_class,status,water_temp_c,ph\n"
        "2021-04-01 04:00:00,宁夏回族自治区,黄河流域,中卫下河沿(新墩),Ⅱ,正常,10.7,7.76\n"
        "2021-04-01 08:00:00,宁夏回族自治区,黄河流域,沙湖,*,维护,,8.1\n",
        encoding="gb18030",
    )
    batch = lake.ingest(path, "cnemc-water-4h")
    assert batch.notes["encoding"] == "gb18030"
    found = {(r["station"], r["parameter"]): (r["value"], r["qualifier"]) for r in rows(lake)}
    assert found == {
        ("中卫下河沿", "WQ_CLASS"): (2.0, None),
        ("中卫下河沿", "WT"): (10.7, None),
        ("中卫下河沿", "PH"): (7.76, None),
        ("沙湖", "PH"): (8.1, "维护"),
    }
    assert all(r["start"] == r["end"] for r in rows(lake))


def test_names_that_repeat_over_the_country(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "water.csv"
    path.write_text(
        "time,province,basin,section,wq_class,status,water_temp_c,ph\n"
        "2021-04-01 04:00:00,宁夏回族自治区,黄河流域,沙湖,,正常,10,\n"
        "2021-04-01 04:00:00,湖北省,长江流域,沙湖,,正常,11,\n"
        "2021-04-01 04:00:00,江苏省,太湖流域,湖心,,正常,12,\n"
        "2021-04-01 04:00:00,安徽省,巢湖流域,湖心,,正常,13,\n",
        encoding="utf-8",
    )
    batch = lake.ingest(path)
    assert batch.rejected == 0
    found = {r["station"]: r["value"] for r in rows(lake)}
    assert found == {"沙湖": 10.0, "湖北省/沙湖": 11.0, "江苏省/湖心": 12.0, "安徽省/湖心": 13.0}


def test_city_names_become_region_codes(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "china_cities_20190512.csv"
    path.write_text("date,hour,type,银川,北京\n20190512,8,PM2.5,30,40\n", encoding="utf-8")
    batch = lake.ingest(path)
    assert batch.source == "cnemc-city-hourly"
    assert {r["station"]: r["value"] for r in rows(lake)} == {"city:640100": 30.0, "city:北京": 40.0}


def test_the_table_keeps_the_contract(lake: Lake, tmp_path: Path) -> None:
    lake.ingest(network_day(tmp_path, *DAY))
    schema = lake.observations().schema
    assert {name: str(schema.field(name).type) for name in schema.names} == {
        "medium": "string", "month": "string", "source": "string", "station": "string", "parameter": "string",
        "start": "timestamp[us]", "end": "timestamp[us]", "value": "double", "qualifier": "string", "batch": "int64",
        "line": "int32", "cell": "int32",
    }  # fmt: skip
    (file,) = lake.files(medium="air", months=["2019-05"])
    assert "medium=air/month=2019-05" in file
    assert lake.files(medium="water") == []


def test_large_files_pass_through_disk(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("saishang.lake.stage.IN_MEMORY", 3)
    first = lake.ingest(network_day(tmp_path, *DAY))
    assert (first.added, first.empty) == (7, 2)
    second = lake.ingest(network_day(tmp_path, "20190512,0,PM2.5,12,99,14", "20190512,2,CO,1,2,3", name="b.csv"))
    assert (second.added, second.replaced, second.identical) == (4, 1, 1)
    assert len(values(lake)) == 11
    assert not any((lake.root / "staging").iterdir())
    assert sound(lake)


def test_every_line_of_a_file_is_accounted_for(lake: Lake, tmp_path: Path) -> None:
    """One value a line: data lines = taken + said twice + refused + empty + left aside by declaration."""
    mapping = tmp_path / "m.yaml"
    mapping.write_text(
        "id: mine\nmedium: air\nlayout: long\nlabel: hour_ending\ntime: t\nstation: s\nparameter: p\nvalue: v\n"
        "unit: u\nvalues: {PM2.5: PM2.5}\nignore: [AQI]\n",
        encoding="utf-8",
    )
    lines = [
        "2024-01-01 01:00,A,PM2.5,35,µg/m³",  # 2 taken
        "2024-01-01 01:00,A,PM2.5,35,µg/m³",  # 3 said twice
        "2024-01-01 01:00,A,PM2.5,36,µg/m³",  # 4 contradiction
        "2024-01-01 02:00,A,PM2.5,35",  # 5 too few cells
        "2024-01-01 03:00,A,PM2.5,35,µg/m³,x",  # 6 too many
        "t,s,p,v,u",  # 7 the header again
        "2024-01-01 04:00,,PM2.5,35,µg/m³",  # 8 no station
        "2024-01-01 05:00,A,O3,35,µg/m³",  # 9 unknown parameter
        "2024-01-01 06:00,A,PM2.5,35,ppb",  # 10 unit
        "2024-01-01 07:00,A,PM2.5,,µg/m³",  # 11 empty
        ",A,PM2.5,35,µg/m³",  # 12 no time
        "2024-01-01 08:00,A,AQI,50,",  # 13 left aside
        "2024-01-01 09:00,A\x01,PM2.5,35,µg/m³",  # 14 a station that cannot be seen
        '2024-01-01 10:00,A,PM2.5,"35,µg/m³',  # 15 open quotation mark
        "2024-01-01 11:00,A,PM2.5,35,µg/m³",  # 16 taken
    ]
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(["t,s,p,v,u", *lines]) + "\n", encoding="utf-8")
    batch = lake.ingest(path, mapping=mapping)
    assert (batch.rows_read, batch.accepted, batch.duplicates, batch.empty, batch.ignored) == (15, 2, 1, 1, 1)
    assert batch.rows_read == batch.accepted + batch.duplicates + batch.rejected + batch.empty + batch.ignored
    reasons = {reject.line: str(reject.params["reason"]) for reject in lake.ledger.rejects(batch.id)}
    assert reasons == {
        4: "contradiction", 5: "cells", 6: "cells", 7: "time.header", 8: "station.empty", 9: "parameter", 10: "unit",
        12: "time.empty", 14: "station.control", 15: "quotation",
    }  # fmt: skip
    with lake.folders.rejects(batch.id).open(encoding="utf-8-sig", newline="") as handle:
        assert sorted(int(row["line"]) for row in csv.DictReader(handle)) == sorted(reasons)
    assert sound(lake)


def test_a_contradiction_shows_the_marks(lake: Lake, tmp_path: Path) -> None:
    mapping = tmp_path / "m.yaml"
    mapping.write_text(
        "id: mine\nmedium: air\nlayout: wide\nlabel: hour_ending\ntime: t\nstation: s\nvalues: {PM2.5: PM2.5}\n"
        "row_mark: {column: state, usable: [正常]}\n",
        encoding="utf-8",
    )
    path = tmp_path / "mine.csv"
    path.write_text("t,s,PM2.5,state\n2024-01-01 01:00,A,35,正常\n2024-01-01 01:00,A,35,维护\n", encoding="utf-8")
    batch = lake.ingest(path, mapping=mapping)
    (reject,) = lake.ledger.rejects(batch.id)
    assert (reject.line, reject.content) == (3, "35(维护)")
    assert reject.message == "A PM2.5 2024-01-01 00:00 was already 35 in line 2"


@pytest.mark.parametrize(
    ("name", "remarked"),
    [
        ("china_sites_20190512.csv", False),  # hour 0 of the day ends at midnight: 23:00 of the day before
        ("china_sites_2019-05-12.csv", False),
        ("china_sites_20190511.csv", False),  # the hours to 01:00 of the next day: hours 24 that begin at their stamp
        ("china_sites_20190514.csv", True),
        ("china_sites_20190510.csv", True),
        ("download.csv", False),
        ("20190514_to_20190520.csv", False),  # two days say nothing about one
        ("x20191399.csv", False),
    ],
)
def test_a_name_with_another_day_than_its_rows_is_remarked(
    lake: Lake, tmp_path: Path, name: str, remarked: bool
) -> None:
    batch = lake.ingest(network_day(tmp_path, *DAY, name=name))
    assert batch.added == 7  # loaded by its rows in any case
    said = [remark for remark in remarks(batch) if "name says" in remark.en]
    assert bool(said) is remarked
    if remarked:
        assert "2019-05-11 23:00" in said[0].zh


def test_what_a_person_should_know_about_a_load(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "china_sites_20190512.csv"
    path.write_text("date,hour,type,1484A,1488A,备注\n20190512,1,PM2.5,12,13,x", encoding="utf-8")
    said = [remark.en for remark in remarks(lake.ingest(path))]
    assert said == ["no final line break, the file may be cut off", "columns not taken: 备注"]
    path.write_text("date,hour,type,1484A,1488A\n", encoding="utf-8")
    assert [remark.en for remark in remarks(lake.ingest(path))] == ["the file has a header and no data lines"]


def test_the_line_of_the_header_is_named_when_titles_stand_above_it(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("一月小时值,,,\n,,,\ndate,hour,type,1484A\n20190512,0,PM2.5,12\n", encoding="utf-8")
    with pytest.raises(MappingError) as caught:
        lake.ingest(path, "cnemc-site-hourly")
    assert "header_line: 3" in caught.value.fix


def test_a_line_of_an_old_mac_file_is_found_again(lake: Lake, tmp_path: Path) -> None:
    path = network_day(tmp_path, *DAY)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r"))
    batch = lake.ingest(path)
    assert batch.added == 7
    assert lake.archive.line(batch.sha256, 5) == "20190512,0,CO,0.5,0.6,0.7"
