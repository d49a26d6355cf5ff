"""What a person should know about a load beside its counts, in Chinese and English: one list for every front door."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from saishang.lake.ledger import Batch

__all__ = ["Remark", "named_day_differs", "remarks"]

_SHOWN = 8


class Remark(NamedTuple):
    """One remark in both languages."""

    zh: str
    en: str


def remarks(batch: Batch) -> list[Remark]:
    """Remarks on a batch, the most telling first."""
    found = []
    notes = batch.notes
    if batch.status == "committed" and not batch.rows_read:
        found.append(Remark("文件只有表头，没有数据行", "the file has a header and no data lines"))
    if day := notes.get("named_day"):
        span = f"{batch.first_start:%Y-%m-%d %H:%M} – {batch.last_end:%Y-%m-%d %H:%M}"
        found.append(
            Remark(
                f"文件名为 {day}，内容为 {span}；按内容入库，请核对是否发错文件",
                f"the name says {day}, the rows are of {span}; loaded by the rows, check whether it is the right file",
            )
        )
    if notes.get("no_final_line_break"):
        found.append(Remark("末行无换行，可能被截断", "no final line break, the file may be cut off"))
    if batch.duplicates:
        found.append(Remark(f"{batch.duplicates:,} 个值在文件内重复", f"{batch.duplicates:,} values are said twice"))
    if batch.absent:
        found.append(
            Remark(
                f"已有的 {batch.absent:,} 个值在本文件的时段内未再给出（缺行或空格），仍保留",
                f"{batch.absent:,} values that were there are not given again in the file's span (no line, or an empty "
                "cell); they are kept",
            )
        )
    for key, zh, en in (
        ("columns_not_taken", "未取的列", "columns not taken"),
        ("columns_absent", "说明中有而文件中没有的列", "columns that the description has and the file lacks"),
        ("sheets_not_read", "未读的工作表", "sheets not read"),
    ):
        if names := [str(name) or "—" for name in notes.get(key, ())]:
            more = " …" if len(names) > _SHOWN else ""
            found.append(Remark(f"{zh}：{'、'.join(names[:_SHOWN])}{more}", f"{en}: {', '.join(names[:_SHOWN])}{more}"))
    return found


def named_day_differs(day: date, first_start: datetime, last_end: datetime) -> bool:
    """Whether hours lie outside the day that a file's name says.

    Both label rules are allowed for: hours 0 to 23 that end at their stamp begin an hour before the day, hours 1 to 24
    that begin at it end an hour after.
    """
    begin = datetime(day.year, day.month, day.day)
    return first_start < begin - timedelta(hours=1) or last_end > begin + timedelta(hours=25)
