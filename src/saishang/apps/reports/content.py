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
    "LISTED", "Account", "AnnualReport", "Chance", "MissingReport", "Name", "Notice", "TargetFact", "TaskFact",
    "UnitFact", "Work", "count_by", "from_json", "to_json",
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
class Notice:
    """A matter of supervision (督办) of the year and whether it is closed."""

    number: str
    title: str
    organisation: Name
    stage: Name
    due: date | None
    open: bool
    invented: bool = False


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
    notices:
        Supervision; None when it was not asked for.
    invented:
        Whether any of what is counted is demonstration data.
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
    notices: tuple[Notice, ...] | None = None
    units: tuple[UnitFact, ...] = ()

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

    @property
    def invented(self) -> bool:
        """Whether anything in it is demonstration data."""
        return self.work is not None and self.work.invented


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
