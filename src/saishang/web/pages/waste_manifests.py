"""Manifests of hazardous waste: the chain, what is open and overdue, alarms with what to do, units and balances."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators.values import decimal_of
from saishang.apps.registers import queries as registers
from saishang.apps.registers.queries import EntryView
from saishang.science.rounding import round_half_even
from saishang.science.waste.balance import Balance
from saishang.science.waste.units import Account
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.air_common import choice
from saishang.web.pages.exports import export
from saishang.web.pages.registers_common import entry_url, kind_named, state_name, today
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.waste_chain import SOON, Said, alarm_names, all_alarms, balances, manifest_of
from saishang.web.pages.waste_common import (
    entries_of,
    invented,
    invented_note,
    places,
    tabs,
    verdict_name,
    verdict_todo,
)
from saishang.web.security import permission

__all__ = ["manifests"]

MANIFESTS, UNITS = "hazardous_manifests", "waste_units"
_OPEN = ("drafted", "in_transit", "arrived", "refused")


@permission("view_internal")
@require_safe
def manifests(request: HttpRequest) -> HttpResponse:
    """Everything about the transfers of a region; alarms are looked for over the whole register first."""
    kind, unit_kind = kind_named(MANIFESTS), kind_named(UNITS)
    base: dict[str, Any] = {"tabs": tabs("waste-manifests"), "kind": kind, "unit_kind": unit_kind}
    if kind is None or unit_kind is None or kind.life is None:
        return render(request, "waste/manifests.html", base)
    everything, units = entries_of(MANIFESTS), entries_of(UNITS)
    # A receiver's capacity and a number used twice show only over all regions.
    alarms = all_alarms(everything, units, today())
    region = choice(request, "region", ["", *(code for code, _name in places())], "")
    state = choice(request, "state", ["", *kind.life.states], "")
    alarm = choice(request, "alarm", ["", "any", *alarm_names()], "")
    inside = set(registers.inside(site.rules(), region)) if region else None
    mine = [view for view in everything if inside is None or view.region in inside]
    told = [said for said in alarms if said.view in mine]
    by_key: dict[str, list[str]] = {}
    for said in told:
        by_key.setdefault(said.view.key, []).append(said.kind)
    shown = [
        view for view in mine
        if state in ("", view.state)
        and (not alarm or (view.key in by_key and alarm == "any") or alarm in by_key.get(view.key, ()))
    ]  # fmt: skip
    due = {item.key: item.on for item in registers.due(kind, mine) if item.term == "confirm"}
    about = [_("名录日期：%(day)s") % {"day": today().isoformat()}, _("依据：%(source)s") % {"source": kind.source}]
    near = [view for view in units if inside is None or view.region in inside]
    years = balances(near, everything)
    tables = {
        "alarms": _alarms_table([said for said in told if alarm in ("", "any", said.kind)], about),
        "manifests": _manifests_table(shown, units, by_key, due, about),
        "chain": _chain_table(mine, about), "regions": _regions_table(mine, by_key, about),
        "units": _units_table(near, everything, about),
        "balances": _balances_table(years, about),
    }  # fmt: skip
    answer = export(request, list(tables.values()))
    if answer is not None:
        return answer
    context = base | tables | {
        "figures": _figures(mine, by_key, due, years), "region": region, "regions_choice": places(), "state": state,
        "states": [(name, state_name(kind, name)) for name in kind.life.states], "alarm": alarm,
        "alarms_choice": [("any", _("有报警的")), *alarm_names().items()],
        "invented": invented_note([*mine, *near]), "empty": not everything, "rule": _rule(),
    }  # fmt: skip
    return render(request, "waste/manifests.html", context)


def _rule() -> tuple[str, str]:
    entry = site.rules().document("standards/waste/waste")["manifest"]
    return wording.clause(str(entry["note"])), str(entry["status"])


def _figures(
    views: Sequence[EntryView], alarms: Mapping[str, Sequence[str]], due: Mapping[str, date],
    years: Sequence[tuple[EntryView, Account, Balance]],
) -> list[tuple[str, str, str]]:  # fmt: skip
    """(words, figure, remark) of the register as it stands."""
    open_ones = [view for view in views if view.state in _OPEN]
    late = [view for view in views if view.key in due and due[view.key] < today()]
    loud = [view for view in views if view.key in alarms]
    uneven = [view for view, _account, balance in years if balance.verdict in ("missing_mass", "surplus_mass")]
    return [
        (_("联单"), str(len(views)), invented_note(views)),
        (_("未办结"), str(len(open_ones)), invented_note(open_ones)),
        (_("逾期未确认"), str(len(late)), invented_note(late)),
        (_("有报警的联单"), str(len(loud)), invented_note(loud)),
        (_("物料不平衡的单位"), str(len(uneven)), invented_note(uneven)),
    ]


def _alarms_table(alarms: Sequence[Said], about: Sequence[str]) -> Table:
    kind = kind_named(MANIFESTS)
    assert kind is not None, "looked up by the page"  # noqa: S101
    names = alarm_names()
    columns = [
        Column("record", _("登记编号"), row_head=True, nowrap=True), Column("kind", _("报警")),
        Column("why", _("理由"), long=True), Column("todo", _("怎么办"), long=True),
        Column("region", _("移出地"), nowrap=True),
    ]  # fmt: skip
    rows = [
        {
            "record": Cell(
                said.view.key, href=entry_url(kind, said.view.pk), note=_("演示条目") if invented(said.view) else ""
            ),
            "kind": Cell(said.kind, text=f"⚠ {names[said.kind]}"), "why": said.why, "todo": said.todo,
            "region": site.region_name(said.view.region),
        }
        for said in alarms
    ]  # fmt: skip
    return Table("alarms", _("报警"), columns, rows, about=about, empty=_("没有报警。"))


def _manifests_table(
    views: Sequence[EntryView], units: Sequence[EntryView], alarms: Mapping[str, Sequence[str]],
    due: Mapping[str, date], about: Sequence[str],
) -> Table:  # fmt: skip
    kind = kind_named(MANIFESTS)
    assert kind is not None, "looked up by the page"  # noqa: S101
    names = {view.key: view.title for view in units}
    words = alarm_names()
    columns = [
        Column("record", _("登记编号"), row_head=True, nowrap=True), Column("number", _("联单编号"), nowrap=True),
        Column("state", _("状态"), nowrap=True), Column("giver", _("移出人")), Column("receiver", _("接受人")),
        Column("waste", _("废物代码"), nowrap=True), Column("shipped", _("移出量"), "t", number=True),
        Column("accepted", _("接受量"), "t", number=True), Column("due", _("确认期限"), nowrap=True),
        Column("alarms", _("报警")),
    ]  # fmt: skip
    rows = []
    for view in views:
        told = view.values
        on = due.get(view.key)
        rows.append(
            {
                "record": Cell(view.key, href=entry_url(kind, view.pk), note=_("演示条目") if invented(view) else ""),
                "number": Cell(told["number"], text=_grouped(str(told["number"]))),
                "state": state_name(kind, view.state), "giver": names.get(str(told["giver"]), told["giver"]),
                "receiver": names.get(str(told["receiver"]), told["receiver"]),
                "waste": Cell(told["waste"], note=str(told.get("waste_name") or "")),
                "shipped": decimal_of(told.get("shipped")), "accepted": decimal_of(told.get("accepted")),
                "due": Cell(on, note=_("已逾期") if on is not None and on < today() else ""),
                "alarms": texts.listed(words[name] for name in dict.fromkeys(alarms.get(view.key, ()))),
            }
        )  # fmt: skip
    return Table("manifests", _("联单"), columns, rows, about=about, tight=True, empty=_("没有符合条件的联单。"))


def _grouped(number: str) -> str:
    """Year, place and serial number apart, as forms print it."""
    return f"{number[:4]} {number[4:8]} {number[8:]}"


def _chain_table(views: Sequence[EntryView], about: Sequence[str]) -> Table:
    """The chain state by state: how many stand there, with which mass, and who acts next."""
    kind = kind_named(MANIFESTS)
    assert kind is not None and kind.life is not None, "looked up by the page"  # noqa: S101
    columns = [
        Column("state", _("环节"), row_head=True, nowrap=True), Column("count", _("联单"), number=True),
        Column("mass", _("移出量"), "t", number=True), Column("next", _("下一步"), long=True),
    ]  # fmt: skip
    rows = []
    for state in kind.life.states:
        mine = [view for view in views if view.state == state]
        moves = [f"{texts.both(move.zh, move.en)}{texts.aside(_who(move.who))}" for move in kind.life.moves(state)]
        masses = [mass for view in mine if (mass := manifest_of(view).shipped) is not None]
        rows.append(
            {
                "state": Cell(state_name(kind, state), href=f"{reverse('waste-manifests')}?state={state}#manifests"),
                "count": Cell(len(mine), note=invented_note(mine)),
                "mass": _mass(sum(masses, Fraction(0))) if masses else None,
                "next": texts.listed(moves),
            }
        )  # fmt: skip
    return Table("chain", _("联单流转"), columns, rows, about=about)


def _who(who: str) -> str:
    return {"移出人": _("移出人"), "承运人": _("承运人"), "接受人": _("接受人")}.get(who, who)


def _mass(mass: Fraction | None) -> Decimal | None:
    return None if mass is None else round_half_even(mass, 3)


def _regions_table(views: Sequence[EntryView], alarms: Mapping[str, Sequence[str]], about: Sequence[str]) -> Table:
    columns = [
        Column("region", _("移出地"), row_head=True), Column("count", _("联单"), number=True),
        Column("open", _("未办结"), number=True), Column("shipped", _("移出量"), "t", number=True),
        Column("accepted", _("接受量"), "t", number=True), Column("alarms", _("有报警的联单"), number=True),
    ]  # fmt: skip
    rows = []
    counted = Counter(view.region for view in views)
    for code in (str(code) for code in site.rules().regions if str(code) in counted):
        mine = [view for view in views if view.region == code]
        read = [manifest_of(view) for view in mine if view.state not in ("drafted", "cancelled")]
        shipped = [item.shipped for item in read if item.shipped is not None]
        accepted = [item.accepted for item in read if item.accepted is not None]
        rows.append(
            {
                "region": site.region_name(code), "count": Cell(len(mine), note=invented_note(mine)),
                "open": sum(view.state in _OPEN for view in mine), "shipped": _mass(sum(shipped, Fraction(0))),
                "accepted": _mass(sum(accepted, Fraction(0))), "alarms": sum(view.key in alarms for view in mine),
            }
        )  # fmt: skip
    return Table("manifest-regions", _("各地联单"), columns, rows, about=about)


def _units_table(units: Sequence[EntryView], manifests: Sequence[EntryView], about: Sequence[str]) -> Table:
    """Licensed handlers: what they may take, how much of their capacity this year has used."""
    kind = kind_named(UNITS)
    assert kind is not None, "looked up by the page"  # noqa: S101
    columns = [
        Column("unit", _("单位"), row_head=True), Column("region", _("地区"), nowrap=True), Column("state", _("状态")),
        Column("categories", _("核准类别")), Column("until", _("许可证有效期至"), nowrap=True),
        Column("capacity", _("核准能力"), "t/a", number=True), Column("taken", _("今年已接受"), "t", number=True),
        Column("used", _("已用能力"), "%", number=True),
    ]  # fmt: skip
    rows = []
    for view in units:
        told = view.values
        if told.get("role") not in ("handler", "both"):
            continue
        items = [manifest_of(each) for each in manifests if invented(each) == invented(view)]
        taken = sum(
            (item.accepted for item in items if item.receiver == view.key and item.accepted is not None
             and item.accepted_on is not None and item.accepted_on.year == today().year and not item.refused),
            Fraction(0),
        )  # fmt: skip
        capacity = Fraction(str(told["capacity"])) if told.get("capacity") is not None else None
        until = date.fromisoformat(str(told["licence_until"])) if told.get("licence_until") else None
        rows.append(
            {
                "unit": Cell(view.title, href=entry_url(kind, view.pk), note=_("演示条目") if invented(view) else ""),
                "region": site.region_name(view.region), "state": state_name(kind, view.state),
                "categories": str(told.get("categories") or "").replace(";", " "),
                "until": Cell(until, note=_term(until)), "capacity": decimal_of(told.get("capacity")),
                "taken": _mass(taken), "used": round_half_even(100 * taken / capacity, 1) if capacity else None,
            }
        )  # fmt: skip
    return Table("handlers", _("经营单位的许可证与能力"), columns, rows, about=about, empty=_("没有登记经营单位。"))


def _term(until: date | None) -> str:
    if until is None:
        return ""
    if until < today():
        return _("已到期")
    return _("90 天内到期") if until - today() <= SOON else ""


def _balances_table(found: Sequence[tuple[EntryView, Account, Balance]], about: Sequence[str]) -> Table:
    kind = kind_named(UNITS)
    assert kind is not None, "looked up by the page"  # noqa: S101
    columns = [
        Column("unit", _("单位"), row_head=True), Column("year", _("年度"), nowrap=True),
        Column("verdict", _("结论"), nowrap=True),
        Column("opening", _("年初贮存"), "t", number=True), Column("generated", _("产生"), "t", number=True),
        Column("treated", _("自行利用处置"), "t", number=True), Column("closing", _("年末贮存"), "t", number=True),
        Column("sources", _("来源合计"), "t", number=True), Column("sinks", _("去向合计"), "t", number=True),
        Column("difference", _("差额"), "t", number=True), Column("todo", _("怎么办"), long=True),
    ]  # fmt: skip
    rows = []
    for view, account, balance in found:
        rows.append(
            {
                "unit": Cell(view.title, href=entry_url(kind, view.pk), note=_("演示条目") if invented(view) else ""),
                "year": Cell(account.year, text=str(account.year)),
                "verdict": Cell(balance.verdict, text=verdict_name(balance.verdict)),
                "opening": _mass(account.opening), "generated": _mass(account.generated),
                "treated": _mass(account.treated_here), "closing": _mass(account.closing),
                "sources": _mass(balance.sources), "sinks": _mass(balance.sinks),
                "difference": _mass(balance.difference), "todo": _todo(balance, account),
            }
        )  # fmt: skip
    caption = _("年初贮存＋产生＋联单接受＝自行利用处置＋联单移出＋年末贮存；差额超过来源的允许偏差即报警。")
    return Table(
        "unit-balances", _("单位年度物料平衡"), columns, rows, about=about, caption=caption,
        empty=_("没有单位申报年度台账。"),
    )  # fmt: skip


def _todo(balance: Balance, account: Account) -> str:
    if balance.missing:
        words = {
            "opening": _("年初贮存量"), "generated": _("产生量"), "received": _("联单接受量"),
            "treated_here": _("自行利用处置量"), "shipped": _("联单移出量"), "closing": _("年末贮存量"),
        }  # fmt: skip
        return _("补报：%(items)s") % {"items": texts.listed(words[name] for name in balance.missing)}
    said = verdict_todo(balance.verdict)
    if account.year == today().year and balance.verdict != "balanced":
        said += _("；年度未结束，台账与联单应截至同一天")
    return said
