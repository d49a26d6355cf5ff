"""Species lists in Darwin Core: records in, each checked by term, and out again with sensitive places made coarse.

A record that fails a check is refused with the reason and its line; the others are kept. Terms that we do not know are
carried along untouched.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from saishang.science.numbers import InputError, exact

__all__ = ["Occurrence", "Problem", "Species", "Term", "generalise", "occurrences", "species_list", "to_rows"]

_ISO = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?$")
_METRES_PER_DEGREE = 111_320
#: Terms that tell a place more exactly than its county, in words or in figures of another form.
_PLACES = frozenset({
    "locality", "verbatimLocality", "locationRemarks", "locationID", "municipality", "verbatimCoordinates",
    "verbatimLatitude", "verbatimLongitude", "verbatimCoordinateSystem", "footprintWKT", "footprintSRS",
    "footprintSpatialFit", "georeferenceRemarks", "georeferenceSources", "georeferenceProtocol", "verbatimElevation",
    "minimumElevationInMeters", "maximumElevationInMeters", "pointRadiusSpatialFit", "coordinatePrecision", "habitat",
    "fieldNotes",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Term:
    """A term of Darwin Core: whether sharing asks for it, how its value is checked, its vocabulary."""

    name: str
    need: str
    kind: str
    vocabulary: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a record.

    Attributes
    ----------
    fatal:
        Whether the record was refused; an advised term that is absent is only told.
    """

    line: int
    term: str
    message: str
    fix: str
    fatal: bool = True


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One record: a species at a place on a day.

    Attributes
    ----------
    first, last:
        First and last day that `eventDate` allows.
    count:
        Individuals; None when not given. An absence has 0.
    values:
        Every term as written.
    """

    line: int
    identifier: str
    name: str
    first: date
    last: date
    latitude: Decimal | None
    longitude: Decimal | None
    count: int | None
    present: bool
    values: Mapping[str, str]


def occurrences(
    rows: Iterable[tuple[int, Mapping[str, str]]], terms: Sequence[Term]
) -> tuple[tuple[Occurrence, ...], tuple[Problem, ...]]:
    """Records and what is wrong with the others, each row checked by itself.

    Parameters
    ----------
    rows:
        Line of the file and term → text; empty text = not given.
    terms:
        Terms that are checked.
    """
    kept: list[Occurrence] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for line, row in rows:
        values = {name: text.strip() for name, text in row.items() if text and text.strip()}
        found = [problem for term in terms for problem in _check(line, term, values)]
        identifier = values.get("occurrenceID", "")
        if identifier and identifier in seen:
            found.append(
                Problem(
                    line, "occurrenceID", f"occurrenceID {identifier} stands in line {seen[identifier]} already.",
                    "Give every record its own.",
                )
            )  # fmt: skip
        if ("decimalLatitude" in values) != ("decimalLongitude" in values):
            found.append(Problem(line, "decimalLatitude", "Only one of the two coordinates is given.", "Give both."))
        problems += found
        if any(problem.fatal for problem in found):
            continue
        seen[identifier] = line
        kept.append(_occurrence(line, values))
    return tuple(kept), tuple(problems)


def _occurrence(line: int, values: Mapping[str, str]) -> Occurrence:
    first, last = _span(values["eventDate"])
    present = values.get("occurrenceStatus", "present").lower() != "absent"
    given = values.get("individualCount")
    count = None if given is None else int(given)
    return Occurrence(
        line=line,
        identifier=values["occurrenceID"],
        name=values["scientificName"],
        first=first,
        last=last,
        latitude=_decimal(values.get("decimalLatitude")),
        longitude=_decimal(values.get("decimalLongitude")),
        count=count if present else 0,
        # A count of nothing is an absence, whatever else the record says.
        present=present and count != 0,
        values=dict(values),
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _check(line: int, term: Term, values: Mapping[str, str]) -> list[Problem]:
    text = values.get(term.name)
    if text is None:
        if term.need == "required":
            return [Problem(line, term.name, f"{term.name} is missing.", f"Give {term.name}.")]
        if term.need == "advised":
            return [Problem(line, term.name, f"{term.name} is not given.", "Sharing advises it.", fatal=False)]
        return []
    try:
        _check_value(term, text)
    except InputError as error:
        return [Problem(line, term.name, error.message, error.fix)]
    return []


def _check_value(term: Term, text: str) -> None:
    if term.kind == "date":
        _span(text)
    elif term.kind == "word":
        if text.casefold() not in {word.casefold() for word in term.vocabulary}:
            raise InputError(
                f"{term.name} may not be {text!r}.", fix=f"Use one of {', '.join(sorted(term.vocabulary))}."
            )
    elif term.kind in ("latitude", "longitude"):
        most = 90 if term.kind == "latitude" else 180
        if abs(exact(text, name=term.name)) > most:
            raise InputError(f"{term.name} lies beyond {most} degrees: {text}.", fix="Give decimal degrees.")
    elif term.kind == "positive":
        if exact(text, name=term.name) <= 0:
            raise InputError(f"{term.name} must be above 0, got {text}.", fix="Leave it empty when unknown.")
    elif term.kind == "whole":
        number = exact(text, name=term.name)
        if number < 0 or number.denominator != 1:
            raise InputError(f"{term.name} must be a whole number, got {text}.", fix="Count individuals.")
    elif term.kind == "country" and not re.fullmatch(r"[A-Z]{2}", text):
        raise InputError(f"{term.name} must be two capital letters, got {text!r}.", fix="Write CN.")


def _span(text: str) -> tuple[date, date]:
    """First and last day of `2024`, `2024-07`, `2024-07-01`, also with a time, or of two of them with a slash."""
    start, slash, end = text.partition("/")
    first, last = _point(start)
    if slash:
        _, last = _point(end)
    if last < first:
        raise InputError(f"eventDate ends before it begins: {text}.", fix="Write first/last.")
    return first, last


def _point(text: str) -> tuple[date, date]:
    match = _ISO.match(text.strip())
    if match is None:
        raise InputError(f"eventDate must be an ISO day, got {text!r}.", fix="Write 2024-07-01, 2024-07 or 2024.")
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        if month is None:
            return date(year or 0, 1, 1), date(year or 0, 12, 31)
        first = date(year or 0, month, day or 1)
    except ValueError:
        raise InputError(f"eventDate is no day of the calendar: {text}.", fix="Check month and day.") from None
    if day is not None:
        return first, first
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def generalise(record: Occurrence, step: str | None) -> Occurrence:
    """The record with its place made coarse, for species whose places are not to be told.

    Parameters
    ----------
    step:
        Grid of the coordinates in degrees (`0.1`); None leaves the place out altogether.

    Returns
    -------
    A new record: rounded coordinates, the uncertainty grown to the half diagonal of the cell, named places dropped,
    and `dataGeneralizations` or `informationWithheld` saying so. A record without coordinates only loses its places.
    """
    values = {name: text for name, text in record.values.items() if name not in _PLACES}
    if step is None or record.latitude is None or record.longitude is None:
        for name in ("decimalLatitude", "decimalLongitude", "coordinateUncertaintyInMeters", "geodeticDatum"):
            values.pop(name, None)
        values["informationWithheld"] = "place withheld: sensitive species"
        return replace(record, latitude=None, longitude=None, values=values)
    grid = Decimal(step)
    if grid <= 0:
        raise InputError("The grid must be above 0 degrees.", fix="Use 0.1 or 0.01.")
    latitude, longitude = (
        (number / grid).quantize(Decimal(1), ROUND_HALF_EVEN) * grid for number in (record.latitude, record.longitude)
    )
    height = float(grid) * _METRES_PER_DEGREE
    cell = math.hypot(height, height * math.cos(math.radians(float(latitude)))) / 2
    known = float(values.get("coordinateUncertaintyInMeters", 0))
    values |= {
        "decimalLatitude": str(latitude),
        "decimalLongitude": str(longitude),
        "coordinateUncertaintyInMeters": str(math.ceil(cell + known)),
        "dataGeneralizations": f"coordinates rounded to {step} degrees",
    }
    return replace(record, latitude=latitude, longitude=longitude, values=values)


def to_rows(records: Sequence[Occurrence], terms: Sequence[Term]) -> tuple[list[str], list[list[str]]]:
    """Header and rows to write: known terms that any record has in their order, then what else came along."""
    used = {name for record in records for name in record.values}
    header = [term.name for term in terms if term.name in used or term.need == "required"]
    header += sorted(used - set(header))
    return header, [[record.values.get(name, "") for name in header] for record in records]


@dataclass(frozen=True, slots=True)
class Species:
    """A species of a list: records, individuals (None when no record counts them), first and last day."""

    name: str
    records: int
    individuals: int | None
    first: date
    last: date


def species_list(records: Iterable[Occurrence]) -> tuple[Species, ...]:
    """Species that were found, by name; absences do not make a species."""
    grouped: dict[str, list[Occurrence]] = {}
    for record in records:
        if record.present:
            grouped.setdefault(" ".join(record.name.split()), []).append(record)
    found = []
    for name, members in sorted(grouped.items()):
        counts = [record.count for record in members if record.count is not None]
        found.append(
            Species(
                name=name,
                records=len(members),
                individuals=sum(counts) if counts else None,
                first=min(record.first for record in members),
                last=max(record.last for record in members),
            )
        )
    return tuple(found)
