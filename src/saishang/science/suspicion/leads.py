"""All signals together: leads with scores, and stations by how many independent signals agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from saishang.science.suspicion import copies, digits, flat, neighbours, ratios, sprinkled, steps
from saishang.science.suspicion.calibrate import chosen
from saishang.science.suspicion.network import Answer, Found, Network

__all__ = ["FAMILIES", "SIGNALS", "Lead", "StationScore", "SuspicionRule", "find_leads", "station_scores"]

SIGNALS = ("flat", "copies", "sprinkled", "steps", "ratios", "neighbours", "digits")
#: Signals that look at the same thing count once when stations are compared: a changed level is seen three ways.
FAMILIES = {
    "flat": "values", "copies": "copies", "digits": "digits", "sprinkled": "particles", "ratios": "level",
    "steps": "level", "neighbours": "level",
}  # fmt: skip

#: Signals that compare with neighbours: what one station does, its neighbours seem to do the other way.
AGAINST_NEIGHBOURS = ("sprinkled", "steps", "ratios", "neighbours")


@dataclass(frozen=True)
class SuspicionRule:
    """Settings of all signals.

    Attributes
    ----------
    false_share:
        False discovery rate at which leads are told.
    gaps:
        Signal → hours between stretches that are joined.
    harmless:
        (signal, variant or empty) → codes of harmless explanations, the likeliest first.
    """

    false_share: float
    radius_km: float
    most_neighbours: int
    floors: Mapping[str, float]
    dust: float
    gaps: Mapping[str, int]
    flat: flat.FlatRule
    copies: copies.CopyRule
    sprinkled: sprinkled.SprinkledRule
    steps: steps.StepRule
    ratios: ratios.RatioRule
    neighbours: neighbours.NeighbourRule
    digits: digits.DigitRule
    harmless: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Lead:
    """A lead (线索), never a verdict.

    Attributes
    ----------
    signal, variant, station, group, parameter, other:
        What was asked, of whom, and the other station of a comparison (or empty).
    first, last:
        First hour and the hour after the last, China Standard Time.
    score:
        0–100, ten times the number of zeros of the false discovery rate (`calibrate.score`).
    log10_p:
        Of its one test.
    numbers, harmless:
        Evidence in figures, and codes of harmless explanations.
    """

    signal: str
    variant: str
    station: str
    group: str
    parameter: str
    other: str
    first: np.datetime64
    last: np.datetime64
    score: float
    log10_p: float
    numbers: Mapping[str, Any]
    harmless: tuple[str, ...]


@dataclass(frozen=True)
class StationScore:
    """A station over all its leads: the best score of each family, added up to 100, and how many families agree."""

    station: str
    group: str
    score: float
    families: tuple[str, ...]
    leads: int


def find_leads(
    network: Network, rule: SuspicionRule, inspections: Sequence[steps.Inspection] = (),
    progress: Callable[[str], None] = lambda step: None,
) -> tuple[Lead, ...]:  # fmt: skip
    """Every signal over a network; the highest score first."""
    made: list[Lead] = []
    asks: dict[str, Callable[[], Sequence[Answer]]] = {
        "flat": lambda: flat.find(network, rule.flat),
        "copies": lambda: copies.find(network, rule.copies),
        "sprinkled": lambda: sprinkled.find(network, rule.sprinkled),
        "steps": lambda: steps.find(network, rule.steps, inspections),
        "ratios": lambda: ratios.find(network, rule.ratios),
        "neighbours": lambda: neighbours.find(network, rule.neighbours),
        "digits": lambda: digits.find(network, rule.digits),
    }
    for signal in SIGNALS:
        progress(signal)
        leads = [
            lead for tested in asks[signal]() for lead in chosen(tested, rule.false_share, gap=rule.gaps.get(signal, 0))
        ]
        if signal in AGAINST_NEIGHBOURS:
            leads = attributed(network, leads)
        made += [_lead(network, rule, signal, one, points) for one, points in leads]
    return tuple(
        sorted(made, key=lambda lead: (-lead.score, lead.log10_p, lead.station, lead.parameter, str(lead.first)))
    )


def attributed(network: Network, leads: Sequence[tuple[Found, float]]) -> list[tuple[Found, float]]:
    """Leads without those that are the mirror of a stronger one: a neighbour, the same time, the other direction."""

    def change(one: Found) -> float:
        return float(one.numbers.get("change_percent", 0.0))

    def mirrors(one: Found, other: Found) -> bool:
        return (
            one.parameter == other.parameter and one.begin < other.end and other.begin < one.end
            and change(one) * change(other) < 0 and other.log10_p < one.log10_p
            and (other.series in network.neighbours[one.series])
        )  # fmt: skip

    return [(one, points) for one, points in leads if not any(mirrors(one, other) for other, _ in leads)]


def _lead(network: Network, rule: SuspicionRule, signal: str, one: Found, points: float) -> Lead:
    last = network.start[-1] + np.timedelta64(1, "h") if one.end >= len(network.start) else network.start[one.end]
    harmless = rule.harmless.get(f"{signal}.{one.variant}") or rule.harmless.get(signal, ())
    if one.numbers.get("near_detection"):
        harmless = ("detection_limit", *(code for code in harmless if code != "detection_limit"))
    return Lead(
        signal, one.variant, network.stations[one.series], network.groups[one.series], one.parameter,
        network.stations[one.other] if one.other >= 0 and one.other != one.series else "",
        network.start[one.begin], last,
        points, round(one.log10_p, 2), dict(one.numbers), tuple(harmless),
    )  # fmt: skip


def station_scores(leads: Sequence[Lead]) -> tuple[StationScore, ...]:
    """Stations with leads, most agreeing families and highest score first."""
    by_station: dict[str, list[Lead]] = {}
    for lead in leads:
        by_station.setdefault(lead.station, []).append(lead)
    made = []
    for station, rows in by_station.items():
        best: dict[str, float] = {}
        for lead in rows:
            family = FAMILIES[lead.signal]
            best[family] = max(best.get(family, 0.0), lead.score)
        total = min(100.0, sum(best.values()))
        made.append(StationScore(station, rows[0].group, round(total, 1), tuple(sorted(best)), len(rows)))
    return tuple(sorted(made, key=lambda row: (-len(row.families), -row.score, row.station)))
