"""Response points below a spill (一河一策一图): which can be closed in time, and how long each holds the water.

A point is of use only when it is closed before the front arrives: arrival - notice - closing time must not be below 0.
The nearest one whose store holds the water for the time wanted is the main barrier (主拦截); smaller ones delay (延缓).
Project rule, to be confirmed by the emergency office.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from saishang.science.numbers import InputError, Number, exact

__all__ = ["Facility", "PointResponse", "ResponsePlan", "plan_response"]

Role = Literal["no time", "delay", "full", "unknown"]


@dataclass(frozen=True, slots=True)
class Facility:
    """A place where the river can be held: distance along the river [km], closing time [min], store [m³]."""

    km: Fraction
    closing: Fraction | None
    store: Fraction | None


@dataclass(frozen=True, slots=True)
class PointResponse:
    """When the front comes to a facility [min], what time is left [min], how long its store lasts [h]."""

    km: Fraction
    arrival: Fraction
    margin: Fraction | None
    hold: Fraction | None
    role: Role


@dataclass(frozen=True)
class ResponsePlan:
    """Facilities downstream in order, the volume to be held [m³], the main barrier and those that delay [km]."""

    points: tuple[PointResponse, ...]
    need: Fraction
    main: Fraction | None
    delays: tuple[Fraction, ...]


def plan_response(
    facilities: Sequence[Facility],
    *,
    spill: Number,
    flow: Number,
    front_speed: Number,
    notice: Number,
    hold_hours: Number,
) -> ResponsePlan:
    """Roles of the facilities below a spill.

    Parameters
    ----------
    spill:
        Place of the spill along the river [km]; facilities above it are left out.
    flow, front_speed:
        Flow [m³/s] and speed of the front, the first trace over the limit [m/s].
    notice:
        Time until the operators know [min].
    hold_hours:
        How long the water is to be held [h].

    Returns
    -------
    A facility without closing time or store has the role `unknown`: what is not known cannot be relied on.
    """
    start, discharge, speed = exact(spill, name="spill_km"), exact(flow, name="Q_m3s"), exact(front_speed, name="u")
    told, hours = exact(notice, name="notice_min"), exact(hold_hours, name="hold_hours")
    for name, value in (("Q_m3s", discharge), ("front_speed_ms", speed), ("hold_hours", hours)):
        if value <= 0:
            raise InputError(f"{name} must be above 0.", fix=f"Give {name} above 0.")
    if told < 0:
        raise InputError("notice_min must not be negative.", fix="Give the minutes until the operators know.")
    need = discharge * hours * 3600
    points = tuple(
        _response(facility, start, speed, told, discharge, need)
        for facility in sorted(facilities, key=lambda facility: facility.km)
        if facility.km >= start
    )
    full = [point.km for point in points if point.role == "full"]
    return ResponsePlan(points, need, full[0] if full else None, tuple(p.km for p in points if p.role == "delay"))


def _response(
    facility: Facility, start: Fraction, speed: Fraction, told: Fraction, discharge: Fraction, need: Fraction
) -> PointResponse:
    arrival = (facility.km - start) * 1000 / speed / 60
    margin = None if facility.closing is None else arrival - told - facility.closing
    hold = None if facility.store is None else facility.store / discharge / 3600
    role: Role
    if margin is not None and margin < 0:
        role = "no time"
    elif margin is None or facility.store is None:
        role = "unknown"
    else:
        role = "full" if facility.store >= need else "delay"
    return PointResponse(facility.km, arrival, margin, hold, role)
