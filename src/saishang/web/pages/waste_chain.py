"""Manifests and units as their registers hold them, read for the checks of `science.waste`, and the alarms in words.

Real entries and invented ones are checked apart: nobody gets an alarm because of a load that never was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from saishang.apps.registers.queries import EntryView
from saishang.science.clocks import working_days
from saishang.science.numbers import exact
from saishang.science.waste.balance import Balance
from saishang.science.waste.from_rules import manifest_digits, setting
from saishang.science.waste.manifest import Alarm, Manifest, alarms_of
from saishang.science.waste.units import (
    Account,
    Unit,
    UnitAlarm,
    category_of,
    number_alarms,
    receiver_alarms,
    unit_balance,
)
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.waste_common import invented

__all__ = ["Said", "account_of", "alarm_names", "all_alarms", "balances", "manifest_of", "unit_of"]

#: States in which nothing has been handed over, or never was.
_NOT_SENT = ("drafted", "cancelled")
#: How long before its end a licence is said to run out.
SOON = timedelta(days=90)


@dataclass(frozen=True)
class Said:
    """An alarm as people read it: the manifest, which kind, what is wrong, what to do."""

    view: EntryView
    kind: str
    why: str
    todo: str


def _mass(values: Mapping[str, Any], name: str) -> Fraction | None:
    return None if values.get(name) is None else exact(values[name], name=name)


def _day(values: Mapping[str, Any], name: str) -> date | None:
    return date.fromisoformat(str(values[name])) if values.get(name) else None


def manifest_of(view: EntryView) -> Manifest:
    """A manifest as the checks take it."""
    told = view.values
    return Manifest(
        number=str(told["number"]), waste=str(told["waste"]), shipper=str(told["giver"]),
        receiver=str(told["receiver"]), shipped=_mass(told, "shipped"), accepted=_mass(told, "accepted"),
        treated=_mass(told, "treated"), arrived_on=_day(told, "arrived_on"), accepted_on=_day(told, "accepted_on"),
        refused=view.state in ("refused", "returned"), record=view.key, shipped_on=_day(told, "shipped_on"),
        returned=view.state == "returned",
    )  # fmt: skip


def unit_of(view: EntryView) -> Unit:
    """A unit as the checks take it."""
    told = view.values
    return Unit(
        code=view.key, name=view.title, handles=told.get("role") in ("handler", "both"),
        categories=frozenset(str(told.get("categories") or "").split(";")) - {""},
        licence_from=_day(told, "licence_from"), licence_until=_day(told, "licence_until"),
        capacity=_mass(told, "capacity"), operating=view.state == "operating",
    )  # fmt: skip


def account_of(view: EntryView) -> Account | None:
    """The year that a unit declares; None when it declares none."""
    told = view.values
    if told.get("account_year") is None:
        return None
    masses = {name: _mass(told, name) for name in ("opening", "generated", "treated_here", "closing")}
    return Account(unit=view.key, year=int(told["account_year"]), **masses)


def balances(units: Iterable[EntryView], manifests: Sequence[EntryView]) -> list[tuple[EntryView, Account, Balance]]:
    """The balance of every unit that declares a year, over the manifests of its own kind (real or invented)."""
    tolerance = setting(site.rules(), "balance_tolerance_percent")
    found = []
    for view in units:
        account = account_of(view)
        if account is None:
            continue
        mine = [
            manifest_of(each) for each in manifests
            if invented(each) == invented(view) and each.state not in _NOT_SENT
        ]  # fmt: skip
        found.append((view, account, unit_balance(account, mine, tolerance)))
    return found


def all_alarms(manifests: Sequence[EntryView], units: Sequence[EntryView], on: date) -> list[Said]:
    """Every alarm of the manifests on a day, by manifest."""
    found: list[Said] = []
    for real in (True, False):
        mine = [view for view in manifests if invented(view) != real]
        known = {view.key: unit_of(view) for view in units if invented(view) != real}
        found += _alarms(mine, known, on)
    return sorted(found, key=lambda said: (said.view.key, said.kind))


def _alarms(views: Sequence[EntryView], units: Mapping[str, Unit], on: date) -> list[Said]:
    rules = site.rules()
    calendar = working_days(rules)
    by_key = {view.key: view for view in views}
    live = [manifest_of(view) for view in views if view.state != "cancelled"]
    sent = [manifest_of(view) for view in views if view.state not in _NOT_SENT]
    cities = {str(row["code"])[:4] for row in site.cities()}
    home = min(cities)[:2] if cities else ""
    term = int(rules.document("standards/waste/waste")["manifest"]["confirm_working_days"])
    chain = alarms_of(
        sent, on, tolerance_percent=setting(rules, "manifest_tolerance_percent"), working_days=term,
        holidays=calendar.off, extra_workdays=calendar.work,
    )  # fmt: skip
    found = [_of_chain(by_key[alarm.manifest], alarm, term, calendar.years) for alarm in chain]
    found += [
        _of_unit(by_key[alarm.manifest], alarm, units)
        for alarm in (*number_alarms(live, manifest_digits(rules), cities, home), *receiver_alarms(live, units))
    ]
    return found


def alarm_names() -> dict[str, str]:
    """Kind of an alarm → its words."""
    return {
        "mass_lost": _("接受量少于移出量"), "mass_gained": _("数量多出"),
        "confirmation_late": _("逾期未确认或逾期确认"),
        "not_treated": _("超过一年未利用处置"), "mass_missing": _("缺少数量"), "number_twice": _("编号重复使用"),
        "number_wrong": _("编号有误"), "receiver_unknown": _("接受人不在名录内"),
        "receiver_not_licensed": _("接受人不是经营单位"), "licence_not_valid": _("许可证不在有效期"),
        "waste_not_licensed": _("废物类别不在许可证内"), "over_capacity": _("超出核准能力"),
        "unit_out_of_work": _("接受人已暂停或关闭"),
    }  # fmt: skip


def _tonnes(mass: Fraction | None) -> str:
    return "—" if mass is None else f"{float(mass):.3f}".rstrip("0").rstrip(".")


def _of_chain(view: EntryView, alarm: Alarm, term: int, years: Iterable[int]) -> Said:
    told = view.values
    why, todo = "", ""
    if alarm.kind in ("mass_lost", "mass_gained"):
        difference = abs(alarm.difference or Fraction(0))
        why = _("移出 %(shipped)s t，接受 %(accepted)s t，相差 %(difference)s t") % {
            "shipped": told.get("shipped"), "accepted": told.get("accepted"), "difference": _tonnes(difference),
        }  # fmt: skip
        if told.get("treated") is not None and alarm.kind == "mass_gained":
            why += _("；已利用处置 %(treated)s t") % {"treated": told["treated"]}
        todo = _("调取两端过磅单和运输轨迹，查明差额；属笔误的更正条目并写明理由")
    elif alarm.kind == "confirmation_late" and alarm.due is not None:
        why = _("到达 %(arrived)s，应在 %(due)s 前（%(n)s 个工作日）确认") % {
            "arrived": told.get("arrived_on"), "due": alarm.due.isoformat(), "n": term,
        }  # fmt: skip
        if told.get("accepted_on"):
            why += _("，实际 %(day)s 确认") % {"day": told["accepted_on"]}
        if not {date.fromisoformat(str(told["arrived_on"])).year, alarm.due.year} <= set(years):
            why += _("；该年放假安排未载入，期限只按周末推算")
        todo = _("催接受人确认或拒收；已逾期确认的记录原因")
    elif alarm.kind == "not_treated":
        why = _("尚有 %(mass)s t 未利用处置") % {"mass": _tonnes(alarm.difference)}
        todo = _("核查贮存场所，督促利用处置或办理延期")
    elif alarm.kind == "mass_missing":
        why, todo = _("已移出或已确认，没有数量"), _("补录数量和过磅单")
    elif alarm.kind == "number_twice":
        why = _("与 %(other)s 的联单编号相同：%(number)s") % {"other": alarm.other, "number": told["number"]}
        todo = _("向移出地系统核对，作废重复的一份或更正编号")
    return Said(view, alarm.kind, why, todo)


def _of_unit(view: EntryView, alarm: UnitAlarm, units: Mapping[str, Unit]) -> Said:
    told = view.values
    unit = units.get(alarm.unit)
    name = unit.name if unit is not None else alarm.unit
    why, todo = name, _("核对接受人；确属无资质的停止转移，依法查处")
    match alarm.kind:
        case "number_wrong":
            why = f"{told['number']}：{wording.say(alarm.message)}"
            todo = _("向移出地系统核对编号并更正")
        case "receiver_unknown":
            why = _("名录中没有编码 %(code)s 的单位") % {"code": alarm.unit}
            todo = _("在名录中登记接受人及许可证，或更正编码；跨省的查验对方许可证")
        case "waste_not_licensed" if unit is not None:
            why = _("%(name)s核准 %(allowed)s，废物属 %(category)s") % {
                "name": name, "allowed": texts.listed(sorted(unit.categories)),
                "category": category_of(str(told["waste"])),
            }  # fmt: skip
        case "licence_not_valid" if unit is not None and alarm.day is not None:
            why = _("%(name)s许可证 %(begun)s 至 %(until)s，转移日 %(day)s") % {
                "name": name, "begun": unit.licence_from or "—", "until": unit.licence_until or "—",
                "day": alarm.day.isoformat(),
            }  # fmt: skip
        case "over_capacity" if unit is not None and alarm.day is not None:
            why = _("%(name)s %(year)s 年累计接受超出核准的 %(capacity)s t/a，超 %(over)s t") % {
                "name": name, "year": alarm.day.year, "capacity": _tonnes(unit.capacity),
                "over": _tonnes(alarm.difference),
            }  # fmt: skip
            todo = _("停止向该单位转移，核查其贮存量；能力变更的更新许可证")
    return Said(view, alarm.kind, why, todo)
