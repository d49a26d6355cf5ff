"""The list of items as a workbook to be filled in: headings, drop-down lists of codes, notes; and the same as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from saishang.apps.execution.actions.item_cells import CADENCE_WORDS, COLUMNS, KIND_WORDS, Names, row_of
from saishang.apps.execution.models import WorkItem
from saishang.web import texts
from saishang.web.pages.exports import harmless

__all__ = ["items_book", "items_csv"]

_WIDTHS = {
    "code": 20, "task": 28, "kind": 11, "title": 34, "organisation": 28, "units": 28, "region": 20, "start": 12,
    "due": 12, "milestones": 40, "budget": 12, "expected": 34, "content": 40, "targets": 14, "programme": 24,
    "cadence": 11, "parent": 20,
}  # fmt: skip
_DAYS = ("start", "due")
#: Rows for what is new, below the items that are there.
_BLANK = 500
_MUST = ("task", "title", "organisation")


def items_book(rows: Iterable[WorkItem], names: Names) -> bytes:
    """A workbook with the items, lists to choose from, and notes; bytes of an .xlsx file."""
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("expected a sheet")
    sheet.title = _("任务清单")
    _head(sheet)
    language = int(texts.english())
    line = 1
    for row in rows:
        line += 1
        _line(sheet, line, row_of(row, names, language))
    last = line + _BLANK
    for number in range(line + 1, last + 1):
        for place, name in enumerate(COLUMNS, start=1):
            _look(sheet.cell(number, place), name)
    sheet.freeze_panes = "E2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{max(line, 2)}"
    _paper(sheet)
    _lists(book, sheet, names, language, last)
    _notes(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def items_csv(rows: Iterable[WorkItem], names: Names) -> bytes:
    """The same columns as CSV, UTF-8 with byte order mark."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    language = int(texts.english())
    writer.writerow([words[language] for words in COLUMNS.values()])
    for row in rows:
        writer.writerow([_plain(value) for value in row_of(row, names, language).values()])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else harmless(str(value))


def _head(sheet: Worksheet) -> None:
    language = int(texts.english())
    for place, (name, words) in enumerate(COLUMNS.items(), start=1):
        cell = sheet.cell(1, place, words[language])
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="0B5A55" if name in _MUST else "3E6B68")
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS[name]
    sheet.row_dimensions[1].height = 30


def _line(sheet: Worksheet, line: int, told: Mapping[str, Any]) -> None:
    for place, (name, value) in enumerate(told.items(), start=1):
        cell = sheet.cell(line, place)
        _look(cell, name)
        if value is None or value == "":
            continue
        cell.value = value
        if isinstance(value, str):
            # A text that begins like a formula stays a text.
            cell.data_type = "s"
            cell.quotePrefix = harmless(value) != value


_LINE = Side(style="thin", color="C9D3D2")
_EDGE = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_WRAP = Alignment(wrap_text=True, vertical="top")
_GREY = PatternFill("solid", fgColor="EEF2F2")


def _look(cell: Any, name: str) -> None:
    cell.alignment, cell.border = _WRAP, _EDGE
    if name in _DAYS:
        cell.number_format = "yyyy-mm-dd"
    elif name == "budget":
        cell.number_format = "#,##0.00"
    elif name == "code":
        cell.fill = _GREY


def _paper(sheet: Worksheet) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 8  # A3
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    if sheet.sheet_properties.pageSetUpPr is not None:
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"


def _lists(book: Workbook, sheet: Worksheet, names: Names, language: int, last: int) -> None:
    """A sheet with what may be chosen, and cells that offer it."""
    choices = book.create_sheet(_("选项"))
    offered = {
        "task": [names.written("task", code) for code in names.called["task"]],
        "kind": [words[language] for words in KIND_WORDS.values()],
        "organisation": [names.written("organisation", code) for code in names.called["organisation"]],
        "region": [names.written("region", code) for code in names.called["region"]],
        "programme": [names.written("programme", code) for code in names.called["programme"]],
        "cadence": [words[language] for words in CADENCE_WORDS.values()],
    }
    columns = list(COLUMNS)
    for place, (name, values) in enumerate(offered.items(), start=1):
        letter = get_column_letter(place)
        choices.column_dimensions[letter].width = 36
        choices[f"{letter}1"] = COLUMNS[name][language]
        choices[f"{letter}1"].font = Font(bold=True)
        for line, value in enumerate(values, start=2):
            choices[f"{letter}{line}"] = value
        if not values:
            continue
        rule = DataValidation(
            "list", formula1=f"'{choices.title}'!${letter}$2:${letter}${len(values) + 1}", allow_blank=True,
            # Names alone are understood, too: the list offers, it does not forbid.
            showErrorMessage=False,
        )  # fmt: skip
        mine = get_column_letter(columns.index(name) + 1)
        rule.add(f"{mine}2:{mine}{last}")
        sheet.add_data_validation(rule)
    days = DataValidation("date", operator="greaterThan", formula1="36526", allow_blank=True, showErrorMessage=False)
    for name in _DAYS:
        letter = get_column_letter(columns.index(name) + 1)
        days.add(f"{letter}2:{letter}{last}")
    sheet.add_data_validation(days)


def _notes(book: Workbook) -> None:
    notes = book.create_sheet(_("填写说明"))
    notes.column_dimensions["A"].width = 22
    notes.column_dimensions["B"].width = 92
    language = int(texts.english())
    said = {
        "code": _("已有事项的编号不要改动，凭它更新；新增的行留空，导入时自动编号。"),
        "task": _("必填。方案中的任务或保障措施，可从下拉列表选，也可只写编号。"),
        "kind": _("任务责任、措施、行动事项或项目；新增行留空为行动事项。"),
        "title": _("必填。一句话说清做什么，最多 300 字。"),
        "organisation": _("必填。只有一个责任单位；写编码或机构全称、简称、别名均可。"),
        "units": _("每行一个，先写牵头、配合或指导，再写单位；不写职责的算配合。"),
        "region": _("实施地区，可留空。"),
        "start": _("如 2026-01-01，可留空。"),
        "due": _("如 2026-12-31；留空不算逾期。长期的任务责任可不填，其他事项不填显示为未定期限。"),
        "milestones": _("每行一个：日期 内容 [权重]，如“2026-06-30 完成初步设计 [2]”；不写权重为 1，不写日期为未定。"),
        "budget": _("计划总投资，单位万元；未知就留空，留空不等于零。"),
        "expected": _("完成后会有什么，怎样算完成。"),
        "content": _("做什么、怎么做，可分行。"),
        "targets": _("方案目标的编号，用分号隔开，如 G02; G05。"),
        "programme": _("五大重大工程之一，可留空。"),
        "cadence": _("每月、每季度、每年或不报告；新增行留空为每季度。"),
        "parent": _("上一级事项的编号，如本单位的任务责任 T10-640100-D；最多三级。"),
    }
    lead = _(
        "列名不要改；没有的列不改动原内容，清空的单元格会清空原内容。先在页面上试算，确认变化后再写入，写入后可以整批撤回。"
    )
    notes["A1"] = _("怎样填写")
    notes["B1"] = lead
    for line, (name, words) in enumerate(said.items(), start=2):
        notes[f"A{line}"] = COLUMNS[name][language]
        notes[f"B{line}"] = words
    for row in notes.iter_rows():
        for cell in row:
            if isinstance(cell, Cell):
                cell.alignment = Alignment(wrap_text=True, vertical="top")
                if cell.column == 1:
                    cell.font = Font(bold=True)
