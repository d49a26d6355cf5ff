"""What was supervised in a year as facts, counted at one moment from what the app `supervision` tells."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from saishang.apps.organisations import queries as organisations
from saishang.apps.organisations.access import Span
from saishang.apps.organisations.queries import Filter, OrganisationView
from saishang.apps.reports.content import (
    LISTED,
    CaseFact,
    DutyFact,
    FindingFact,
    Kind,
    MatterFact,
    Name,
    Supervision,
)
from saishang.apps.reports.words import FINDING_STATES
from saishang.apps.supervision import queries as supervision
from saishang.apps.supervision.queries import CaseFilter, FindingFilter
from saishang.rules import Rules

__all__ = ["count_supervision"]

#: Who may make the report was asked before (`actions/make_report`).
_ALL = Span(everything=True)


def count_supervision(
    kind: Kind, view: OrganisationView, year: int, counted: datetime, rules: Rules, plan: str
) -> Supervision:
    """Cases, findings, matters and recurring duties of a year, as they stand at a moment.

    Parameters
    ----------
    kind:
        `organisation`: what the organisation itself answers for, and matters that it raised or is asked in;
        `consolidated`: everybody's.
    plan:
        Folder of the plan whose recurring duties are named; empty when it was never imported.
    """
    whole, today = kind == "consolidated", counted.date()
    names = {row.code: Name(row.code, row.zh, row.en) for row in organisations.tree(Filter(on=today, closed=True))}
    span = _ALL if whole else Span(own=frozenset({view.path}))
    levels = rules.document("supervision")["supervision"]["levels"]
    words = {key: Name(key, told["zh"], told["en"]) for key, told in levels.items()}
    every = supervision.cases(span, CaseFilter(), today)
    cases = _of_year(every, "issued", "closed_on", year).exclude(state="withdrawn").order_by("issued", "code")
    opened = _count(cases.filter(issued__year=year), "level")
    findings: QuerySet[Any] = supervision.findings(span, FindingFilter(), today, supervision.soon_days(rules))
    # Who helps sees a finding, too; who answers for it reports it.
    findings = findings if whole else findings.filter(organisation__code=view.code)
    findings = _of_year(findings, "listed_on", "closed_on", year)
    found = _count(findings, "state")
    matters = supervision.matters(span).exclude(state="withdrawn")
    matters = _of_year(matters, "raised", "settled_on", year).order_by("raised", "code")
    return Supervision(
        levels=tuple(words.values()), opened={key: opened.get(key, 0) for key in words},
        carried=cases.filter(issued__year__lt=year).count(), closed=cases.filter(state="closed").count(),
        unanswered=cases.filter(state="open", due__lt=today).count(),
        withdrawn=every.filter(state="withdrawn", issued__year=year).count(),
        cases=tuple(_case(row, names, words, today) for row in cases[:LISTED]),
        found={key: found.get(key, 0) for key in FINDING_STATES},
        listed=findings.filter(listed_on__year=year).count(), overdue=findings.filter(standing="late").count(),
        findings=tuple(_finding(row, names) for row in findings[:LISTED]),
        raised=matters.count(), settled=matters.filter(state="settled").count(),
        unsettled=matters.exclude(state="settled").filter(due__lt=today).count(),
        matters=tuple(_matter(row, names, today)
                      for row in matters.prefetch_related("parties__organisation")[:LISTED]),
        duties=_duties(span, year, today, rules, plan, whole=whole),
        invented=any(rows.filter(invented=True).exists() for rows in (cases, findings, matters)),
    )  # fmt: skip


def _of_year(rows: QuerySet[Any], begun: str, over: str, year: int) -> QuerySet[Any]:
    """What was begun by the end of the year and was not over before it."""
    return rows.filter(**{f"{begun}__year__lte": year}).filter(
        Q(**{f"{over}__isnull": True}) | Q(**{f"{over}__year__gte": year})
    )


def _count(rows: QuerySet[Any], field: str) -> dict[str, int]:
    found = rows.order_by().values(field).annotate(found=Count("pk", distinct=True))
    return {str(row[field]): int(row["found"]) for row in found}


def _case(row: Any, names: dict[str, Name], words: dict[str, Name], today: date) -> CaseFact:
    return CaseFact(
        code=row.code, year=row.year, number=row.number, title=row.title,
        organisation=_named(row.organisation.code, names), level=words.get(row.level, Name(row.level, row.level)),
        issued=row.issued, due=row.due, state=row.state, closed=row.closed_on,
        late=row.state == "open" and row.due < today, invented=row.invented,
    )  # fmt: skip


def _finding(row: Any, names: dict[str, Name]) -> FindingFact:
    return FindingFact(
        code=row.code, source=row.source, title=row.title, organisation=_named(row.organisation.code, names),
        due=row.due, state=row.state, closed=row.closed_on, late=row.standing == "late", invented=row.invented,
    )  # fmt: skip


def _matter(row: Any, names: dict[str, Name], today: date) -> MatterFact:
    return MatterFact(
        code=row.code, title=row.title, organisation=_named(row.organisation.code, names),
        parties=tuple(_named(party.organisation.code, names) for party in row.parties.all()), due=row.due,
        state=row.state, settled=row.settled_on, late=row.state != "settled" and row.due < today,
        invented=row.invented,
    )  # fmt: skip


def _duties(span: Span, year: int, today: date, rules: Rules, plan: str, *, whole: bool) -> tuple[DutyFact, ...] | None:
    """One line for each duty and day of the year; None when the year was not opened at all."""
    if not supervision.occurrences(_ALL, year).exists():
        return None
    known = {str(one.row["id"]): one for one in supervision.yearly(rules, plan)}
    rows: dict[tuple[str, str], list[Any]] = {}
    for row in supervision.occurrences(span, year):
        rows.setdefault((row.duty, row.slot), []).append(row)
    found = []
    for (duty, _slot), same in sorted(rows.items()):
        one = known.get(duty)
        told = Name(duty, duty) if one is None else Name(duty, one.row["what"], one.row["what_en"])
        found.append(DutyFact(
            duty=told, due=same[0].due, owed=len(same), fulfilled=_number(row.state == "fulfilled" for row in same),
            late=_number(row.state == "open" and row.due is not None and row.due < today for row in same),
            proof="" if whole else same[0].proof, done=None if whole else same[0].done_on,
            annual=one is not None and supervision.ANNUAL in one.proof,
        ))  # fmt: skip
    return tuple(found)


def _number(flags: Iterable[bool]) -> int:
    return sum(flags)


def _named(code: str, names: dict[str, Name]) -> Name:
    return names.get(code, Name(code, code))
