"""What an annual report says, as plain facts: targets from one run, work as counted at one moment. No sentences.

A figure that is not there is None, never 0. Facts are kept with the report as JSON (`to_json`), so that the document
can be made again byte by byte after the work itself has gone on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

__all__ = [
    "LISTED", "Account", "AnnualReport", "CaseFact", "Chance", "DutyFact", "FindingFact", "MatterFact", "MissingReport",
    "Name", "Supervision", "TargetFact", "TaskFact", "UnitFact", "Work", "count_by", "from_json", "to_json",
]  # fmt: skip

Kind = Literal["organisation", "consolidated"]
#: Rows of a list of work: a document of thousands of pages serves nobody, the portal has the rest.
LISTED = 300


@dataclass(frozen=True)
class Name:
    """Something named in both languages; `code` is what rules and rows call it."""

    code: str
    zh: str
    en: str = ""


@dataclass(frozen=True)
class Chance:
    """The forecast of one target: a probability [0 … 1], or the reason why there is none with what it lacks."""

    probability: float | None
    rough: bool = False
    reason: str = ""
    have: int | None = None
    need: int | None = None


@dataclass(frozen=True)
class TargetFact:
    """One target in the run. `value` is as printed, empty when there is none; `chance` None: no forecasts were made.

    `goal` is empty when the document withholds it (`withheld`) or when it is no number.
    """

    code: str
    item: str
    title: Name
    region: Name
    owners: tuple[str, ...]
    sign: str
    goal: str
    unit: str
    year: int | None
    value: str
    period: str
    status: str
    reason: Name
    chance: Chance | None = None
    withheld: bool = False


@dataclass(frozen=True)
class TaskFact:
    """One item of work at the moment of counting.

    Attributes
    ----------
    standing:
        `late unreported due_soon on_time continuing not_begun no_day done verified paused`: one of
        `science.execution.standing`.
    percent:
        Whole per cent; None when it has no milestones: unknown.
    overridden:
        Whether somebody said so instead of its milestones.
    after_due:
        Whether it was finished after its due day; None while it is not, or without such a day.
    invented:
        Whether it is demonstration data.
    """

    code: str
    task: str
    title: str
    organisation: Name
    standing: str
    start: date | None
    due: date | None
    finished: date | None
    percent: int | None
    overridden: bool = False
    after_due: bool | None = None
    invented: bool = False


@dataclass(frozen=True)
class MissingReport:
    """A report that was due by the moment of counting and had not been handed in, or came late."""

    item: str
    title: str
    organisation: Name
    period: str
    due: date
    invented: bool = False


@dataclass(frozen=True)
class Account:
    """What the latest report of an item in the year said of problems and of what comes next."""

    item: str
    title: str
    organisation: Name
    period: str
    problems: str
    next_steps: str
    invented: bool = False


@dataclass(frozen=True)
class CaseFact:
    """A case (督办事项) at the moment of counting.

    Attributes
    ----------
    year, number:
        Of a notice (督办单) that it is or was; None for one that never was.
    level:
        提示, 督办单 or 约谈, as stern as it is now.
    state:
        `open answered closed`.
    late:
        Whether it is open and the day of the answer is over.
    """

    code: str
    year: int | None
    number: int | None
    title: str
    organisation: Name
    level: Name
    issued: date
    due: date
    state: str
    closed: date | None
    late: bool
    invented: bool = False


@dataclass(frozen=True)
class FindingFact:
    """A finding of an inspection (督察反馈问题); `state` as in the app `supervision`, `closed`: struck off (销号)."""

    code: str
    source: str
    title: str
    organisation: Name
    due: date | None
    state: str
    closed: date | None
    late: bool
    invented: bool = False


@dataclass(frozen=True)
class MatterFact:
    """A matter between organisations (协调事项): who raised it, who is asked; `state`: `open replied settled`."""

    code: str
    title: str
    organisation: Name
    parties: tuple[Name, ...]
    due: date
    state: str
    settled: date | None
    late: bool
    invented: bool = False


@dataclass(frozen=True)
class DutyFact:
    """A recurring duty of the plan (定期事项) in the year: of one organisation, or counted over all who owe it.

    Attributes
    ----------
    owed, fulfilled, late:
        By how many organisations it is owed, fulfilled, and open with its day over.
    due:
        None when the plan names no day.
    proof, done:
        Of one organisation's: what fulfils it, and since when.
    annual:
        Whether an annual report fulfils it.
    """

    duty: Name
    due: date | None
    owed: int
    fulfilled: int
    late: int
    proof: str = ""
    done: date | None = None
    annual: bool = False


@dataclass(frozen=True)
class Supervision:
    """What was supervised in a year (督办和整改), at a moment. Lists hold the first `LISTED`.

    Cases, findings and matters belong to a year that were opened by its end and not over before it began; withdrawn
    ones are nobody's duty (`withdrawn`: cases issued in the year and taken back).

    Attributes
    ----------
    levels, opened:
        Levels of cases from mild to stern, and cases issued in the year by level.
    carried:
        Cases from before the year that were open when it began.
    closed, unanswered:
        Cases that are closed; those that are open with their day over.
    found:
        Findings by state; `listed`: new in the year, `overdue`: late.
    raised, settled, unsettled:
        Matters; those that are settled; those that are not with their day over.
    duties:
        None: the duties of the year were not asked for yet.
    """

    levels: tuple[Name, ...]
    opened: Mapping[str, int]
    carried: int
    closed: int
    unanswered: int
    withdrawn: int
    cases: tuple[CaseFact, ...]
    found: Mapping[str, int]
    listed: int
    overdue: int
    findings: tuple[FindingFact, ...]
    raised: int
    settled: int
    unsettled: int
    matters: tuple[MatterFact, ...]
    duties: tuple[DutyFact, ...] | None
    invented: bool

    @property
    def total(self) -> int:
        """Cases of the year."""
        return sum(self.opened.values()) + self.carried


@dataclass(frozen=True)
class UnitFact:
    """One organisation in the consolidated report: items by standing, reports missing."""

    organisation: Name
    items: int
    standings: Mapping[str, int]
    missing: int
    invented: bool = False


@dataclass(frozen=True)
class Work:
    """The work of a year as counted at a moment. Lists hold the first `LISTED` of what is counted beside them.

    Attributes
    ----------
    counts:
        Items by standing, all of them.
    after_due:
        How many of those that are done came after their due day.
    done, late, items:
        Items that are done, that are late, and (of one organisation's report) all.
    owed, late_reports, missing_reports:
        Periodic reports that were due by then, those handed in late, and those not handed in (`missing`).
    told:
        How many items have a report that names a problem or a next step (`accounts`).
    invented:
        Whether any of what is counted is demonstration data.
    due_next:
        Items that are not done and fall due in the following year; None in reports from before it was counted.
    """

    counts: Mapping[str, int]
    after_due: int
    done: tuple[TaskFact, ...]
    late: tuple[TaskFact, ...]
    items: tuple[TaskFact, ...]
    owed: int
    late_reports: int
    missing_reports: int
    missing: tuple[MissingReport, ...]
    told: int
    accounts: tuple[Account, ...]
    invented: bool
    units: tuple[UnitFact, ...] = ()
    due_next: int | None = None

    @property
    def total(self) -> int:
        """All items that are counted."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class AnnualReport:
    """Everything that an annual report says.

    Attributes
    ----------
    kind:
        `organisation`: what one organisation owes; `consolidated`: the whole region.
    run, run_as_of, rules, code:
        The run that every target's figure is from, its day, and what decided its digits.
    counted:
        Moment as of which the work was counted (China Standard Time).
    work:
        None when no items of work were assigned: then nothing is said about them, and not "none".
    states:
        Every state that a target can be in, in order, with its words.
    forecasts:
        Whether forecasts were kept beside the run.
    to, copy_to:
        Whom the plan wants it addressed to, and who gets a copy.
    supervision:
        None in reports from before it was counted.
    """

    kind: Kind
    organisation: Name
    region: Name
    year: int
    plan: Name
    plan_version: str
    run: str
    run_as_of: date
    rules: str
    code: str
    counted: datetime
    states: tuple[Name, ...]
    targets: tuple[TargetFact, ...]
    forecasts: bool
    work: Work | None
    to: Name
    copy_to: Name = field(default_factory=lambda: Name("", ""))
    supervision: Supervision | None = None

    @property
    def invented(self) -> bool:
        """Whether anything in it is demonstration data."""
        return any(part is not None and part.invented for part in (self.work, self.supervision))


def count_by(things: tuple[Any, ...], key: str, names: tuple[str, ...]) -> dict[str, int]:
    """How many things have each of the values of a field, in the order of `names`.

    Raises
    ------
    ValueError
        For a value that is not in `names`: it would be counted nowhere.
    """
    found = dict.fromkeys(names, 0)
    for thing in things:
        value = getattr(thing, key)
        if value not in found:
            raise ValueError(f"expected {key} to be one of {', '.join(names)}; got {value!r}")
        found[value] += 1
    return found


def to_json(report: AnnualReport) -> dict[str, Any]:
    """The facts as plain JSON: dates as ISO text."""
    plain: dict[str, Any] = _plain(asdict(report))
    return plain


def from_json(body: Mapping[str, Any]) -> AnnualReport:
    """The facts of `to_json` again."""
    found: AnnualReport = _read(AnnualReport, body)
    return found


def _plain(thing: Any) -> Any:
    if isinstance(thing, dict):
        return {key: _plain(value) for key, value in thing.items()}
    if isinstance(thing, list | tuple):
        return [_plain(value) for value in thing]
    return thing.isoformat() if isinstance(thing, date) else thing


def _read(kind: Any, thing: Any) -> Any:
    origin = get_origin(kind)
    if origin is UnionType or (origin is not None and NoneType in get_args(kind)):
        if thing is None:
            return None
        return _read(next(part for part in get_args(kind) if part is not NoneType), thing)
    if origin is tuple:
        return tuple(_read(get_args(kind)[0], part) for part in thing)
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        return kind(**{one.name: _read(hints[one.name], thing[one.name]) for one in fields(kind) if one.name in thing})
    if kind in (date, datetime):
        return kind.fromisoformat(thing)
    return thing
