"""Why a cell was refused, in both languages: in the ledger, in the reject file, and for rows written before."""

from __future__ import annotations

import csv
import string
from pathlib import Path

import pytest

from saishang.lake import Lake
from saishang.lake.reasons import REASONS, Why, explain
from saishang.lake.stage import REJECT_COLUMNS

MAPPING = """\
id: reasons
medium: air
layout: long
label: hour_ending
time: time
station: {column: station, map: {一号: S1}, strict: true}
parameter: parameter
value: value
unit: unit
values: {PM2.5: PM2.5}
marks: {H: checked}
"""
#: One line per reason: what it says, the code, and a word of the Chinese and the English reason.
LINES = [
    ("2019-05-12 01:00,一号,PM2.5,x,µg/m³", "number", "应为数值，实为“x”", "expected a number, found 'x'"),
    ("2019-05-12 02:00,一号,PM2.5,=1+1,µg/m³", "formula", "公式“=1+1”", "the formula '=1+1'"),
    ("2019-05-12 03:00,一号,PM2.5,5(Q),µg/m³", "mark", "标记（H），实为“Q”", "(H), found 'Q'"),
    (
        "2019-05-12 04:00,一号,PM2.5,-5,µg/m³",
        "below-possible",
        "PM2.5 不可能低于 0 µg/m³，实为 -5",
        "cannot be below 0",
    ),
    ("2019-05-12 05:00,一号,PM2.5,5,ppb", "unit", "单位“ppb”不能换算为 µg/m³", "converts to µg/m³, got 'ppb'"),
    ("noon,一号,PM2.5,5,", "time", "应为日期或时间", "expected a date or time"),
    ("2019-05-12,一号,PM2.5,5,", "time", "时间应有日和时", "day and hour"),
    ("2019-02-30 01:00,一号,PM2.5,5,", "time", "没有这个日期或时刻", "no such date"),
    ("2019-05-12 06:30,一号,PM2.5,5,", "time", "应为整点", "expected a full hour"),
    ("2019-05-12 07:00,二号,PM2.5,5,", "station", "应为来源 reasons 列出的站点", "a station that reasons lists"),
    ("2019-05-12 08:00,,PM2.5,5,", "station", "站点为空", "the station is empty"),
    ("2019-05-12 09:00,一号,沙,5,", "parameter", "应为 PM2.5 之一，实为“沙”", "expected one of PM2.5"),
    ("2019-05-12 10:00,一号,PM2.5,5", "cells", "应与表头同为 5 列，实为 4 列", "expected 5 cells"),
    ("2019-05-12 11:00,一号,PM2.5,7,", "", "", ""),
    ("2019-05-12 11:00,一号,PM2.5,8,", "contradiction", "S1 PM2.5 2019-05-12 10:00 在第 15 行已是 7", "was already 7"),
]


@pytest.fixture
def rejected(lake: Lake, tmp_path: Path) -> tuple[Lake, int]:
    mapping = tmp_path / "map.yaml"
    mapping.write_text(MAPPING, encoding="utf-8")
    path = tmp_path / "all.csv"
    path.write_text("time,station,parameter,value,unit\n" + "\n".join(line for line, *_ in LINES) + "\n", "utf-8")
    batch = lake.ingest(path, mapping=mapping)
    assert (batch.added, batch.rejected) == (1, len(LINES) - 1)
    return lake, batch.id


def test_the_ledger_says_every_reason_in_both_languages(rejected: tuple[Lake, int]) -> None:
    lake, number = rejected
    rows = {row.line: row for row in lake.ledger.rejects(number)}
    for line, (_, code, chinese, english) in enumerate(LINES, start=2):
        if not code:
            assert line not in rows
            continue
        row = rows[line]
        assert row.code == code
        assert chinese in explain(row.params, row.message, "zh-hans")
        assert english in explain(row.params, row.message, "en")
        assert explain(row.params, row.message, "en") == row.message


def test_the_reject_file_says_it_too(rejected: tuple[Lake, int]) -> None:
    lake, number = rejected
    with lake.folders.rejects(number).open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    assert tuple(found[0]) == REJECT_COLUMNS
    by_line = {int(row["line"]): row for row in found}
    assert "应为数值" in by_line[2]["reason_zh"]
    assert by_line[2]["reason_en"] == "expected a number, found 'x'"
    assert by_line[3]["content"] == "'=1+1"  # a spreadsheet must not run it


def test_rows_from_before_keep_their_english_text() -> None:
    assert explain({}, "expected a sail", "zh") == "expected a sail"
    assert explain({"reason": "cells"}, "expected 5 cells", "zh") == "expected 5 cells"  # parameters are missing
    assert explain({"reason": "gone"}, "expected a sail", "en") == "expected a sail"


@pytest.mark.parametrize("name", sorted(REASONS))
def test_both_languages_use_the_same_parameters(name: str) -> None:
    chinese, english = ({part[1] for part in string.Formatter().parse(text) if part[1]} for text in REASONS[name])
    assert chinese == english
    why = Why(name, **dict.fromkeys(chinese, "1"))
    assert explain(why.kept(), "", "en") == why
    assert explain(why.kept(), "", "zh") != why
