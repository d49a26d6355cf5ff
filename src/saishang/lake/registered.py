"""Points and stations that a register lists: the lake asks whoever keeps registers, and knows no register itself.

The app of the registers offers its answer when it starts (`offer`). A file of laboratory results is read against the
points that were registered at that moment; reading it again later, for a rebuilt table, asks for the same moment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from saishang.lake.errors import MappingError

if TYPE_CHECKING:
    from saishang.lake.sources import Source

__all__ = ["Registered", "RegisteredStation", "Stations", "offer", "stations_of", "with_points"]

#: (kind, moment or None for now) → every key of the register that had been written down by then, withdrawn ones too.
Registered = Callable[[str, datetime | None], list[str]]


class RegisteredStation(NamedTuple):
    """A station of a register: code, region, coordinates, first and last day of service (inclusive), all fields."""

    code: str
    region: str
    lon: float | None
    lat: float | None
    opened: date | None
    closed: date | None
    values: Mapping[str, Any]


#: (kind, moment or None for now) → the stations of the register as written down by then, without withdrawn ones.
Stations = Callable[[str, datetime | None], list[RegisteredStation]]
_offered: list[tuple[Registered, Stations | None]] = []


def offer(registered: Registered, stations: Stations | None = None) -> None:
    """Say who answers for registers; the last one to say so does."""
    _offered[:] = [(registered, stations)]


def stations_of(kind: str, known_at: datetime | None = None) -> list[RegisteredStation]:
    """The stations of a register that owe hours.

    Raises
    ------
    MappingError
        When nobody answers for registers: a ledger that knows no station would tell that nothing is missing.
    """
    answer = _offered[0][1] if _offered else None
    if answer is None:
        raise MappingError(
            f"the stations of the register {kind} cannot be read here",
            fix="compute the gap ledger with `saishang ingest gaps` or in the portal", code="no-register",
        )  # fmt: skip
    return answer(kind, known_at)


def with_points(source: Source, known_at: datetime | None = None) -> Source:
    """The source with the points of its register; other sources as they are.

    The points are part of the recipe: a file whose lines were refused for want of a point can be loaded again once the
    point is entered.

    Raises
    ------
    MappingError
        When nobody answers for registers.
    """
    # Registers name this module whenever anything starts; what reads files takes a third of a second to load.
    from saishang.lake.readers.values import normalised

    kind = source.station.register
    if not kind:
        return source
    if not _offered:
        raise MappingError(
            f"{source.id} takes its points from the register {kind}, which cannot be read here",
            fix="load the file with `saishang ingest` or in the portal", code="no-register",
        )  # fmt: skip
    keys = sorted(_offered[0][0](kind, known_at))
    seal = hashlib.sha256("\n".join([source.digest, *keys]).encode()).hexdigest()
    station = replace(source.station, names={normalised(key): key for key in keys}, strict=True)
    return replace(source, station=station, digest=seal)
