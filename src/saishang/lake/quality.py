"""Quality control: tests that are data, flags that are only ever added.

`rules/quality/*.yaml` names the tests; here each kind of test is one SQL query on DuckDB over the table's files. Every
row of the span gets one of three outcomes per test: `pass`, `flag`, or `not_evaluated` with the reason. Flags go to
`lake_quality_flag`, counts to `lake_quality_result`; both carry the run, which carries the tests as they were run, the
rules' digest and the table's version. A later run over the same span replaces nothing: the newest one counts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
from psycopg.types.json import Jsonb

from saishang.lake.duck import connect_duck
from saishang.lake.errors import LakeError
from saishang.lake.ledger import Ledger
from saishang.lake.places import stations_table
from saishang.lake.table import ObservationsTable
from saishang.rules import Rules

# ruff: noqa: S608 - the texts joined into SQL are our own; values travel as parameters

__all__ = ["KINDS", "NoData", "Outcome", "QualityRun", "QualityTest", "quality_tests", "run_quality"]

#: Hours before the span that runs and neighbours in time may look back to.
#: Medium → hours that a row of it lasts (0 = a sample at a moment), and its name in messages.
_STEPS = {
    "air": (1, "hourly air"), "water": (0, "sampled water"), "noise": (1, "hourly noise"),
    "radiation": (1, "hourly radiation"), "met": (24, "daily weather"),
}  # fmt: skip
_MARGIN = timedelta(hours=120)
_FLAG = (
    "run", "test", "action", "source", "station", "parameter", "start", "end", "value", "batch", "detail",
)  # fmt: skip


class NoData(LakeError):
    """There is nothing that the tests could look at."""

    code = "no-data"


@dataclass(frozen=True)
class QualityTest:
    """One test: its kind (a key of KINDS), the parameters it looks at, its settings, what a flag does."""

    id: str
    kind: str
    parameters: tuple[str, ...]
    params: Mapping[str, Any]
    action: str


@dataclass(frozen=True)
class Outcome:
    """Counts of one test over a run."""

    test: str
    passed: int
    flagged: int
    not_evaluated: int


@dataclass(frozen=True)
class QualityRun:
    """A finished run."""

    id: int
    table_version: int
    first: datetime
    last: datetime
    results: tuple[Outcome, ...]


def quality_tests(rules: Rules, medium: str = "air") -> list[QualityTest]:
    """Return the enabled tests of a medium (Errors: LakeError for a kind that does not exist)."""
    tests = []
    for name, document in rules.documents_under("quality").items():
        if document.get("medium", medium) != medium:
            continue
        for entry in document["tests"]:
            if not entry.get("enabled", True):
                continue
            if entry["test"] not in KINDS:
                raise LakeError(
                    f"expected a kind of test among {', '.join(KINDS)}, got {entry['test']!r}",
                    fix="correct the key `test`",
                    where=f"{name}.yaml: {entry['id']}",
                    code="quality-test",
                )
            tests.append(
                QualityTest(
                    id=str(entry["id"]),
                    kind=str(entry["test"]),
                    parameters=tuple(str(code) for code in entry["parameters"]),
                    params=dict(entry["params"]),
                    action=str(entry["action"]),
                )
            )
    return tests


def run_quality(
    table: ObservationsTable, ledger: Ledger, rules: Rules, *, first: datetime | None = None,
    last: datetime | None = None, actor: str = "", tests: list[QualityTest] | None = None,
) -> QualityRun:  # fmt: skip
    """Run the tests over rows with `first <= start < last` (default: all there are) and write the outcome.

    Hours of air, noise and radiation, days of weather, four-hourly samples of water; a medium without such rows is
    passed over. Either the whole run is in the ledger or none of it.

    Parameters
    ----------
    tests:
        Tests of air to run instead of all tests of the rules.
    """
    version = table.version
    media = {medium: quality_tests(rules, medium) for medium in _STEPS} if tests is None else {"air": tests}
    results: list[tuple[Any, ...]] = []
    flags: list[tuple[Any, ...]] = []
    spans: list[tuple[datetime, datetime]] = []
    missing: NoData | None = None
    for medium, of_medium in media.items():
        try:
            spans.append(_run_medium(table, rules, version, medium, of_medium, first, last, results, flags))
        except NoData as error:
            missing = missing or error
    if missing is not None and not spans:
        raise missing
    span = (min(begin for begin, _ in spans), max(end for _, end in spans))
    chosen = [test for of_medium in media.values() for test in of_medium]
    number = _write(ledger, version, rules, span, chosen, results, flags, actor)
    totals = tuple(
        Outcome(
            test.id,
            sum(row[4] for row in results if row[0] == test.id),
            sum(row[5] for row in results if row[0] == test.id),
            sum(row[6] for row in results if row[0] == test.id),
        )
        for test in chosen
    )
    return QualityRun(number, version, span[0], span[1], totals)


def _run_medium(
    table: ObservationsTable, rules: Rules, version: int, medium: str, tests: list[QualityTest], first: datetime | None,
    last: datetime | None, results: list[tuple[Any, ...]], flags: list[tuple[Any, ...]],
) -> tuple[datetime, datetime]:  # fmt: skip
    """Add the outcome of one medium's tests to `results` and `flags`; the span that was looked at."""
    duck = connect_duck()
    try:
        span = _observations(duck, table, version, medium, first, last)
        duck.register("stations", stations_table(rules))
        for test in tests:
            outcome, values = KINDS[test.kind](test, rules)
            duck.execute(
                "create or replace temp table outcome as select o.*, p.outcome, p.reason, p.detail from "
                f'({outcome}) p join hours o using (source, station, parameter, "start") '
                'where o."start" >= $first and o."start" < $last',
                {**values, "first": span[0], "last": span[1]},
            )
            results += [
                (test.id, *row)
                for row in duck.execute(
                    "select source, station, parameter, count(*) filter (outcome = 'pass'), "
                    "count(*) filter (outcome = 'flag'), count(*) filter (outcome = 'not_evaluated'), reason "
                    "from outcome group by source, station, parameter, reason order by all"
                ).fetchall()
            ]
            flags += [
                (test.id, test.action, *row)
                for row in duck.execute(
                    'select source, station, parameter, "start", "end", "value", batch, detail from outcome '
                    "where outcome = 'flag' order by station, parameter, \"start\""
                ).fetchall()
            ]
    finally:
        duck.close()
    return span


def _observations(
    duck: duckdb.DuckDBPyConnection, table: ObservationsTable, version: int, medium: str, first: datetime | None,
    last: datetime | None,
) -> tuple[datetime, datetime]:  # fmt: skip
    """Table `hours`: rows of the medium (hours, days, samples) of the span and of the margin before and after it."""
    low = datetime(1900, 1, 1) if first is None else first - _MARGIN
    high = datetime(2200, 1, 1) if last is None else last + timedelta(hours=1)
    files = [part.path for part in table.parts(version, medium=medium, span=(low, high))]
    if not files:
        raise NoData(f"there are no {medium} observations in this span", fix="load data first, or name another span")
    duck.execute(
        """
        create temp table hours as
        select source, station, parameter, "start", "end", "value", qualifier, batch,
               "value" is not null and (qualifier is null or qualifier = '<') as usable
        from read_parquet($files, hive_partitioning = false)
        where "end" - "start" = to_hours($hours) and "start" >= $low and "start" < $high
        """,
        {"files": files, "low": low, "high": high, "hours": _STEPS[medium][0]},
    )
    found = duck.execute('select min("start"), max("end") from hours').fetchall()[0]
    if found[0] is None:
        raise NoData(f"there are no {_STEPS[medium][1]} observations in this span", fix="load data first")
    # A sample at a moment ends when it begins: the span has to reach past the last one.
    after = timedelta(microseconds=1) if not _STEPS[medium][0] else timedelta()
    return (first or found[0], last or found[1] + after)


# -- kinds of tests: each gives one outcome per row of the parameters it looks at ------------------------------------

_Query = tuple[str, dict[str, Any]]
_KEYS = 'source, station, parameter, "start"'
#: A row that the source itself marks, or that has no value, cannot be judged.
_UNUSABLE = "when not usable then 'not_evaluated'"
_UNUSABLE_WHY = "when not usable then 'marked by the source'"


def _range(test: QualityTest, rules: Rules) -> _Query:
    """Flag a value below `min` or above `max`, by default those of the table of parameters."""
    limits = []
    for code in test.parameters:
        row = rules.parameters[code]
        low = test.params.get("min", row.min)
        high = test.params.get("max", row.max if "min" not in test.params else None)
        limits.append((code, None if low is None else float(low), None if high is None else float(high)))
    return (
        f"""
        select {_KEYS}, case {_UNUSABLE} when "value" < low or "value" > high then 'flag' else 'pass' end as outcome,
            case {_UNUSABLE_WHY} else '' end as reason,
            'plausible: ' || coalesce(low::varchar, '…') || ' to ' || coalesce(high::varchar, '…') as detail
        from hours join (select unnest($codes) as parameter, unnest($lows) as low, unnest($highs) as high)
            using (parameter)
        """,
        {"codes": [x[0] for x in limits], "lows": [x[1] for x in limits], "highs": [x[2] for x in limits]},
    )


def _flat_line(test: QualityTest, _: Rules) -> _Query:
    """Flag every row of a run of `hours` or more consecutive rows, `step_hours` apart, with one value above `above`."""
    return (
        f"""
        select {_KEYS},
            case {_UNUSABLE} when "value" > $above and long >= $hours then 'flag' else 'pass' end as outcome,
            case {_UNUSABLE_WHY} else '' end as reason,
            long || ' hours with the same value from ' || began as detail
        from (
            select *, count(*) over w as long, min("start") over w as began
            from (
                select *, sum(breaks) over (partition by source, station, parameter order by "start") as run
                from (
                    select *, (lag("value") over s is distinct from "value"
                        or lag(usable) over s is distinct from usable
                        or lag("start") over s is distinct from "start" - to_hours($step))::int as breaks
                    from hours where list_contains($codes, parameter)
                    window s as (partition by source, station, parameter order by "start")
                )
            )
            window w as (partition by source, station, parameter, run)
        )
        """,
        {
            "codes": list(test.parameters),
            "hours": int(test.params["hours"]),
            "step": int(test.params.get("step_hours", 1)),
            "above": float(test.params.get("above", -1e300)),
        },
    )


_AROUND = f"""
    select {_KEYS}, "value", usable,
        case when lag("start") over s = "start" - interval 1 hour and lag(usable) over s then lag("value") over s end
            as before,
        case when lead("start") over s = "start" + interval 1 hour and lead(usable) over s then lead("value") over s end
            as after
    from hours where list_contains($codes, parameter)
    window s as (partition by source, station, parameter order by "start")
"""


def _spike(test: QualityTest, _: Rules) -> _Query:
    """Flag an hour above both neighbours in time by more than `rise` and more than `ratio` times."""
    return (
        f"""
        select {_KEYS},
            case {_UNUSABLE} when before is null or after is null then 'not_evaluated'
                when "value" - greatest(before, after) > $rise and "value" > $ratio * greatest(before, after)
                then 'flag' else 'pass' end as outcome,
            case {_UNUSABLE_WHY} when before is null or after is null then 'an hour beside it is missing' else '' end
                as reason,
            'before ' || before || ', after ' || after as detail
        from ({_AROUND})
        """,
        {
            "codes": list(test.parameters),
            "rise": float(test.params["rise"]),
            "ratio": float(test.params.get("ratio", 1)),
        },
    )


def _rate_of_change(test: QualityTest, _: Rules) -> _Query:
    """Flag a change of more than `per_hour` since the hour before."""
    return (
        f"""
        select {_KEYS},
            case {_UNUSABLE} when before is null then 'not_evaluated'
                when abs("value" - before) > $per_hour then 'flag' else 'pass' end as outcome,
            case {_UNUSABLE_WHY} when before is null then 'the hour before is missing' else '' end as reason,
            'before ' || before as detail
        from ({_AROUND})
        """,
        {"codes": list(test.parameters), "per_hour": float(test.params["per_hour"])},
    )


def _order(test: QualityTest, _: Rules) -> _Query:
    """Flag a value above that of another parameter (`not_above`) in the same hour."""
    return (
        f"""
        select a.source, a.station, a.parameter, a."start",
            case when not a.usable or b."value" is null then 'not_evaluated'
                when a."value" > b."value" then 'flag' else 'pass' end as outcome,
            case when not a.usable then 'marked by the source'
                when b."value" is null then $other || ' is missing' else '' end as reason,
            $other || ' ' || b."value" as detail
        from hours a left join (select {_KEYS}, "value" from hours where parameter = $other and usable) b
            on b.source = a.source and b.station = a.station and b."start" = a."start"
        where list_contains($codes, a.parameter)
        """,
        {"codes": list(test.parameters), "other": str(test.params["not_above"])},
    )


def _neighbours(test: QualityTest, _: Rules) -> _Query:
    """Flag a value far from the other stations of its city within `radius_km`: robust z above `z`.

    z = 0.6745 (value - median) / MAD; 0.6745 makes MAD comparable with a standard deviation. MAD is at least
    `spread_floor` x 0.6745, so that a very calm hour does not make every difference look large. Fewer than `at_least`
    neighbours with a value: not evaluated. Great-circle distance on a sphere of 6371 km.
    """
    floors: Mapping[str, Any] = test.params.get("spread_floor") or {}
    return (
        f"""
        with near as (
            select a.station, b.station as other from stations a join stations b
                on a.region = b.region and a.station <> b.station
            where 2 * 6371 * asin(sqrt(pow(sin(radians(b.lat - a.lat) / 2), 2)
                + cos(radians(a.lat)) * cos(radians(b.lat)) * pow(sin(radians(b.lon - a.lon) / 2), 2))) <= $radius
        ),
        mine as (select {_KEYS}, "value", usable from hours where list_contains($codes, parameter)),
        others as (
            select a.source, a.station, a.parameter, a."start", any_value(a."value") as "value",
                list(b."value") as neighbours
            from mine a join near n using (station)
            join mine b on b.station = n.other and b.parameter = a.parameter and b."start" = a."start"
                and b.source = a.source and b.usable
            where a.usable group by a.source, a.station, a.parameter, a."start"
        ),
        centre as (select *, len(neighbours) as n, list_median(neighbours) as middle from others),
        spread as (
            select *, greatest(list_median(list_transform(neighbours, lambda x: abs(x - middle))),
                0.6745 * coalesce((map_from_entries(
                    list_zip($floor_codes, $floors)::struct(k varchar, v double)[]))[parameter], 0)) as mad
            from centre
        )
        select m.source, m.station, m.parameter, m."start",
            case when not m.usable or coalesce(s.n, 0) < $at_least then 'not_evaluated'
                when abs(0.6745 * (m."value" - s.middle)) > $z * s.mad then 'flag' else 'pass' end as outcome,
            case when not m.usable then 'marked by the source'
                when coalesce(s.n, 0) < $at_least then 'fewer than ' || $at_least || ' neighbours with a value'
                else '' end as reason,
            'median of ' || s.n || ' neighbours ' || s.middle as detail
        from mine m left join spread s using (source, station, parameter, "start")
        """,
        {
            "codes": list(test.parameters),
            "radius": float(test.params["radius_km"]),
            "at_least": int(test.params.get("at_least", 3)),
            "z": float(test.params["z"]),
            "floor_codes": [str(code) for code in floors] or [""],
            "floors": [float(value) for value in floors.values()] or [0.0],
        },
    )


#: Kind of test -> the query that makes it.
KINDS: dict[str, Callable[[QualityTest, Rules], _Query]] = {
    "range": _range,
    "flat_line": _flat_line,
    "spike": _spike,
    "rate_of_change": _rate_of_change,
    "order": _order,
    "neighbours": _neighbours,
}


# -- writing ----------------------------------------------------------------------------------------------------------


def _write(
    ledger: Ledger, version: int, rules: Rules, span: tuple[datetime, datetime], tests: list[QualityTest],
    results: list[tuple[Any, ...]], flags: list[tuple[Any, ...]], actor: str,
) -> int:  # fmt: skip
    as_run = [
        {"id": t.id, "test": t.kind, "parameters": list(t.parameters), "params": _plain(t.params), "action": t.action}
        for t in tests
    ]
    with ledger.connect() as connection, connection.transaction(), connection.cursor() as cursor:
        cursor.execute(
            'insert into lake_quality_run (status, finished_at, actor, table_version, rules_digest, "first", "last", '
            "parameters) values ('finished', now(), %s, %s, %s, %s, %s, %s) returning id",
            (actor, version, rules.digest, span[0], span[1], Jsonb(as_run)),
        )
        row = cursor.fetchone()
        assert row is not None  # noqa: S101 - insert … returning gives a row
        number = int(row["id"])
        with cursor.copy(
            "copy lake_quality_result (run, test, source, station, parameter, passed, flagged, not_evaluated, reason) "
            "from stdin"
        ) as copy:
            for result in results:
                copy.write_row((number, *result))
        names = ", ".join(f'"{name}"' for name in _FLAG)
        with cursor.copy(f"copy lake_quality_flag ({names}) from stdin") as copy:
            for flag in flags:
                copy.write_row((number, *flag[:-1], flag[-1] or ""))
    return number


def _plain(node: Any) -> Any:
    """Settings as JSON; exact decimals as numbers."""
    return json.loads(json.dumps(node, default=lambda x: float(x) if isinstance(x, Decimal) else dict(x)))
