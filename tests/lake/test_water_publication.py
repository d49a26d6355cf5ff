"""The table of the public water system: 17 columns, stamps without a year, `*` and `--` for nothing, 维护 rows."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.compute as pc
import pytest

from saishang.lake.readers.times import parse_stamp
from saishang.lake.reasons import Why

if TYPE_CHECKING:
    from saishang.lake import Lake

HEADER = (
    "省份,流域,断面名称,监测时间,水质类别,水温(℃),pH(无量纲),溶解氧(mg/L),电导率(μS/cm),浊度(NTU),高锰酸盐指数(mg/L),"
    "氨氮(mg/L),总磷(mg/L),总氮(mg/L),叶绿素α(mg/L),藻密度(cells/L),站点情况\n"
)
ROWS = (
    "宁夏回族自治区,黄河流域,中卫下河沿(新墩),12-31 20:00,Ⅱ,3.1,8.12,11.2,640.1,35.2,2.11,0.04,0.031,2.44,*,*,正常\n"
    "宁夏回族自治区,黄河流域,金沙湾,01-01 08:00,*,--,8.01,,--,*,1.98,0.025L,0.02,2.1,--,--,维护\n"
    "甘肃省,黄河流域,金沙湾,01-01 08:00,劣Ⅴ,1.0,9.3,12.0,500,10,2.0,0.1,0.05,3.0,0.004,120000,正常\n"
)


@pytest.mark.parametrize(
    ("text", "collected", "found"),
    [
        ("04-11 08:00", date(2024, 4, 11), datetime(2024, 4, 11, 8)),
        ("12-31 20:00", date(2024, 1, 2), datetime(2023, 12, 31, 20)),  # December read in January
        ("01-01 00:00", date(2023, 12, 31), datetime(2024, 1, 1)),  # the day after, at midnight
        ("02-29 04:00", date(2024, 3, 1), datetime(2024, 2, 29, 4)),
        ("2021-04-01 04:00", date(2024, 3, 1), datetime(2021, 4, 1, 4)),  # a stamp with a year keeps it
    ],
)
def test_the_year_is_that_of_the_collection(text: str, collected: date, found: datetime) -> None:
    assert parse_stamp(text, collected=collected) == found


def test_without_a_day_of_collection_the_year_is_not_guessed() -> None:
    assert isinstance(parse_stamp("04-11 08:00"), Why)
    assert isinstance(parse_stamp("02-29 04:00", collected=date(2022, 3, 1)), Why)


def test_the_table_as_saved(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "publication.csv"
    path.write_text(HEADER + ROWS, encoding="utf-8")
    batch = lake.ingest(path, collected=date(2024, 1, 2))
    assert batch.source == "cnemc-water-publication"
    rows = lake.observations().to_table().sort_by([("station", "ascending"), ("parameter", "ascending")]).to_pylist()
    by_key = {(row["station"], row["parameter"]): row for row in rows}
    assert by_key["中卫下河沿", "NH3N"]["start"] == datetime(2023, 12, 31, 20)
    assert by_key["中卫下河沿", "WQ_CLASS"]["value"] == 2
    assert ("中卫下河沿", "CHLA") not in by_key
    stale = by_key["金沙湾", "CODMN"]
    assert (stale["qualifier"], stale["start"]) == ("维护", datetime(2024, 1, 1, 8))
    assert ("金沙湾", "WT") not in by_key  # nothing stood there
    # The place of the same name elsewhere keeps its province.
    assert by_key["甘肃省/金沙湾", "WQ_CLASS"]["value"] == 6
    assert set(pc.unique(lake.observations().to_table()["source"]).to_pylist()) == {"cnemc-water"}


def test_the_same_file_of_another_year_is_another_load(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "publication.csv"
    path.write_text(HEADER + ROWS, encoding="utf-8")
    first = lake.ingest(path, collected=date(2024, 1, 2))
    again = lake.ingest(path, collected=date(2024, 1, 2))
    other = lake.ingest(path, collected=date(2023, 1, 2))
    assert first.id == again.id
    assert other.id != first.id


def test_without_the_day_every_row_is_refused_with_the_reason(lake: Lake, tmp_path: Path) -> None:
    from saishang.errors import SaishangError

    path = tmp_path / "publication.csv"
    path.write_text(HEADER + ROWS, encoding="utf-8")
    with pytest.raises(SaishangError):
        lake.ingest(path)
