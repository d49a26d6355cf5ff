"""New pollutants: the list with its control measures, and who makes, uses or releases a substance of it.

Everybody sees how many uses there are; enterprises and masses are for people who are signed in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.registers.queries import EntryView
from saishang.science.register.kind import Kind
from saishang.science.waste.from_rules import new_pollutants
from saishang.science.waste.new_pollutants import Substance, SubstanceList, screen_inventory
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air_common import choice
from saishang.web.pages.exports import export
from saishang.web.pages.registers_common import entry_url, kind_named, state_name, today
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.waste_common import choices_of, entries_of, invented, invented_note, places, tabs
from saishang.web.security import may, public
from saishang.web.texts import counted

__all__ = ["pollutants"]

REGISTER = "new_pollutant_uses"
#: States in which a substance is still there.
_PRESENT = ("declared", "verified", "controlled")


@public
@require_safe
def pollutants(request: HttpRequest) -> HttpResponse:
    """The list, the inventory by substance and region, and for people who are signed in the entries themselves."""
    listed = new_pollutants(site.rules(), today())
    kind = kind_named(REGISTER)
    staff = may(request, "view_internal")
    region = choice(request, "region", ["", *(code for code, _name in places())], "")
    substance = choice(request, "substance", ["", *listed.substances], "")
    everything = entries_of(REGISTER, region)
    views = [view for view in everything if substance in ("", view.values.get("substance"))]
    about = [
        _("名录日期：%(day)s") % {"day": today().isoformat()},
        _("清单：%(edition)s年版") % {"edition": listed.edition},
    ]
    table = _list_table(listed, views, about)
    matrix = _matrix(listed, views, about)
    tables = [table, matrix]
    entries = None
    if kind is not None and staff:
        entries = _entries_table(kind, listed, views, about)
        tables.append(entries)
    context = {
        "tabs": tabs("waste-pollutants"), "list": table, "matrix": matrix, "entries": entries, "kind": kind,
        "figures": _figures(listed, views), "region": region, "regions": places(), "substance": substance,
        "substances": [(key, texts.name_of(item)) for key, item in listed.substances.items()],
        "invented": invented_note(views), "staff": staff,
    }  # fmt: skip
    return export(request, tables) or render(request, "waste/pollutants.html", context)


def _figures(listed: SubstanceList, views: Sequence[EntryView]) -> list[tuple[str, str, str]]:
    present = [view for view in views if view.state in _PRESENT]
    controlled = sum(view.state == "controlled" for view in present)
    entries = len({item.entry for item in listed.substances.values()})
    substances = counted("%(n)s 种物质", len(listed.substances)) % {"n": len(listed.substances)}
    return [
        (_("清单条目"), str(entries), substances),
        (_("在用的申报"), str(len(present)), invented_note(present)),
        (_("管控措施已落实"), f"{controlled} / {len(present)}" if present else "—", _("在用的申报")),
    ]


def _measures() -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = site.rules().document("standards/waste/waste")["measures"]
    return found


def _list_table(listed: SubstanceList, views: Sequence[EntryView], about: Sequence[str]) -> Table:
    rows_of = {row["item"]: row for row in site.rules().table("standards/waste/new_pollutants").in_force(today())}
    columns = [
        Column("entry", _("条目"), number=True), Column("name", _("物质"), row_head=True, long=True),
        Column("cas", _("CAS 号")), Column("measures", _("管控措施"), long=True),
        Column("uses", _("在用的申报"), number=True), Column("controlled", _("已落实"), number=True),
        Column("source", _("来源"), nowrap=True),
    ]  # fmt: skip
    words = _measures()
    rows = []
    for key, item in listed.substances.items():
        mine = [view for view in views if view.values.get("substance") == key and view.state in _PRESENT]
        rows.append(
            {
                "entry": item.entry,
                "name": texts.name_of(item),
                "cas": Cell("; ".join(item.cas)),
                "measures": texts.listed(texts.both(words[m]["zh"], words[m]["en"]) for m in item.measures),
                "uses": Cell(len(mine) or None, note=invented_note(mine)),
                "controlled": sum(view.state == "controlled" for view in mine) if mine else None,
                "source": Cell(_("清单"), mark=rows_of[key]["status"]),
            }
        )
    caption = _("名称由一份清单副本核实；除第一项外，管控措施凭记忆，未对照原文。豁免用途见清单原文。")
    return Table(
        "new-pollutants", _("重点管控新污染物与管控措施"), columns, rows, about=about, caption=caption, tight=True
    )


def _matrix(listed: SubstanceList, views: Sequence[EntryView], about: Sequence[str]) -> Table:
    """Uses by substance and region: how many, never who or how much."""
    present = [view for view in views if view.state in _PRESENT]
    regions = [str(code) for code in site.rules().regions if any(view.region == code for view in present)]
    columns = [Column("substance", _("物质"), row_head=True)]
    columns += [Column(code, site.region_name(code), number=True) for code in regions]
    columns.append(Column("total", _("合计"), number=True))
    rows = []
    for key, item in listed.substances.items():
        mine = [view for view in present if view.values.get("substance") == key]
        if mine:
            row: dict[str, Any] = {code: sum(view.region == code for view in mine) or None for code in regions}
            total = Cell(len(mine), note=invented_note(mine))
            rows.append(row | {"substance": texts.name_of(item), "total": total})
    return Table(
        "pollutant-regions", _("物质清单：各地在用的申报数"), columns, rows, about=about,
        empty=_("还没有登记使用情况；在名录“新污染物物质清单”中录入或导入。"),
    )  # fmt: skip


def _entries_table(kind: Kind, listed: SubstanceList, views: Sequence[EntryView], about: Sequence[str]) -> Table:
    columns = [
        Column("code", _("编号"), row_head=True, nowrap=True), Column("substance", _("物质")),
        Column("cas", _("CAS 号"), nowrap=True), Column("enterprise", _("企业")),
        Column("region", _("地区"), nowrap=True),
        Column("use", _("用途")), Column("amount", _("年数量"), "t/a", number=True), Column("measure", _("管控措施")),
        Column("state", _("状态"), nowrap=True), Column("finding", _("需要核对"), long=True),
    ]  # fmt: skip
    uses, measures = choices_of(kind, "use"), choices_of(kind, "measure")
    rows = []
    for view in views:
        told = view.values
        item = listed.substances.get(str(told.get("substance")))
        rows.append(
            {
                "code": Cell(view.key, href=entry_url(kind, view.pk), note=_("演示条目") if invented(view) else ""),
                "substance": texts.name_of(item) if item is not None else told.get("substance"),
                "cas": told.get("cas"), "enterprise": told.get("enterprise"),
                "region": site.region_name(view.region), "use": uses.get(str(told.get("use")), ""),
                "amount": Decimal(str(told["amount"])) if told.get("amount") is not None else None,
                "measure": measures.get(str(told.get("measure")), ""), "state": state_name(kind, view.state),
                "finding": _finding(view, item, listed),
            }
        )  # fmt: skip
    return Table(
        "pollutant-entries", _("物质清单"), columns, rows, about=about, tight=True, empty=_("没有符合条件的条目。")
    )


def _finding(view: EntryView, item: Substance | None, listed: SubstanceList) -> str:
    """What a person has to look at: name and number of two substances, a measure that the list does not ask for."""
    told = view.values
    if item is None:
        return _("物质不在现行清单内")
    (found,) = screen_inventory([(item.zh, str(told.get("cas") or ""))], listed)
    parts = []
    if found.contradiction and found.substance is not None:
        parts.append(_("CAS 号是%(name)s的，与物质不符") % {"name": texts.name_of(found.substance)})
    elif told.get("cas") and str(told["cas"]) not in item.cas:
        parts.append(_("CAS 号不在清单该条目内"))
    if told.get("measure") and told["measure"] not in item.measures:
        parts.append(_("清单对该物质没有这项措施"))
    if "prohibit_use" in item.measures and told.get("use") == "processing" and view.state in _PRESENT:
        parts.append(_("清单禁止加工使用，需核对豁免"))
    return texts.listed(parts)
