"""Leads of suspicious data on planted cases: precision and recall, beside the hour tests of `rules/quality/air.yaml`.

    python bench/suspicion.py [--trials 12] [--seed 1] [--hours FILE.parquet …] [--places FILE.csv] [--no-peer]

The real hours of the network (Ningxia and its neighbours, January to September 2019, when they are at hand in
`../shared/data/air`; otherwise the file that the package carries) are searched as they are; then in each trial every
kind of manipulation is planted at stations of its own, and the network is searched again. A plant is found when its own
signal names its station, its parameter and a part of its time; "any" counts every signal. Leads that the untouched
network gives already are known and set apart; precision is the share of the new ones that touch a plant. Leads that the
untouched network gives at four times the false share are its own oddities, which a plant lifts over the threshold (the
rate is controlled over all): precision is printed without them too. The peer
flags hours; its new station-days are held against the same plants in the same way.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from suspicion_plants import KINDS, STRENGTHS, Plant, plant_all

from saishang.science.suspicion.from_rules import rule_of
from saishang.science.suspicion.leads import SIGNALS, Lead, SuspicionRule, find_leads, station_scores
from saishang.science.suspicion.network import HOURS, Network

ROOT = Path(__file__).resolve().parents[1]
REAL = ROOT.parent / "shared" / "data" / "air"
CODES = {"pm25": "PM2.5", "pm10": "PM10", "so2": "SO2", "no2": "NO2", "co": "CO", "o3": "O3"}
Stretch = tuple[int, int]


def read_network(files: Sequence[Path], places: Path, rule: SuspicionRule) -> Network:
    """The network of wide files (time, station_code, pm25 …); an hour is stamped at its end."""
    with places.open(encoding="utf-8-sig", newline="") as lines:
        listed = {row.get("station_code") or row["code"]: row for row in csv.DictReader(lines)}
    tables = [pq.read_table(path, columns=["time", "station_code", *CODES]) for path in files]
    codes = [np.array(table["station_code"].cast(pa.string()).to_pylist()) for table in tables]
    times = [table["time"].to_numpy().astype("datetime64[h]") - np.timedelta64(1, "h") for table in tables]
    stations = sorted({str(code) for one in codes for code in one} & listed.keys())
    first = min(one.min() for one in times).astype("datetime64[D]").astype("datetime64[h]")
    last = (max(one.max() for one in times).astype("datetime64[D]") + 1).astype("datetime64[h]")
    start = np.arange(first, last)
    place = {code: number for number, code in enumerate(stations)}
    values = {name: np.full((len(start), len(stations)), np.nan) for name in CODES.values()}
    for table, one, when in zip(tables, codes, times, strict=True):
        known = np.array([place.get(str(code), -1) for code in one])
        at = (when - first).astype(int)
        for column, name in CODES.items():
            cells = table[column].cast(pa.float64()).to_numpy()
            values[name][at[known >= 0], known[known >= 0]] = cells[known >= 0]
    values["CO"] = values["CO"].round(1)
    rows = [listed[code] for code in stations]
    return Network(
        start, tuple(stations), tuple(row.get("city") or row["region"] for row in rows),
        np.array([float(row["lon"]) for row in rows]), np.array([float(row["lat"]) for row in rows]), values,
        {name: 0.1 if name == "CO" else 1.0 for name in CODES.values()},
        rule.radius_km, rule.most_neighbours, rule.floors, rule.dust,
    )  # fmt: skip


def real_network(rule: SuspicionRule) -> tuple[Network, str]:
    """The network that is at hand, and what it is."""
    files = [REAL / f"cnemc_hourly_2019_{name}_jan_sep.parquet" for name in ("ningxia", "neighbours")]
    if all(path.is_file() for path in files):
        return read_network(files, REAL / "cnemc_stations_2020.csv", rule), "Ningxia and its neighbours"
    inside = ROOT / "src" / "saishang"
    file = inside / "demo_data" / "air_hourly_ningxia_2019_01_09.parquet"
    return read_network([file], inside / "rules" / "sites" / "ningxia" / "air_stations.csv", rule), "Ningxia"


def hours_of(network: Network, lead: Lead) -> Stretch:
    """Places of a lead's hours in the network."""
    return int((lead.first - network.start[0]).astype(int)), int((lead.last - network.start[0]).astype(int))


def meets(one: Stretch, two: Stretch) -> bool:
    """Whether two stretches have an hour in common."""
    return one[0] < two[1] and two[0] < one[1]


def known_before(network: Network, lead: Lead, before: Sequence[Lead]) -> bool:
    """Whether the untouched network gives this lead already."""
    return any(
        (lead.signal, lead.station, lead.parameter) == (old.signal, old.station, old.parameter)
        and meets(hours_of(network, lead), hours_of(network, old))
        for old in before
    )


def touches(network: Network, lead: Lead, plant: Plant) -> bool:
    """Whether a lead names a planted station and a part of its time and its parameters."""
    ours = {network.stations[plant.station]} | {network.stations[other] for other in plant.others}
    if lead.station not in ours and lead.other not in ours:
        return False
    if not set(lead.parameter.replace("+", "/").split("/")) & set(plant.parameters):
        return False
    spans = [(plant.begin, plant.end)]
    return any(meets(hours_of(network, lead), span) for span in spans) or lead.signal == "copies"


class Tally:
    """Counts of plants found, and of leads that are new."""

    def __init__(self) -> None:
        self.planted: Counter[tuple[str, str]] = Counter()
        self.own: Counter[tuple[str, str]] = Counter()
        self.any: Counter[tuple[str, str]] = Counter()
        self.how: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        self.true: Counter[str] = Counter()
        self.new: Counter[str] = Counter()
        self.odd: Counter[str] = Counter()
        self.seconds: list[float] = []

    def precision(self, signal: str | None = None) -> float | None:
        """Share of the new leads that touch a plant."""
        new = self.new.total() if signal is None else self.new[signal]
        true = self.true.total() if signal is None else self.true[signal]
        return true / new if new else None

    def recall(self, strength: str, signal: str | None = None, *, own: bool = True) -> float | None:
        """Share of the plants that are found."""
        signals = SIGNALS if signal is None else (signal,)
        planted = sum(self.planted[name, strength] for name in signals)
        counts = self.own if own else self.any
        return sum(counts[name, strength] for name in signals) / planted if planted else None


def trial(
    network: Network, rule: SuspicionRule, before: Sequence[Lead], seed: int, strength: str, tally: Tally,
    nearly: Sequence[Lead] = (),
) -> None:  # fmt: skip
    """Plant, search, count."""
    changed, plants, inspections = plant_all(network, seed, strength)
    begun = time.perf_counter()
    leads = find_leads(changed, rule, inspections)
    tally.seconds.append(time.perf_counter() - begun)
    fresh = [lead for lead in leads if not known_before(network, lead, before)]
    for lead in fresh:
        tally.new[lead.signal] += 1
        true = any(touches(network, lead, plant) for plant in plants)
        tally.true[lead.signal] += true
        tally.odd[lead.signal] += not true and known_before(network, lead, nearly)
    for plant in plants:
        key = (plant.signal, strength)
        hits = [lead for lead in fresh if touches(network, lead, plant)]
        own = any(lead.signal == plant.signal for lead in hits)
        tally.planted[key] += 1
        tally.own[key] += own
        tally.any[key] += bool(hits)
        tally.how[f"{plant.signal}.{plant.how if plant.signal != 'sprinkled' else 'drop'}", strength].append(own)


class Peer:
    """The hour tests of `rules/quality/air.yaml`, run by the lake's own queries on the same hours."""

    def __init__(self, network: Network) -> None:
        from saishang.lake.quality import quality_tests
        from saishang.rules import load_rules

        self.rules = load_rules()
        self.tests = quality_tests(self.rules)
        self.network = network

    def flags(self, network: Network) -> set[tuple[str, str, int]]:
        """(station, parameter, hour) of everything that is flagged."""
        from saishang.lake.duck import connect_duck
        from saishang.lake.quality import KINDS as TESTS

        stations = pa.table({
            "station": list(network.stations), "region": list(network.groups), "lon": network.lon, "lat": network.lat,
        })  # fmt: skip
        parts = []
        for code, values in network.values.items():
            hour, station = np.nonzero(~np.isnan(values))
            start = network.start[hour].astype("datetime64[us]")
            parts.append(pa.table({
                "station": pa.array(np.array(network.stations)[station]), "parameter": pa.array([code] * len(hour)),
                "start": start, "end": start + np.timedelta64(3600, "s"), "value": values[hour, station],
            }))  # fmt: skip
        duck = connect_duck()
        found = set()
        try:
            duck.register("rows", pa.concat_tables(parts))
            duck.execute(
                "create temp table hours as select 'bench' as source, *, null::varchar as qualifier, 1 as batch, "
                "true as usable from rows"
            )
            duck.register("stations", stations)
            for test in self.tests:
                query, values = TESTS[test.kind](test, self.rules)
                rows = duck.execute(
                    f"select station, parameter, \"start\" from ({query}) where outcome = 'flag'", values
                ).fetchall()
                origin = network.start[0].astype("datetime64[us]").item()
                found |= {(s, p, round((t - origin).total_seconds()) // 3600) for s, p, t in rows}
        finally:
            duck.close()
        return found


def peer_trial(peer: Peer, before: set[tuple[str, str, int]], seed: int, strength: str, tally: Tally) -> None:
    """The same plants, flagged by hours; a lead is a station-day of a parameter with a new flag."""
    changed, plants, _ = plant_all(peer.network, seed, strength)
    begun = time.perf_counter()
    fresh = peer.flags(changed) - before
    tally.seconds.append(time.perf_counter() - begun)
    days = {(s, p, hour // HOURS) for s, p, hour in fresh}
    places = {code: number for number, code in enumerate(peer.network.stations)}

    def inside(row: tuple[str, str, int], plant: Plant) -> bool:
        span = (row[2] * HOURS, row[2] * HOURS + HOURS)
        return places[row[0]] == plant.station and row[1] in plant.parameters and meets(span, (plant.begin, plant.end))

    for row in days:
        tally.new["peer"] += 1
        tally.true["peer"] += any(inside(row, plant) for plant in plants)
    for plant in plants:
        hit = any(inside(row, plant) for row in days)
        for counts in (tally.own, tally.any):
            counts[plant.signal, strength] += hit
        tally.planted[plant.signal, strength] += 1


def percent(value: float | None) -> str:
    """For the table."""
    return "—" if value is None else f"{100 * value:.0f} %"


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    from saishang.rules import load_rules

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=12, help="trials of each strength")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hours", type=Path, nargs="*")
    parser.add_argument("--places", type=Path)
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--list", type=int, default=40, help="how many leads of the untouched network to print")
    asked = parser.parse_args(arguments)
    rule = rule_of(load_rules().document("suspicion"))
    if asked.hours and asked.places:
        network, what = read_network(asked.hours, asked.places, rule), "given files"
    else:
        network, what = real_network(rule)
    print(f"{what}: {len(network.stations)} stations, {network.days} days")
    begun = time.perf_counter()
    before = find_leads(network, rule)
    ours = time.perf_counter() - begun
    counts = Counter(lead.signal for lead in before)
    print(
        f"untouched: {len(before)} leads in {ours:.1f} s " + ", ".join(f"{s} {counts[s]}" for s in SIGNALS if counts[s])
    )
    for lead in before[: asked.list]:
        numbers = {k: v for k, v in lead.numbers.items() if k not in ("digits", "expected")}
        print(f"  {lead.score:5.1f} {lead.signal} {lead.variant} {lead.group} {lead.station} {lead.parameter} "
              f"{lead.other} {lead.first} … {lead.last} {numbers}")  # fmt: skip
    agreeing = [row for row in station_scores(before) if len(row.families) > 1]
    print(
        "stations on which families agree: "
        + (", ".join(f"{r.station} {'+'.join(r.families)}" for r in agreeing) or "none")
    )
    tally = Tally()
    nearly = find_leads(network, replace(rule, false_share=min(4 * rule.false_share, 1.0)))
    for number in range(asked.trials):
        for strength in STRENGTHS:
            trial(network, rule, before, asked.seed * 1000 + number, strength, tally, nearly)
    table("signals", tally)
    if not asked.no_peer:
        peer, peer_tally = Peer(network), Tally()
        flagged = peer.flags(network)
        for number in range(asked.trials):
            for strength in STRENGTHS:
                peer_trial(peer, flagged, asked.seed * 1000 + number, strength, peer_tally)
        table("peer: hour tests of rules/quality/air.yaml", peer_tally)
        days = len({(s, p, h // HOURS) for s, p, h in flagged})
        print(f"peer flags {days:,} station-days of the untouched network; the signals name {len(before)} leads")
        # Somebody who looks at everything that is named, known or new: how much of it touches a plant?
        searches = 3 * asked.trials
        for name, one, load in (("signals", tally, len(before)), ("peer", peer_tally, days)):
            print(f"  {name}: {percent(one.true.total() / (one.new.total() + searches * load))} of all that is named")
        for strength in STRENGTHS:
            mine, theirs = tally.recall(strength, own=False), peer_tally.recall(strength)
            if mine is not None and theirs:
                print(f"recall ratio, {strength}: {mine / theirs:.1f} (ours {percent(mine)}, peer {percent(theirs)})")
        print(f"time ratio: {np.median(tally.seconds) / np.median(peer_tally.seconds):.1f} "
              f"(ours {np.median(tally.seconds):.1f} s, peer {np.median(peer_tally.seconds):.1f} s)")  # fmt: skip
    return 0


def table(title: str, tally: Tally) -> None:
    """Print recall by kind and strength, and precision."""
    print(f"\n{title}")
    print(f"{'planted':22}" + "".join(f"{s + ' own/any':>22}" for s in STRENGTHS) + f"{'precision of signal':>24}")
    for kind in KINDS:
        cells = "".join(
            f"{percent(tally.recall(s, kind)) + ' / ' + percent(tally.recall(s, kind, own=False)):>22}"
            for s in STRENGTHS
        )
        told = f"{percent(tally.precision(kind))} of {tally.new[kind]}"
        print(f"{kind:22}{cells}{told:>24}")
    cells = "".join(f"{percent(tally.recall(s)) + ' / ' + percent(tally.recall(s, own=False)):>22}" for s in STRENGTHS)
    print(f"{'all':22}{cells}{percent(tally.precision()) + ' of ' + str(tally.new.total()):>24}")
    for how in sorted({name for name, _ in tally.how}):
        print(f"  {how:28}" + "".join(
            f"{s}: {sum(tally.how[how, s])}/{len(tally.how[how, s])}   " for s in STRENGTHS if tally.how.get((how, s))
        ))  # fmt: skip
    rest = tally.new.total() - tally.odd.total()
    without = percent(tally.true.total() / rest if rest else None)
    print(
        f"precision overall: {percent(tally.precision())}, without oddities of the untouched network {without}; "
        f"median {np.median(tally.seconds):.1f} s a search"
    )


if __name__ == "__main__":
    sys.exit(main())
