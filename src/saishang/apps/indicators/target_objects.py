"""Targets as objects: what the plan promises, with what an office has set on top, for the region and the places below.

Reads only. `settings_of` gives what stood on a day as it was known at a moment, so that an old run is judged again by
what was set then; `with_settings` puts it over the plan's goals and adds the goals of the parts of every split.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from saishang.apps.indicators.models import TargetVersion
from saishang.apps.indicators.provenance import digest
from saishang.apps.indicators.states import PlanGoal
from saishang.apps.indicators.target_settings import TargetSetting, read_setting
from saishang.rules import Rules

__all__ = ["Known", "history", "parents", "settings_of", "settings_parameters", "with_settings"]


@dataclass(frozen=True)
class Known:
    """The version that stands of one target in one region."""

    target: str
    region: str
    number: int
    setting: TargetSetting


Settings = Mapping[tuple[str, str], Known]


def settings_of(plan: str, on: date, known_at: datetime | None = None) -> dict[tuple[str, str], Known]:
    """(target, region) → what an office had set and was in force on a day.

    Parameters
    ----------
    plan:
        Name of the plan, without its version: settings outlive a new reading of the document.
    known_at:
        Moment up to which versions count as recorded; None = all there are.
    """
    rows = TargetVersion.objects.filter(plan=plan, effective__lte=on).order_by("number")
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    found: dict[tuple[str, str], Known] = {}
    for row in rows:
        key = (row.target, row.region)
        if row.withdrawn:
            found.pop(key, None)
        else:
            found[key] = Known(row.target, row.region, row.number, read_setting(row.setting))
    return found


def settings_parameters(plan: str, on: date, known_at: datetime | None = None) -> dict[str, Any]:
    """What of the settings decides a run's digits; empty when nothing is set."""
    rows = TargetVersion.objects.filter(plan=plan, effective__lte=on).order_by("target", "region", "number")
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    told = [[r.target, r.region, r.number, r.effective.isoformat(), r.withdrawn, r.setting] for r in rows]
    return {"versions": len(told), "digest": digest(told)} if told else {}


def history(plan: str, target: str, region: str) -> list[TargetVersion]:
    """Every version of a target in a region, newest first."""
    rows = TargetVersion.objects.filter(plan=plan, target=target, region=region)
    return list(rows.select_related("recorded_by").order_by("-number"))


def parents(settings: Settings, target: str) -> dict[str, str]:
    """Region → the region whose split it is a part of, for one target."""
    return {
        member: known.region
        for known in settings.values()
        if known.target == target and known.setting.cascade is not None
        for member in known.setting.cascade.members
    }


def with_settings(goals: Sequence[PlanGoal], settings: Settings, rules: Rules) -> list[PlanGoal]:
    """The plan's goals with their settings, each followed by the goals of its parts, the parts of these, and so on.

    A part without a goal of its own yet stays *undetermined*; it is never taken to owe the whole's.
    """
    found: list[PlanGoal] = []
    for goal in goals:
        known = settings.get((goal.id, goal.region))
        own = goal if known is None else _set(goal, known)
        found.append(own)
        found += _parts(own, settings, rules, {goal.region})
    return found


def _parts(whole: PlanGoal, settings: Settings, rules: Rules, above: set[str]) -> Iterator[PlanGoal]:
    split = whole.setting.cascade if whole.setting is not None else None
    for region in split.members if split is not None else ():
        if region in above:
            continue  # a split that bites its own tail is refused when it is set; never loop over one that is there
        known = settings.get((whole.id, region))
        name = rules.regions[region]["zh"] if region in rules.regions else region
        part = replace(
            whole, region=region, parent=whole.region, text=f"{name}{whole.text}", value=None, low=None, high=None,
            change="", base_year=None, unit="", undetermined=True, setting=None, version=0, kind="numeric",
            unknown_place="",
        )  # fmt: skip
        if whole.setting is not None and whole.setting.demonstration:
            part = replace(part, setting=TargetSetting(demonstration=True))
        if known is not None:
            part = _set(part, known)
        yield part
        yield from _parts(part, settings, rules, above | {region})


def _set(goal: PlanGoal, known: Known) -> PlanGoal:
    setting = known.setting
    made = replace(goal, setting=setting, version=known.number)
    if setting.goal is not None:
        # In the indicator's own unit, as a level: what the plan said of a range or a change no longer applies.
        made = replace(
            made, value=setting.goal, low=None, high=None, change="", base_year=None, unit="", undetermined=False,
            kind="numeric", comparator=setting.comparator or goal.comparator or ">=",
        )  # fmt: skip
    if setting.year is not None:
        made = replace(made, year=setting.year)
    if setting.owners:
        made = replace(made, owners=tuple(owner.agency for owner in setting.owners))
    return made
