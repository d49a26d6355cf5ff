"""Set what the plan leaves open about a target, or change it: a new version with its reason and its document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.utils import timezone

from saishang.apps.core.actions import record
from saishang.apps.indicators.models import TargetVersion
from saishang.apps.indicators.target_settings import (
    SettingRefused,
    TargetSetting,
    Way,
    plain_setting,
    read_setting,
    refused,
)
from saishang.apps.indicators.target_view import Home, TargetObject, target_object
from saishang.errors import Fault
from saishang.rules import Rules

__all__ = [
    "Change",
    "changeable",
    "expect_version",
    "lock_targets",
    "log_change",
    "next_number",
    "no_part",
    "set_target",
    "trial",
    "withdraw_target",
    "write_version",
]

T = TypeVar("T")
#: One writer of targets at a time: numbers of versions follow one another, and a split sees its parts as they are.
_TARGETS_LOCK = 0x5A15_0004


@dataclass(frozen=True)
class Change:
    """Who changes, from which day on, why, and which document says so."""

    actor: Any
    effective: date
    reason: str
    document: str
    address: str | None = None

    def faults(self) -> list[Fault]:
        """What is missing of it."""
        found = []
        if not self.reason.strip():
            found.append(Fault("reason", "a change of a target needs a reason; got none", "say why it is changed"))
        if not self.document.strip():
            found.append(
                Fault("document", "a change of a target needs the document that decides it; got none",
                      "name it with its number and date, such as 宁党办〔2027〕1号")
            )  # fmt: skip
        return found


def changeable(change: Change) -> None:
    """Permission; the first step of every action on targets.

    Raises
    ------
    SettingRefused
        When this account may not set targets.
    """
    if not isinstance(change.actor, str) and not change.actor.may("set_targets"):
        raise SettingRefused("this account may not set targets", fix="ask for the role admin")


def set_target(
    change: Change, rules: Rules, home: Home, target: str, region: str, given: Mapping[str, Any], *,
    expected: int | None = None,
) -> TargetVersion:  # fmt: skip
    """Permission → check → change → log: what `given` says stands; what it leaves out is the plan's again.

    The split over regions, the weight in a split and the goal of a part stay as they are: `set_cascade` changes these.

    Parameters
    ----------
    given:
        As `target_settings.read_setting` takes it.
    expected:
        Number of the version that the change was made from; another one by now is refused.

    Raises
    ------
    SettingRefused
        Without permission, reason or document; for a target or region that is not there; when the setting does not fit
        together, nothing changes, or somebody else was faster. Every fault is listed.
    """
    changeable(change)
    setting = read_setting(given)
    with transaction.atomic():
        lock_targets()
        known = target_object(rules, home, target, region, change.effective)
        faults = change.faults()
        setting = replace(setting, cascade=known.setting.cascade, weight=known.setting.weight)
        if known.parent:
            kept = known.setting
            if setting.goal not in (None, kept.goal) or setting.year not in (None, kept.year):
                faults.append(Fault("goal", "the goal of a part is changed where the target is split: it has to add up",
                                    "change it in the split"))  # fmt: skip
            setting = replace(setting, goal=kept.goal, comparator=kept.comparator, year=kept.year)
        faults += _unlike(known, setting, rules)
        if faults:
            raise refused(faults)
        expect_version(known, expected)
        if known.version and plain_setting(setting) == plain_setting(known.setting):
            raise SettingRefused("nothing changes by this setting", fix="change something, or leave it")
        if not known.version and setting.empty:
            raise SettingRefused("nothing is set", fix="fill in what the plan leaves open, or leave it")
        made = write_version(change, home.plan, target, region, setting)
        told = plain_setting(known.setting) | {"version": known.version}
        log_change(change, "indicators.set_target", made, told, plain_setting(setting))
    return made


def withdraw_target(
    change: Change, rules: Rules, home: Home, target: str, region: str, *, expected: int | None = None
) -> TargetVersion:
    """Give a target back to the plan: from `effective` on nothing of what was set stands.

    Raises
    ------
    SettingRefused
        As `set_target`; when nothing is set; or while the target is split or is a part of a split.
    """
    changeable(change)
    with transaction.atomic():
        lock_targets()
        known = target_object(rules, home, target, region, change.effective)
        if not known.version:
            raise SettingRefused("nothing is set about this target", fix="there is nothing to withdraw")
        if known.setting.cascade is not None or known.parent:
            raise SettingRefused(
                "this target is split over regions, or is a part of a split", fix="dissolve the split first"
            )
        if faults := change.faults():
            raise refused(faults)
        expect_version(known, expected)
        made = write_version(change, home.plan, target, region, TargetSetting(), withdrawn=True)
        told = plain_setting(known.setting) | {"version": known.version}
        log_change(change, "indicators.withdraw_target", made, told, {"withdrawn": True})
    return made


def trial(act: Callable[[], object], look: Callable[[], T]) -> T:
    """Do an action, look at what follows from it, and take everything back.

    Raises
    ------
    SettingRefused
        Whatever the action refuses.
    """
    with transaction.atomic():
        act()
        seen = look()
        transaction.set_rollback(True)
    return seen


def write_version(
    change: Change, plan: str, target: str, region: str, setting: TargetSetting, *, withdrawn: bool = False
) -> TargetVersion:
    """Append a version; inside a transaction that holds the lock."""
    return TargetVersion.objects.create(
        plan=plan, target=target, region=region, number=next_number(plan, target, region), effective=change.effective,
        setting=plain_setting(setting), withdrawn=withdrawn, reason=change.reason.strip(),
        document=change.document.strip(), recorded_at=timezone.now(),
        recorded_by=None if isinstance(change.actor, str) else change.actor,
    )  # fmt: skip


def next_number(plan: str, target: str, region: str) -> int:
    """Number of the next version."""
    rows = TargetVersion.objects.filter(plan=plan, target=target, region=region)
    return (rows.aggregate(last=models.Max("number"))["last"] or 0) + 1


def lock_targets() -> None:
    """Take the one place of a writer of targets, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_TARGETS_LOCK])


def expect_version(known: TargetObject, expected: int | None) -> None:
    """Refuse a change that was made from another version than the newest."""
    if expected is not None and expected != known.newest:
        raise SettingRefused(
            f"the target was at version {expected} when this form was opened and is at {known.newest} now",
            fix="look at the new version, then change it again",
        )


def log_change(
    change: Change, verb: str, made: TargetVersion, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """One entry of the action log about one target."""
    about = {"target": made.target, "region": made.region, "version": made.number, "effective": made.effective}
    told = {**after, **about, "document": made.document}
    record(change.actor, verb, made, before, told, made.reason, address=change.address)


def no_part() -> Fault:
    """The fault of a place below that is no part of a split."""
    return Fault("region", "this place carries no part of the target yet", "split the target over the regions first")


def _unlike(known: TargetObject, setting: TargetSetting, rules: Rules) -> list[Fault]:
    """What of a setting does not fit together, or does not fit the target."""
    found: list[Fault] = []
    if known.goal.region != known.region:
        return [no_part()]
    goal = setting.goal if setting.goal is not None else known.plan_level
    year = setting.year if setting.year is not None else known.plan_year
    if setting.goal is not None and known.indicator is None:
        found.append(Fault("goal", "a goal in figures needs an indicator, and the catalogue has none for this target",
                           "add the indicator to the catalogue first"))  # fmt: skip
    for name, value in (("goal", setting.goal), ("baseline_value", setting.baseline and setting.baseline.value)):
        if isinstance(value, Decimal) and known.share and not 0 <= value <= 100:
            found.append(Fault(name, f"expected a share from 0 to 100 %; got {value.normalize():f}", "enter per cent"))
    if setting.baseline is not None and year is not None and setting.baseline.year >= year:
        found.append(
            Fault("baseline_year", f"expected a base year before the goal's year {year}; got {setting.baseline.year}",
                  "choose an earlier year")
        )  # fmt: skip
    start = setting.baseline.year if setting.baseline is not None else None
    if start is None and known.start is not None:
        start = known.start.year
    if setting.way is not None:
        found += _way_faults(setting.way, goal, year, start)
    names = {str(row["zh"]) for row in rules.agencies.values()} | {str(row["zh"]) for row in rules.regions.values()}
    for owner in setting.owners:
        if owner.agency not in names and not known.owes(owner.agency):
            found.append(Fault("owners", f"expected an agency or a region of the tables; got {owner.agency!r}",
                               "choose one from the list"))  # fmt: skip
    return found


def _way_faults(way: Way, goal: Decimal | None, year: int | None, start: int | None) -> list[Fault]:
    found: list[Fault] = []
    if year is None or goal is None:
        return [Fault("path", "a path leads to a goal with a year; this target has none", "set goal and year first")]
    if start is None and way.kind != "entered":
        found.append(Fault("path", "a straight or stepped path starts from a baseline; this target has none",
                           "set the baseline, or enter the path year by year"))  # fmt: skip
    for point in way.points:
        if point.year > year or (start is not None and point.year <= start):
            message = f"expected years up to the goal's year {year}; got {point.year}"
            if start is not None and point.year <= start:
                message = f"expected years after the base year {start}; got {point.year}"
            found.append(Fault("points", message, "leave it out, or change baseline or goal"))
        elif point.year == year and point.value != goal:
            found.append(
                Fault("points", f"expected the goal {goal.normalize():f} in its year {year}; got {point.value:f}",
                      "leave the goal's year out of the path, or change the goal")
            )  # fmt: skip
    return found
