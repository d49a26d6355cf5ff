"""Hazardous-waste manifests (危险废物转移联单) as a chain: number, times, and mass from shipper to treatment."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from saishang.science.numbers import InputError, exact_or_none

__all__ = [
    "Alarm",
    "ChainTotals",
    "Manifest",
    "ManifestNumber",
    "alarms_of",
    "chain_totals",
    "confirm_by",
    "read_number",
]

AlarmKind = Literal["mass_lost", "mass_gained", "confirmation_late", "not_treated", "mass_missing", "number_twice"]


@dataclass(frozen=True, slots=True)
class ManifestNumber:
    """Parts of a manifest's number."""

    year: int
    province: str
    city: str
    serial: int


def read_number(text: object, digits: Sequence[tuple[str, int]], *, first_year: int = 1999) -> ManifestNumber:
    """Take a manifest's number apart: year 4, province 2, city 2, serial 6 digits (recalled).

    Raises
    ------
    InputError
        When it has other than the wanted digits, a year before manifests existed, or the serial 0.
    """
    # Forms print the number in groups, and some in full-width digits.
    number = "".join(unicodedata.normalize("NFKC", str(text)).split()) if not isinstance(text, bool) else ""
    length = sum(count for _, count in digits)
    if not re.fullmatch(rf"[0-9]{{{length}}}", number):
        raise InputError(
            f"A manifest number has {length} digits, got {number!r}.",
            fix="Year (4), province (2), city (2), serial number (6), for example 20246401000123.",
        )
    parts: dict[str, str] = {}
    place = 0
    for name, size in digits:
        parts[name] = number[place : place + size]
        place += size
    if int(parts["year"]) < first_year:
        raise InputError(f"A manifest of the year {parts['year']} cannot be.", fix="Check the first four digits.")
    if int(parts["serial"]) == 0:
        raise InputError("Serial numbers start at 1.", fix="Check the last six digits.")
    return ManifestNumber(int(parts["year"]), parts["province"], parts["city"], int(parts["serial"]))


def confirm_by(arrived: date, working_days: int, holidays: AbstractSet[date], extra: AbstractSet[date]) -> date:
    """Last day on which the receiver may confirm: `working_days` after the arrival, which does not count itself.

    Parameters
    ----------
    holidays:
        Days off by the national calendar that fall on Monday to Friday.
    extra:
        Saturdays and Sundays that are worked (调休).
    """
    day, left = arrived, working_days
    while left:
        day += timedelta(days=1)
        works = day in extra or (day.weekday() < 5 and day not in holidays)
        left -= works
    return day


@dataclass(frozen=True, slots=True)
class Manifest:
    """One transfer; masses in tonnes, None = not told yet.

    Attributes
    ----------
    record:
        Key of the record where numbers may be wrong or used twice; empty where the number itself is the key.
    returned:
        Refused by the receiver and back with the giver.
    """

    number: str
    waste: str
    shipper: str
    receiver: str
    shipped: Fraction | None
    accepted: Fraction | None = None
    treated: Fraction | None = None
    arrived_on: date | None = None
    accepted_on: date | None = None
    refused: bool = False
    record: str = ""
    shipped_on: date | None = None
    returned: bool = False

    @property
    def key(self) -> str:
        """What names this transfer and no other."""
        return self.record or self.number


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is wrong with a manifest; `difference` in tonnes where masses differ, `other` the record with its number."""

    manifest: str
    kind: AlarmKind
    difference: Fraction | None = None
    due: date | None = None
    other: str = ""


def alarms_of(
    manifests: Iterable[Manifest],
    on: date,
    *,
    tolerance_percent: object,
    working_days: int = 5,
    holidays: AbstractSet[date] = frozenset(),
    extra_workdays: AbstractSet[date] = frozenset(),
    treat_within_days: int = 365,
) -> tuple[Alarm, ...]:
    """Everything that does not add up, manifest by manifest, on a given day.

    Accepted against shipped beyond the tolerance, acceptance later than allowed or overdue, more treated than accepted,
    waste that waits longer than `treat_within_days` for its treatment (storage is limited to one year, recalled), a
    mass that should be there and is not, a number used twice.
    """
    share = exact_or_none(tolerance_percent, name="tolerance_percent") or Fraction(0)
    found: list[Alarm] = []
    seen: dict[str, str] = {}
    for item in manifests:
        if item.number in seen:
            found.append(Alarm(item.key, "number_twice", other=seen[item.number] if item.record else ""))
        seen.setdefault(item.number, item.key)
        found.extend(_late(item, on, working_days, holidays, extra_workdays))
        if item.refused:
            continue
        if item.shipped is None or (item.accepted_on is not None and item.accepted is None):
            found.append(Alarm(item.key, "mass_missing"))
            continue
        if item.accepted is not None:
            found.extend(_compare(item.key, item.shipped, item.accepted, item.shipped * share / 100))
            found.extend(_treatment(item, on, treat_within_days))
    return tuple(found)


def _compare(number: str, before: Fraction, after: Fraction, allowed: Fraction) -> Iterable[Alarm]:
    difference = after - before
    if abs(difference) > allowed:
        yield Alarm(number, "mass_gained" if difference > 0 else "mass_lost", difference)


def _treatment(item: Manifest, on: date, days: int) -> Iterable[Alarm]:
    accepted = item.accepted or Fraction(0)
    treated = item.treated or Fraction(0)
    if treated > accepted:
        yield Alarm(item.key, "mass_gained", treated - accepted)
    elif treated < accepted and item.accepted_on is not None and on > item.accepted_on + timedelta(days=days):
        yield Alarm(item.key, "not_treated", accepted - treated, item.accepted_on + timedelta(days=days))


def _late(
    item: Manifest, on: date, working_days: int, holidays: AbstractSet[date], extra: AbstractSet[date]
) -> Iterable[Alarm]:
    if item.arrived_on is None:
        return
    due = confirm_by(item.arrived_on, working_days, holidays, extra)
    if not item.refused and (item.accepted_on or on) > due:
        yield Alarm(item.key, "confirmation_late", due=due)


@dataclass(frozen=True, slots=True)
class ChainTotals:
    """Masses of a chain [t]; what is not told is counted in `open`, never as zero mass."""

    shipped: Fraction
    accepted: Fraction
    treated: Fraction
    on_the_way: Fraction
    waiting: Fraction
    open: int


def chain_totals(manifests: Iterable[Manifest]) -> ChainTotals:
    """Sums over manifests: shipped = accepted + on the way + what was lost or gained; accepted = treated + waiting."""
    shipped = accepted = treated = travelling = Fraction(0)
    untold = 0
    for item in manifests:
        if item.refused:
            continue
        if item.shipped is None:
            untold += 1
            continue
        shipped += item.shipped
        if item.accepted is None:
            travelling += item.shipped
        else:
            accepted += item.accepted
            treated += item.treated or Fraction(0)
    return ChainTotals(shipped, accepted, treated, travelling, accepted - treated, untold)
