"""Units behind hazardous-waste manifests: may the receiver take the waste, is there room, does a unit's year add up.

The licence is looked at on the day of the hand-over, which the giver answers for, and on the day of the confirmation. A
unit that the register does not know cannot be checked, and that is an alarm of its own, never a pass.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal

from saishang.science.numbers import InputError
from saishang.science.waste.balance import Balance, Stream, balance
from saishang.science.waste.manifest import Manifest, read_number

__all__ = [
    "UNIT_YEAR",
    "Account",
    "Unit",
    "UnitAlarm",
    "category_of",
    "number_alarms",
    "receiver_alarms",
    "unit_balance",
]

UnitAlarmKind = Literal[
    "number_wrong", "receiver_unknown", "receiver_not_licensed", "licence_not_valid", "waste_not_licensed",
    "over_capacity", "unit_out_of_work",
]  # fmt: skip
#: What a unit's year consists of: its own account, and what the manifests say left and came.
UNIT_YEAR = Stream(
    "unit", "单位年度台账", "A unit's year", ("opening", "generated", "received"),
    ("treated_here", "shipped", "closing"), "treated_here",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the register as it stands.

    Attributes
    ----------
    handles:
        Whether it takes waste of others; only then it has categories (`HW08`), a licence and a capacity [t/a].
    operating:
        False for a unit that is suspended or closed.
    """

    code: str
    name: str
    handles: bool
    categories: frozenset[str] = frozenset()
    licence_from: date | None = None
    licence_until: date | None = None
    capacity: Fraction | None = None
    operating: bool = True


@dataclass(frozen=True, slots=True)
class Account:
    """What a unit declares for a year [t]; None = not declared."""

    unit: str
    year: int
    opening: Fraction | None
    generated: Fraction | None
    treated_here: Fraction | None
    closing: Fraction | None


@dataclass(frozen=True, slots=True)
class UnitAlarm:
    """What is wrong, with the unit or day it is about; `difference` in tonnes over the capacity."""

    manifest: str
    kind: UnitAlarmKind
    unit: str = ""
    day: date | None = None
    difference: Fraction | None = None
    message: str = field(default="", compare=False)
    fix: str = field(default="", compare=False)


def category_of(waste: str) -> str:
    """Category of a waste code: `900-249-08` is HW08 (the last two digits of the national list's code, recalled)."""
    return f"HW{waste.strip()[-2:]}"


def number_alarms(
    manifests: Iterable[Manifest], digits: Sequence[tuple[str, int]], cities: Container[str], province: str
) -> tuple[UnitAlarm, ...]:
    """Numbers that cannot be: not of the form, of another year than the hand-over, of a city that there is not.

    Parameters
    ----------
    cities:
        Codes of the home province's cities, province and city (`6401`).
    province:
        The home province (`64`); numbers of other provinces' cities cannot be checked here.
    """
    found = []
    for item in manifests:
        try:
            number = read_number(item.number, digits)
        except InputError as error:
            found.append(UnitAlarm(item.key, "number_wrong", message=error.message, fix=error.fix))
            continue
        city = f"{number.province}{number.city}"
        if number.province == province and city not in cities:
            message = f"There is no city with the code {city}."
            found.append(UnitAlarm(item.key, "number_wrong", message=message, fix="Check digits 5 to 8."))
        elif item.shipped_on is not None and number.year not in (item.shipped_on.year, item.shipped_on.year - 1):
            # Filled in at the end of a year and handed over in the next: the year before is no mistake.
            message = f"The number is of {number.year}, the hand-over of {item.shipped_on.year}."
            found.append(UnitAlarm(item.key, "number_wrong", message=message, fix="Check the first four digits."))
    return tuple(found)


def receiver_alarms(manifests: Iterable[Manifest], units: Mapping[str, Unit]) -> tuple[UnitAlarm, ...]:
    """Receivers that may not take the waste, or took more in a calendar year than their licence allows.

    The capacity is compared in the order of the confirmations: the manifest that goes over it and those after it alarm,
    with how far the year's sum then lies over the capacity.
    """
    listed = list(manifests)
    found: list[UnitAlarm] = []
    for item in listed:
        found.extend(_receiver(item, units.get(item.receiver)))
    sums: defaultdict[tuple[str, int], Fraction] = defaultdict(Fraction)
    confirmed = [item for item in listed if item.accepted is not None and item.accepted_on is not None]
    for item in sorted(confirmed, key=lambda item: (item.accepted_on or date.min, item.key)):
        unit = units.get(item.receiver)
        if item.refused or unit is None or item.accepted is None or item.accepted_on is None:
            continue
        sums[item.receiver, item.accepted_on.year] += item.accepted
        taken = sums[item.receiver, item.accepted_on.year]
        if unit.capacity is not None and taken > unit.capacity:
            found.append(UnitAlarm(item.key, "over_capacity", unit.code, item.accepted_on, taken - unit.capacity))
    return tuple(found)


def _receiver(item: Manifest, unit: Unit | None) -> Iterable[UnitAlarm]:
    if unit is None:
        yield UnitAlarm(item.key, "receiver_unknown", item.receiver)
        return
    if not unit.handles:
        yield UnitAlarm(item.key, "receiver_not_licensed", unit.code)
        return
    if category_of(item.waste) not in unit.categories:
        yield UnitAlarm(item.key, "waste_not_licensed", unit.code)
    for day in (item.shipped_on, item.accepted_on):
        if day is None:
            continue
        begun = unit.licence_from is not None and unit.licence_from <= day
        if not begun or unit.licence_until is None or day > unit.licence_until:
            yield UnitAlarm(item.key, "licence_not_valid", unit.code, day)
            break
    if not unit.operating and item.accepted_on is None:
        yield UnitAlarm(item.key, "unit_out_of_work", unit.code)


def unit_balance(account: Account, manifests: Iterable[Manifest], tolerance_percent: object) -> Balance:
    """The year of a unit: stored + generated + received against treated + handed over + stored at the end [t].

    What was handed over counts in the year of the hand-over, what was received in that of the confirmation; a load that
    came back (`returned`) never left. A mass that is not told makes the verdict `cannot_tell`.
    """
    shipped: Fraction | None = Fraction(0)
    received: Fraction | None = Fraction(0)
    for item in manifests:
        if item.returned:
            continue
        if item.shipper == account.unit and item.shipped_on is not None and item.shipped_on.year == account.year:
            shipped = None if shipped is None or item.shipped is None else shipped + item.shipped
        if item.receiver == account.unit and item.accepted_on is not None and item.accepted_on.year == account.year:
            received = None if received is None or item.accepted is None else received + item.accepted
    flows = {
        "opening": account.opening, "generated": account.generated, "received": received,
        "treated_here": account.treated_here, "shipped": shipped, "closing": account.closing,
    }  # fmt: skip
    return balance(UNIT_YEAR, flows, tolerance_percent)
