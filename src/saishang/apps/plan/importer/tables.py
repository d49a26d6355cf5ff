"""The division of tasks among units (任务分工表)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from saishang.apps.plan.importer.quantities import find_years
from saishang.apps.plan.importer.text import clean, normalise

__all__ = ["TaskRow", "due_years", "read_task_table"]

_OWNER_COLUMNS = (
    ("lead", re.compile("牵头|主办|主责|第一责任")),
    ("support", re.compile("配合|参与|参加|协办|协同|支持")),
    ("guide", re.compile("指导|督导|监督单位")),
    ("responsible", re.compile("责任|负责|落实|实施单位|承担|完成单位|主体")),
)
_NUMBER_COLUMN = re.compile("^(?:序号|编号|项次|号)$")
_TASK_COLUMN = re.compile(
    "重点任务|工作任务|主要任务|任务名称|任务内容|工作内容|任务$|工作举措|事项|项目名称|工作事项|重点工作"
)
_DETAIL_COLUMN = re.compile(
    "具体措施|工作措施|主要措施|具体任务|具体内容|任务要求|工作要求|目标要求|措施|内容|建设内容|任务目标|工作目标"
)
_GROUP_COLUMN = re.compile("^(?:类别|领域|类型|分类|专项|方面|一级)")
_DUE_COLUMN = re.compile("时限|时间|进度|期限|年限")


@dataclass
class TaskRow:
    """One row of a table that divides tasks among units."""

    number: str | None
    title: str
    details: str
    owners: list[tuple[str, str]]
    due: str
    group: str = ""


def _header(rows: Sequence[Sequence[str]]) -> int:
    """Index of the header row: the last of the first rows that is made of short words only."""
    for i, row in enumerate(rows[:3]):
        cells = [clean(c) for c in row]
        known = sum(
            bool(
                _NUMBER_COLUMN.match(c)
                or _TASK_COLUMN.search(c)
                or any(p.search(c) for _, p in _OWNER_COLUMNS)
                or "指标" in c
                or "单位" in c
            )
            for c in cells
            if len(c) <= 20
        )
        if known >= 2:
            below = [clean(c) for c in rows[i + 1]] if i + 1 < len(rows) else []
            owners = [c for c in below if len(c) <= 12 and any(p.search(c) for _, p in _OWNER_COLUMNS)]
            # 责任单位 over 牵头单位 and 配合单位: two rows of headings, the lower one is meant.
            return i + 1 if owners and any(a == b for a, b in zip(cells, below, strict=False)) else i
    return -1


def read_task_table(rows: Sequence[Sequence[str]]) -> list[TaskRow]:
    """Read a division-of-tasks table; an empty list when the table is of another kind."""
    head = _header(rows)
    if head < 0:
        return []
    columns = [clean(c) for c in rows[head]]
    owners = {
        i: role
        for i, c in enumerate(columns)
        if len(c) <= 16
        for role, pattern in _OWNER_COLUMNS
        if pattern.search(c) and "时" not in c
    }
    for i, c in enumerate(columns):  # the first matching role wins
        for role, pattern in _OWNER_COLUMNS:
            if i in owners and pattern.search(c):
                owners[i] = role
                break
    task = next((i for i, c in enumerate(columns) if i not in owners and _TASK_COLUMN.search(c)), None)
    detail = next(
        (i for i, c in enumerate(columns) if i not in owners and i != task and _DETAIL_COLUMN.search(c)), None
    )
    if task is None:
        task, detail = detail, None
    if not owners or task is None:
        return []
    number = next((i for i, c in enumerate(columns) if _NUMBER_COLUMN.match(c)), None)
    due = next((i for i, c in enumerate(columns) if _DUE_COLUMN.search(c) and i not in owners and i != task), None)
    group = next((i for i, c in enumerate(columns) if _GROUP_COLUMN.search(c) and i != task), None)

    def cell(row: Sequence[str], index: int | None) -> str:
        return row[index].strip() if index is not None and index < len(row) else ""

    found = []
    for row in rows[head + 1 :]:
        title = clean(cell(row, task).replace("\n", ""))
        filled = {clean(c) for c in row if c.strip()}
        if not title or len(filled) <= 1:
            continue
        marked = re.match(r"^(?:[（(]?\d{1,3}[）).．、]|[（(][一二三四五六七八九十]+[）)])\s*(.*)$", title)
        found.append(
            TaskRow(
                clean(cell(row, number)) or None,
                marked.group(1) if marked else title,
                cell(row, detail),
                [
                    (role, clean(re.sub("(?<=[厅局委办府司会社心团])[ \u3000]+(?=\\S{3})|\n", "、", cell(row, i))))
                    for i, role in owners.items()
                    if cell(row, i)
                ],
                clean(cell(row, due)),
                clean(cell(row, group)),
            )
        )
    return found


def due_years(due: str) -> tuple[int, ...]:
    """Years of a 完成时限 cell (2025年底); a measure without a year of its own is due then."""
    years = [y for m in find_years(normalise(clean(due))) if m.kind in ("goal", "bare", "plan") for y in m.years]
    return (max(years),) if years else ()
