"""Entries that name each other: the way to the entry that a field names, and what names this one."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from saishang.apps.registers import lists, queries
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.lists import Wanted
from saishang.apps.registers.queries import EntryView
from saishang.science.register.kind import Field
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.registers_common import Reader, entry_url, kind_name, state_name
from saishang.web.pages.tables import Cell, Column, Table

__all__ = ["named_href", "referring"]

#: Entries of one register that are listed; the register itself lists all.
_MOST = 50


def named_href(reader: Reader, field: Field, value: Any) -> str | None:
    """Address of the entry that a field names; None where there is none, or the reader may not see its register."""
    kind = kinds(site.rules()).get(field.of) if field.of and value else None
    if kind is None or not (kind.public or reader.inside(kind)):
        return None
    pk = queries.number_of(kind, str(value))
    return None if pk is None else entry_url(kind, pk)


def referring(reader: Reader, view: EntryView) -> Table | None:
    """Entries of other registers that name this one; None when no register has a field for it."""
    rows: list[dict[str, Any]] = []
    asked = False
    for kind in kinds(site.rules()).values():
        inside = reader.inside(kind)
        if not (kind.public or inside):
            continue
        for field in kind.fields.values():
            if field.of != view.kind or not (field.public or inside):
                continue
            asked = True
            for row in lists.rows(kind, Wanted(fields={field.id: view.key}))[:_MOST]:
                other = queries.view_of(row, kind.id)
                rows.append({
                    "register": kind_name(kind), "as": texts.both(field.zh, field.en),
                    "entry": Cell(f"{other.key} {other.title}".strip(), href=entry_url(kind, other.pk)),
                    "state": state_name(kind, other.state) or None,
                })  # fmt: skip
    if not asked:
        return None
    columns = [
        Column("entry", _("条目"), row_head=True), Column("register", _("名录")), Column("as", _("关系")),
        Column("state", _("状态"), nowrap=True),
    ]  # fmt: skip
    return Table("referring", _("与本条目有关的条目"), columns, rows, tight=True,
                 empty=_("还没有条目写明与本条目有关。"))  # fmt: skip
