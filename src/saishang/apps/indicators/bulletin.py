"""The results of a run as a Word document (目标进展简报) or an Excel workbook.

Styles follow the layout of GB/T 9704-2012 (党政机关公文格式) as far as a bulletin needs it: 方正小标宋 title, 黑体
for first-level headings, 仿宋 三号 for the text, each named with a fallback that common systems have. The same run
gives the same words and figures; the run's number stands under the title.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from saishang.apps.indicators.queries import RunFacts, TargetRow

__all__ = ["write_docx", "write_xlsx"]

_TITLE, _HEADING, _BODY = "方正小标宋简体", "黑体", "仿宋_GB2312"
_COLUMNS = ("任务", "指标", "目标", "目标年", "最新数值", "数值期", "进展", "说明")
_WIDTHS = (1.3, 6.2, 2.6, 1.7, 2.6, 1.9, 2.2, 6.8)
#: Word keeps times in the file; a fixed one keeps the bytes of a run's document the same.
_FIXED_TIME = datetime(2000, 1, 1)


def write_docx(path: Path, run: RunFacts, rows: Sequence[TargetRow]) -> None:
    """Write the bulletin of `run` to `path`."""
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21.0)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin, section.bottom_margin = Cm(2.5), Cm(2.2)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(12)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), _BODY)

    _line(document, f"{run.region_name}生态环境目标进展简报", _TITLE, 22, centre=True)
    _line(document, f"评估日期 {run.as_of:%Y年%m月%d日}　运行号 {run.id}", _BODY, 12, centre=True)
    _line(document, "一、总体情况", _HEADING, 16)
    counts = "，".join(f"{zh}{number}项" for zh, number in run.counts_zh if number)
    _line(document, f"本次共评估目标{len(rows)}项：{counts}。", _BODY, 14)
    _line(
        document,
        "“未评估”表示缺少有效数值或基准，不等于未达标；“目标值未定”表示文件未公布目标值。", _BODY, 12,
    )  # fmt: skip
    _line(document, "二、各目标进展", _HEADING, 16)
    table = document.add_table(rows=1, cols=len(_COLUMNS))
    table.style = "Table Grid"
    table.autofit = False
    for column, width in zip(table.columns, _WIDTHS, strict=True):
        column.width = Cm(width)
    header = table.rows[0]
    header._tr.get_or_add_trPr().append(header._tr.makeelement(qn("w:tblHeader"), {qn("w:val"): "true"}))
    _cells(header.cells, _COLUMNS, bold=True)
    for row in rows:
        _cells(table.add_row().cells, _row(row))
    _line(document, "三、数据与方法", _HEADING, 16)
    _line(
        document,
        f"数据湖版本 {run.lake_version}；规则摘要 {run.rules_digest[:12]}；程序版本 {run.code_version}；"
        f"方案版本 {run.plan_version}。用同样的版本可以逐位重算出本表。", _BODY, 12,
    )  # fmt: skip
    properties = document.core_properties
    properties.title, properties.author = f"目标进展简报 {run.id}", "塞上"
    properties.created = properties.modified = _FIXED_TIME
    buffer = BytesIO()
    document.save(buffer)
    path.write_bytes(_same_bytes(buffer))


def write_xlsx(path: Path, run: RunFacts, rows: Sequence[TargetRow]) -> None:
    """Write the same table as a workbook."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    sheet = book.active
    if sheet is None:  # a new workbook has a sheet; the type says it may not
        sheet = book.create_sheet()
    sheet.title = "目标进展"
    sheet.append([f"{run.region_name}目标进展　评估日期 {run.as_of:%Y-%m-%d}　运行号 {run.id}"])
    sheet.append(list(_COLUMNS))
    for cell in sheet[2]:
        cell.font = Font(bold=True)
    for row in rows:
        sheet.append([f"'{text}" if text[:1] in "=+-@" and not _is_number(text) else text for text in _row(row)])
    for letter, width in zip("ABCDEFGH", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width * 4
    for line in sheet.iter_rows(min_row=3):
        for cell in line:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A3"
    book.properties.created = book.properties.modified = _FIXED_TIME
    book.save(path)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _row(row: TargetRow) -> tuple[str, ...]:
    value = f"{row.rounded} {row.unit}" if row.rounded else "—"
    return (
        row.item, row.title_zh, row.goal_text, str(row.year or "常态"), value, row.value_period or "—", row.status_zh,
        row.reason_zh,
    )  # fmt: skip


def _line(document: object, text: str, font: str, size: int, *, centre: bool = False) -> None:
    paragraph = document.add_paragraph()  # type: ignore[attr-defined]
    paragraph.paragraph_format.space_after = Pt(4)
    if centre:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(paragraph, text, font, size)


def _run(paragraph: object, text: str, font: str, size: float, *, bold: bool = False) -> None:
    run = paragraph.add_run(text)  # type: ignore[attr-defined]
    run.font.size, run.font.bold = Pt(size), bold
    run.font.color.rgb = RGBColor(0, 0, 0)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _cells(cells: Sequence[object], texts: Sequence[str], *, bold: bool = False) -> None:
    for cell, text, width in zip(cells, texts, _WIDTHS, strict=True):
        cell.width = Cm(width)  # type: ignore[attr-defined]
        paragraph = cell.paragraphs[0]  # type: ignore[attr-defined]
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
        _run(paragraph, text, _HEADING if bold else _BODY, 10.5, bold=bold)


def _same_bytes(buffer: BytesIO) -> bytes:
    """Repack the document with fixed times, so that one run gives one file."""
    result = BytesIO()
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return result.getvalue()
