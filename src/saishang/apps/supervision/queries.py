"""What pages, notices and reports read of supervision: lists, boards, acts, what waits for a person, what is due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case as When_
from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When

from saishang.apps.organisations.access import Span, account_of, reach
from saishang.apps.supervision.models import (
    Acceptance,
    Bulletin,
    Case,
    Coordination,
    File,
    Finding,
    Occurrence,
    Party,
)
from saishang.apps.supervision.permits import may_supervised, visible_findings, visible_matters
from saishang.apps.supervision.proposing import Proposal, proposals
from saishang.apps.supervision.states import FINDING_MOVES, OPEN_CASES, UNDONE, Move
from saishang.apps.supervision.yearly import ANNUAL, Annual, Yearly, yearly
from saishang.rules import Rules

__all__ = [
    "AGES", "ANNUAL", "Annual", "CaseFilter", "Due", "FindingFilter", "Proposal", "Waiting", "Yearly",
    "acceptances", "age_of", "annual_duty", "bulletin", "bulletins", "case", "cases", "counts", "delivered",
    "due_until", "file", "finding", "findings", "left_by", "matter", "matters", "may_supervised", "moves_of",
    "occurrence", "occurrences", "of_item", "proposals", "soon_days", "standing_of", "waiting", "yearly",
]  # fmt: skip

#: Ages of open cases by days over the day of the answer: not over, up to a week, up to a month, longer.
AGES = ("in_time", "week", "month", "longer")
_WEEK, _MONTH = 7, 30
#: Fields that say who may not make a move (`Move.not_by`).
_NOT_BY = {"answerer": "answered_by", "planner": "plan_by", "applicant": "applied_by"}


@dataclass(frozen=True)
class CaseFilter:
    """Which cases; empty fields do not restrict. `organisation` counts with everything below it, unless `only` it is
    meant; `age` is in `AGES`; `open`: those that are not over."""

    text: str = ""
    level: str = ""
    state: str = ""
    subject: str = ""
    organisation: str = ""
    age: str = ""
    open: bool = False
    only: bool = False


@dataclass(frozen=True)
class FindingFilter:
    """Which findings; `standing`: late, due_soon, on_time, no_day, waiting, closed."""

    text: str = ""
    source: str = ""
    round: str = ""
    state: str = ""
    task: str = ""
    organisation: str = ""
    standing: str = ""


@dataclass(frozen=True)
class Waiting:
    """Something that waits for a person.

    Attributes
    ----------
    what:
        `answer`, `decide` (a case), `plan`, `begin`, `apply`, `approve`, `check`, `publicise`, `close` (a finding),
        `reply`, `settle` (a matter), `fulfil` (a duty).
    name, args:
        Name of the address and its parts.
    duty:
        Which duty of the plan it is; the plan names it in both languages.
    """

    what: str
    title: str
    organisation: Any
    due: date | None
    name: str
    args: tuple[Any, ...]
    duty: str = ""


@dataclass(frozen=True)
class Due:
    """Something that an organisation owes by a day; `key` is stable for reminders."""

    kind: str
    key: str
    title: str
    organisation: Any
    due: date
    name: str
    args: tuple[Any, ...]


def soon_days(rules: Rules) -> int:
    """Days before its due day from which on a finding is due soon."""
    return int(rules.document("supervision")["supervision"]["findings"]["due_soon_days"])


def age_of(row: Case, today: date) -> str:
    """How long the day of the answer is over; the day itself is in time. Only an open case has an age."""
    over = (today - row.due).days
    if row.state != "open" or over <= 0:
        return "in_time"
    return "week" if over <= _WEEK else "month" if over <= _MONTH else "longer"


def _age_case(today: date) -> Any:
    """`age_of` as SQL."""
    return When_(
        When(~Q(state="open") | Q(due__gte=today), then=Value("in_time")),
        When(due__gte=today - timedelta(days=_WEEK), then=Value("week")),
        When(due__gte=today - timedelta(days=_MONTH), then=Value("month")),
        default=Value("longer"), output_field=CharField(),
    )  # fmt: skip


def cases(span: Span, wanted: CaseFilter, today: date) -> QuerySet[Case]:
    """Cases within a span of `view_internal`, open ones first by the day of their answer, then the newest."""
    rows = Case.objects.filter(span.filter("organisation")).annotate(age=_age_case(today))
    for word in wanted.text.split():
        rows = rows.filter(Q(title__icontains=word) | Q(code__icontains=word) | Q(demand__icontains=word))
    for field in ("level", "state", "subject", "age"):
        if value := getattr(wanted, field):
            rows = rows.filter(**{field: value})
    if wanted.organisation and wanted.only:
        rows = rows.filter(organisation__code=wanted.organisation)
    elif wanted.organisation:
        rows = rows.filter(organisation__path__contains=f"/{wanted.organisation}/")
    if wanted.open:
        rows = rows.filter(state__in=OPEN_CASES)
    order = When_(When(state="open", then=Value(0)), When(state="answered", then=Value(1)), default=Value(2))
    return rows.select_related("organisation").annotate(rank=order).order_by("rank", "due", "-pk")


def of_item(span: Span, item: int) -> tuple[QuerySet[Case], QuerySet[Finding]]:
    """Cases about an item, its milestones and its reports, and findings that it mends; within a span, newest first."""
    about = Q(item=item) | Q(milestone__item=item) | Q(report__item=item)
    rows = Case.objects.filter(span.filter("organisation"), about).order_by("-issued", "-pk")
    return rows, Finding.objects.filter(span.filter("organisation"), items__item=item).order_by("-listed_on", "code")


def left_by(organisation: str) -> int:
    """How many open cases, findings that are not struck off, and duties of years an organisation has.

    A duty that its successor owes as well is not left: the successor's is the one that counts.
    """
    owner = {"organisation__code": organisation}
    heirs = Occurrence.objects.filter(
        organisation=OuterRef("organisation__successor"), plan=OuterRef("plan"), duty=OuterRef("duty"),
        year=OuterRef("year"), slot=OuterRef("slot"),
    )  # fmt: skip
    return (
        Case.objects.filter(**owner, state__in=OPEN_CASES).count()
        + Finding.objects.filter(**owner).exclude(state="closed").count()
        + Occurrence.objects.filter(~Exists(heirs), **owner, state="open").count()
    )


def counts(span: Span, by: str, today: date) -> dict[str, dict[str, int]]:
    """Open cases by `level`, `age` or `organisation`: key → level → how many."""
    field = {"organisation": "organisation__code", "level": "level", "age": "age"}[by]
    rows = cases(span, CaseFilter(open=True), today).order_by().values(field, "level").annotate(found=Count("pk"))
    table: dict[str, dict[str, int]] = {}
    for row in rows:
        table.setdefault(str(row[field]), {})[str(row["level"])] = int(row["found"])
    return table


def case(pk: int) -> Case | None:
    """One case with its acts and files; None when there is none. Who may see it is the page's to ask."""
    rows = Case.objects.select_related("organisation", "item", "milestone__item", "report__item", "finding")
    return rows.prefetch_related("acts", "files").filter(pk=pk).first()


def standing_of(row: Finding, today: date, soon: int) -> str:
    """late, due_soon, on_time, no_day while the responsible unit owes something; waiting while the office does; closed.

    The due day itself is in time.
    """
    if row.state == "closed":
        return "closed"
    if row.state not in UNDONE:
        return "waiting"
    if row.due is None:
        return "no_day"
    if row.due < today:
        return "late"
    return "due_soon" if row.due <= today + timedelta(days=soon) else "on_time"


def _standing_case(today: date, soon: int) -> Any:
    """`standing_of` as SQL."""
    return When_(
        When(state="closed", then=Value("closed")),
        When(~Q(state__in=UNDONE), then=Value("waiting")),
        When(due__isnull=True, then=Value("no_day")),
        When(due__lt=today, then=Value("late")),
        When(due__lte=today + timedelta(days=soon), then=Value("due_soon")),
        default=Value("on_time"), output_field=CharField(),
    )  # fmt: skip


def findings(span: Span, wanted: FindingFilter, today: date, soon: int) -> QuerySet[Finding]:
    """Findings within a span of `view_internal` (helping units see them too) with their `standing`."""
    rows = Finding.objects.filter(visible_findings(span)).annotate(standing=_standing_case(today, soon))
    for word in wanted.text.split():
        rows = rows.filter(Q(title__icontains=word) | Q(problem__icontains=word) | Q(code__icontains=word))
    for field in ("source", "round", "state", "standing"):
        if value := getattr(wanted, field):
            rows = rows.filter(**{field: value})
    if wanted.task:
        rows = rows.filter(tasks__contains=[wanted.task])
    if wanted.organisation:
        rows = rows.filter(organisation__path__contains=f"/{wanted.organisation}/")
    return rows.select_related("organisation").order_by("source", "round", "number")


def finding(code: str) -> Finding | None:
    """One finding with everything beside it; None when there is none."""
    rows = Finding.objects.select_related("organisation")
    rows = rows.prefetch_related("acts", "files", "units__organisation", "items__item", "cases", "acceptances")
    return rows.filter(code=code).first()


def acceptances(row: Finding) -> list[Acceptance]:
    """Records of checks, the newest first; one that was superseded knows by which."""
    return list(row.acceptances.select_related("superseded_by", "supersedes").order_by("-number"))


def matters(span: Span, state: str = "", text: str = "") -> QuerySet[Coordination]:
    """Matters within a span of `view_internal` (whoever is asked sees them too), open ones first by their day."""
    rows = Coordination.objects.filter(visible_matters(span))
    for word in text.split():
        rows = rows.filter(Q(title__icontains=word) | Q(matter__icontains=word) | Q(code__icontains=word))
    if state:
        rows = rows.filter(state=state)
    order = When_(When(state="open", then=Value(0)), When(state="replied", then=Value(1)), default=Value(2))
    rows = rows.annotate(rank=order, asked=Count("parties", distinct=True),
                         replies=Count("parties", filter=Q(parties__replied_on__isnull=False),
                                       distinct=True))  # fmt: skip
    return rows.select_related("organisation").order_by("rank", "due", "-pk")


def matter(pk: int) -> Coordination | None:
    """One matter with its parties, acts and files; None when there is none."""
    rows = Coordination.objects.select_related("organisation")
    return rows.prefetch_related("parties__organisation", "acts__organisation", "files").filter(pk=pk).first()


def occurrences(span: Span, year: int, duty: str = "") -> QuerySet[Occurrence]:
    """Recurring duties of a year within a span, by duty and place in the tree."""
    rows = Occurrence.objects.filter(span.filter("organisation"), year=year)
    rows = rows.filter(duty=duty) if duty else rows
    return rows.select_related("organisation").order_by("duty", "organisation__path", "slot")


def occurrence(pk: int) -> Occurrence | None:
    """One duty of a year with its files; None when there is none."""
    rows = Occurrence.objects.select_related("organisation", "work_plan").prefetch_related("files")
    return rows.filter(pk=pk).first()


def annual_duty(rules: Rules, code: str, year: int) -> Occurrence | None:
    """The duty of an organisation that its annual report of a year fulfils; None when none is owed or asked for."""
    for row in Occurrence.objects.filter(organisation__code=code, year=year).order_by("pk"):
        if any(one.row["id"] == row.duty and ANNUAL in one.proof for one in yearly(rules, row.plan)):
            return row
    return None


def delivered(numbers: Iterable[int]) -> dict[int, Occurrence]:
    """Number of an annual report → the duty that it fulfils, of those that were handed over."""
    rows = Occurrence.objects.filter(annual_id__in=list(numbers), state="fulfilled")
    return {int(row.annual_id): row for row in rows if row.annual_id is not None}


def bulletins() -> QuerySet[Bulletin]:
    """Bulletins, the newest first."""
    return Bulletin.objects.order_by("-day")


def bulletin(day: date) -> Bulletin | None:
    """The bulletin of a day; None when none was made."""
    return Bulletin.objects.filter(day=day).first()


def file(pk: int) -> File | None:
    """One file; None when there is none."""
    return File.objects.filter(pk=pk).first()


def moves_of(table: Iterable[Move], row: Case | Finding | Coordination, person: object) -> list[Move]:
    """Moves that a person can make now, in the order of the table; not those that are somebody else's to make."""
    name = account_of(person)
    return [
        move for move in table
        if row.state in move.before and reach(person, move.permission).covers(row.organisation)
        and not (move.not_by and getattr(row, _NOT_BY[move.not_by]) == name)
    ]  # fmt: skip


def waiting(person: object, today: date) -> list[Waiting]:
    """What waits for a person to answer, decide or check, what is due first; things without a day last."""
    mine, office = reach(person, "answer_supervision"), reach(person, "supervise")
    name = account_of(person)
    found: list[Waiting] = []
    if not mine.nothing:
        found += _owed(mine, today)
    if not office.nothing:
        inside = office.filter("organisation")
        rows = Case.objects.filter(inside, state="answered").exclude(answered_by=name).select_related("organisation")
        found += [
            Waiting("decide", row.title, row.organisation, row.due, "supervision-case", (row.pk,)) for row in rows
        ]
        found += _to_decide(inside, name, today)
        for matter_ in Coordination.objects.filter(inside, state="replied").select_related("organisation"):
            found.append(Waiting("settle", f"{matter_.code} {matter_.title}", matter_.organisation, matter_.due,
                                 "supervision-matter", (matter_.pk,)))  # fmt: skip
    return sorted(found, key=lambda one: (one.due is None, one.due or today, one.title))


def _owed(span: Span, today: date) -> list[Waiting]:
    inside = span.filter("organisation")
    rows = Case.objects.filter(inside, state="open").select_related("organisation")
    found = [Waiting("answer", row.title, row.organisation, row.due, "supervision-case", (row.pk,)) for row in rows]
    steps = {"listed": "plan", "plan_approved": "begin", "in_progress": "apply"}
    for finding_ in Finding.objects.filter(inside, state__in=list(steps)).select_related("organisation"):
        found.append(Waiting(steps[finding_.state], f"{finding_.code} {finding_.title}", finding_.organisation,
                             finding_.due, "supervision-finding", (finding_.code,)))  # fmt: skip
    parties = Party.objects.filter(inside, replied_on__isnull=True, coordination__state__in=("open", "replied"))
    for party in parties.select_related("coordination", "organisation"):
        row = party.coordination
        found.append(Waiting("reply", f"{row.code} {row.title}", party.organisation, row.due, "supervision-matter",
                             (row.pk,)))  # fmt: skip
    for duty in Occurrence.objects.filter(inside, state="open", year__lte=today.year).select_related("organisation"):
        found.append(Waiting("fulfil", f"{duty.duty} {duty.year}", duty.organisation, duty.due, "supervision-duty",
                             (duty.pk,), duty.duty))  # fmt: skip
    return found


def _to_decide(inside: Q, name: str, today: date) -> list[Waiting]:
    """Findings that wait for the office, without what this person wrote or applied for."""
    found: list[Waiting] = []
    words = {"approve_plan": "approve", "check": "check", "publicise": "publicise", "close": "close"}
    for move in FINDING_MOVES:
        if move.action not in words:
            continue
        rows = Finding.objects.filter(inside, state__in=move.before)
        if move.not_by:
            rows = rows.exclude(**{_NOT_BY[move.not_by]: name})
        if move.action == "close":
            rows = rows.filter(public_until__lt=today)
        found += [
            Waiting(words[move.action], f"{row.code} {row.title}", row.organisation, row.due, "supervision-finding",
                    (row.code,))
            for row in rows.select_related("organisation")
        ]  # fmt: skip
    return found


def due_until(today: date, until: date) -> list[Due]:
    """What organisations owe to supervision and is due up to a day (also what is over); for reminders."""
    found = [
        Due(
            "case",
            f"case:{row.pk}:{row.level}:{row.due}",
            row.title,
            row.organisation,
            row.due,
            "supervision-case",
            (row.pk,),
        )
        for row in Case.objects.filter(state="open", due__lte=until).select_related("organisation")
    ]
    found += [
        Due("finding", f"finding:{row.code}:{row.due}", f"{row.code} {row.title}", row.organisation, row.due,
            "supervision-finding", (row.code,))
        for row in Finding.objects.filter(state__in=UNDONE, due__lte=until).select_related("organisation")
        if row.due is not None
    ]  # fmt: skip
    parties = Party.objects.filter(replied_on__isnull=True, coordination__state__in=("open", "replied"),
                                   coordination__due__lte=until)  # fmt: skip
    found += [
        Due("matter", f"matter:{row.coordination_id}:{row.organisation.code}:{row.coordination.due}",
            f"{row.coordination.code} {row.coordination.title}", row.organisation, row.coordination.due,
            "supervision-matter", (row.coordination_id,))
        for row in parties.select_related("coordination", "organisation")
    ]  # fmt: skip
    found += [
        Due(
            "duty",
            f"duty:{row.pk}:{row.due}",
            f"{row.duty} {row.year}",
            row.organisation,
            row.due,
            "supervision-duty",
            (row.pk,),
        )
        for row in Occurrence.objects.filter(state="open", due__lte=until, year__gte=today.year - 1).select_related(
            "organisation"
        )
        if row.due is not None
    ]
    return sorted(found, key=lambda one: (one.due, one.key))
