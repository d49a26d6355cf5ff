"""What changed between two runs (数字变更清单): every published number that differs, and what lies between the two.

Before, after, and the reasons that can be told from the record: files loaded, rows corrected, figures reported, days
decided, rules, plan and code. Reads only; whether a changed number is released is the office's decision.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from saishang.apps.indicators.models import DustDecision, IndicatorValue, ReportedValue, Run, TargetState, TargetVersion
from saishang.apps.indicators.queries import get_run
from saishang.apps.registers import queries as registers
from saishang.apps.registers.queries import Written
from saishang.lake import Lake
from saishang.lake.gaps import excluded_flags
from saishang.lake.ledger import Batch

__all__ = [
    "Between",
    "SettingWritten",
    "TargetChange",
    "TargetSeen",
    "ValueChange",
    "batches_between",
    "between",
    "goal_seen",
    "seen_target",
    "target_change",
    "target_changes",
    "value_change",
    "value_changes",
    "value_key",
]


@dataclass(frozen=True)
class ValueChange:
    """A value that the two runs tell otherwise; None and empty where a run has none.

    `only_precision` is True when nothing that was printed changes: the rounded figures agree, or neither run has one.
    """

    indicator: str
    region: str
    period: str
    period_kind: str
    basis: str
    kind: str
    standard: str
    unit: str
    before: str
    after: str
    before_exact: Decimal | None
    after_exact: Decimal | None
    before_reason: str
    after_reason: str

    @property
    def only_precision(self) -> bool:
        """Whether what is printed agrees; a figure that becomes valid, or ceases to be, is a change of its own."""
        return self.before == self.after and (not self.before or self.before_reason == self.after_reason)


@dataclass(frozen=True)
class TargetSeen:
    """What a run tells of a target in one region, as people read it; `goal` with its sign, empty without one."""

    target: str
    region: str
    title: str
    title_en: str
    status: str
    rounded: str
    reason: str
    goal: str
    year: int | None
    indicator: str


@dataclass(frozen=True)
class TargetChange:
    """A target whose state, figure or goal the two runs tell otherwise.

    `before_goal` and `after_goal` stand only where the goal itself is another, as after an office set it.
    """

    target: str
    region: str
    title: str
    title_en: str
    before_status: str
    after_status: str
    before: str
    after: str
    before_reason: str
    after_reason: str
    year: int | None = None
    indicator: str = ""
    before_goal: str = ""
    after_goal: str = ""


@dataclass(frozen=True)
class SettingWritten:
    """A version that an office wrote of a target in one region, and the document that decided it."""

    target: str
    region: str
    number: int
    document: str
    at: datetime


@dataclass(frozen=True)
class Between:
    """What lies between two runs.

    Attributes
    ----------
    batches:
        Files that came into the lake, in their order.
    replaced:
        Rows that they corrected.
    reports, decisions:
        Figures reported and dust days decided, as (what, by whom, when).
    entries:
        Versions written in registers.
    flags:
        How many rows of the lake quality control takes out of one and not of the other.
    settings:
        Targets that an office set otherwise.
    rules, plan, code, as_of:
        (before, after) where they differ, None where they agree.
    """

    batches: tuple[Batch, ...]
    replaced: int
    reports: tuple[tuple[str, str, datetime], ...]
    decisions: tuple[tuple[str, str, datetime], ...]
    entries: tuple[Written, ...]
    flags: int
    settings: tuple[SettingWritten, ...]
    rules: tuple[str, str] | None
    plan: tuple[str, str] | None
    code: tuple[str, str] | None
    as_of: tuple[date, date] | None

    @property
    def nothing(self) -> bool:
        """Whether the record shows no difference of inputs."""
        return not (
            self.batches or self.reports or self.decisions or self.entries or self.flags or self.settings
            or self.rules or self.plan or self.code or self.as_of
        )  # fmt: skip


_KEY = ("indicator", "region", "period", "period_kind", "basis", "kind", "standard")


def value_changes(before: str, after: str) -> list[ValueChange]:
    """Values that differ between two runs (ids, or `latest`), in the order of indicator, region and period.

    Raises
    ------
    NoSuchRun
        When one of them is not there.
    """
    old, new = _values(get_run(before)), _values(get_run(after))
    found = []
    for key in sorted({*old, *new}):
        was, now = old.get(key), new.get(key)
        if was is not None and now is not None and _same(was, now):
            continue
        found.append(value_change(key, was, now))
    return found


def value_key(row: Any) -> tuple[str, ...]:
    """What makes a value the same value in two runs; of a stored row or one that evaluation just made."""
    return tuple(getattr(row, name) for name in _KEY)


def value_change(key: tuple[str, ...], was: Any, now: Any) -> ValueChange:
    """A value before and after; None where there is none."""
    known = now if now is not None else was
    return ValueChange(
        **dict(zip(_KEY, key, strict=True)), unit=known.unit if known else "",
        before=was.rounded if was else "", after=now.rounded if now else "",
        before_exact=was.value if was else None, after_exact=now.value if now else None,
        before_reason=_reason(was), after_reason=_reason(now),
    )  # fmt: skip


def target_changes(before: str, after: str) -> list[TargetChange]:
    """Targets whose state, figure, reason or goal differs between two runs, in the order of the later one."""
    old, new = (
        {(row.target, row.region): seen_target(row) for row in TargetState.objects.filter(run=run).order_by("order")}
        for run in (get_run(before), get_run(after))
    )
    keys = (*new, *(key for key in old if key not in new))
    return [change for key in keys if (change := target_change(old.get(key), new.get(key)))]


def seen_target(row: TargetState) -> TargetSeen:
    """What a stored state tells."""
    return TargetSeen(
        row.target, row.region, row.title, row.title_en, row.status, row.rounded, row.reason,
        goal_seen(row.comparator, row.goal), row.year, row.indicator,
    )  # fmt: skip


def goal_seen(comparator: str, goal: Decimal | None) -> str:
    """A goal with its sign; the zeros with which a database pads it say nothing."""
    return "" if goal is None else f"{comparator} {round(goal, 12).normalize():f}".strip()


def target_change(was: TargetSeen | None, now: TargetSeen | None) -> TargetChange | None:
    """A target before and after, None where there is none; None when both tell the same."""
    known = now or was
    if known is None:
        return None
    if was and now and (was.status, was.rounded, was.reason, was.goal) == (
        now.status, now.rounded, now.reason, now.goal,
    ):  # fmt: skip
        return None
    goals = (was.goal, now.goal) if was and now and was.goal != now.goal else ("", "")
    return TargetChange(
        target=known.target, region=known.region, title=known.title, title_en=known.title_en,
        before_status=was.status if was else "", after_status=now.status if now else "",
        before=was.rounded if was else "", after=now.rounded if now else "",
        before_reason=was.reason if was else "", after_reason=now.reason if now else "",
        year=known.year, indicator=known.indicator,
        before_goal=goals[0], after_goal=goals[1],
    )  # fmt: skip


def between(lake: Lake, before: str, after: str) -> Between:
    """What the record shows between two runs."""
    old, new = get_run(before), get_run(after)
    batches = tuple(batches_between(lake, old.lake_version, new.lake_version))
    span = {"gt": old.started, "lte": new.started}
    reports = ReportedValue.objects.filter(**{f"entered_at__{k}": v for k, v in span.items()}).order_by("pk")
    end = datetime(new.as_of.year, new.as_of.month, new.as_of.day) + timedelta(days=1)
    out = [set(excluded_flags(lake.ledger, None, end, run.started)) for run in (old, new)]
    decided = DustDecision.objects.filter(**{f"decided_at__{k}": v for k, v in span.items()}).order_by("pk")
    return Between(
        batches=batches,
        replaced=sum(batch.replaced for batch in batches),
        reports=tuple(
            (f"{row.indicator} {row.region} {row.period} = {row.text} {row.unit}", row.agency, row.entered_at)
            for row in reports
        ),
        decisions=tuple(
            (f"{row.region} {row.day.isoformat()} {row.status}", str(row.decided_by or ""), row.decided_at)
            for row in decided.select_related("decided_by")
        ),
        entries=tuple(registers.written_since(old.started, new.started)),
        flags=len(out[0] ^ out[1]),
        settings=tuple(
            SettingWritten(row.target, row.region, row.number, row.document, row.recorded_at)
            for row in TargetVersion.objects.filter(**{f"recorded_at__{k}": v for k, v in span.items()}).order_by("pk")
        ),
        rules=_pair(old.rules_digest, new.rules_digest),
        plan=_pair(old.plan_version, new.plan_version),
        code=_pair(old.code_version, new.code_version),
        as_of=None if old.as_of == new.as_of else (old.as_of, new.as_of),
    )


def _pair(before: str, after: str) -> tuple[str, str] | None:
    return None if before == after else (before, after)


def batches_between(lake: Lake, before: int, after: int) -> Iterator[Batch]:
    """Loads that came into the lake between two versions, in their order."""
    with lake.ledger.connect() as connection:
        rows = connection.execute(
            "select * from lake_batch where status = 'committed' and table_version > %s and table_version <= %s "
            "order by table_version, id",
            [before, after],
        ).fetchall()
    for row in rows:
        yield Batch.from_row(row)


def _values(run: Run) -> dict[tuple[str, ...], IndicatorValue]:
    return {value_key(row): row for row in IndicatorValue.objects.filter(run=run)}


def _same(was: IndicatorValue, now: IndicatorValue) -> bool:
    told: tuple[str, ...] = ("value", "rounded", "valid", "reason")
    return all(getattr(was, name) == getattr(now, name) for name in told)


def _reason(row: Any) -> str:
    return "" if row is None or row.valid else str(row.reason or "invalid")
