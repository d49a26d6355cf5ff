"""Tables of a plan: the division of tasks (任务分工表) and the table of main indicators (主要指标表)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from saishang.apps.plan.importer.document import Target
from saishang.apps.plan.importer.phrases import lower_is_better, split_scope, suffix_after
from saishang.apps.plan.importer.quantities import find_quantities, find_years
from saishang.apps.plan.importer.text import clean, normalise

__all__ = ["TaskRow", "read_indicator_table", "read_task_table"]

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
            return i
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
                [(role, clean(cell(row, i).replace("\n", "、"))) for i, role in owners.items() if cell(row, i)],
                clean(cell(row, due)),
                clean(cell(row, group)),
            )
        )
    return found


def read_indicator_table(rows: Sequence[Sequence[str]], at: str) -> list[Target]:
    """Read a table with one indicator per row and one year (or 目标值) per column; [] when it is of another kind.

    The unit stands in its own column, behind the name in brackets, or in the cell.
    """
    head = next(
        (
            i
            for i, r in enumerate(rows[:3])
            if any(re.search("指标", c) for c in r) and any(re.search(r"(?:19|20)\d\d|目标", c) for c in r)
        ),
        -1,
    )
    if head < 0:
        return []
    columns = [normalise(clean(c)) for c in rows[head]]
    name_at = [i for i, c in enumerate(columns) if re.search("指标", c) and not re.search("目标值|属性|类型|值$", c)]
    unit_at = next((i for i, c in enumerate(columns) if re.fullmatch("(?:计量)?单位", c)), None)
    kind_at = {
        i for i, c in enumerate(columns) if re.search("属性|类型|备注|单位|序号|牵头|责任|现状|基期|基准|完成", c)
    }
    value_at: list[tuple[int, int | None, str | None]] = []
    last_year = None
    for i, c in enumerate(columns):
        years = [y for m in find_years(c if "年" in c else re.sub(r"((?:19|20)\d\d)", r"\1年", c)) for y in m.years]
        if i in kind_at or i in name_at:
            continue
        if years or "目标" in c:
            value_at.append((i, years[-1] if years else None, c))
            last_year = years[-1] if years else last_year
    goals = [v for v in value_at if re.search("目标", v[2] or "")]
    if goals:
        wanted = goals
    else:
        first = min((v[1] for v in value_at if v[1]), default=None)
        wanted = [v for v in value_at if len(value_at) == 1 or v[1] != first]
    base_year = next((v[1] for v in value_at if v not in wanted), None)
    if not name_at or not wanted:
        return []
    found = []
    for row in rows[head + 1 :]:
        name = next((clean(row[i].replace("\n", "")) for i in reversed(name_at) if i < len(row) and row[i].strip()), "")
        unit = clean(row[unit_at]) if unit_at is not None and unit_at < len(row) else ""
        in_name = re.search(r"[（(]([^（()）]*[%米吨亩个天座条家度%][^（()）]*|%)[）)]$", normalise(name))
        if not unit and in_name:
            unit, name = in_name.group(1), name[: in_name.start()]
        for index, year, _ in wanted:
            text = normalise(clean(row[index])) if index < len(row) else ""
            target = _cell_target(
                name, text, normalise(unit).strip("-—/"), year, base_year, at, " | ".join(clean(c) for c in row)
            )
            if target is not None:
                found.append(target)
    return found


def _cell_target(
    name: str, text: str, unit: str, year: int | None, base_year: int | None, at: str, line: str
) -> Target | None:
    sign = re.match(
        r"^(≥|≤|>=|<=|>|<|不低于|不高于|不超过|低于|高于|超过|达到|控制在|约|新增|完成|下降|降低|减少|提高|增长|上升|\[|〔|【)*",
        text,
    )
    head = sign.group(0) if sign else ""
    body = text[len(head) :].rstrip("]〕】")
    quantities = find_quantities(body)
    quantity = quantities[0] if quantities and quantities[0].start == 0 else None
    if quantity is None:
        plain = re.match(r"^(\d[\d,]*(?:\.\d+)?|[*×]{1,3}|[Xx]{2,})(?:\((\d[\d.]*)\))?(以上|以下|以内|左右)?$", body)
        if plain is None or not name:
            return None
        redacted = not plain.group(1)[0].isdigit()
        value = None if redacted else Decimal(plain.group(1).replace(",", ""))
        low = high = None
        suffix, said_unit = plain.group(3), unit
    else:
        redacted, value, low, high, said_unit = (
            quantity.undetermined,
            quantity.value,
            quantity.low,
            quantity.high,
            quantity.unit or unit,
        )
        suffix, _ = suffix_after(body, quantity.end)
    change = (
        "drop"
        if re.search("下降|降低|减少", head + name[-8:])
        else "rise"
        if re.search("提高|增长|上升", head + name[-8:])
        else None
    )
    if "≥" in head or ">=" in head or "不低于" in head or suffix == "以上":
        comparator = ">="
    elif "≤" in head or "<=" in head or re.search("不高于|不超过|控制在", head) or suffix in ("以下", "以内"):
        comparator = "<="
    elif ">" in head or "高于" in head or "超过" in head:
        comparator = ">"
    elif "<" in head or "低于" in head:
        comparator = "<"
    elif suffix == "左右" or "约" in head:
        comparator = "~"
    elif low is not None:
        comparator = "="
    else:
        comparator = "<=" if lower_is_better(name) and change is None else ">="
    indicator, scope = split_scope(re.sub(r"^[\d.、（()）]+", "", name))
    return Target(
        at,
        indicator,
        comparator,
        value,
        low,
        high,
        said_unit,
        year,
        base_year if change else None,
        change,
        None,
        scope,
        False,
        redacted,
        line,
    )
