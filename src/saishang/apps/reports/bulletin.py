"""The results of a run as a Word document (目标进展简报) or an Excel workbook.

The same run gives the same words, figures and bytes; the run's number stands under the title.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from saishang.apps.indicators.queries import RunFacts, TargetRow
from saishang.apps.reports.blocks import Column, Heading, OfficialDocument, Paragraph, Source, Table
from saishang.apps.reports.packing import FIXED_TIME, same_bytes
from saishang.apps.reports.word import to_docx

__all__ = ["bulletin", "write_docx", "write_xlsx"]

_COLUMNS = (
    Column("任务", 1.2, centre=True), Column("指标", 4.6), Column("目标", 2.4), Column("目标年", 1.4, centre=True),
    Column("最新数值", 2.2, centre=True), Column("数值期", 1.6, centre=True), Column("进展", 1.7, centre=True),
    Column("说明", 4.6),
)  # fmt: skip
_SHEET = "目标进展"


def bulletin(run: RunFacts, rows: Sequence[TargetRow]) -> OfficialDocument:
    """The bulletin of a run as an official document."""
    counts = "，".join(f"{zh}{number}项" for zh, number in run.counts_zh if number)
    return OfficialDocument(
        language="zh", cover=None, title=(f"{run.region_name}生态环境目标进展简报",), to="", by="", dated=run.as_of,
        subject=f"目标进展简报 {run.id}",
        blocks=(
            Source(f"评估日期 {run.as_of:%Y年%m月%d日}　评估编号 {run.id}"),
            Heading(1, "总体情况"),
            Paragraph(f"本次共评估目标{len(rows)}项：{counts}。" if counts else f"本次共评估目标{len(rows)}项。"),
            Paragraph("“未评估”表示缺少有效数值或基准，不等于未达标；“目标值未定”表示文件未公布目标值。"),
            Heading(1, "各目标进展"),
            Table("targets", "", _COLUMNS, tuple(_row(row) for row in rows), empty="本次评估没有目标。"),
            Heading(1, "数据与方法"),
            Paragraph(
                f"数据湖版本 {run.lake_version}；规则摘要 {run.rules_digest[:12]}；程序版本 {run.code_version}；"
                f"方案版本 {run.plan_version}。用同样的版本可以逐位重算出本表。"
            ),
        ),
    )  # fmt: skip


def write_docx(path: Path, run: RunFacts, rows: Sequence[TargetRow]) -> None:
    """Write the bulletin of `run` to `path`."""
    path.write_bytes(to_docx(bulletin(run, rows)))


def write_xlsx(path: Path, run: RunFacts, rows: Sequence[TargetRow]) -> None:
    """Write the same table as a workbook."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    if sheet is None:  # a new workbook has a sheet; the type says it may not
        sheet = book.create_sheet()
    sheet.title = _SHEET
    sheet.append([f"{run.region_name}目标进展　评估日期 {run.as_of:%Y-%m-%d}　评估编号 {run.id}"])
    sheet.append([column.head for column in _COLUMNS])
    for cell in sheet[2]:
        cell.font = Font(bold=True)
    for row in rows:
        sheet.append([f"'{text}" if text[:1] in "=+-@" and not _is_number(text) else text for text in _row(row)])
    for number, column in enumerate(_COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = column.share * 6
    for line in sheet.iter_rows(min_row=3):
        for cell in line:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A3"
    book.properties.created = FIXED_TIME
    buffer = BytesIO()
    book.save(buffer)
    path.write_bytes(same_bytes(buffer.getvalue()))


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
