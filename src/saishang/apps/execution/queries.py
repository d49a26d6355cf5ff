"""What pages, notices and reports read of work: items with their standing, boards, reports, what waits for a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models import Sum as DbSum
from django.db.models.functions import Coalesce

from saishang.apps.core.queries import history_of_any
from saishang.apps.execution.models import (
    Evidence,
    Milestone,
    ProgressReport,
    WorkItem,
    WorkPlan,
    WorkPlanLine,
)
from saishang.apps.execution.sight import holds_text, numbers_of, of_few, touching, visible, within
from saishang.apps.execution.states import ITEM_MOVES, PLAN_MOVES, REPORT_MOVES, SETTLED, Move
from saishang.apps.organisations.access import Span, account_of, reach
from saishang.apps.plan.headings import headings
from saishang.rules import Rules
from saishang.science.execution.periods import CADENCES, Period, period_of, read_period
from saishang.science.numbers import InputError

__all__ = [
    "GROUPS", "NO_REGION", "Entry", "ItemFilter", "ReportFilter", "Sum", "behind", "budgets", "evidence_of",
    "history", "item", "items", "items_waiting", "left_by", "milestone", "moves_for", "overdue",
    "overdue_milestones", "periods", "plan_history", "plan_lines", "plans_waiting", "published", "report",
    "reports", "reports_due", "reports_of", "soon_days", "standing_case", "visible", "waiting", "within",
    "work_plans",
]  # fmt: skip

#: By what budgets are summed: name → field of an item.
GROUPS = {"task": "task", "organisation": "organisation__code", "region": "region", "kind": "kind",
          "programme": "programme"}  # fmt: skip
#: As the region of a filter: items that name none.
NO_REGION = "none"


@dataclass(frozen=True)
class ItemFilter:
    """Which items; empty fields do not restrict.

    `section` is a section of the plan (`plan.headings.Heading.group`); `organisation` counts with everything below it,
    unless `only` it is meant; `unit` finds items in which an organisation has any part; `region` may be `NO_REGION`;
    `standing` is one of `science.execution.standing.STANDINGS`; `target` a code of the plan.
    """

    text: str = ""
    section: str = ""
    task: str = ""
    kind: str = ""
    organisation: str = ""
    only: bool = False
    unit: str = ""
    region: str = ""
    programme: str = ""
    standing: str = ""
    state: str = ""
    target: str = ""
    due_from: date | None = None
    due_to: date | None = None
    year: int | None = None


@dataclass(frozen=True)
class ReportFilter:
    """Which reports; `overdue`: due before today and not handed in."""

    period: str = ""
    state: str = ""
    organisation: str = ""
    task: str = ""
    item: str = ""
    late: bool = False
    overdue: bool = False


@dataclass(frozen=True)
class Entry:
    """One entry of the log about an item or a report of it."""

    at: datetime
    who: str
    verb: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str
    address: str | None


def soon_days(rules: Rules) -> int:
    """Days before the due day from which on an item is due soon."""
    return int(rules.document("execution")["execution"]["due_soon_days"])


def standing_case(today: date, soon: int, *, many: bool = False) -> Case:
    """`science.execution.standing.standing` as SQL; a test holds the two against each other.

    With `many` for questions that look at every item: reports that are owed are then gathered once, and not looked for
    by item, for which the planner would expect a hundred times the work and go astray.
    """
    owed = ProgressReport.objects.filter(submitted_at__isnull=True, due__lt=today)
    # Only of duties that go on: nobody's standing but theirs hangs on reports.
    theirs = owed.filter(item__state="active", item__kind="duty", item__due__isnull=True)
    late = Q(pk__in=theirs.order_by().values("item")) if many else Q(Exists(owed.filter(item=OuterRef("pk"))))
    # Cases within cases: most items are in force and have a day, and are told by two comparisons.
    by_reports = Case(When(late, then=Value("unreported")), default=Value("continuing"))
    without_day = Case(When(Q(kind="duty") & ~Q(cadence=""), then=by_reports), default=Value("no_day"))
    in_force = Case(
        When(due__lt=today, then=Value("late")),
        When(due__lte=today + timedelta(days=soon), then=Value("due_soon")),
        When(start__gt=today, then=Value("not_begun")),
        When(due__isnull=False, then=Value("on_time")),
        default=without_day,
    )
    return Case(
        When(state="active", then=in_force),
        When(state__in=("draft", "proposed"), then=Value("draft")),
        default=F("state"),
        output_field=CharField(),
    )


def _standing_is(standing: str, today: date, soon: int) -> Q:
    """Items of a standing, by their own columns where these tell it: an index can answer that."""
    active, last = Q(state="active"), today + timedelta(days=soon)
    told = {
        "draft": Q(state__in=("draft", "proposed")), "late": active & Q(due__lt=today),
        "due_soon": active & Q(due__gte=today, due__lte=last),
        **{state: Q(state=state) for state in ("done", "verified", "paused", "cancelled")},
    }  # fmt: skip
    return told.get(standing, Q(standing=standing))


def items(span: Span, wanted: ItemFilter, today: date, soon: int, *, many: bool = False) -> QuerySet[WorkItem]:
    """Items within a span with their `standing`, by task and code; with `many` for who counts them all."""
    few = of_few(span) or bool(wanted.unit) or wanted.only
    case = standing_case(today, soon, many=(many or bool(wanted.standing)) and not few)
    rows = WorkItem.objects.filter(visible(span)).annotate(standing=case)
    for word in wanted.text.split():
        rows = rows.filter(holds_text(word, few=few))
    if wanted.standing:
        rows = rows.filter(_standing_is(wanted.standing, today, soon))
    for field in ("task", "kind", "programme", "state"):
        if value := getattr(wanted, field):
            rows = rows.filter(Q(**{field: value}))
    rows = rows.filter(_placed(wanted))
    if wanted.unit:
        rows = rows.filter(touching(numbers_of(wanted.unit)))
    if wanted.target:
        rows = rows.filter(targets__contains=[wanted.target])
    if wanted.due_from:
        rows = rows.filter(due__gte=wanted.due_from)
    if wanted.due_to:
        rows = rows.filter(due__lte=wanted.due_to)
    if wanted.year:
        rows = rows.filter(Q(start__isnull=True) | Q(start__year__lte=wanted.year))
        rows = rows.filter(Q(due__isnull=True) | Q(due__year__gte=wanted.year))
    return rows.select_related("organisation", "parent").order_by("task", "code")


def _placed(wanted: ItemFilter, prefix: str = "") -> Q:
    """Section, region and organisation of a filter; `prefix` leads from the rows to their item (`item__`)."""
    found = Q()
    if wanted.section:
        found &= Q(**{f"{prefix}task__in": [row.id for row in headings() if row.group == wanted.section]})
    if wanted.region:
        found &= Q(**{f"{prefix}region": "" if wanted.region == NO_REGION else wanted.region})
    if wanted.organisation and wanted.only:
        found &= Q(organisation_id__in=numbers_of(wanted.organisation))
    elif wanted.organisation:
        found &= within(Span(everything=True), wanted.organisation)
    return found


def item(code: str, today: date, soon: int) -> WorkItem | None:
    """One item with its standing, units, milestones; None when there is none. Who may see it is the page's to ask."""
    rows = WorkItem.objects.annotate(standing=standing_case(today, soon)).select_related("organisation", "parent")
    return rows.prefetch_related("units__organisation", "milestones").filter(code=code).first()


def overdue(span: Span, today: date) -> QuerySet[WorkItem]:
    """Items in force whose due day is over, the longest first."""
    rows = WorkItem.objects.filter(visible(span), state="active", due__lt=today)
    return rows.select_related("organisation").order_by("due", "code")


def overdue_milestones(span: Span, today: date) -> QuerySet[Milestone]:
    """Milestones of items in force that are due and not reached, the longest first."""
    rows = Milestone.objects.filter(visible(span, "item__"), item__state="active", reached__isnull=True, due__lt=today)
    return rows.select_related("item__organisation").order_by("due", "pk")


def milestone(pk: int) -> Milestone | None:
    """One milestone with its item; None when there is none."""
    return Milestone.objects.select_related("item__organisation").filter(pk=pk).first()


def _named_period(name: str) -> Period | None:
    try:
        return read_period(name)
    except InputError:
        return None


def reports(span: Span, wanted: ReportFilter, today: date) -> QuerySet[ProgressReport]:
    """Reports within a span of `view_internal`, the newest period first, those due first within it."""
    rows = ProgressReport.objects.filter(within(span, wanted.organisation))
    for name, value in (("period", wanted.period), ("state", wanted.state), ("item__task", wanted.task),
                        ("item__code", wanted.item)):  # fmt: skip
        if value:
            rows = rows.filter(**{name: value})
    if wanted.period and (period := _named_period(wanted.period)):
        # Follows from the name; said so that reading in order begins at the right place.
        rows = rows.filter(last=period.last)
    if wanted.late:
        rows = rows.filter(late=True)
    if wanted.overdue:
        rows = rows.filter(submitted_at__isnull=True, due__lt=today)
    return rows.select_related("organisation", "item").order_by("-last", "due", "item_id")


def reports_of(
    rows: QuerySet[ProgressReport], wanted: ItemFilter, today: date, soon: int
) -> QuerySet[ProgressReport]:  # fmt: skip
    """Of some reports those on items that are wanted; its organisation is whoever owed the report then."""
    if wanted.task:
        rows = rows.filter(item__task=wanted.task)
    rows = rows.filter(_placed(wanted, "item__"))
    rest = replace(wanted, section="", task="", region="", organisation="", only=False)
    if rest != ItemFilter():
        rows = rows.filter(item__in=items(Span(everything=True), rest, today, soon).order_by().values("pk"))
    return rows


def periods(most: int = 60) -> list[str]:
    """Names of the periods on which there are reports, the newest first."""
    with connection.cursor() as cursor:
        # From one last day to the one before it by the index: there are millions of reports and some dozens of days.
        cursor.execute(
            "with recursive ends as ((select max(last) as last from execution_progressreport) union all"
            " select (select max(last) from execution_progressreport where last < ends.last) from ends"
            " where ends.last is not null) select last from ends where last is not null limit %s",
            [most],
        )
        days = [row[0] for row in cursor.fetchall()]
        named = [period_of(day, kind) for day in days for kind in CADENCES]
        names = [period.name for period in named if period.last in days]
        cursor.execute(
            "select name from unnest(%s::text[]) with ordinality as wanted (name, place)"
            " where exists (select from execution_progressreport where period = name) order by place",
            [list(dict.fromkeys(names))],
        )
        return [row[0] for row in cursor.fetchall()][:most]


def reports_due(today: date, until: date) -> QuerySet[ProgressReport]:
    """Reports that were not handed in and are due up to a day; for reminders."""
    rows = ProgressReport.objects.filter(submitted_at__isnull=True, due__lte=until, item__state="active")
    return rows.select_related("organisation", "item").order_by("due", "pk")


def report(pk: int) -> ProgressReport | None:
    """One report with what lies beside it; None when there is none."""
    rows = ProgressReport.objects.select_related("organisation", "item__organisation", "written_by", "open_by")
    return rows.prefetch_related("versions", "comments", "item__milestones").filter(pk=pk).first()


def evidence_of(item_pk: int, report_pk: int | None) -> list[Evidence]:
    """Files beside a report (None: beside the item itself), struck ones last."""
    rows = Evidence.objects.filter(item_id=item_pk, report_id=report_pk)
    return sorted(rows, key=lambda row: (row.struck_at is not None, row.added_at))


def published(task: str, plan: str, most: int = 20) -> list[ProgressReport]:
    """Published reports on a task, the newest first: these everybody may read."""
    rows = ProgressReport.objects.filter(state="published", item__task=task, item__plan=plan)
    # In the order of an index: some of millions are read until there are enough.
    return list(rows.select_related("organisation", "item").order_by("-last", "due", "item_id")[:most])


def behind(plan: str, task: str = "", *, invented: bool = False) -> dict[str, int]:
    """How many items of a task, or of all, are in force, done, verified, paused; their owners' drafts are left out.

    Counts alone, for everybody; what the items say is for people inside. Invented items are never counted beside real
    ones: they are asked for by themselves.
    """
    states = ("active", "done", "verified", "paused")
    rows = WorkItem.objects.filter(plan=plan, state__in=states, invented=invented)
    rows = rows.filter(task=task) if task else rows
    return {str(row["state"]): row["found"] for row in rows.order_by().values("state").annotate(found=Count("pk"))}


def waiting(person: object, today: date) -> list[tuple[Move | None, QuerySet[ProgressReport]]]:
    """What waits for a person, each with the move that they can make: to write, review, hand in, accept, publish.

    The first (without a move) are reports that they write: drafts and returned ones, due first. Reports that they
    wrote themselves are not theirs to review.
    """
    found: list[tuple[Move | None, QuerySet[ProgressReport]]] = []
    mine = reach(person, "write_progress")
    rows = ProgressReport.objects.select_related("organisation", "item").order_by("due", "item_id")
    if not mine.nothing:
        open_ = Q(state__in=("draft", "returned", "withdrawn"), item__state="active")
        found.append((None, rows.filter(within(mine), open_)))
    for move in REPORT_MOVES:
        if move.action not in ("pass", "submit", "accept", "publish"):
            continue
        span = reach(person, move.permission)
        if span.nothing:
            continue
        theirs = rows.filter(within(span), state__in=move.before)
        if move.not_by == "writer":
            theirs = theirs.exclude(written_by=getattr(person, "pk", None))
        found.append((move, theirs))
    return found


def left_by(organisation: str) -> int:
    """How many items an organisation has that are neither verified nor cancelled."""
    return WorkItem.objects.filter(organisation__code=organisation).exclude(state__in=SETTLED).count()


def items_waiting(person: object) -> list[tuple[Move, QuerySet[WorkItem]]]:
    """Items that wait for a person, with the move that they can make: proposed ones to assign, done ones to verify.

    What they said themselves to be done is not theirs to verify. A draft waits for nobody: its owner proposes it, or it
    comes into force with the year's plan.
    """
    found = []
    for move in ITEM_MOVES:
        state = {"assign": "proposed", "verify": "done"}.get(move.action)
        span = reach(person, move.permission)
        if state is None or span.nothing:
            continue
        rows = WorkItem.objects.filter(within(span), state=state).select_related("organisation").order_by("due", "code")
        if move.not_by == "finisher":
            rows = rows.exclude(finished_by=account_of(person))
        found.append((move, rows))
    return found


def plans_waiting(person: object) -> list[tuple[Move, QuerySet[WorkPlan]]]:
    """Plans of a year that wait for a person: drafted or returned ones to hand in, handed in ones to approve."""
    found = []
    for move in PLAN_MOVES:
        span = reach(person, move.permission)
        if move.action not in ("submit", "approve") or span.nothing:
            continue
        rows = WorkPlan.objects.filter(within(span), state__in=move.before).select_related("organisation")
        if move.not_by == "submitter":
            rows = rows.exclude(submitted_by=account_of(person))
        found.append((move, rows.order_by("year", "organisation__path")))
    return found


def moves_for(table: Iterable[Move], state: str, person: object, organisation: object) -> list[Move]:
    """Moves that a person can make from a state for a thing of an organisation, in the order of the table."""
    return [
        move for move in table
        if state in move.before and reach(person, move.permission).covers(organisation)  # type: ignore[arg-type]
    ]  # fmt: skip


def work_plans(span: Span, year: int | None = None) -> QuerySet[WorkPlan]:
    """Work plans within a span, with how many lines they have."""
    # Counted for the plans of the page alone, not for all plans before they are put in order.
    lines = WorkPlanLine.objects.filter(work_plan=OuterRef("pk")).order_by().values("work_plan")
    count = Subquery(lines.annotate(found=Count("pk")).values("found"), output_field=IntegerField())
    rows = WorkPlan.objects.filter(within(span)).annotate(count=Coalesce(count, 0))
    rows = rows if year is None else rows.filter(year=year)
    return rows.select_related("organisation").order_by("-year", "organisation__path")


def plan_lines(work_plan: WorkPlan, today: date, soon: int) -> list[WorkPlanLine]:
    """Lines of a year's plan with their items; each item carries its standing."""
    rows = work_plan.lines.select_related("item__organisation").order_by("item__task", "item__code")
    lines = list(rows)
    known = WorkItem.objects.annotate(standing=standing_case(today, soon)).in_bulk([line.item_id for line in lines])
    for line in lines:
        line.item = known[line.item_id]
    return lines


def history(item_row: WorkItem) -> list[Entry]:
    """What was done to an item and to its reports, the newest first."""
    return _told({
        WorkItem._meta.label: [str(item_row.pk)],
        ProgressReport._meta.label: [str(pk) for pk in item_row.reports.values_list("pk", flat=True)],
        Evidence._meta.label: [str(pk) for pk in item_row.evidence.values_list("pk", flat=True)],
    })  # fmt: skip


def plan_history(work_plan: WorkPlan) -> list[Entry]:
    """What was done to a year's work plan, the newest first."""
    return _told({WorkPlan._meta.label: [str(work_plan.pk)]})


def _told(objects: dict[str, list[str]]) -> list[Entry]:
    return [
        Entry(row.at, row.actor_name, row.verb, row.before, row.after, row.reason, row.address)
        for row in history_of_any(objects)
    ]


@dataclass(frozen=True)
class Sum:
    """Budgets of a group: how many items, how many of them say none, and the sum of the rest [万元]."""

    key: str
    items: int
    without: int
    budget: Decimal | None
    late: int
    done: int


def budgets(span: Span, by: str, wanted: ItemFilter, today: date, soon: int) -> list[Sum]:
    """Budgets in groups (`GROUPS`), by key. What was never said is not zero: a group without any has no sum."""
    field = GROUPS[by]
    rows = items(span, wanted, today, soon, many=True).order_by().exclude(state="cancelled").values(field)
    counted = rows.annotate(
        found=Count("pk"), without=Count("pk", filter=Q(budget__isnull=True)), total=DbSum("budget"),
        late=Count("pk", filter=Q(state="active", due__lt=today)),
        done=Count("pk", filter=Q(state__in=("done", "verified"))),
    )  # fmt: skip
    return [
        Sum(str(row[field]), row["found"], row["without"], row["total"], row["late"], row["done"])
        for row in sorted(counted, key=lambda row: str(row[field]))
    ]
