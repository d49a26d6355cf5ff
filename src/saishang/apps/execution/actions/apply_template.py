"""Ready measures (县级模板) for a government of a level, taken over as drafts of a year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from saishang.apps.execution.actions.doing import allowed
from saishang.apps.execution.actions.item_cells import read_milestone
from saishang.apps.execution.actions.item_draft import ItemDraft, MilestoneDraft
from saishang.apps.execution.actions.items import add_item
from saishang.apps.execution.known import Known, known
from saishang.apps.execution.models import WorkItem
from saishang.apps.execution.refusals import WorkRefused, refuse
from saishang.apps.organisations.actions import Doing
from saishang.apps.organisations.actions.doing import find_organisation
from saishang.apps.organisations.queries import one
from saishang.errors import Fault
from saishang.rules import Rules

__all__ = ["Applied", "Ready", "apply_template", "level_of", "ready"]

_YEARS = (2000, 2100)
#: Level of a region in the tables of rules → level of the templates that fit it.
_LEVELS = {"prefecture_city": "city", "county": "county", "county_level_city": "county", "district": "county"}


@dataclass(frozen=True)
class Ready:
    """A ready measure as it would be for an organisation in a year; `code` of the item that was made from it before."""

    id: str
    en: str
    draft: ItemDraft
    code: str


@dataclass(frozen=True)
class Applied:
    """Codes of the new drafts, and how many had been taken over before."""

    added: tuple[str, ...]
    known: int


def level_of(rules: Rules, organisation: str) -> str:
    """Level of the templates that fit an organisation: `county`, `city`, empty for all others."""
    found = one(organisation)
    if found is None or found.kind != "government" or found.region not in rules.regions:
        return ""
    return _LEVELS.get(str(rules.regions[found.region]["level"]), "")


def ready(rules: Rules, there: Known, organisation: str, template: str, year: int) -> list[Ready]:
    """Ready measures of a template for an organisation and year, by task; below its duty where it has one.

    Raises
    ------
    WorkRefused
        For a template that the plan does not have, or a year that is none.
    """
    name = f"plans/{there.plan}/templates"
    rows = [row for row in rules.table(name).rows if row["level"] == template] if name in rules.tables else []
    if not rows:
        refuse([Fault("template", f"expected a template of the plan; got {template[:20]!r}", "use county or city")])
    if not _YEARS[0] <= year <= _YEARS[1]:
        refuse([Fault("year", f"expected a year from {_YEARS[0]} to {_YEARS[1]}; got {year}", "choose the year")])
    view = one(organisation)
    region = view.region if view is not None and view.region in there.regions else ""
    mine = WorkItem.objects.filter(organisation__code=organisation, plan=there.plan)
    duties = dict(mine.filter(kind="duty").exclude(state="cancelled").values_list("task", "code"))
    made = dict(mine.filter(origin="template").values_list("batch", "code"))
    return [
        Ready(
            str(row["id"]), str(row["en"]),
            ItemDraft(
                task=str(row["task"]), kind=str(row["kind"]), title=str(row["zh"]), organisation=organisation,
                expected=str(row["expected"]), region=region, start=_day(row["start"], year),
                due=_day(row["due"], year), cadence=str(row["cadence"]), parent=duties.get(str(row["task"]), ""),
                milestones=tuple(_step(step, year) for step in row["milestones"]),
            ),
            made.get(_mark(str(row["id"]), year), ""),
        )
        for row in rows
    ]  # fmt: skip


def apply_template(
    doing: Doing, rules: Rules, organisation: str, template: str, year: int, *, only: frozenset[str] | None = None
) -> Applied:
    """Permission → check → add and log each: the ready measures of a template as drafts.

    A second time only what was not yet taken over is added, also where a draft was dropped since: that was a decision.

    Parameters
    ----------
    only:
        Ids of the ready measures to take over; all when left out.

    Raises
    ------
    WorkRefused
        Without permission (`edit_items`); for a template or year that is none; with no measure chosen.
    """
    where = find_organisation(organisation)
    allowed(doing, "edit_items", where)
    with transaction.atomic():
        there = known(rules, doing.today)
        chosen = [one for one in ready(rules, there, organisation, template, year) if only is None or one.id in only]
        if not chosen:
            raise WorkRefused("expected at least one measure; got none", fix="choose some")
        new = [one for one in chosen if not one.code and one.draft.task in there.tasks]
        added = [
            add_item(doing, one.draft, there, origin="template", batch=_mark(one.id, year)).code for one in new
        ]  # fmt: skip
    return Applied(tuple(added), len(chosen) - len(new))


def _mark(template: str, year: int) -> str:
    return f"template:{template}:{year}"


def _day(text: object, year: int) -> date | None:
    if not text:
        return None
    month, day = str(text).split("-")
    # A day that only leap years have is the last one of its month in others.
    return date(year, int(month), min(int(day), 28) if month == "02" else int(day))


def _step(text: str, year: int) -> MilestoneDraft:
    return read_milestone(f"{year}-{text}")
