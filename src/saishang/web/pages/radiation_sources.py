"""Alarms of the ledger of radioactive sources, for staff: what is missing, overdue or does not fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.registers import queries
from saishang.apps.registers.queries import EntryView, Filter
from saishang.science.radiation.from_rules import LEDGER, alarm_kinds, loss_grade, source_rules
from saishang.science.radiation.ledger import AlarmKind, LedgerAlarm, category_check, ledger_alarms
from saishang.science.register.kind import Kind
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.air_common import choice
from saishang.web.pages.exports import export
from saishang.web.pages.radiation_common import tabs
from saishang.web.pages.registers_common import day_of, entry_url, kind_named, state_name, today
from saishang.web.pages.registers_writing import write_links
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import permission

__all__ = ["sources", "staff_summary"]


def staff_summary() -> list[tuple[str, int, str, bool]]:
    """(words, alarms, address, whether urgent) of the ledger today, those with alarms only; for the staff's part."""
    kind = kind_named(LEDGER)
    if kind is None:
        return []
    known = alarm_kinds(site.rules(), kind)
    counts = Counter(alarm.kind for _view, alarm in _alarms(kind, today()))
    return [
        (texts.both(alarm.zh, alarm.en), counts[alarm.id],  # type: ignore[index]
         f"{reverse('radiation-sources')}?alarm={alarm.id}", alarm.urgent)
        for alarm in known.values()
        if counts[alarm.id]  # type: ignore[index]
    ]  # fmt: skip


@permission("view_internal")
@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """Every alarm with its clause, its day and what to do; categories by decay; what went to the repository."""
    kind = kind_named(LEDGER)
    base: dict[str, Any] = {"tabs": tabs("radiation-sources", request), "kind": kind}
    if kind is None:
        return render(request, "radiation/sources.html", base)
    on = min(day_of(request.GET.get("on")) or today(), today())
    views = queries.entries(kind, Filter(on=on))
    known = alarm_kinds(site.rules(), kind)
    wanted = choice(request, "alarm", ["", *known], "")
    found = _alarms(kind, on, views)
    counts = Counter(alarm.kind for _view, alarm in found)
    shown = [(view, alarm) for view, alarm in found if not wanted or alarm.kind == wanted]
    about = [texts.both(kind.zh, kind.en), _("名录日期：%(day)s") % {"day": on.isoformat()}]
    table = _alarm_table(kind, known, shown, on, about)
    stock, fate = _stock_table(kind, views, on, about), _fate_table(kind, views, on, about)
    answer = export(request, [table, stock, fate])
    if answer is not None:
        return answer
    context = base | {
        "on": on.isoformat(), "alarm": wanted, "table": table, "stock": stock, "fate": fate, "total": len(views),
        "kinds": [(alarm.id, texts.both(alarm.zh, alarm.en)) for alarm in known.values()],
        "keys": [(texts.both(alarm.zh, alarm.en), counts[alarm.id], alarm.urgent)  # type: ignore[index]
                 for alarm in known.values()],
        "invented": sum(view.standing.invented for view in views), "forms": write_links(request, kind),
    }  # fmt: skip
    return render(request, "radiation/sources.html", context)


def _alarms(kind: Kind, on: date, views: Sequence[EntryView] | None = None) -> list[tuple[EntryView, LedgerAlarm]]:
    """Alarms of the register as it stood on a day, urgent ones first, then the longest overdue."""
    listed = queries.entries(kind, Filter(on=on)) if views is None else views
    by_key = {view.key: view for view in listed}
    order = {name: place for place, name in enumerate(alarm_kinds(site.rules(), kind))}
    found = ledger_alarms(kind, [view.standing for view in listed], on, source_rules(site.rules(), on))
    ordered = sorted(found, key=lambda alarm: (order.get(alarm.kind, 99), alarm.since or date.max, alarm.code))
    return [(by_key[alarm.code], alarm) for alarm in ordered]


def _alarm_table(
    kind: Kind, known: Mapping[str, AlarmKind], found: Sequence[tuple[EntryView, LedgerAlarm]], on: date,
    about: Sequence[str],
) -> Table:  # fmt: skip
    columns = [
        Column("alarm", _("报警")), Column("source", _("放射源"), row_head=True, nowrap=True),
        Column("holder", _("持有单位")), Column("region", _("县（市、区）"), nowrap=True),
        Column("category", _("类别"), nowrap=True), Column("state", _("状态"), nowrap=True),
        Column("since", _("自何日"), nowrap=True), Column("days", _("已过天数"), number=True),
        Column("todo", _("怎么办"), long=True), Column("clause", _("条款"), long=True),
    ]  # fmt: skip
    rows = []
    for view, alarm in found:
        words, values = known[alarm.kind], view.values
        note = ""
        if alarm.kind == "missing":
            note = texts.name_of(loss_grade(site.rules(), str(values.get("category"))))
        elif alarm.note:
            note = _("按活度为 %(category)s") % {"category": _category(alarm.note)}
        rows.append(
            {
                "alarm": Cell(texts.both(words.zh, words.en), note=note),
                "source": Cell(view.key, href=entry_url(kind, view.pk), note=str(values.get("nuclide") or "")),
                "holder": values.get("holder"), "region": site.region_name(view.region),
                "category": _category(str(values.get("category") or "")), "state": state_name(kind, view.state),
                "since": alarm.since, "days": None if alarm.since is None else (on - alarm.since).days,
                "todo": texts.both(words.todo_zh, words.todo_en),
                "clause": Cell(f"{wording.clause(words.source)} · {wording.clause(words.clause)}", mark=words.status),
            }
        )  # fmt: skip
    caption = _("期限届满次日起报警；“自何日”为期限的最后一天，丢失的为报告之日。类别按半衰期衰变到所选日期核对。")
    empty = _("所选日期没有报警。没有登记的放射源不在此列。")
    return Table("alarms", _("台账报警"), columns, rows, about=about, caption=caption, empty=empty, tight=True)


def _final(kind: Kind, state: str) -> bool:
    known = kind.known_state(state)
    return known is not None and known.final


def _category(roman: str) -> str:
    """Category of a source as its law writes it; a word that is no category stays."""
    entries = site.rules().document("standards/radiation/radiation")["categories"]
    found = next((entry for entry in entries if entry["roman"] == roman), None)
    if found is not None:
        return texts.both(str(found["zh"]).removesuffix("放射源"), found["en"])
    return {"豁免": _("豁免")}.get(roman, roman)


def _stock_table(kind: Kind, views: Sequence[EntryView], on: date, about: Sequence[str]) -> Table:
    """Every source in somebody's hands, with its activity and category today."""
    columns = [
        Column("source", _("放射源"), row_head=True, nowrap=True), Column("holder", _("持有单位")),
        Column("region", _("县（市、区）"), nowrap=True), Column("nuclide", _("核素"), nowrap=True),
        Column("made", _("出厂活度"), "Bq", number=True), Column("now", _("现活度"), "Bq", number=True),
        Column("licensed", _("许可证类别"), nowrap=True), Column("new", _("出厂类别"), nowrap=True),
        Column("category", _("现类别"), nowrap=True), Column("state", _("状态"), nowrap=True),
        Column("room", _("贮存或使用位置")), Column("seen", _("最近盘点"), nowrap=True),
        Column("licence", _("许可证至"), nowrap=True),
    ]  # fmt: skip
    activities = source_rules(site.rules(), on)
    rows = []
    for view in views:
        if _final(kind, view.state):
            continue
        check = category_check(view.values, on, activities)
        made = view.values.get("activity")
        rows.append(
            {
                "source": Cell(view.key, href=entry_url(kind, view.pk)), "holder": view.values.get("holder"),
                "region": site.region_name(view.region), "nuclide": view.values.get("nuclide"),
                "made": None if made is None else Cell(float(made), text=f"{float(made):.3g}"),
                "now": Cell(None) if check is None or check.activity is None else Cell(
                    float(check.activity), text=f"{float(check.activity):.3g}"),
                "licensed": _category(str(view.values.get("category") or "")),
                "new": _category(check.new) if check else Cell(None, text=_("无法核对")),
                "category": _category(check.now) if check and check.now else Cell(None, text=_("无法核对")),
                "state": state_name(kind, view.state), "room": view.values.get("room"),
                "seen": view.values.get("seen_on"), "licence": view.values.get("licence_until"),
            }
        )  # fmt: skip
    empty = _("名录中没有在持有单位手中的放射源。")
    return Table("stock", _("在册放射源"), columns, rows, about=about, empty=empty, tight=True)


def _fate_table(kind: Kind, views: Sequence[EntryView], on: date, about: Sequence[str]) -> Table:
    """The way out: idle sources that wait, those on their way, and those stored, returned or retired, with papers."""
    columns = [
        Column("source", _("放射源"), row_head=True, nowrap=True), Column("holder", _("持有单位")),
        Column("category", _("类别"), nowrap=True), Column("state", _("状态"), nowrap=True),
        Column("since", _("自何日"), nowrap=True), Column("fate", _("去向单位")), Column("steps", _("经过"), long=True),
        Column("papers", _("材料份数"), number=True), Column("note", _("备注"), long=True),
    ]  # fmt: skip
    rows = []
    for view in views:
        if view.state in ("in_use", "missing"):
            continue
        steps = [step for step in queries.history(kind, view.pk) if step.content.effective <= on]
        papers = sum(len(step.evidence) for step in steps)
        way = [
            f"{step.content.since.isoformat()} {state_name(kind, step.content.state)}"
            for step in reversed(steps)
            if step.action == "add" or step.action.startswith("move:")
        ]  # fmt: skip
        ended = _final(kind, view.state)
        rows.append(
            {
                "source": Cell(view.key, href=entry_url(kind, view.pk)), "holder": view.values.get("holder"),
                "category": _category(str(view.values.get("category") or "")), "state": state_name(kind, view.state),
                "since": view.since, "fate": view.values.get("fate_holder"), "steps": " → ".join(way),
                "papers": papers,
                "note": _("由旧台账带入，没有接收凭证") if ended and not papers else
                        "" if ended else _("等待送贮、返回或转入"),
            }
        )  # fmt: skip
    empty = _("没有停用、转让或已收贮的放射源。")
    caption = _("停用 → 送城市放射性废物库、返回生产单位或退役；每一步都要有凭证，登记在条目的历史里。")
    return Table("fate", _("停用与收贮"), columns, rows, about=about, caption=caption, empty=empty, tight=True)
