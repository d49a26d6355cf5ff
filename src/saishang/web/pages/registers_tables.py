"""Tables that pages of imports, of proposals by table and of their jobs share: what would change, what was refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from saishang.apps.registers.actions import RowRefusal
from saishang.apps.registers.actions.take_rows import RowChange
from saishang.apps.registers.form import PLACE
from saishang.science.register.kind import Kind
from saishang.web import texts, wording
from saishang.web.pages.registers_common import change_words
from saishang.web.pages.registers_forms import fault_words
from saishang.web.pages.tables import Cell, Column, Table

__all__ = ["changes_table", "refusals_table", "row_columns", "told_words"]


def row_columns(kind: Kind) -> list[Column]:
    """Line, key, what becomes of it, what differs."""
    key = kind.fields[kind.key]
    return [
        Column("line", _("行"), number=True), Column("key", texts.both(key.zh, key.en), row_head=True),
        Column("effect", _("结果"), nowrap=True), Column("fields", _("改动"), long=True),
    ]  # fmt: skip


def changes_table(kind: Kind, changes: Sequence[RowChange], title: str, *, shown: int | None = None) -> Table:
    """What rows of a table change, or would; a page lists `shown` of them, an export all."""
    effects = {"added": _("新增"), "changed": _("修改"), "unchanged": _("未变")}
    rows = [
        {"line": change.line, "key": change.key, "effect": effects[change.effect],
         "fields": told_words(kind, change.fields) if change.effect == "changed" else ""}
        for change in changes
    ]  # fmt: skip
    return Table("changes", title, row_columns(kind), rows[:shown], everything=rows, tight=True,
                 empty=_("没有一行可以接收。"))  # fmt: skip


def refusals_table(kind: Kind, refusals: Sequence[RowRefusal], *, shown: int | None = None) -> Table:
    """Cells that were not taken: where, what, why, how to mend it."""
    columns = [
        Column("line", _("行"), number=True), Column("column", _("列")), Column("content", _("内容")),
        Column("message", _("原因"), long=True), Column("fix", _("怎么办"), long=True),
    ]  # fmt: skip
    rows = [
        {"line": one.line, "column": _heading(kind, one), "content": Cell(one.content),
         "message": fault_words(kind, one.field, one.message), "fix": wording.say(one.fix)}
        for one in refusals
    ]  # fmt: skip
    return Table("refusals", _("未接收的单元格"), columns, rows[:shown], everything=rows, tight=True,
                 empty=_("没有被拒绝的内容。"))  # fmt: skip


def _heading(kind: Kind, one: RowRefusal) -> str:
    """Name of the column in the reader's language; what the kind does not know, as the file has it."""
    named = (field for field in kind.fields.values() if one.column in (field.zh, field.en, field.id))
    known = kind.fields.get(one.field) or next(named, None)
    return one.column if known is None else texts.both(known.zh, known.en)


def told_words(kind: Kind, fields: Mapping[str, Sequence[Any]]) -> str:
    """Field → (before, after) in words."""
    return texts.listed(
        _("位置") if name == PLACE else change_words(kind.fields[name], *pair) for name, pair in fields.items()
    )
