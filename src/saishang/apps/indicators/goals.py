"""What the plan promises, as goals that can be judged."""

from __future__ import annotations

from saishang.apps.indicators.states import PlanGoal
from saishang.apps.plan.promises import Promise, current_version, promises
from saishang.errors import SaishangError

__all__ = ["plan_goals"]

#: Units as plans write them → units as the catalogue keeps them. A goal in any other unit is not compared.
_UNITS = {"微克/立方米": "µg/m³", "μg/m3": "µg/m³", "µg/m3": "µg/m³", "ug/m3": "µg/m³", "％": "%"}


class NoPlan(SaishangError):
    """No plan was imported yet."""

    code = "no-plan"


def plan_goals(region: str, plan: str | None = None) -> tuple[str, list[PlanGoal]]:
    """Goals of the newest version of the plan, with the version's name.

    Raises
    ------
    NoPlan
        When no plan was imported.
    """
    version = current_version(plan)
    if version is None:
        raise NoPlan(
            "there is no plan to evaluate against", fix="`saishang plan import FILE`, or `--from-rules ningxia`"
        )
    return str(version), [_goal(promise, region) for promise in promises(version)]


def _goal(promise: Promise, region: str) -> PlanGoal:
    # An amount of change ("下降18%") is no level: without its base it cannot be held against a value.
    is_level = not promise.change
    return PlanGoal(
        id=promise.code,
        item=promise.item,
        text=f"{promise.subject}{promise.state}" if promise.kind != "numeric" else promise.subject,
        indicator_text=promise.subject,
        comparator=promise.comparator,
        value=promise.value if is_level else None,
        year=promise.year,
        undetermined=promise.undetermined,
        kind=promise.kind if is_level else "change",
        region=region,
        aspirational=promise.aspirational,
        title_en=promise.subject_en,
        item_title=promise.item_title,
        item_title_en=promise.item_title_en,
        owners=promise.owners,
        unit=_UNITS.get(promise.unit, promise.unit),
    )
