"""The quick way through a workbook against the long one: the same header, lines and texts, or the long way itself."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from saishang.lake.readers import excel
from saishang.lake.readers.blocks import Reject
from saishang.lake.readers.plain_excel import plain_rows

VALUES: list[Any] = [
    1, 1.0, -7, 0, 0.1, 0.30000000000000004, 1e20, 999999999999999, 1e-7, True, False, datetime(2026, 3, 1),
    datetime(2026, 3, 1, 5, 6, 7), date(2026, 3, 1), time(5, 6), timedelta(hours=30), "  x ", "0012", None, "#N/A",
    "跨\n行", "'=1", "2026-03-01", "—", 45000, "",
]  # fmt: skip
PART = "xl/worksheets/sheet1.xml"


def book(path: Path, rows: list[list[Any]], first: int = 1) -> Path:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "数据"
    for number, row in enumerate(rows, start=first):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
    made.save(path)
    return path


def read(path: Path, header_line: int = 1) -> tuple[Any, ...]:
    rejects: list[Reject] = []
    with excel.open_excel(path, rejects.append, header_line=header_line) as file:
        lines, cells = [], []
        for block in file.blocks:
            lines += block.lines.tolist()
            cells.append([block.column(n).to_pylist() for n in range(len(file.header))])
    return file.header, lines, cells, [(one.line, one.cell, one.content) for one in rejects], file.notes


def both(path: Path, monkeypatch: pytest.MonkeyPatch, header_line: int = 1) -> tuple[Any, Any]:
    assert plain_rows(path, PART, "数据") is not None
    quick = read(path, header_line)
    with monkeypatch.context() as patch:
        patch.setattr(excel, "plain_rows", lambda *_: None)
        return quick, read(path, header_line)


def test_every_kind_of_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [["名", "值"], *([f"第{n}", value] for n, value in enumerate(VALUES))]
    quick, long = both(book(tmp_path / "t.xlsx", rows), monkeypatch)
    assert quick == long
    assert quick[1] == list(range(2, len(VALUES) + 2))


@settings(max_examples=8, deadline=None)
@given(
    cells=st.lists(st.lists(st.sampled_from(VALUES), min_size=0, max_size=5), max_size=8),
    first=st.integers(1, 4),
)
def test_holes_and_wide_rows(cells: list[list[Any]], first: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = book(tmp_path_factory.mktemp("x") / "t.xlsx", [["甲", "乙", "丙"], *cells], first)
    with pytest.MonkeyPatch.context() as patch:
        quick, long = both(path, patch, header_line=first)
    assert quick == long


@pytest.mark.parametrize(
    "value", ["=1+1", 1234567890123456, -1234567890123456], ids=["formula", "sixteen digits", "minus"]
)
def test_what_is_not_plain_goes_the_long_way(value: Any, tmp_path: Path) -> None:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "数据"
    sheet.append(["名", "值"])
    sheet.append(["甲", value])
    made.save(tmp_path / "t.xlsx")
    assert plain_rows(tmp_path / "t.xlsx", PART, "数据") is None
    if isinstance(value, int):
        assert read(tmp_path / "t.xlsx")[2] == [[["甲"], [str(value)]]]


def test_a_failed_formula_is_not_left_out(tmp_path: Path) -> None:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "数据"
    sheet.append(["名", "值"])
    sheet.append(["甲", "#DIV/0!"])
    made.save(tmp_path / "t.xlsx")
    assert plain_rows(tmp_path / "t.xlsx", PART, "数据") is None
    assert read(tmp_path / "t.xlsx")[2] == [[["甲"], ["#DIV/0!"]]]


def test_what_it_cannot_read_it_leaves_to_the_other(tmp_path: Path) -> None:
    path = book(tmp_path / "t.xlsx", [["名"], ["甲"]])
    assert plain_rows(path, PART, "没有") is None
    assert plain_rows(path, "xl/worksheets/none.xml", "数据") is None
    path.write_bytes(b"no zip")
    assert plain_rows(path, PART, "数据") is None
