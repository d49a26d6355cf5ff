"""Source descriptions and mapping files: what is wrong is said with key and fix."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from saishang.lake import Lake
from saishang.lake.errors import FileRefused, MappingError
from saishang.lake.sources import known_sources, load_mapping, make_source
from saishang.rules import Rules
from tests.lake.samples import rows, values

TIDY: dict[str, Any] = {
    "id": "county-hourly",
    "medium": "air",
    "layout": "long",
    "label": "hour_beginning",
    "time": "时间",
    "station": "站点编码",
    "parameter": "项目",
    "value": "数值",
    "unit": "单位",
    "values": {"细颗粒物": "PM2.5", "一氧化碳": {"parameter": "CO", "unit": "mg/m³"}},
    "missing": ["无"],
    "marks": {"H": "有效数据不足"},
}


def test_every_shipped_description_is_sound_and_bilingual(rules: Rules) -> None:
    sources = known_sources(rules)
    assert {"cnemc-site-hourly", "cnemc-city-hourly", "city-daily-aqi", "cma-daily", "cnemc-water-4h"} <= set(sources)
    for source in sources.values():
        assert source.zh != source.id
        assert source.en != source.id
        assert source.detect_header, f"{source.id} cannot be recognised"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labell": "x"}, "unknown key labell"),
        ({"id": "Not Good"}, "expected an id"),
        ({"medium": "moonlight"}, "expected medium to be one of air, water, met"),
        ({"label": "noon"}, "expected label to be one of"),
        ({"layout": "tall"}, "expected layout to be one of"),
        ({"parameter": None}, "needs the key 'parameter'"),
        ({"station": {"header": "x"}}, "needs column or constant"),
        ({"station": {"column": "a", "colour": "b"}}, "unknown key station.colour"),
        ({"station": {"column": "a", "names": "planets"}}, "planets"),
        ({"values": {}}, "expected values"),
        ({"values": {"x": {"parameter": "KRYPTON"}}}, "KRYPTON"),
        ({"values": {"x": {"parameter": "PH"}}}, "PH belongs to water"),
        ({"values": {"x": {"parameter": "PM2.5", "unit": "ppb"}}}, "ppb"),
        ({"values": {"x": {"parameter": "PM2.5", "units": "µg/m³"}}}, "unknown key units"),
        ({"row_mark": {"column": "a"}}, "row_mark"),
        ({"detect": {"columns": "("}}, "regular expression"),
    ],
)
def test_mistakes_in_a_description(rules: Rules, change: dict[str, Any], message: str) -> None:
    with pytest.raises(MappingError) as caught:
        make_source({**TIDY, **change}, rules, where="mine.yaml")
    assert message in caught.value.message
    assert caught.value.fix
    assert "mine.yaml" in str(caught.value)


def test_a_missing_key_is_named(rules: Rules) -> None:
    with pytest.raises(MappingError, match="label is missing"):
        make_source({k: v for k, v in TIDY.items() if k != "label"}, rules, where="mine.yaml")


@pytest.mark.parametrize("text", ["- a\n- b\n", "id: [", ""])
def test_a_mapping_file_that_is_none(rules: Rules, tmp_path: Path, text: str) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MappingError, match=r"m\.yaml"):
        load_mapping(path, rules)


def mapping(folder: Path, **change: Any) -> Path:
    path = folder / "mapping.yaml"
    path.write_text(yaml.safe_dump({**TIDY, **change}, allow_unicode=True), encoding="utf-8")
    return path


def test_a_tidy_csv_with_units_marks_and_full_width_digits(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "county.csv"
    path.write_text(
        "时间,站点编码,项目,数值,单位\n"
        "2024-01-01 00:00,X1,细颗粒物,０.0３5,mg/m³\n"  # 0.035 mg/m³ = 35 µg/m³
        '2024-01-01 01:00,X1,细颗粒物,"1,035",\n'
        "2024-01-01 02:00,X1,细颗粒物,36(H),µg/m³\n"
        "2024-01-01 03:00,X1,细颗粒物,无,\n"
        "2024-01-01 04:00,X1,一氧化碳,800,ug/m3\n"  # 0.8 mg/m³
        "2024-01-01 05:00,X1,一氧化碳,1,ppm\n"
        "2024-01-01 06:00,,一氧化碳,1,\n",
        encoding="gb18030",
    )
    batch = lake.ingest(path, mapping=mapping(tmp_path))
    assert values(lake) == {
        ("X1", "PM2.5", "2024-01-01 00:00"): 35.0,
        ("X1", "PM2.5", "2024-01-01 01:00"): 1035.0,
        ("X1", "PM2.5", "2024-01-01 02:00"): 36.0,
        ("X1", "CO", "2024-01-01 04:00"): 0.8,
    }
    assert [r["qualifier"] for r in rows(lake) if r["value"] == 36.0] == ["H"]
    assert batch.empty == 1
    assert [(r.line, r.cell, r.code) for r in lake.ledger.rejects(batch.id)] == [(7, 5, "unit"), (8, 2, "station")]


def test_the_same_table_as_a_workbook(lake: Lake, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["时间", "站点编码", "项目", "数值", "单位"])
    from datetime import datetime

    sheet.append([datetime(2024, 1, 1, 0), "X1", "细颗粒物", 35, None])
    sheet.append([datetime(2024, 1, 1, 1), "X1", "细颗粒物", 36.5, "µg/m³"])
    sheet.append([datetime(2024, 1, 1, 2), "X1", "细颗粒物", "=D2+D3", None])
    sheet.append(["2024-01-01 03:00", "X1", "细颗粒物", "<2", None])
    sheet.append([None, None, None, None, None])
    sheet.append([datetime(2024, 1, 1, 5), "X1", "细颗粒物", True, None])
    path = tmp_path / "named like something else.csv"
    book.save(path)
    batch = lake.ingest(path, mapping=mapping(tmp_path))
    assert batch.notes["format"] == "xlsx"
    assert values(lake) == {
        ("X1", "PM2.5", "2024-01-01 00:00"): 35.0,
        ("X1", "PM2.5", "2024-01-01 01:00"): 36.5,
        ("X1", "PM2.5", "2024-01-01 03:00"): 2.0,
    }
    assert [(r.line, r.cell, r.code) for r in lake.ledger.rejects(batch.id)] == [(4, 4, "formula"), (7, 4, "number")]


def test_a_station_that_the_source_does_not_list(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("时间,站点编码,项目,数值,单位\n2024-01-01 00:00,A,细颗粒物,1,\n2024-01-01 00:00,B,细颗粒物,2,\n")
    chosen = mapping(tmp_path, station={"column": "站点编码", "map": {"A": "X1"}, "strict": True})
    batch = lake.ingest(path, mapping=chosen)
    assert {r["station"] for r in rows(lake)} == {"X1"}
    assert [r.code for r in lake.ledger.rejects(batch.id)] == ["station"]


def test_columns_that_do_not_fit_are_named(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(MappingError, match="the file lacks 时间, 站点编码"):
        lake.ingest(path, mapping=mapping(tmp_path))
    path.write_text("时间,时间,站点编码,项目,数值\n1,2,3,4,5\n")
    with pytest.raises(MappingError, match="stands there twice"):
        lake.ingest(path, mapping=mapping(tmp_path))
    assert {b.status for b in lake.ledger.batches()} == {"refused"}


def test_recognising_a_file(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "unknown.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(FileRefused, match="exactly one known source"):
        lake.source_for(path)
    with pytest.raises(FileRefused, match="no source 'x'"):
        lake.source_for(path, "x")
    with pytest.raises(FileRefused, match="found none"):
        lake.source_for(tmp_path / "nowhere.csv")
    path.write_text("date,hour,type,1001A,1002A\n")
    assert lake.source_for(path).id == "cnemc-site-hourly"
    path.write_text("date,hour,type,北京,天津\n")
    assert lake.source_for(path).id == "cnemc-city-hourly"


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


MINE = "id: mine\nmedium: air\nlayout: wide\nlabel: hour_ending\ntime: 时间\nstation: 站点\nvalues:\n  {values}\n"


def test_scalars_mean_what_they_say(tmp_path: Path, rules: Rules) -> None:
    text = MINE.format(values="细颗粒物: PM2.5") + "missing: -99\nmarks: [H, B]\n"
    (rule,) = load_mapping(written(tmp_path, text), rules).values.values()
    assert rule.missing == {"-99"}
    assert set(rule.marks) == {"H", "B"}
    # `missing: NA` is one text, not the letters N and A; NO is a name, not "false".
    text = MINE.format(values="NO: PM2.5") + "missing: NA\n"
    source = load_mapping(written(tmp_path, text), rules)
    assert list(source.values) == ["NO"]
    assert source.values["NO"].missing == {"na"}


@pytest.mark.parametrize(
    ("addition", "message", "line"),
    [
        ("day_start_hour: eight\n", "day_start_hour to be a whole number", 9),
        ("header_line: 0\n", "header_line to be a whole number from 1", 9),
        ("delimiter: ab\n", "delimiter to be one sign", 9),
        ("missing: {a: [1]}\n", "missing to be a list of texts", 9),
        ("marks:\n  H: [too, little]\n", "a text for every name in marks", 9),
        ("detect: date\n", "detect to be keys and values", 9),
        ("row_mark: {column: a, usable: {x: y}}\n", "row_mark.usable to be a list of texts", 9),
        ("hourly: maybe\n", "hourly to be true or false", 9),
        ("time: 别的\n", "each key once", 9),
        ("collected: soon\n", "collected to be a day", 9),
        ("marks: [H\n", "no YAML", 10),
    ],
)
def test_any_shape_of_mistake_is_named_with_its_line(
    tmp_path: Path, rules: Rules, addition: str, message: str, line: int
) -> None:
    with pytest.raises(MappingError) as caught:
        load_mapping(written(tmp_path, MINE.format(values="细颗粒物: PM2.5") + addition), rules)
    assert message in caught.value.message
    assert f"mine.yaml, line {line}" in str(caught.value.where)
    assert caught.value.fix


@pytest.mark.parametrize("entry", ["5", "[PM2.5]", "{parameter: PM2.5, words: {Ⅱ: two}}", "{parameter: [x]}"])
def test_mistakes_below_values(tmp_path: Path, rules: Rules, entry: str) -> None:
    with pytest.raises(MappingError) as caught:
        load_mapping(written(tmp_path, MINE.format(values=f"细颗粒物: {entry}")), rules)
    assert "line 8" in str(caught.value.where)


def test_the_data_file_in_the_place_of_the_mapping(tmp_path: Path, rules: Rules) -> None:
    with pytest.raises(MappingError, match="at most"):
        load_mapping(written(tmp_path, "a,b\n" * 300_000), rules)
    with pytest.raises(MappingError, match="cannot be read"):
        load_mapping(tmp_path, rules)
