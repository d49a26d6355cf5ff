"""The chain behind noise: rate ← stations with their counts and reasons ← files and lines; mean ← points of a survey."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from saishang.apps.indicators import queries
from saishang.apps.indicators.links import Link
from saishang.apps.indicators.models import Run
from saishang.apps.indicators.noise_tables import SURVEYS, survey_entries
from saishang.apps.registers import queries as registers
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.queries import Filter
from saishang.rules import Rules
from saishang.science.periods import period_span

__all__ = ["points_behind", "stations_behind"]


def stations_behind(
    rules: Rules, run: Run, key: Mapping[str, Any], sources: Mapping[str, list[Link]]
) -> tuple[Link, ...]:
    """Every station that counted in a rate, with what its days came to and the files that they came from.

    Parameters
    ----------
    key:
        The row of `noise_rates`: id (region), period, basis, statistic (`day` or `night`).
    sources:
        Files behind each station.
    """
    begin, end = period_span(str(key["period"]))
    inside = set(registers.inside(rules, str(key["id"])))
    rows = queries.select(
        run.id, "noise_verdicts", "span = ? and basis = ? and day >= ? and day < ?",
        [key["statistic"], key["basis"], begin, end], "station, day",
    )  # fmt: skip
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["region"] in inside:
            found.setdefault(str(row["station"]), []).append(row)
    names = {str(row["station"]): str(row["name"]) for row in queries.select(run.id, "noise_stations")}
    return tuple(
        _station(station, names.get(station, ""), days, str(key["statistic"]), sources)
        for station, days in found.items()
    )


def _station(
    station: str, name: str, days: list[dict[str, Any]], span: str, sources: Mapping[str, list[Link]]
) -> Link:
    known = [day for day in days if day["attains"] is not None]
    reasons: dict[str, int] = {}
    for day in days:
        if day["attains"] is None:
            reasons[day["reason"] or "void"] = reasons.get(day["reason"] or "void", 0) + 1
    passed = sum(bool(day["attains"]) for day in known)
    facts = {
        "name": name, "region": days[0]["region"], "zone": days[0]["zone"], "span": span,
        "limit": None if days[0]["limit"] is None else f"{days[0]['limit'] / 10:.1f} dB(A)",
        "passed": passed, "evaluated": len(known), "not_evaluated": len(days) - len(known), "excluded": reasons,
    }  # fmt: skip
    return Link("noise_station", station, f"{passed}/{len(known)}", "", facts, tuple(sources.get(station, ())))


def points_behind(rules: Rules, run: Run, key: Mapping[str, Any]) -> tuple[Link, ...]:
    """Points or sections of a survey, each an entry of its register, as they were known when the run began."""
    scope, span = str(key["statistic"]).split(":")
    kind = kinds(rules).get(SURVEYS["road" if scope == "road" else "regional"])
    if kind is None:
        return ()
    listed = registers.entries(kind, Filter(on=run.as_of, known_at=run.started))
    mine = survey_entries(listed).get((str(key["id"]), int(key["period"]), str(key["basis"])), [])
    return tuple(
        Link(
            "entry", f"{view.key} {view.title}", str(view.values.get(f"{span}_level") or ""), "dB(A)",
            {
                "register": kind.id, "entry": view.pk, "version": view.number, "length": view.values.get("length"),
                "region": view.region,
            },
        )
        for view in mine
    )  # fmt: skip
