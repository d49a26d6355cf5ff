"""Ledger of radioactive sources (放射源台账): states as a table, and what is overdue or not to be found."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from saishang.science.numbers import InputError
from saishang.science.periods import months_later
from saishang.science.radiation.sources import SourceRules, decayed

__all__ = ["LedgerAlarm", "LedgerRules", "LedgerSource", "ledger_alarms", "read_code"]

AlarmKind = Literal["idle_overdue", "transfer_overdue", "missing", "not_confirmed", "category_lower", "licence_expired"]


@dataclass(frozen=True)
class LedgerRules:
    """Terms of the ledger: months idle, days of a transfer, days between two stock-takings."""

    idle_months: int
    idle_categories: Collection[str]
    transfer_days: int
    stock_taking_days: int
    code_length: int = 12


@dataclass(frozen=True, slots=True)
class LedgerSource:
    """One source of the ledger.

    Attributes
    ----------
    since:
        Day on which the present state began.
    category:
        As on the licence (`I` … `V`).
    seen_on:
        Day of the last stock-taking that found it, None = never.
    """

    code: str
    nuclide: str
    activity: Fraction
    activity_on: date
    category: str
    state: str
    since: date
    seen_on: date | None = None
    licence_until: date | None = None


@dataclass(frozen=True, slots=True)
class LedgerAlarm:
    """One alarm; `due` is the day that was missed, `note` what a reader should know."""

    code: str
    kind: AlarmKind
    due: date | None = None
    note: str = ""


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


def ledger_alarms(
    sources: Iterable[LedgerSource], on: date, rules: LedgerRules, activities: SourceRules
) -> tuple[LedgerAlarm, ...]:
    """What is overdue on a day, source by source.

    A source of category I to III idle for more than three months has to go back or into the repository; a transfer
    without receipt; a source reported missing; one that no stock-taking confirmed in time; a licence that has run out;
    and, as a hint only, a source that decayed below the category on its licence.
    """
    found: list[LedgerAlarm] = []
    for source in sources:
        if source.state == "missing":
            found.append(LedgerAlarm(source.code, "missing", source.since))
            continue
        if source.state == "idle" and source.category in rules.idle_categories:
            due = months_later(source.since, rules.idle_months)
            if on > due:
                found.append(LedgerAlarm(source.code, "idle_overdue", due))
        if source.state == "in_transfer":
            due = source.since + timedelta(days=rules.transfer_days)
            if on > due:
                found.append(LedgerAlarm(source.code, "transfer_overdue", due))
        if source.state in ("in_use", "idle"):
            found.extend(_held(source, on, rules, activities))
    return tuple(found)


def _held(source: LedgerSource, on: date, rules: LedgerRules, activities: SourceRules) -> Iterable[LedgerAlarm]:
    last = source.seen_on or source.since
    due = last + timedelta(days=rules.stock_taking_days)
    if on > due:
        yield LedgerAlarm(source.code, "not_confirmed", due)
    if source.licence_until is not None and on > source.licence_until:
        yield LedgerAlarm(source.code, "licence_expired", source.licence_until)
    nuclide = activities.nuclide(source.nuclide)
    if nuclide.half_life is not None and on > source.activity_on:
        years = Fraction((on - source.activity_on).days * 100, 36525)
        now = nuclide.category(decayed(source.activity, nuclide.half_life, years))
        if now != source.category and now != nuclide.category(source.activity):
            yield LedgerAlarm(source.code, "category_lower", note=now)
