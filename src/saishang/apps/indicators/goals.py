"""What the plan promises, as goals that can be judged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from saishang.apps.indicators.site_targets import site_targets
from saishang.apps.indicators.states import PlanGoal
from saishang.apps.indicators.target_objects import settings_of, with_settings
from saishang.apps.plan.promises import Promise, Task, current_version, promises, tasks, version_named
from saishang.errors import SaishangError
from saishang.rules import Rules

__all__ = ["place_of", "plan_goals"]

#: Units as plans write them → units as the catalogue keeps them. A goal in any other unit is not compared.
_UNITS = {"微克/立方米": "µg/m³", "μg/m3": "µg/m³", "µg/m3": "µg/m³", "ug/m3": "µg/m³", "％": "%"}


class NoPlan(SaishangError):
    """No plan was imported yet."""

    code = "no-plan"


class NoTask(SaishangError):
    """A target names a task that the plan's version does not have."""

    code = "no-task"


#: Places as a whole, or objects that are no place: the number is for the evaluated region.
_WHOLE = re.compile(
    r"全[国省区市县州盟域流自社]|[我本][省市区县]|[省市区]内|各|地级|设区|县（|县级|国[控考省]|[省区市]控|(?:城镇|城市|农村|城乡)$"
)
#: What a place's name ends in, or a list of places.
_PLACE = re.compile(r"[省市州县区盟旗]$|基地$|流域$|平原$|城市群$|都市圈$|、")


def plan_goals(
    region: str,
    rules: Rules,
    plan: str | None = None,
    *,
    on: date,
    version: str | None = None,
    known_at: datetime | None = None,
) -> tuple[str, list[PlanGoal]]:
    """Goals of the newest version of the plan, or of one by its name (`ningxia@draft-2024`), with the version's name.

    Targets that the site added to the plan (`targets/*.yaml` of its rules) follow the plan's own.

    Parameters
    ----------
    region:
        Code of the region that is evaluated; a goal for a place inside it is judged by that place's own figures.
    rules:
        The rules, for the names of places.
    on, known_at:
        What offices had set about targets counts as it stood on that day and was recorded up to that moment.

    Raises
    ------
    NoPlan
        When no plan was imported.
    """
    found = current_version(plan) if version is None else version_named(version)
    if found is None:
        raise NoPlan(
            "there is no plan to evaluate against", fix="`saishang plan import FILE`, or `--from-rules ningxia`"
        )
    places = {name: code for code, row in rules.regions.items() for name in (row["zh"], row["short"]) if name}
    goals = [_goal(promise, region, places) for promise in promises(found)]
    mine = [told for told in site_targets(rules) if told[2]["plan"] == found.plan]
    goals += _site_goals(rules, mine, str(found), tasks(found) if mine else {}, region)
    return str(found), with_settings(goals, settings_of(found.plan, on, known_at), rules)


def _site_goals(
    rules: Rules, mine: Iterable[tuple[str, int, Mapping[str, Any]]], version: str, known: Mapping[str, Task],
    region: str,
) -> list[PlanGoal]:  # fmt: skip
    """The site's own targets for a version of a plan, in the order of files and lines.

    Parameters
    ----------
    known:
        Tasks of the version.
    region:
        Code of the region that is evaluated: what a target without a region is for.

    Raises
    ------
    NoTask
        When the version has no such task: a target must not vanish in silence.
    """
    goals = []
    for name, place, entry in mine:
        task = known.get(str(entry["item"]))
        if task is None:
            raise NoTask(
                f"expected a task of {version}; got {entry['item']!r}",
                fix=f"use one of {', '.join(known)}", where=rules.where(name, "targets", place, "item"),
            )  # fmt: skip
        owners = tuple(str(rules.agencies[code]["zh"]) for code in entry.get("owners", ()))
        goals.append(
            PlanGoal(
                id=str(entry["id"]), item=str(entry["item"]), text=str(entry["zh"]), indicator_text=str(entry["zh"]),
                comparator=str(entry["comparator"]), value=Decimal(entry["value"]), year=int(entry["year"]),
                undetermined=False, kind="numeric", region=str(entry.get("region", region)),
                indicator=str(entry["indicator"]), title_en=str(entry["en"]), item_title=task.title,
                item_title_en=task.title_en, owners=owners or task.owners,
            )
        )  # fmt: skip
    return goals


def place_of(scope: str, region: str, places: Mapping[str, str]) -> tuple[str, str]:
    """Code of the region that a target is for, and the place's name when it is one that we have no code for."""
    name = scope.strip()
    if name in places:
        return places[name], ""
    if not name or _WHOLE.match(name) or not _PLACE.search(name):
        return region, ""
    return region, name


def _goal(promise: Promise, region: str, places: Mapping[str, str]) -> PlanGoal:
    code, unknown = place_of(promise.scope, region, places)
    text = promise.subject if promise.kind == "numeric" else f"{promise.subject}{promise.state}"
    if promise.change and promise.value is not None:
        word = {"rise": "上升", "drop": "下降"}.get(promise.change, promise.change)
        since = f"比{promise.base_year}年" if promise.base_year else ""
        text = f"{text}{since}{word}{promise.value.normalize():f}{promise.unit}"
    if promise.scope and (code != region or unknown) and promise.scope not in text:
        text = f"{promise.scope}{text}"
    return PlanGoal(
        id=promise.code,
        item=promise.item,
        text=text,
        indicator_text=promise.subject,
        comparator=promise.comparator,
        value=promise.value,
        year=promise.year,
        undetermined=promise.undetermined,
        kind=promise.kind,
        region=code,
        aspirational=promise.aspirational,
        title_en=promise.subject_en,
        item_title=promise.item_title,
        item_title_en=promise.item_title_en,
        owners=promise.owners,
        unit=_UNITS.get(promise.unit, promise.unit),
        low=promise.low,
        high=promise.high,
        change=promise.change,
        base_year=promise.base_year,
        unknown_place=unknown,
    )
