"""Promises (承诺) of a plan version in one shape: numbers, withheld numbers, and states without a number.

A read for other apps, like `queries`: evaluation asks here what is to be judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from saishang.apps.plan.loader import plan_names
from saishang.apps.plan.models import Commitment, Item, PlanTarget, PlanVersion

__all__ = ["Promise", "Task", "current_version", "promises", "tasks", "version_named"]


@dataclass(frozen=True)
class Promise:
    """One promise. `value` is None when it is withheld (`undetermined`), a range (`low`, `high`) or never was a number.

    `change` (rise, drop) says that the number is an amount of change since `base_year`; `scope` names the places that
    it is for, as written, empty for the whole region.
    """

    code: str
    item: str
    item_title: str
    item_title_en: str
    subject: str
    subject_en: str
    kind: str
    comparator: str
    value: Decimal | None
    unit: str
    year: int | None
    change: str
    state: str
    aspirational: bool
    undetermined: bool
    owners: tuple[str, ...]
    low: Decimal | None = None
    high: Decimal | None = None
    base_year: int | None = None
    scope: str = ""


@dataclass(frozen=True)
class Task:
    """An item of a plan that a site's own target may serve: its titles and who owes it."""

    title: str
    title_en: str
    owners: tuple[str, ...]


def current_version(plan: str | None = None) -> PlanVersion | None:
    """The newest version of a plan; without a name, of the site's own.

    The site's own plan is the one that stands in its rules (`plans/<name>/`). A plan of somebody else that was imported
    later, to look at or to compare, must not become what everybody is judged by. Only where no version of a plan from
    the rules was imported, the newest of any counts.
    """
    versions = PlanVersion.objects.order_by("-imported_at", "-pk")
    if plan:
        return versions.filter(plan=plan).first()
    return versions.filter(plan__in=plan_names(settings.CONFIG.rules_overlay)).first() or versions.first()


def version_named(name: str) -> PlanVersion | None:
    """A version by its name, plan and label: `ningxia@draft-2024`."""
    plan, _, label = name.partition("@")
    return PlanVersion.objects.filter(plan=plan, label=label).first()


def tasks(version: PlanVersion) -> dict[str, Task]:
    """Every item by its key."""
    return {
        item.key: Task(item.title, item.title_en, _owners(item))
        for item in version.items.order_by("position").prefetch_related("owners")
    }


def _owners(item: Item) -> tuple[str, ...]:
    return tuple(dict.fromkeys(o.agency or o.unit for o in item.owners.all() if not o.inherited))


def promises(version: PlanVersion) -> list[Promise]:
    """Everything promised, in reading order: within an item the numbers first, then the states."""
    found: list[Promise] = []
    for item in version.items.order_by("position").prefetch_related("owners", "targets", "commitments"):
        owners = _owners(item)
        found += [_number(item, target, owners) for target in item.targets.all()]
        found += [_state(item, commitment, owners) for commitment in item.commitments.all()]
    return found


def _number(item: Item, target: PlanTarget, owners: tuple[str, ...]) -> Promise:
    return Promise(
        code=target.code,
        item=item.key,
        item_title=item.title,
        item_title_en=item.title_en,
        subject=target.indicator,
        subject_en=target.indicator_en,
        kind="numeric",
        comparator=target.comparator,
        value=target.value,
        unit=target.unit,
        year=target.year,
        change=target.change,
        state="",
        aspirational=target.aspirational,
        undetermined=target.undetermined,
        owners=owners,
        low=target.low,
        high=target.high,
        base_year=target.base_year,
        scope=target.scope,
    )


def _state(item: Item, commitment: Commitment, owners: tuple[str, ...]) -> Promise:
    return Promise(
        code=commitment.code,
        item=item.key,
        item_title=item.title,
        item_title_en=item.title_en,
        subject=commitment.subject,
        subject_en=commitment.subject_en,
        kind=commitment.kind,
        comparator="",
        value=None,
        unit="",
        year=commitment.year,
        change="",
        state=commitment.state,
        aspirational=commitment.aspirational,
        undetermined=False,
        owners=owners,
    )
