"""Reads for pages: from a batch down to the raw text of a line."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from saishang.apps.observations import queries
from saishang.apps.observations.models import Batch, RejectedCell
from saishang.errors import SaishangError
from saishang.lake import Lake
from saishang.lake.gaps import update_gaps
from saishang.lake.quality import run_quality
from tests.lake.samples import network_day

FIRST = ("20190512,1,PM2.5,12,13,x", "20190512,1,PM10,10,20,30", "20190512,2,PM2.5,14,,16")
SECOND = ("20190512,1,PM2.5,12,15,17", "20190512,1,PM10,10,20,30")


@pytest.fixture
def loaded(lake: Lake, tmp_path: Path) -> Lake:
    lake.ingest(network_day(tmp_path, *FIRST), actor="li")
    lake.ingest(network_day(tmp_path, *SECOND, name="corrected.csv"), actor="wang")
    return lake


def test_batches_with_filters(loaded: Lake) -> None:
    page = queries.batch_page()
    assert page.total == 2
    second, first = page.batches
    assert (first.actor, second.actor) == ("li", "wang")
    assert queries.batch_page(text="correct").batches == (second,)
    assert queries.batch_page(text=first.sha256[:12]).batches == (first,)
    assert queries.batch_page(status="refused").total == 0
    assert queries.batch_page(month="2019-05", limit=1, offset=1).batches == (first,)
    assert queries.batch_page(source="cnemc-site-hourly").total == 2
    assert queries.batch_page(text="%' or 1=1 --").total == 0


def test_detail_of_a_batch(loaded: Lake) -> None:
    second, first = queries.batch_page().batches
    detail = queries.batch_detail(first.id)
    assert [(r.line, r.cell, r.content) for r in detail.rejects] == [(2, 6, "x")]
    assert detail.reject_reasons == (("number", 1, 2),)
    assert detail.reject_file is not None
    assert detail.supersessions == ()
    changed = queries.batch_detail(second.id)
    (change,) = changed.supersessions
    assert (change.station, change.old_value, change.new_value, change.old_batch) == ("1488A", 13, 15, first.id)
    assert queries.reject_file(second.id) is None
    with pytest.raises(SaishangError, match="no batch 99999"):
        queries.batch_detail(99999)


def test_raw_lines(loaded: Lake, tmp_path: Path) -> None:
    first = queries.batch_page().batches[1]
    assert queries.raw_line(first.id, 2) == FIRST[0]
    assert queries.raw_line(first.id, 99) is None


def test_rows_of_files_without_lines(lake: Lake, tmp_path: Path) -> None:
    header = ["time", "station_code", "pm25", "pm10", "so2", "no2", "co", "o3"]
    row = ["2019-05-12 01:00:00", "1484A", 12, None, None, None, 0.5, None]
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(header)
    book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    pq.write_table(pa.Table.from_pylist([dict(zip(header, row, strict=True))]), tmp_path / "a.parquet")
    workbook, parquet = (lake.ingest(tmp_path / name) for name in ("a.xlsx", "a.parquet"))
    assert parquet.identical == 2
    shown = queries.raw_cells(workbook.id, 2)
    assert shown is not None
    assert shown[:3] == (("time", "2019-05-12 01:00:00"), ("station_code", "1484A"), ("pm25", "12"))
    assert queries.raw_cells(workbook.id, 3) is None
    assert (queries.raw_cells(parquet.id, 1) or ())[2] == ("pm25", "12")
    assert queries.raw_line(workbook.id, 2) is None


def test_a_line_of_a_file_in_utf_16(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("date,hour,type,1484A\r\n20190512,1,PM2.5,12\r\n", encoding="utf-16", newline="")
    batch = lake.ingest(path)
    assert queries.raw_line(batch.id, 2) == "20190512,1,PM2.5,12"
    assert queries.raw_line(batch.id, 3) is None


def test_an_hour_down_to_its_line_and_what_it_was_before(loaded: Lake) -> None:
    found = queries.hour_lineage("1488A", "PM2.5", datetime(2019, 5, 12, 0))
    assert found is not None
    assert (found.hour.value, found.hour.file_name, found.hour.line, found.hour.cell) == (15, "corrected.csv", 2, 5)
    assert found.raw == SECOND[0]
    assert [change.old_value for change in found.before] == [13]
    assert queries.hour_lineage("1488A", "PM2.5", datetime(2019, 5, 13, 0)) is None


def test_hours_of_a_day_with_flags(loaded: Lake) -> None:
    run_quality(loaded.table, loaded.ledger, loaded.rules)
    hours = queries.hours("1484A", "PM2.5", date(2019, 5, 12))
    assert [(h.start.hour, h.value) for h in hours] == [(0, 12.0), (1, 14.0)]
    assert [flag.test for flag in hours[0].flags] == ["pm-order"]  # 12 above PM10 = 10
    assert hours[1].flags == ()
    assert queries.hours("1484A", "PM2.5", date(2019, 5, 12), version=0) == []


def test_gaps(loaded: Lake) -> None:
    assert queries.gap_span() is None
    update_gaps(loaded.table, loaded.ledger, loaded.folders, loaded.rules, loaded.sources.values())
    span = queries.gap_span()
    assert span is not None
    assert (span.first, span.last, span.table_version) == (date(2019, 5, 12), date(2019, 5, 12), 2)
    month = next(m for m in queries.gap_months("PM2.5") if m.station == "1484A")
    assert (month.month, month.expected, month.present, month.not_sent) == ("2019-05", 24, 2, 22)
    assert month.coverage == pytest.approx(2 / 24)
    closed = next(m for m in queries.gap_months("PM2.5") if m.station == "1486A")
    assert closed.coverage is None
    days = queries.gap_days("1488A")
    assert {d.parameter: (d.present, d.empty) for d in days}["PM2.5"] == (1, 1)
    assert queries.gap_days("1488A", "PM2.5", date(2020, 1, 1)) == []


def test_quality_summary(loaded: Lake) -> None:
    assert queries.quality_summary() is None
    run = run_quality(loaded.table, loaded.ledger, loaded.rules)
    summary = queries.quality_summary()
    assert summary is not None
    assert summary.run == run.id
    by_test = {count.test: count for count in summary.counts}
    assert by_test["pm-order"].flagged == 1
    assert by_test["pm-order"].zh
    assert by_test["neighbours"].not_evaluated == 8
    assert "neighbours" in by_test["neighbours"].reasons


def test_stations_of_the_rules(lake: Lake) -> None:
    found = queries.stations("air")
    assert len(found) == 22
    background = queries.station("1484A")
    assert background is not None
    assert (background.zh, background.city_mean, background.region) == ("贺兰山马莲口", False, "640100")
    assert {place.medium for place in queries.stations()} == {"air", "water", "met"}
    assert queries.station("nowhere") is None


def test_django_reads_the_ledger_and_may_not_write_it(loaded: Lake) -> None:
    batch = Batch.objects.latest("id")
    assert batch.file_name == "corrected.csv"
    assert RejectedCell.objects.filter(batch__file_name__startswith="china").count() == 1
    with pytest.raises(SaishangError, match="lake alone"):
        batch.save()
    with pytest.raises(SaishangError, match="nothing is deleted"):
        batch.delete()
