"""What somebody wants a finding to say, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from saishang.apps.organisations.queries import open_codes
from saishang.apps.plan import queries as plans
from saishang.apps.supervision.models import Finding
from saishang.errors import Fault
from saishang.rules import Rules

__all__ = ["SOURCES", "FindingDraft", "Known", "draft_faults", "draft_of", "known", "plain"]

SOURCES = tuple(name for name, _ in Finding.SOURCES)
#: First letters of a code: central, regional, found by oneself.
CODES = {"central": "ZY", "region": "ZZQ", "self": "ZC"}
_LONG_ROUND, _LONG_TITLE, _LONG_TEXT = 40, 200, 20_000


@dataclass(frozen=True)
class FindingDraft:
    """A finding as an inspection's list has it; codes of organisations, tasks and region; `number` within its round."""

    source: str
    round: str
    number: int | None
    title: str
    problem: str
    organisation: str
    units: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    region: str = ""
    listed_on: date | None = None
    due: date | None = None


@dataclass(frozen=True)
class Known:
    """What a finding may point to: organisations that exist (code → number), tasks of the plan, regions."""

    organisations: Mapping[str, int]
    tasks: Collection[str]
    regions: Collection[str]


def known(rules: Rules, on: date) -> Known:
    """What there is on a day."""
    version = plans.current_version()
    tasks = [] if version is None else [item.id for item in plans.items(version.id)]
    return Known(open_codes(on), tasks, [code for code, row in rules.regions.items() if row["use"] == "in_plan"])


def draft_faults(draft: FindingDraft, there: Known, today: date) -> list[Fault]:
    """Every fault of a draft, each with its field."""
    faults: list[Fault] = []

    def wrong(field: str, message: str, fix: str) -> None:
        faults.append(Fault(field, message, fix))

    if draft.source not in SOURCES:
        wrong("source", f"expected one of {', '.join(SOURCES)}; got {draft.source[:20]!r}", "choose one")
    for field, text, most in (("round", draft.round, _LONG_ROUND), ("title", draft.title, _LONG_TITLE),
                              ("problem", draft.problem, _LONG_TEXT)):  # fmt: skip
        if not text.strip():
            wrong(field, "expected a text; got nothing", "write it")
        elif len(text.strip()) > most:
            wrong(field, f"expected at most {most} characters; got {len(text.strip())}", "say it shorter")
    if draft.number is None or not 1 <= draft.number <= 99_999:
        wrong("number", f"expected a whole number from 1 to 99999; got {draft.number}", "use the number of the list")
    if draft.organisation not in there.organisations:
        message = f"expected the code of an organisation that exists; got {draft.organisation[:40]!r}"
        wrong("organisation", message, "choose who is responsible")
    for code in draft.units:
        if code not in there.organisations:
            wrong(
                "units", f"expected the code of an organisation that exists; got {code[:40]!r}", "choose from the list"
            )
    if draft.organisation in draft.units or len(set(draft.units)) < len(draft.units):
        wrong("units", "an organisation has one part in a finding", "name it once")
    for task in draft.tasks:
        if task not in there.tasks:
            wrong("tasks", f"expected the number of a task such as T10; got {task[:20]!r}", "look at the plan")
    if draft.region and draft.region not in there.regions:
        wrong("region", f"expected the code of a region of the plan; got {draft.region[:20]!r}", "choose one")
    if draft.listed_on is None or draft.listed_on > today:
        wrong("listed_on", f"expected a day up to today; got {draft.listed_on}", "enter the day of the feedback")
    if draft.due is not None and draft.listed_on is not None and draft.due < draft.listed_on:
        wrong("due", f"expected a day from {draft.listed_on} on; got {draft.due}", "enter a later day")
    return faults


def plain(draft: FindingDraft) -> FindingDraft:
    """The same without blanks around its texts, units in the order of their codes: what compares equal is equal."""
    return replace(draft, round=draft.round.strip(), title=draft.title.strip(), problem=draft.problem.strip(),
                   units=tuple(sorted(draft.units)))  # fmt: skip


def draft_of(row: Finding) -> FindingDraft:
    """A finding as a draft."""
    units = tuple(sorted(row.units.values_list("organisation__code", flat=True)))
    return FindingDraft(row.source, row.round, row.number, row.title, row.problem, row.organisation.code, units,
                        tuple(row.tasks), row.region, row.listed_on, row.due)  # fmt: skip
