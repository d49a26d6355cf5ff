"""Planted manipulations: each changes one station's hours as somebody might, and says where.

Everything is drawn from one generator, so a seed gives the same plants again. Values stay in the steps in which the
network reports them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from saishang.science.suspicion.network import HOURS, Network
from saishang.science.suspicion.steps import Inspection

__all__ = ["KINDS", "STRENGTHS", "Plant", "plant_all"]

STRENGTHS = ("weak", "medium", "strong")


@dataclass(frozen=True)
class Plant:
    """What was planted: signal it belongs to, how, where, when [hours], and which stations it touches."""

    signal: str
    how: str
    strength: str
    station: int
    parameters: tuple[str, ...]
    begin: int
    end: int
    others: tuple[int, ...] = ()


@dataclass
class Work:
    """A network being changed."""

    network: Network
    values: dict[str, np.ndarray]
    rng: np.random.Generator
    inspections: list[Inspection]

    def write(self, parameter: str, station: int, begin: int, new: np.ndarray) -> None:
        """Put values in the network's steps; missing hours stay missing."""
        quantum = self.network.quantum[parameter]
        old = self.values[parameter][begin : begin + len(new), station]
        made = np.maximum(np.rint(new / quantum) * quantum, 0)
        decimals = 0 if quantum >= 1 else 1
        self.values[parameter][begin : begin + len(new), station] = np.where(
            np.isnan(old), np.nan, made.round(decimals)
        )

    def stretch(self, parameter: str, station: int, hours: int, *, day: bool = False, least: float = 0.95) -> int:
        """A beginning at random with nearly all hours present."""
        column = self.values[parameter][:, station]
        for _ in range(300):
            begin = int(self.rng.integers(HOURS * 10, len(column) - hours - HOURS * 10))
            begin -= begin % HOURS if day else 0
            if (~np.isnan(column[begin : begin + hours])).mean() >= least:
                return begin
        return begin


def _flat(work: Work, station: int, strength: str) -> Plant:
    """The instrument, or somebody, repeats the last value."""
    hours = {"weak": 8, "medium": 16, "strong": 36}[strength]
    parameter = str(work.rng.choice(["PM2.5", "PM10", "NO2", "O3", "SO2"]))
    begin = work.stretch(parameter, station, hours, least=1.0)
    value = work.values[parameter][begin, station]
    work.write(parameter, station, begin, np.full(hours, value))
    return Plant("flat", "stuck", strength, station, (parameter,), begin, begin + hours)


def _copies(work: Work, station: int, strength: str) -> Plant:
    """Another station's or another day's hours stand in place of its own; some with a factor or something added."""
    hours = {"weak": 16, "medium": 30, "strong": 72}[strength]
    parameter = str(work.rng.choice(["PM2.5", "PM10", "NO2", "O3"]))
    how = str(work.rng.choice(["station", "station_shifted", "own_past", "offset", "factor"]))
    begin = work.stretch(parameter, station, hours)
    shift = 0 if how == "station" else HOURS * int(work.rng.integers(1, 8))
    near = work.network.neighbours[station]
    other = station if how == "own_past" or not len(near) else int(work.rng.choice(near))
    if other == station:
        shift = shift or HOURS
    new = work.values[parameter][begin - shift : begin - shift + hours, other].copy()
    new = np.where(np.isnan(new), work.values[parameter][begin : begin + hours, station], new)
    if how == "offset":
        new = new - 4
    elif how == "factor":
        new = new * 0.8
    work.write(parameter, station, begin, new)
    return Plant("copies", how, strength, station, (parameter,), begin, begin + hours, (other,))


def _sprinkled(work: Work, station: int, strength: str) -> Plant:
    """Water at the inlet for some hours of most days over three weeks."""
    drop = {"weak": 0.2, "medium": 0.35, "strong": 0.5}[strength]
    days = 21
    block, hour = int(work.rng.integers(2, 5)), int(work.rng.integers(0, 20))
    begin = work.stretch("PM10", station, days * HOURS, day=True, least=0.85)
    for day in range(days):
        if work.rng.random() < 0.15:
            continue
        at = begin + day * HOURS + hour
        span = slice(at, at + block)
        part = 1 - drop * work.rng.uniform(0.8, 1.2)
        work.write("PM10", station, at, work.values["PM10"][span, station] * part)
        work.write("PM2.5", station, at, work.values["PM2.5"][span, station] * (1 - (1 - part) * 0.5))
    return Plant("sprinkled", f"{block}h", strength, station, ("PM10", "PM2.5"), begin, begin + days * HOURS)


def _steps(work: Work, station: int, strength: str) -> Plant:
    """The level is lower while somebody looks: during an inspection, at month ends, or from some day on."""
    part = {"weak": 0.85, "medium": 0.7, "strong": 0.5}[strength]
    how = str(work.rng.choice(["inspection", "month_end", "lasting"]))
    codes = tuple(str(x) for x in work.rng.choice(["PM2.5", "PM10", "SO2", "NO2"], 1))
    dates = work.network.start[::HOURS].astype("datetime64[D]")
    if how == "month_end":
        months = dates.astype("datetime64[M]")
        last = (months + 1).astype("datetime64[D]") - 3
        marked = np.flatnonzero(dates >= last)
        for day in marked:
            for code in codes:
                at = int(day) * HOURS
                work.write(code, station, at, work.values[code][at : at + HOURS, station] * part)
        return Plant("steps", how, strength, station, codes, int(marked[0]) * HOURS, (int(marked[-1]) + 1) * HOURS)
    days = 10 if how == "inspection" else 50
    begin = work.stretch(codes[0], station, days * HOURS, day=True, least=0.85)
    if how == "inspection":
        first = dates[begin // HOURS]
        places = frozenset({work.network.groups[station]})
        work.inspections.append(Inspection(f"planted {first}", first, first + (days - 1), places))
    for code in codes:
        work.write(code, station, begin, work.values[code][begin : begin + days * HOURS, station] * part)
    return Plant("steps", how, strength, station, codes, begin, begin + days * HOURS)


def _ratios(work: Work, station: int, strength: str) -> Plant:
    """Fine and coarse particles stop fitting together for a week."""
    days = 7
    begin = work.stretch("PM10", station, days * HOURS, day=True, least=0.85)
    span = slice(begin, begin + days * HOURS)
    if work.rng.random() < 0.5:
        part = {"weak": 0.8, "medium": 0.65, "strong": 0.45}[strength]
        code = str(work.rng.choice(["PM10", "PM2.5"]))
        work.write(code, station, begin, work.values[code][span, station] * part)
        return Plant("ratios", "level", strength, station, (code,), begin, span.stop)
    share = {"weak": 0.3, "medium": 0.6, "strong": 1.0}[strength]
    coarse = work.values["PM10"][span, station]
    fine = np.where(
        work.rng.random(len(coarse)) < share, coarse + 3 + work.rng.integers(0, 10), work.values["PM2.5"][span, station]
    )
    work.write("PM2.5", station, begin, np.where(np.isnan(coarse), work.values["PM2.5"][span, station], fine))
    return Plant("ratios", "inverted", strength, station, ("PM2.5", "PM10"), begin, span.stop)


def _neighbours(work: Work, station: int, strength: str) -> Plant:
    """One parameter leaves its neighbours for some days, or drifts away over a month."""
    code = str(work.rng.choice(["PM2.5", "PM10", "SO2", "NO2", "CO", "O3"]))
    if work.rng.random() < 0.5:
        days, part = 4, {"weak": 0.7, "medium": 0.5, "strong": 0.25}[strength]
        begin = work.stretch(code, station, days * HOURS, day=True, least=0.85)
        factor: np.ndarray | float = part
        how = "sudden"
    else:
        days, part = 30, {"weak": 0.75, "medium": 0.6, "strong": 0.4}[strength]
        begin = work.stretch(code, station, days * HOURS, day=True, least=0.8)
        factor = np.linspace(1, part, days * HOURS)
        how = "drift"
    span = slice(begin, begin + days * HOURS)
    work.write(code, station, begin, work.values[code][span, station] * factor)
    return Plant("neighbours", how, strength, station, (code,), begin, span.stop)


def _digits(work: Work, station: int, strength: str) -> Plant:
    """A person writes the figures: favourite last digits for a month, or figures kept just below an edge."""
    if work.rng.random() < 0.5:
        code, days = str(work.rng.choice(["PM10", "PM2.5", "O3"])), 30
        share = {"weak": 0.2, "medium": 0.4, "strong": 0.8}[strength]
        begin = work.stretch(code, station, days * HOURS, day=True, least=0.8)
        span = slice(begin, begin + days * HOURS)
        old = work.values[code][span, station]
        invented = np.floor(old / 10) * 10 + work.rng.choice(
            10, len(old), p=[0.25, 0.03, 0.08, 0.12, 0.05, 0.22, 0.08, 0.05, 0.09, 0.03]
        )
        work.write(code, station, begin, np.where(work.rng.random(len(old)) < share, invented, old))
        return Plant("digits", "digits", strength, station, (code,), begin, span.stop)
    code, edge = (("PM2.5", 35), ("PM10", 150))[int(work.rng.integers(2))]
    share = {"weak": 0.4, "medium": 0.7, "strong": 1.0}[strength]
    old = work.values[code][:, station].copy()
    moved = (old > edge) & (old <= edge + 5) & (work.rng.random(len(old)) < share)
    work.write(code, station, 0, np.where(moved, edge - (old - edge) + 1, old))
    return Plant("digits", "heap", strength, station, (code,), 0, len(old))


KINDS: dict[str, Callable[[Work, int, str], Plant]] = {
    "flat": _flat, "copies": _copies, "sprinkled": _sprinkled, "steps": _steps, "ratios": _ratios,
    "neighbours": _neighbours, "digits": _digits,
}  # fmt: skip


def plant_all(
    network: Network, seed: int, strength: str, *, each: int = 1
) -> tuple[Network, list[Plant], list[Inspection]]:
    """Plant every kind `each` times at stations of their own; the changed network, the plants, the inspections."""
    rng = np.random.default_rng(seed)
    work = Work(network, {code: values.copy() for code, values in network.values.items()}, rng, [])
    watched = [s for s in range(len(network.stations)) if len(network.neighbours[s]) >= 2]
    stations = rng.permutation(watched)
    plants = []
    for number, kind in enumerate(name for name in KINDS for _ in range(each)):
        plants.append(_planted(work, kind, int(stations[number % len(stations)]), strength))
    return replace(network, values=work.values), plants, work.inspections


def _planted(work: Work, kind: str, station: int, strength: str) -> Plant:
    """Plant; again where a copy or a flat line found hardly any hours to change (the network had none then)."""
    for _ in range(20):
        before = {code: values[:, station].copy() for code, values in work.values.items()}
        plant = KINDS[kind](work, station, strength)
        if kind not in ("flat", "copies"):
            break
        code = plant.parameters[0]
        changed = work.values[code][plant.begin : plant.end, station] != before[code][plant.begin : plant.end]
        there = ~np.isnan(before[code][plant.begin : plant.end])
        if (changed & there).mean() >= 0.7:
            break
        for name, column in before.items():
            work.values[name][:, station] = column
    return plant
