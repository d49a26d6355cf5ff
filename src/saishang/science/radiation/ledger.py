"""Ledger of radioactive sources (放射源台账): what is overdue, missing or does not fit, source by source on a day.

Terms (idle, transfer, stock-taking, licence) are those of the register's kind and run in its engine; this module adds
what a term cannot say: a source that is missing, and a category that does not fit to the activity.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Literal

from saishang.science.numbers import InputError, exact
from saishang.science.radiation.sources import CATEGORIES, SourceRules, decayed
from saishang.science.register.figures import Standing, due_terms
from saishang.science.register.kind import Kind

__all__ = ["AlarmKind", "AlarmName", "CategoryCheck", "LedgerAlarm", "category_check", "ledger_alarms", "read_code"]

AlarmName = Literal[
    "missing", "idle", "transfer", "stock_taking", "licence", "licence_unknown", "category_higher", "category_lower",
    "category_unknown",
]  # fmt: skip
#: States in which somebody still holds the source.
_HELD = ("in_use", "idle", "in_transfer")


@dataclass(frozen=True, slots=True)
class AlarmKind:
    """Words of an alarm, what to do, whether it goes first; `term` is the register's term that it watches."""

    id: str
    zh: str
    en: str
    todo_zh: str
    todo_en: str
    urgent: bool
    term: str
    source: str
    clause: str
    status: str


@dataclass(frozen=True, slots=True)
class LedgerAlarm:
    """One alarm of one source.

    Attributes
    ----------
    since:
        Last day of the term that has passed, or the day the source went missing; None where no day belongs to it.
    note:
        The category that fits, where the one on the licence does not.
    """

    code: str
    kind: AlarmName
    since: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class CategoryCheck:
    """Categories of a source by its activity, new and decayed to a day [Bq]; `now` is None without a half-life."""

    new: str
    now: str | None
    activity: Fraction | None


def read_code(text: str, length: int = 12) -> str:
    """A source's code: 12 capital letters and digits (recalled).

    Raises
    ------
    InputError
        When it has another form.
    """
    code = text.strip().upper()
    if not re.fullmatch(rf"[0-9A-Z]{{{length}}}", code):
        raise InputError(f"A source code has {length} letters and digits, got {text!r}.", fix="Check the code.")
    return code


def category_check(values: Mapping[str, Any], on: date, activities: SourceRules) -> CategoryCheck | None:
    """Categories of an entry's activity when it was made and on a day; None when nuclide, activity or day is missing.

    Parameters
    ----------
    values:
        Fields of the entry: `nuclide`, `activity` [Bq], `activity_on` (ISO day).
    """
    name, activity, made_on = (values.get(field) for field in ("nuclide", "activity", "activity_on"))
    if name is None or activity is None or made_on is None:
        return None
    try:
        nuclide = activities.nuclide(str(name))
    except InputError:
        return None
    new, made = exact(activity, name="activity"), date.fromisoformat(str(made_on))
    if nuclide.half_life is None or on < made:
        return CategoryCheck(nuclide.category(new), None, None)
    left = decayed(new, nuclide.half_life, Fraction((on - made).days * 100, 36525))
    return CategoryCheck(nuclide.category(new), nuclide.category(left), left)


def ledger_alarms(
    kind: Kind, entries: Iterable[Standing], on: date, activities: SourceRules
) -> tuple[LedgerAlarm, ...]:
    """Every alarm of the entries on a day, source by source.

    A term whose last day is past; a source reported missing; a validity of the licence that nobody entered; a category
    on the licence that is less dangerous than the activity when made; as a hint, a source that decayed below it. What
    cannot be checked is an alarm of its own. Sources out of the holder's hands have none.
    """
    found: list[LedgerAlarm] = []
    for entry in entries:
        if entry.state == "missing":
            found.append(LedgerAlarm(entry.key, "missing", entry.since))
            continue
        for due in due_terms(kind, [entry]):
            if on > due.on:
                found.append(LedgerAlarm(entry.key, due.term, due.on))  # type: ignore[arg-type]
        if entry.state in _HELD:
            if entry.values.get("licence_until") is None:
                found.append(LedgerAlarm(entry.key, "licence_unknown"))
            found.extend(_category(entry, on, activities))
    return tuple(found)


def _category(entry: Standing, on: date, activities: SourceRules) -> Iterator[LedgerAlarm]:
    """Whether the category on the licence fits: I is the most dangerous, so a later numeral is too low."""
    check, licensed = category_check(entry.values, on, activities), entry.values.get("category")
    if check is None or licensed not in CATEGORIES:
        yield LedgerAlarm(entry.key, "category_unknown")
        return
    if _danger(check.new) > _danger(str(licensed)):
        yield LedgerAlarm(entry.key, "category_higher", note=check.new)
        return
    if check.now is None:
        yield LedgerAlarm(entry.key, "category_unknown")
    elif check.now != licensed and check.now != check.new:
        yield LedgerAlarm(entry.key, "category_lower", note=check.now)


def _danger(category: str) -> int:
    """5 for category I … 1 for V, 0 below the exempt activity."""
    return len(CATEGORIES) - CATEGORIES.index(category) if category in CATEGORIES else 0
