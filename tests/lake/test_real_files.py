"""The untouched network day files and the demonstration's own files, counted a second way."""

from __future__ import annotations

import csv
from datetime import date, datetime, timedelta

import pyarrow.parquet as pq

from saishang.demo_data import demo_files
from saishang.lake import Lake
from saishang.lake.audit import audit
from saishang.lake.gaps import update_gaps
from tests.lake.samples import rows
from tests.shared_material import shared

TAKEN = {"PM2.5", "PM10", "SO2", "NO2", "O3", "CO"}


def test_an_untouched_day_file_cell_by_cell(lake: Lake) -> None:
    path = shared("data/air/raw_layout/china_sites_20190512.csv")
    batch = lake.ingest(path)
    expected, empty = {}, 0
    with path.open(encoding="utf-8", newline="") as handle:  # the slow way, with the csv module
        reader = csv.reader(handle)
        header = next(reader)
        for line, row in enumerate(reader, start=2):
            if row[2] in TAKEN:
                end = datetime.strptime(row[0], "%Y%m%d") + timedelta(hours=int(row[1]))
                for cell, (station, text) in enumerate(zip(header[3:], row[3:], strict=True), start=4):
                    if text:
                        expected[station, row[2], end] = (float(text), line, cell)
                    else:
                        empty += 1
    found = {(r["station"], r["parameter"], r["end"]): (r["value"], r["line"], r["cell"]) for r in rows(lake)}
    assert found == expected
    assert (batch.added, batch.empty, batch.rejected) == (len(expected), empty, 0)
    assert batch.first_start == datetime(2019, 5, 11, 23)


def test_a_day_file_that_was_cut_off_in_the_world(lake: Lake) -> None:
    batch = lake.ingest(shared("data/air/raw_layout/china_sites_20230120.csv"))
    assert batch.notes["no_final_line_break"] is True
    (reject,) = lake.ledger.rejects(batch.id)
    assert (reject.line, reject.code) == (361, "cells")


def test_the_demonstration_loads_and_agrees_with_itself(lake: Lake) -> None:
    batches = {path.name: lake.ingest(path) for path in demo_files()}
    assert {batch.status for batch in batches.values()} == {"committed"}
    hourly = batches["air_hourly_ningxia_2019_01_09.parquet"]
    table = pq.read_table(next(p for p in demo_files() if p.name == hourly.file_name))
    values = sum(len(table) - table[name].null_count for name in ("pm25", "pm10", "so2", "no2", "co", "o3"))
    assert (hourly.added, hourly.empty) == (values, 6 * len(table) - values)
    assert hourly.rejected == 0
    # Six looks at stopped stations carry no stamp.
    assert {name: batch.rejected for name, batch in batches.items() if batch.rejected} == {
        "water_snapshots_ningxia_2020.parquet": 6
    }
    assert not any(finding.faults for finding in audit(lake))
    # README: 292 of 6,552 hours are missing for all 19 stations; 6,552 = 273 days x 24.
    (count,) = update_gaps(
        lake.table, lake.ledger, lake.folders, lake.rules, lake.sources.values(),
        first=date(2019, 1, 1), last=date(2019, 9, 30),
    )  # fmt: skip
    assert count.expected == 19 * 6 * 6552
    assert count.missing["not_sent"] >= 292 * 19 * 6
    assert count.present + sum(count.missing.values()) == count.expected


def test_the_day_file_and_the_joined_file_say_the_same(lake: Lake) -> None:
    path = shared("data/air/raw_layout/china_sites_20190512.csv")
    lake.ingest(next(p for p in demo_files() if p.name.startswith("air_hourly")))
    batch = lake.ingest(path)
    assert batch.replaced == 0
    assert batch.identical > 2000  # 24 hours x 19 stations x 6 parameters = 2,736 less the empty cells
