"""The chain behind noise: rate ← stations with counts and reasons ← files and lines; mean ← points of a survey."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from saishang.apps.indicators import queries
from saishang.apps.indicators.links import Link
from saishang.apps.indicators.models import Run
from saishang.apps.indicators.noise_tables import SURVEYS, survey_entries
from saishang.apps.registers import queries as registers
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.queries import Filter
from saishang.lake import Lake
from saishang.lake.duck import connect_duck
from saishang.lake.gaps import excluded_flags
from saishang.lake.missing import missing_hours
from saishang.rules import Rules
from saishang.science.noise.series import NoiseRules
from saishang.science.periods import months_between, period_span

__all__ = ["NoiseHour", "hours_of_day", "points_behind", "stations_behind"]


def stations_behind(
    rules: Rules, run: Run, key: Mapping[str, Any], sources: Mapping[str, list[Link]],
    missing: Mapping[str, Mapping[str, int]],
) -> tuple[Link, ...]:  # fmt: skip
    """Every station that counted in a rate, with what its days came to and the files that they came from.

    Parameters
    ----------
    key:
        The row of `noise_rates`: id (region), period, basis, statistic (`day` or `night`).
    sources, missing:
        Files behind each station, and its missing hours by reason.
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
        _station(station, names.get(station, ""), days, str(key["statistic"]), sources, missing.get(station, {}))
        for station, days in found.items()
    )


def _station(
    station: str, name: str, days: list[dict[str, Any]], span: str, sources: Mapping[str, list[Link]],
    missing: Mapping[str, int],
) -> Link:  # fmt: skip
    known = [day for day in days if day["attains"] is not None]
    reasons: dict[str, int] = {}
    for day in days:
        if day["attains"] is None:
            reasons[day["reason"] or "void"] = reasons.get(day["reason"] or "void", 0) + 1
    passed = sum(bool(day["attains"]) for day in known)
    facts = {
        "name": name, "region": days[0]["region"], "zone": days[0]["zone"], "span": span,
        "limit": None if days[0]["limit"] is None else f"{days[0]['limit'] / 10:.1f} dB(A)",
        "passed": passed, "evaluated": len(known), "not_evaluated": len(days) - len(known),
        "hours_missing": dict(missing), "excluded": reasons,
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


@dataclass(frozen=True)
class NoiseHour:
    """One hour of a station in a day of noise (06:00 to 06:00), as the run saw it.

    Attributes
    ----------
    values:
        Parameter → value [its unit], of levels and weather.
    why:
        Why the hour stays out: `not_sent`, `empty`, `rejected`, `closed` (as the gap ledger says it), `marked:…`,
        `removed_by_qc`, `weather`, `not_whole`; empty when it counts.
    batch, line:
        Where its level stands; None when none was sent.
    """

    start: datetime
    by_day: bool
    values: Mapping[str, float | None]
    why: str
    batch: int | None = None
    file_name: str = ""
    line: int | None = None


def hours_of_day(lake: Lake, run_id: str, station: str, day: date) -> list[NoiseHour]:
    """The 24 hours of a day of noise with levels, weather, whether each counts and why not, and its file and line."""
    run = queries.get_run(run_id)
    rules = NoiseRules.from_rules(lake.rules, run.as_of)
    begin = datetime(day.year, day.month, day.day, rules.day_start)
    end = begin + timedelta(days=1)
    months = months_between(day, day + timedelta(days=2))
    files = [path for medium in ("noise", "met") for path in lake.files(run.lake_version, medium=medium, months=months)]
    found: dict[datetime, dict[str, Mapping[str, Any]]] = {}
    if files:
        sql = (
            'select source, parameter, "start", "end", value, qualifier, batch, line '
            "from read_parquet(?, hive_partitioning = false) "
            'where station = ? and "start" >= ? and "start" < ? order by "start", source'
        )
        with connect_duck(threads=2) as connection:
            cursor = connection.execute(sql, [files, station, begin, end])
            names = [column[0] for column in cursor.description or ()]
            for row in (dict(zip(names, values, strict=True)) for values in cursor.fetchall()):
                found.setdefault(row["start"], {})[str(row["parameter"])] = row
    flags = {(s, p, at) for s, name, p, at in excluded_flags(lake.ledger, begin, end, run.started) if name == station}
    absent = {
        hour.start: hour.why
        for hour in missing_hours(
            lake.table, lake.ledger, lake.folders, lake.rules, lake.described(), stations=[station],
            parameters=[rules.level], first=day, last=day + timedelta(days=1), version=run.lake_version,
            known_at=run.started,
        )
    }  # fmt: skip
    known: dict[int, str] = {}
    hours = []
    for step in range(24):
        start = begin + timedelta(hours=step)
        rows = found.get(start, {})
        level = rows.get(rules.level)
        batch = None if level is None else int(level["batch"])
        if batch is not None and batch not in known:
            known[batch] = lake.ledger.batch(batch).file_name
        hours.append(
            NoiseHour(
                start, rules.day_start <= start.hour < rules.day_end,
                {name: row["value"] for name, row in rows.items()}, _why_out(rows, rules, flags, absent.get(start, "")),
                batch,
                "" if batch is None else known[batch], None if level is None else int(level["line"]),
            )
        )  # fmt: skip
    return hours


def _why_out(
    rows: Mapping[str, Mapping[str, Any]], rules: NoiseRules, flags: set[tuple[str, str, datetime]], absent: str
) -> str:
    """Why an hour stays out of the levels, by the same rules as `science.noise.series.hour_sums`.

    `absent`: what the gap ledger says of an hour without a row.
    """
    level = rows.get(rules.level)
    if level is None:
        return absent or "not_sent"
    if (level["source"], rules.level, level["start"]) in flags:
        return "removed_by_qc"
    if level["qualifier"] is not None:
        return f"marked:{level['qualifier']}"
    if level["value"] is None or level["end"] - level["start"] != timedelta(hours=1):
        return "not_whole"
    for name, most in ((rules.wind, rules.wind_above), (rules.rain, 0.0)):
        row = rows.get(name)
        if name == rules.rain and not rules.rain_excludes:
            continue
        usable = row is not None and row["qualifier"] is None and (row["source"], name, row["start"]) not in flags
        if usable and row is not None and row["value"] is not None and row["value"] > most:
            return "weather"
    return ""
