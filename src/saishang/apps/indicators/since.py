"""What came in since a run (评估之后的变化): rows of the lake, quality flags, registers, decisions, reports, plan.

Reads only. What a run knew is fixed by its lake version and by the moment at which it began, so everything that changes
one of its numbers is a difference between that moment and now; rules and program are the same, or nothing is compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from saishang.apps.indicators import air_tables
from saishang.apps.indicators.catalogue import Catalogue
from saishang.apps.indicators.changes import batches_between
from saishang.apps.indicators.computing import reports_known
from saishang.apps.indicators.media import Asked, Flag, Medium, Touched
from saishang.apps.indicators.media_list import MEDIA
from saishang.apps.indicators.models import DustDecision, ReportedValue, Run
from saishang.apps.indicators.register_values import REGISTER, register_parameters
from saishang.apps.indicators.target_objects import settings_parameters
from saishang.apps.registers import queries as registers
from saishang.apps.registers.queries import Written
from saishang.lake import Lake
from saishang.lake.engines.correction import changed_rows
from saishang.lake.gaps import excluded_flags
from saishang.lake.ledger import Batch
from saishang.rules import Rules

__all__ = ["REPORTS", "Cause", "Since", "causes", "since", "touched"]

#: Name under which a cause that is a reported figure stands beside the media.
REPORTS = "reports"


@dataclass(frozen=True)
class Since:
    """What is not as it was when a run began.

    Attributes
    ----------
    batches:
        Files that came into the lake.
    rows:
        Medium of the lake → what they wrote, as `CHANGED_ROWS`, up to the day after the run's.
    flags:
        Rows that quality control takes out now and did not then, or the other way round.
    registers:
        Kinds of registers that were written.
    decisions:
        Sand-dust days that are decided otherwise.
    reported, withdrawn:
        Reported figures that stand now and did not, and that stood then and do not.
    plan:
        (before, after) where another version of the plan holds.
    settings:
        Whether offices set targets otherwise.
    """

    batches: tuple[Batch, ...]
    rows: Mapping[str, Sequence[Mapping[str, Any]]]
    flags: frozenset[Flag]
    registers: frozenset[str]
    decisions: frozenset[tuple[str, date]]
    reported: tuple[ReportedValue, ...]
    withdrawn: tuple[ReportedValue, ...]
    plan: tuple[str, str] | None
    settings: bool = False

    @property
    def reports_changed(self) -> bool:
        """Whether another set of reported figures stands."""
        return bool(self.reported or self.withdrawn)

    @property
    def nothing(self) -> bool:
        """Whether everything is as the run had it."""
        changed = (
            self.batches, self.flags, self.registers, self.decisions, self.reports_changed, self.plan, self.settings,
        )  # fmt: skip
        return not any(changed)


@dataclass(frozen=True)
class Cause:
    """One thing that changes numbers, for the list of reasons.

    Attributes
    ----------
    kind:
        `file | flag | register | decision | report | plan | setting`.
    media:
        Names of the media that it touches; registers that figures are counted from, and `REPORTS`, stand here too.
    facts:
        What a page links to: `batch file rows stations first_line last_line first last` of a file, `register entry
        key version action` of an entry, `region day status` of a decision, `indicator region period text` of a report.
    """

    kind: str
    media: frozenset[str]
    facts: Mapping[str, Any] = field(default_factory=dict)
    who: str = ""
    when: datetime | None = None


def since(lake: Lake, rules: Rules, run: Run, version: int, now: datetime, plan: str) -> Since:
    """Everything that differs between a run and now.

    Parameters
    ----------
    version:
        Version of the lake that counts as now.
    plan:
        Version of the plan that holds now.
    """
    batches = tuple(batches_between(lake, run.lake_version, version))
    end = datetime(run.as_of.year, run.as_of.month, run.as_of.day) + timedelta(days=2)
    then_out, now_out = (set(excluded_flags(lake.ledger, None, end, at)) for at in (run.started, now))
    # In JSON a moment of a register that was never written is no entry at all.
    before, after = dict(run.parameters.get("registers", {})), register_parameters(rules, now)
    catalogue = Catalogue(rules)
    stood, stands = (
        {row.pk: row for row in reports_known(run.as_of, catalogue, at)} for at in (run.started, now)
    )  # fmt: skip
    return Since(
        batches=batches,
        rows=_rows(lake, run, version, batches),
        flags=frozenset(then_out ^ now_out),
        registers=frozenset(name for name in {*before, *after} if before.get(name) != after.get(name)),
        decisions=_decisions(run, now),
        reported=tuple(row for key, row in stands.items() if key not in stood),
        withdrawn=tuple(row for key, row in stood.items() if key not in stands),
        plan=None if plan == run.plan_version else (run.plan_version, plan),
        settings=settings_parameters(plan.partition("@")[0], run.as_of, now) != run.parameters.get("targets", {}),
    )


def _rows(lake: Lake, run: Run, version: int, batches: Sequence[Batch]) -> dict[str, list[dict[str, Any]]]:
    """Medium → station, day, batch and lines of rows that the batches wrote."""
    if not batches:
        return {}
    months = sorted({month for batch in batches for month in batch.months})
    old = {part.path for part in lake.table.parts(run.lake_version, months=months)}
    new = [part for part in lake.table.parts(version, months=months) if part.path not in old]
    numbers, last = [batch.id for batch in batches], run.as_of + timedelta(days=1)
    found = {}
    for medium in sorted({part.medium for part in new}):
        files = [part.path for part in new if part.medium == medium and part.month <= f"{last:%Y-%m}"]
        rows = [row for row in changed_rows(files, numbers).to_pylist() if row["day"] <= last]
        if rows:
            found[medium] = rows
    return found


def _decisions(run: Run, now: datetime) -> frozenset[tuple[str, date]]:
    then = {(region, day): status for region, day, status in run.parameters.get("dust", ())}
    made = {
        (region, day.isoformat()): status
        for (region, day), (status, _, _) in air_tables.decisions(now).items()
        if day <= run.as_of
    }
    keys = (key for key in {*then, *made} if then.get(key) != made.get(key))
    return frozenset((region, date.fromisoformat(day)) for region, day in keys)


def touched(medium: Medium, found: Since, asked: Asked, run: Run) -> Touched:
    """What of a medium the changes touch; nothing when its tables stand as they are."""
    flags: set[Flag] = set()
    if medium.flags:
        flags = {flag for flag in found.flags if _medium_of(asked.rules, flag) in medium.lake}
    return Touched(
        rows=frozenset(
            (name, str(row["station"]), row["day"]) for name in medium.lake for row in found.rows.get(name, ())
        ),
        flags=frozenset(flags),
        registers=found.registers & frozenset(medium.registers),
        decisions=found.decisions if medium.decisions else frozenset(),
        other=_others(medium, asked, run),
    )


def _others(medium: Medium, asked: Asked, run: Run) -> frozenset[str]:
    """Parameters of a medium beside excluded rows that are not what they were: nothing may change unseen."""
    before, after = dict(run.parameters.get(medium.name, {})), medium.parameters(asked)
    names = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    return frozenset(names - {"excluded"})


def _medium_of(rules: Rules, flag: Flag) -> str:
    row = rules.parameters.get(flag[2])
    return "" if row is None else str(row["medium"])


def causes(found: Since, rules: Rules, run: Run, now: datetime) -> list[Cause]:
    """The changes one by one, with who made them: files first, then flags, registers, decisions, reports, the plan."""
    listed = list(_files(found))
    by_medium: dict[str, set[Flag]] = {}
    for flag in found.flags:
        by_medium.setdefault(_medium_of(rules, flag), set()).add(flag)
    for name, flags in sorted(by_medium.items()):
        media = frozenset(medium.name for medium in MEDIA if medium.flags and name in medium.lake)
        days = sorted({flag[3].date() for flag in flags})
        facts = {"lake": name, "rows": len(flags), "first": days[0], "last": days[-1]}
        listed.append(Cause("flag", media, facts))
    written = registers.written_since(run.started, now)
    listed += [_entry(row) for row in written if row.kind in found.registers]
    if found.decisions:
        air = frozenset(medium.name for medium in MEDIA if medium.decisions)
        made = DustDecision.objects.filter(decided_at__gt=run.started, decided_at__lte=now).order_by("pk")
        listed += [
            Cause("decision", air, {"region": row.region, "day": row.day, "status": row.status},
                  str(row.decided_by or ""), row.decided_at)
            for row in made.select_related("decided_by") if (row.region, row.day) in found.decisions
        ]  # fmt: skip
    for row in found.reported:
        facts = {"indicator": row.indicator, "region": row.region, "period": row.period, "text": row.text,
                 "unit": row.unit, "basis": row.basis}  # fmt: skip
        listed.append(Cause("report", frozenset([REPORTS]), facts, row.agency, row.entered_at))
    if found.plan:
        listed.append(Cause("plan", frozenset(), {"before": found.plan[0], "after": found.plan[1]}))
    if found.settings:
        listed.append(Cause("setting", frozenset()))
    return listed


def _files(found: Since) -> Iterator[Cause]:
    for batch in found.batches:
        mine = [(name, row) for name, rows in found.rows.items() for row in rows if row["batch"] == batch.id]
        media = frozenset(medium.name for medium in MEDIA if {name for name, _ in mine} & set(medium.lake))
        days = [row["day"] for _, row in mine]
        facts = {
            "batch": batch.id, "file": batch.file_name, "replaced": batch.replaced, "added": batch.added,
            "rows": sum(row["rows"] for _, row in mine), "stations": sorted({row["station"] for _, row in mine}),
            "first_line": min((row["first_line"] for _, row in mine), default=None),
            "last_line": max((row["last_line"] for _, row in mine), default=None),
            "first": min(days, default=None), "last": max(days, default=None),
        }  # fmt: skip
        yield Cause("file", media, facts, batch.actor, batch.finished_at)


def _entry(row: Written) -> Cause:
    media = {medium.name for medium in MEDIA if row.kind in medium.registers} | {f"{REGISTER}:{row.kind}"}
    facts = {"register": row.kind, "entry": row.entry, "key": row.key, "version": row.number, "action": row.action}
    return Cause("register", frozenset(media), facts, row.actor, row.recorded_at)
