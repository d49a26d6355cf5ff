"""A plan version as an Excel workbook: one sheet per kind of record, Chinese headings, filters set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from saishang.apps.plan.importer.document import Item, PlanDocument, Target, json_number

__all__ = ["write_workbook"]

_ROLE = {"preamble": "总体要求", "task": "任务", "step": "步骤", "safeguard": "保障措施"}
_OWNER = {"lead": "牵头", "responsible": "责任", "support": "配合", "guide": "指导"}
_CHANGE = {"drop": "下降", "rise": "提高"}


def write_workbook(document: PlanDocument, path: Path) -> None:
    """Write the workbook; cells that begin like a formula are written as text."""
    book = Workbook()
    book.remove(book.worksheets[0])
    heads = {(s.chapter, s.number): s.title for s in document.sections}
    chapters = {c.number: c.title for c in document.chapters}
    _sheet(
        book, "任务",
        [
            "编号", "序号", "类别", "章", "节", "标题", "英文标题", "牵头与责任单位", "配合与指导单位", "统一责任单位",
            "指标数",
        ],
        (
            [
                i.id, i.number, _ROLE[i.role], chapters.get(i.chapter, i.chapter),
                heads.get((i.chapter, i.section), i.section),
                i.title, i.title_en,
                _owners(i, "lead", "responsible"),
                _owners(i, "support", "guide"),
                "；".join("、".join(o.units) for o in i.owners if o.inherited), len(i.targets),
            ]
            for i in document.items
        ),
    )  # fmt: skip
    _sheet(
        book, "措施", ["编号", "任务", "第几条", "措施", "英文"],
        (
            [i.id, i.title, n, zh, i.measures_en[n - 1] if n <= len(i.measures_en) else ""]
            for i in document.items for n, zh in enumerate(i.measures, start=1)
        ),
    )  # fmt: skip
    _sheet(
        book, "责任单位", ["编号", "任务", "角色", "原文写法", "规范名称", "等", "统一规定"],
        (
            [i.id, i.title, _OWNER[o.role], unit, o.agencies[n] if len(o.agencies) == len(o.units) else "",
             "是" if o.etc else "", "是" if o.inherited else ""]
            for i in document.items for o in i.owners for n, unit in enumerate(o.units)
        ),
    )  # fmt: skip
    _sheet(
        book,
        "量化目标",
        [
            "代码",
            "编号",
            "指标",
            "英文",
            "比较",
            "数值",
            "下限",
            "上限",
            "单位",
            "年份",
            "基准年",
            "升降",
            "频次",
            "范围",
            "力争",
            "未定",
            "原句",
        ],
        (_target_row(t) for t in document.targets),
    )
    _sheet(
        book, "定性目标", ["代码", "编号", "对象", "状态", "类别", "年份", "力争", "原句"],
        (
            [c.code, c.at, c.subject, c.state, c.kind, c.year, "是" if c.aspirational else "", c.text]
            for c in document.commitments
        ),
    )  # fmt: skip
    _sheet(
        book,
        "周期性职责",
        ["编号", "事项", "时间", "报送", "抄送", "责任方", "原句"],
        ([d.at, d.what, d.when, d.to, d.copy, d.who, d.text] for d in document.duties),
    )
    _sheet(
        book,
        "待认定单位",
        ["原文写法", "出现于", "原因"],
        ([u.unit, "、".join(u.at), u.reason] for u in document.unresolved),
    )
    book.save(path)


def _owners(item: Item, *roles: str) -> str:
    return "；".join(_said(o.role, o.units, o.agencies) for o in item.owners if not o.inherited and o.role in roles)


def _said(role: str, units: Sequence[str], agencies: Sequence[str]) -> str:
    return f"{_OWNER[role]}：{'、'.join(agencies if len(agencies) == len(units) else units)}"


def _target_row(t: Target) -> list[object]:
    return [
        t.code, t.at, t.indicator, t.indicator_en, t.comparator, "**" if t.undetermined else json_number(t.value),
        json_number(t.low), json_number(t.high), t.unit, t.year, t.base_year, _CHANGE.get(t.change or "", ""),
        t.frequency or "", t.scope or "", "是" if t.aspirational else "", "是" if t.undetermined else "", t.text,
    ]  # fmt: skip


def _sheet(book: Workbook, title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    sheet = book.create_sheet(title)
    sheet.append(list(head))
    for row in rows:
        sheet.append([None if cell in ("", None) else cell for cell in row])
        for cell in sheet[sheet.max_row]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "@", "\t")):
                cell.data_type, cell.quotePrefix = "s", True
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E8EEF4")
    for n, name in enumerate(head, start=1):
        longest = max([len(name), *(len(str(c.value)) for c in sheet[get_column_letter(n)] if c.value is not None)])
        sheet.column_dimensions[get_column_letter(n)].width = min(60, 2 + 1.8 * longest)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
