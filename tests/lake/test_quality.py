"""Quality tests on series written down by hand; every outcome is counted on paper."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from saishang.errors import SaishangError
from saishang.lake import Lake
from saishang.lake.gaps import excluded_flags
from saishang.lake.quality import QualityTest, quality_tests, run_quality
from saishang.rules import Rules

START = datetime(2019, 1, 2, 0)


def fill(lake: Lake, folder: Path, series: dict[tuple[str, str], list[float | None]], name: str = "a.csv") -> None:
    """Load series that begin at START, an hour per value; None leaves the hour out."""
    columns = {"PM2.5": "pm25", "PM10": "pm10", "SO2": "so2", "NO2": "no2", "CO": "co", "O3": "o3"}
    lines = ["time,station_code,pm25,pm10,so2,no2,co,o3"]
    for (station, parameter), numbers in series.items():
        for hour, number in enumerate(numbers):
            if number is not None:
                end = START + timedelta(hours=hour + 1)  # stamps are ends
                cells = [f"{number:g}" if code == parameter else "" for code in columns]
                lines.append(f"{end:%Y-%m-%d %H:%M:%S},{station}," + ",".join(cells))
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    lake.ingest(path)


def run(lake: Lake, *tests: QualityTest, **span: Any) -> tuple[dict[str, tuple[int, int, int]], list[tuple[str, int]]]:
    """Counts (passed, flagged, not evaluated) by test, and flagged (station, hour from START)."""
    found = run_quality(lake.table, lake.ledger, lake.rules, tests=list(tests), **span)
    with lake.ledger.connect() as connection:
        flags = connection.execute(
            'select station, "start" from lake_quality_flag where run = %s order by station, "start"', (found.id,)
        ).fetchall()
    return (
        {r.test: (r.passed, r.flagged, r.not_evaluated) for r in found.results},
        [(f["station"], int((f["start"] - START).total_seconds() // 3600)) for f in flags],
    )


def test(kind: str, parameters: tuple[str, ...] = ("PM2.5",), action: str = "flag", **params: Any) -> QualityTest:
    return QualityTest(kind, kind, parameters, params, action)


test.__test__ = False  # type: ignore[attr-defined]  # a builder, not a test


def test_range_at_its_limits(lake: Lake, tmp_path: Path) -> None:
    fill(lake, tmp_path, {("1484A", "PM2.5"): [0, 1, 2999, 3000, 3001]})
    assert run(lake, test("range")) == ({"range": (4, 1, 0)}, [("1484A", 4)])  # table of parameters: 0 to 3000
    assert run(lake, test("range", min=1)) == ({"range": (4, 1, 0)}, [("1484A", 0)])


def test_flat_line_counts_hours_in_a_row(lake: Lake, tmp_path: Path) -> None:
    numbers: list[float | None] = [20, 20, 20, 21, 30, 30, 30, 30, 5, 5, 5, 5, 40, 40, None, 40, 40]
    fill(lake, tmp_path, {("1484A", "PM2.5"): numbers})
    # Three 20s are one short of four; four 30s are a run; four 5s are clean air; the 40s are broken by a gap.
    counts, flags = run(lake, test("flat_line", hours=4, above=10))
    assert flags == [("1484A", hour) for hour in (4, 5, 6, 7)]
    assert counts == {"flat_line": (12, 4, 0)}
    assert run(lake, test("flat_line", hours=4, above=4))[0] == {"flat_line": (8, 8, 0)}
    assert run(lake, test("flat_line", hours=5, above=10))[0] == {"flat_line": (16, 0, 0)}


def test_a_run_that_began_before_the_span_is_seen(lake: Lake, tmp_path: Path) -> None:
    fill(lake, tmp_path, {("1484A", "PM2.5"): [30, 30, 30, 30, 31]})
    span = {"first": START + timedelta(hours=3), "last": START + timedelta(hours=5)}
    assert run(lake, test("flat_line", hours=4, above=10), **span) == ({"flat_line": (1, 1, 0)}, [("1484A", 3)])


def test_spike_needs_both_neighbours_and_both_limits(lake: Lake, tmp_path: Path) -> None:
    # 260 - 50 = 210 > 200 and 260 > 3 * 50; 300 - 100 = 200 is not above 200; 600 - 350 = 250 but 600 < 3 * 350.
    numbers: list[float | None] = [40, 260, 50, 100, 300, 90, 350, 600, 340, None, 900, None]
    fill(lake, tmp_path, {("1484A", "PM2.5"): numbers})
    counts, flags = run(lake, test("spike", rise=200, ratio=3))
    assert flags == [("1484A", 1)]
    # First hour, the one before the gap and the lonely 900 cannot be judged: 10 rows - 3.
    assert counts == {"spike": (6, 1, 3)}


def test_rate_of_change_at_its_limit(lake: Lake, tmp_path: Path) -> None:
    fill(lake, tmp_path, {("1484A", "PM2.5"): [10, 210, 411, 210, None, 500]})
    # +200 passes, +201 and -201 are flagged; the first hour and the one after the gap cannot be judged.
    assert run(lake, test("rate_of_change", per_hour=200)) == (
        {"rate_of_change": (1, 2, 2)},
        [("1484A", 2), ("1484A", 3)],
    )


def test_pm_order_flags_and_keeps(lake: Lake, tmp_path: Path) -> None:
    fill(lake, tmp_path, {("1484A", "PM2.5"): [50, 60, 70], ("1484A", "PM10"): [60, 60, None]})
    fill(
        lake, tmp_path, {("1484A", "PM2.5"): [None, None, None, 90], ("1484A", "PM10"): [None, None, None, 80]}, "b.csv"
    )
    counts, flags = run(lake, test("order", not_above="PM10"))
    assert flags == [("1484A", 3)]  # 60 = 60 passes
    assert counts == {"order": (2, 1, 1)}
    assert len(lake.observations().to_table()) == 7  # nothing was removed


def test_neighbours_by_hand(lake: Lake, tmp_path: Path) -> None:
    # Yinchuan: five city stations within 40 km of one another. 1488A says 200, the others 50, 52, 54, 56.
    # Median 53; deviations 3, 1, 1, 3: MAD 2, below the floor 5 * 0.6745 = 3.3725.
    # z = 0.6745 * 147 / 3.3725 = 29.4 > 8: flagged.
    # 2925A says 56 with neighbours 200, 50, 52, 54: median 53, deviations 147, 3, 1, 1: MAD 2 → floor;
    # z = 0.6745 * 3 / 3.3725 = 0.6: passes.
    codes = ["1488A", "1489A", "2924A", "2925A", "2926A"]
    fill(lake, tmp_path, {(code, "PM2.5"): [n] for code, n in zip(codes, [200, 50, 52, 56, 54], strict=True)})
    neighbours = test("neighbours", radius_km=40, at_least=3, z=8, spread_floor={"PM2.5": 5})
    assert run(lake, neighbours) == ({"neighbours": (4, 1, 0)}, [("1488A", 0)])
    # With z = 29.4 exactly at its limit it is not above it; just below the limit it is.
    assert run(lake, test("neighbours", radius_km=40, at_least=3, z=29.4001, spread_floor={"PM2.5": 5}))[1] == []
    assert run(lake, test("neighbours", radius_km=40, at_least=3, z=29.39, spread_floor={"PM2.5": 5}))[1] != []
    # Five neighbours are not there: not evaluated, never passed.
    assert run(lake, test("neighbours", radius_km=40, at_least=5, z=8))[0] == {"neighbours": (0, 0, 5)}


def test_marked_rows_are_not_evaluated(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(
        "id: own\nmedium: air\nlayout: wide\nlabel: hour_beginning\ntime: t\nstation: s\nmarks: {H: x}\n"
        "values: {pm25: PM2.5}\n"
    )
    data = tmp_path / "a.csv"
    data.write_text("t,s,pm25\n2019-01-02 00:00,X,5000(H)\n2019-01-02 01:00,X,5000\n2019-01-02 02:00,X,<2\n")
    lake.ingest(data, mapping=path)
    assert run(lake, test("range"))[0] == {"range": (1, 1, 1)}
    with lake.ledger.connect() as connection:
        rows = connection.execute("select reason, not_evaluated from lake_quality_result where reason <> ''").fetchall()
    assert [(r["reason"], r["not_evaluated"]) for r in rows] == [("marked by the source", 1)]


def test_flags_are_added_and_the_newest_run_counts(lake: Lake, tmp_path: Path) -> None:
    fill(lake, tmp_path, {("1484A", "PM2.5"): [5000, 10, 5000]})
    whole = (START, START + timedelta(hours=3))
    run(lake, test("range", action="exclude"))
    assert [row[3] for row in excluded_flags(lake.ledger, *whole)] == [START, START + timedelta(hours=2)]
    # A later run over the first hour alone, with a wider range: that hour is free, the third stays excluded.
    run(lake, test("range", action="exclude", max=6000), first=START, last=START + timedelta(hours=1))
    assert [row[3] for row in excluded_flags(lake.ledger, *whole)] == [START + timedelta(hours=2)]
    with lake.ledger.connect() as connection:
        assert connection.execute("select count(*) as n from lake_quality_flag").fetchone()["n"] == 2  # type: ignore[index]
        recorded = connection.execute("select parameters, rules_digest from lake_quality_run order by id").fetchall()
    assert recorded[1]["parameters"][0]["params"] == {"max": 6000}
    assert recorded[0]["rules_digest"] == lake.rules.digest


def test_the_shipped_tests_are_known_and_run(lake: Lake, tmp_path: Path, rules: Rules) -> None:
    fill(lake, tmp_path, {("1484A", "PM2.5"): [10, 12], ("1484A", "CO"): [0.5, 0.6]})
    tests = quality_tests(rules)
    assert {t.kind for t in tests} == {"range", "flat_line", "spike", "rate_of_change", "order", "neighbours"}
    assert {t.action for t in tests} == {"flag"}
    counts, _ = run(lake, *tests)
    assert counts["neighbours"] == (0, 0, 4)
    assert counts["pm-order"] == (0, 0, 2)  # PM10 is missing


def test_no_data_is_an_error_not_a_pass(lake: Lake) -> None:
    with pytest.raises(SaishangError, match="no air observations"):
        run_quality(lake.table, lake.ledger, lake.rules)
