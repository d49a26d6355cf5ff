"""NaN never reaches the table, whatever the format says it with; and the audit would see it."""

from __future__ import annotations

import math
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from saishang.lake import Lake
from saishang.lake.audit import audit
from saishang.lake.errors import LakeError
from saishang.lake.schema import SCHEMA
from saishang.lake.stage import refuse_nan

MAPPING = """\
id: nan-test
medium: air
layout: wide
label: hour_beginning
time: time
station: station
values: {PM2.5: PM2.5, PM10: PM10}
marks: {H: checked}
"""
TIMES = [f"2019-05-12 0{hour}:00" for hour in range(6)]
#: Six ways to say "no value" beside one figure; `H` alone is a mark without a value and keeps its row.
SAID = ["nan", "NaN", "#N/A", "", "12", "H"]


def written(kind: str, folder: Path) -> Path:
    path = folder / f"file.{kind}"
    if kind == "csv":
        lines = [f"{at},1484A,{text},{text}" for at, text in zip(TIMES, SAID, strict=True)]
        path.write_text("time,station,PM2.5,PM10\n" + "\n".join(lines) + "\n")
    elif kind == "xlsx":
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(["time", "station", "PM2.5", "PM10"])
        for at, text in zip(TIMES, SAID, strict=True):
            sheet.append([at, "1484A", text, text])
        book.save(path)
    else:
        figures = [math.nan, math.nan, None, math.nan, 12.0, math.nan]
        table = pa.table({"time": TIMES, "station": ["1484A"] * 6, "PM2.5": figures,
                          "PM10": pa.array(figures, pa.float32(), from_pandas=False)})  # fmt: skip
        pq.write_table(table, path)
    return path


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_no_value_is_never_nan(lake: Lake, tmp_path: Path, kind: str) -> None:
    mapping = tmp_path / "map.yaml"
    mapping.write_text(MAPPING, encoding="utf-8")
    batch = lake.ingest(written(kind, tmp_path), mapping=mapping)
    assert batch.rejected == 0
    rows = lake.observations().to_table().to_pylist()
    assert not any(row["value"] is not None and math.isnan(row["value"]) for row in rows)
    marked = {"csv": 2, "xlsx": 2, "parquet": 0}[kind]
    assert (
        sorted((row["value"] is None, row["qualifier"]) for row in rows) == [(False, None)] * 2 + [(True, "H")] * marked
    )
    assert {finding.what: finding.faults for finding in audit(lake)}["values are numbers"] == 0


def test_infinity_is_refused(lake: Lake, tmp_path: Path) -> None:
    mapping = tmp_path / "map.yaml"
    mapping.write_text(MAPPING, encoding="utf-8")
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"time": TIMES[:2], "station": ["a", "a"], "PM2.5": [math.inf, 5.0]}), path)
    batch = lake.ingest(path, mapping=mapping)
    assert (batch.added, batch.rejected) == (1, 1)


def test_the_guard_at_the_door() -> None:
    refuse_nan(pa.chunked_array([[1.0, None], []], pa.float64()))
    refuse_nan(pa.chunked_array([], pa.float64()))
    with pytest.raises(LakeError, match="NaN"):
        refuse_nan(pa.chunked_array([[1.0], [None, math.nan]], pa.float64()))


def test_the_audit_sees_nan_that_somebody_else_wrote(lake: Lake) -> None:
    from datetime import datetime

    at = datetime(2019, 5, 12)
    row = {"medium": "air", "month": "2019-05", "source": "x", "station": "a", "parameter": "PM2.5", "start": at,
           "end": at, "value": math.nan, "qualifier": None, "batch": 1, "line": 1, "cell": 1}  # fmt: skip
    lake.table.append(pa.Table.from_pylist([row, row | {"value": 5.0}], SCHEMA), 1)
    found = {finding.what: finding for finding in audit(lake)}["values are numbers"]
    assert (found.faults, found.detail) == (1, "batch 1 has 1 values that are no number")
