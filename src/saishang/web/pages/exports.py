"""Tables as CSV and Excel files, at the page's own address with `?format=csv|xlsx&table=NAME`.

Cells that a spreadsheet would take for a formula are made harmless: such a text gets a leading apostrophe in CSV and
is stored as text in Excel. CSV starts with a byte order mark, without which Excel misreads Chinese.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, cast
from unicodedata import east_asian_width

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from saishang.web.pages.tables import Cell, Column, Table, as_cell

__all__ = ["FORMATS", "export", "harmless", "to_csv", "to_xlsx"]

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: Characters with which a spreadsheet starts a formula or a command.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
#: Excel's limit for one cell's text.
_LONGEST = 32_767
#: Size of paper as Excel counts them.
_A4 = 9
#: Widths of columns in a workbook [characters], and how many rows say what is needed.
_NARROWEST, _WIDEST, _LOOKED_AT = 8, 48, 200


def export(
    request: HttpRequest, tables: Sequence[Table], *, invented: bool = False, real: Collection[str] = ()
) -> HttpResponse | None:
    """Answer with the asked table, or None when the page itself is asked for.

    `invented` is True where the page's figures are those of a demonstration: a file leaves the page that says so, and
    therefore carries the mark in its name and in every row. `real` names the tables that are real there, such as a
    list of the rules.
    """
    wanted = request.GET.get("format")
    if wanted is None:
        return None
    if wanted not in FORMATS:
        raise Http404(_("可导出的格式只有 csv 和 xlsx。"))
    by_name = {table.name: table for table in tables}
    name = request.GET.get("table") or next(iter(by_name), "")
    if name not in by_name:
        raise Http404(_("本页没有名为“%(name)s”的表。") % {"name": name})
    invented = invented and name not in real
    # Rows that are made on the way can be walked once only, and an export walks them several times.
    table = replace(by_name[name], rows=list(by_name[name].all_rows()), everything=None)
    table = _marked(table) if invented else table
    body = to_csv(table) if wanted == "csv" else to_xlsx(table)
    response = HttpResponse(body, content_type=FORMATS[wanted])
    file_name = f"saishang-{'demonstration-' if invented else ''}{table.name}-{timezone.localdate():%Y%m%d}.{wanted}"
    response["Content-Disposition"] = content_disposition_header(True, file_name) or "attachment"
    return response


def _marked(table: Table) -> Table:
    """The table with a last column that says of every row that it is demonstration data."""
    words = _("演示数据")
    mark = {"_demonstration": words}
    return replace(
        table, columns=[*table.columns, Column("_demonstration", _("数据性质"))],
        rows=[dict(row) | mark for row in table.rows],
        about=[_("演示数据：虚构，不代表任何真实情况，也不计入任何考核指标。"), *table.about],
    )  # fmt: skip


def harmless(text: str) -> str:
    """The text, with an apostrophe before it when a spreadsheet would run it."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def to_csv(table: Table) -> bytes:
    """The table as CSV, UTF-8 with byte order mark, one heading line."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    noted = _noted(table)
    writer.writerow([harmless(text) for text in _headings(table, noted)])
    for row in table.all_rows():
        line: list[str] = []
        for column in table.columns:
            cell = as_cell(row.get(column.key))
            line.append(_plain(cell))
            if column.key in noted:
                line.append(harmless(cell.note))
        writer.writerow(line)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def to_xlsx(table: Table) -> bytes:
    """The table as a workbook: the figures on the first sheet, where they come from on the second."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_name(table.title))
    noted = _noted(table)
    headings = _headings(table, noted)
    for index, width in enumerate(_widths(table, noted, headings), start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.freeze_panes = "A2"
    _paper(sheet)
    head = []
    for text in headings:
        made = _text(sheet, text)
        made.font = Font(bold=True)
        made.fill = PatternFill("solid", fgColor="E3F1EF")
        made.alignment = Alignment(wrap_text=True, vertical="top")
        head.append(made)
    sheet.append(head)
    for row in table.all_rows():
        line: list[Any] = []
        for column in table.columns:
            cell = as_cell(row.get(column.key))
            line.append(_excel(sheet, column, cell))
            if column.key in noted:
                line.append(_text(sheet, cell.note))
        sheet.append(line)
    notes = book.create_sheet(_("说明"))
    notes.column_dimensions["A"].width = 90
    for sentence in [table.title, table.caption, *table.about, _exported()]:
        if sentence:
            notes.append([_text(notes, sentence)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _widths(table: Table, noted: set[str], headings: Sequence[str]) -> list[int]:
    """Widths of the columns [characters of the usual font]: what the first rows need, within what a page can take."""
    needed = [_breadth(heading) for heading in headings]
    for row in islice(table.all_rows(), _LOOKED_AT):
        texts: list[str] = []
        for column in table.columns:
            cell = as_cell(row.get(column.key))
            texts.append(_plain(cell))
            if column.key in noted:
                texts.append(cell.note)
        needed = [max(known, *map(_breadth, text.split("\n"))) for known, text in zip(needed, texts, strict=True)]
    return [min(_WIDEST, max(_NARROWEST, need + 2)) for need in needed]


def _breadth(text: str) -> int:
    """Chinese characters are twice as wide as Latin ones."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def _paper(sheet: Any) -> None:
    """Printed across, all columns on a page, the heading on every one."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"


def _exported() -> str:
    return _("导出时间：%(time)s") % {"time": timezone.localtime().strftime("%Y-%m-%d %H:%M")}


def _noted(table: Table) -> set[str]:
    return {c.key for c in table.columns for row in table.all_rows() if as_cell(row.get(c.key)).note}


def _headings(table: Table, noted: set[str]) -> list[str]:
    found: list[str] = []
    for column in table.columns:
        found.append(column.heading)
        if column.key in noted:
            found.append(_("%(column)s（说明）") % {"column": column.label})
    return found


def _local(value: datetime) -> datetime:
    """China Standard Time without zone, which is what a spreadsheet can hold."""
    return timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value


def _plain(cell: Cell) -> str:
    value = cell.value
    if value is None:
        return harmless(cell.text or "")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime):
        return _local(value).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    return harmless(str(value))


def _excel(sheet: Any, column: Column, cell: Cell) -> Any:
    value = cell.value
    if value is None:
        return _text(sheet, cell.text) if cell.text else None
    if isinstance(value, datetime):
        return _local(value)
    if isinstance(value, bool | int | float | date):
        return value
    if isinstance(value, Decimal):
        made = WriteOnlyCell(sheet, value=cast("Any", value))  # openpyxl writes Decimal, its types do not say so
        exponent = value.as_tuple().exponent
        decimals = -exponent if isinstance(exponent, int) and exponent < 0 else 0
        made.number_format = f"0.{'0' * decimals}" if decimals else "0"
        return made
    return _text(sheet, str(value))


def _text(sheet: Any, text: str) -> Any:
    # openpyxl turns a leading "=" into a formula; the type is set afterwards so that it stays text.
    clean = "".join(ch for ch in text if ch in "\t\n" or ord(ch) >= 0x20)[:_LONGEST]
    made = WriteOnlyCell(sheet, value=clean)
    made.data_type = "s"
    if clean.startswith(_DANGEROUS):
        made.quotePrefix = True
    return made


def _sheet_name(title: str) -> str:
    return "".join(ch for ch in title if ch not in "[]:*?/\\'")[:31] or "data"
