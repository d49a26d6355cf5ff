"""Figures of a register (count, sum, share) and terms that have passed, over entries as they stood on one day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from saishang.science.numbers import exact
from saishang.science.periods import months_later
from saishang.science.register.kind import DEMONSTRATION, Figure, Kind
from saishang.science.register.values import matches
from saishang.science.rounding import round_half_even

__all__ = [
    "Due",
    "FigureValue",
    "Standing",
    "due_terms",
    "figure_value",
    "fits",
    "number_of",
    "share_of_base",
    "whole_of",
]


@dataclass(frozen=True, slots=True)
class Standing:
    """An entry as it stood on a day.

    Attributes
    ----------
    since:
        Day on which its state began.
    epoch:
        Period of meaning in which it was written (`Kind.epoch`); 0 = by the description that reads it.
    """

    key: str
    state: str
    since: date
    values: Mapping[str, Any]
    region: str = ""
    epoch: int = 0

    @property
    def invented(self) -> bool:
        """Whether it stands in the register for demonstration only."""
        return self.values.get(DEMONSTRATION) is True


@dataclass(frozen=True, slots=True)
class FigureValue:
    """A figure with what it was made of.

    Attributes
    ----------
    value:
        Unrounded; None where there is nothing to share, or where a number that is summed is missing.
    counted:
        Keys of the entries behind it (for a share: those in the numerator).
    base:
        Keys of the whole of a share; the regions counted, of a share of regions; empty otherwise.
    missing:
        Keys of entries that belong in the figure and lack the number that is summed: the figure cannot be told then.
    """

    value: Fraction | None
    rounded: Decimal | None
    counted: tuple[str, ...]
    base: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """A term of an entry: the day on which it ends."""

    key: str
    term: str
    on: date


def figure_value(figure: Figure, entries: Iterable[Standing], regions: Collection[str] = ()) -> FigureValue:
    """A figure over the entries of one place and day.

    Parameters
    ----------
    regions:
        Codes of the regions that a `region_share` is a share of, or whose numbers are the whole of a `base_share`.

    A share of nothing is None, not 0 or 100. An entry in the numerator of a share counts only when it is in the whole.
    What was written in an earlier period of meaning counts by the figure of that period; where there was none, the
    figure is not known.
    """
    listed = list(entries)
    if figure.measure == "region_share":
        return _region_share(figure, listed, sorted(regions))
    if figure.measure == "base_share":
        return _base_share(figure, listed, sorted(regions))
    base = [entry for entry in listed if whole_of(figure, entry)]
    among = base if figure.measure == "share" else listed
    counted = [entry for entry in among if fits(figure, entry)]
    whole = base if figure.measure == "share" else counted
    missing = _unknown(figure, listed) + tuple(entry.key for entry in whole if number_of(figure, entry) is None)
    value: Fraction | None
    if missing:
        value = None
    elif figure.measure == "count":
        value = Fraction(len(counted))
    elif figure.measure == "sum":
        value = _total(figure, counted)
    else:
        total = _total(figure, base)
        value = 100 * _total(figure, counted) / total if total else None
    return FigureValue(
        value,
        None if value is None else round_half_even(value, figure.decimals),
        tuple(entry.key for entry in counted),
        tuple(entry.key for entry in base) if figure.measure == "share" else (),
        missing,
    )


def _region_share(figure: Figure, entries: Sequence[Standing], regions: Sequence[str]) -> FigureValue:
    inside = [entry for entry in entries if entry.region in regions]
    counted = [entry for entry in inside if fits(figure, entry)]
    having = {entry.region for entry in counted}
    missing = _unknown(figure, inside)
    value = Fraction(100 * len(having), len(regions)) if regions and not missing else None
    rounded = None if value is None else round_half_even(value, figure.decimals)
    return FigureValue(value, rounded, tuple(entry.key for entry in counted), tuple(regions), missing)


def _base_share(figure: Figure, entries: Sequence[Standing], regions: Sequence[str]) -> FigureValue:
    counted = [entry for entry in entries if fits(figure, entry)]
    missing = _unknown(figure, entries) + tuple(entry.key for entry in counted if number_of(figure, entry) is None)
    value = None if missing else share_of_base(figure, _total(figure, counted), regions)
    rounded = None if value is None else round_half_even(value, figure.decimals)
    return FigureValue(value, rounded, tuple(entry.key for entry in counted), tuple(regions), missing)


def share_of_base(figure: Figure, total: Fraction, regions: Collection[str]) -> Fraction | None:
    """A number over the whole that the rules have for some regions [%]; None where one of them lacks its number."""
    bases = dict(figure.bases)
    if not regions or any(region not in bases for region in regions):
        return None
    whole = sum((bases[region] for region in regions), Fraction(0))
    return 100 * total / whole if whole else None


def fits(figure: Figure, entry: Standing) -> bool:
    """Whether an entry has what a figure counts."""
    then, _factor = figure.at(entry.epoch)
    return then is not None and matches(then.where, entry.values, entry.state) and (
        not then.any_of or any(matches(choice, entry.values, entry.state) for choice in then.any_of)
    )  # fmt: skip


def whole_of(figure: Figure, entry: Standing) -> bool:
    """Whether an entry is in the whole of a share."""
    then, _factor = figure.at(entry.epoch)
    return then is not None and matches(then.of, entry.values, entry.state)


def number_of(figure: Figure, entry: Standing) -> Fraction | None:
    """What an entry adds to a sum, in the figure's unit of today: 1 where no field is summed; None where it lacks."""
    then, factor = figure.at(entry.epoch)
    if then is None or not then.field:
        return Fraction(1)
    given = entry.values.get(then.field)
    return None if given is None else exact(given) * factor


def _unknown(figure: Figure, entries: Iterable[Standing]) -> tuple[str, ...]:
    """Keys of entries from a period that did not have the figure."""
    return tuple(entry.key for entry in entries if figure.at(entry.epoch)[0] is None) if figure.earlier else ()


def _total(figure: Figure, entries: Iterable[Standing]) -> Fraction:
    """Sum of the figure's field; how many they are when it names none."""
    return sum((number_of(figure, entry) or Fraction(0) for entry in entries), Fraction(0))


def due_terms(kind: Kind, entries: Iterable[Standing]) -> list[Due]:
    """Every term that runs for the entries, the earliest end first; a term whose day is not known does not run."""
    found: list[Due] = []
    for entry in entries:
        for term in kind.terms:
            if term.states and entry.state not in term.states:
                continue
            if not matches(term.where, entry.values, entry.state):
                continue
            begun = entry.values.get(term.since) if term.since else entry.since.isoformat()
            if begun is None and term.or_state:
                begun = entry.since.isoformat()
            day = _day(begun)
            if day is None:
                continue
            if term.working_days and kind.calendar is not None:
                end = kind.calendar.after(day, term.working_days).day
            else:
                end = months_later(day, term.months) + timedelta(days=term.days)
            found.append(Due(entry.key, term.id, end))
    return sorted(found, key=lambda due: (due.on, due.key, due.term))


def _day(begun: Any) -> date | None:
    """A day as it is stored; None for what an older description of the field held."""
    try:
        return date.fromisoformat(str(begun))
    except ValueError:
        return None
