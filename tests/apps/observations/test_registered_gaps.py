"""The gap ledger knows the stations of registers: whose hours are owed since when, and why one is missing."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from saishang.apps.observations import queries
from saishang.apps.registers.actions import add_entry, withdraw_entry
from saishang.apps.registers.kinds import kind_of
from saishang.lake import Lake, quality, registered
from saishang.lake.errors import MappingError
from saishang.lake.gaps import update_gaps
from saishang.lake.missing import missing_counts, missing_hours
from saishang.lake.quality import QualityTest
from saishang.lake.sources import make_source
from saishang.rules import load_rules

RULES = load_rules()
DAY = date(2026, 4, 27)
NOISE = "station,time,Leq,L10,L50,L90,Lmax,wind_ms,rain_mm,status\n"
STORIES = ("expected", "present", "not_sent", "empty", "marked", "rejected", "removed_by_qc", "closed")


def enter(kind: str, code: str, **more: str) -> Any:
    given = {"code": code, "name": f"站{code}", "region": "640104", "opened": "2026-04-01"} | more
    return add_entry("test", kind_of(RULES, kind), RULES, given, today=date(2026, 6, 1), effective=date(2026, 4, 1))


def write(folder: Path, name: str, header: str, *lines: str) -> Path:
    path = folder / name
    path.write_text(header + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def ledger(lake: Lake) -> dict[tuple[str, str], dict[str, int]]:
    update_gaps(lake.table, lake.ledger, lake.folders, lake.rules, lake.described())
    with lake.ledger.connect() as connection:
        rows = connection.execute("select * from lake_gap").fetchall()
    return {(r["station"], r["parameter"]): {name: r[name] for name in STORIES if r[name]} for r in rows}


@pytest.fixture
def noise(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """Station A with an hour of each story; B silent, C closed before, D withdrawn, E opens later, X unregistered."""
    rest = "50,40,30,60,1,0"
    path = write(
        tmp_path, "noise.csv", NOISE,
        f"N-A,2026-04-27 00:00,45,{rest},正常", f"N-A,2026-04-27 01:00,—,{rest},正常",
        f"N-A,2026-04-27 02:00,46,{rest},校准", f"N-A,2026-04-27 03:00,loud,{rest},正常",
        f"N-A,2026-04-27 04:00,141,{rest},正常", f"N-X,2026-04-27 00:00,45,{rest},正常",
    )  # fmt: skip
    lake.ingest(path, source="noise-station-hourly")
    enter("noise_stations", "N-A", zone="2")
    enter("noise_stations", "N-B", zone="2")
    enter("noise_stations", "N-C", zone="2", closed="2026-04-26")
    enter("noise_stations", "N-E", zone="2", opened="2026-04-28")
    gone = enter("noise_stations", "N-D", zone="2")
    kind = kind_of(RULES, "noise_stations")
    withdraw_entry("test", kind, gone.pk, number=None, today=date(2026, 6, 1), reason="登记错误")
    # 141 dB(A) is beyond the plausible 140; a site that lets its range test exclude takes the hour out.
    strict = {"noise": [QualityTest("r", "range", ("LEQ",), {}, "exclude")]}
    monkeypatch.setattr(quality, "quality_tests", lambda rules, medium: strict.get(medium, []))
    quality.run_quality(lake.table, lake.ledger, RULES)
    return lake


def test_every_missing_hour_of_a_registered_station_has_a_reason(noise: Lake) -> None:
    found = ledger(noise)
    assert found["N-A", "LEQ"] == {
        "expected": 24, "present": 1, "empty": 1, "marked": 1, "rejected": 1, "removed_by_qc": 1, "not_sent": 19,
    }  # fmt: skip
    # The mark is the row's: it lies on the levels beside it too. A refused cell is refused alone.
    assert found["N-A", "L90"] == {"expected": 24, "present": 4, "marked": 1, "not_sent": 19}
    assert found["N-B", "LEQ"] == {"expected": 24, "not_sent": 24}  # registered and silent: the calendar expects it
    assert found["N-C", "LEQ"] == found["N-E", "LEQ"] == {"closed": 24}
    assert {station for station, _parameter in found} == {"N-A", "N-B", "N-C", "N-E"}


def test_the_hours_behind_the_counts_are_named(noise: Lake) -> None:
    common = (noise.table, noise.ledger, noise.folders, noise.rules, noise.described())
    asked: dict[str, Any] = {"parameters": ["LEQ"], "first": DAY, "last": DAY, "version": noise.version}
    hours = missing_hours(*common, stations=["N-A", "N-X"], **asked)
    assert [(hour.start.hour, hour.why) for hour in hours[:5]] == [
        (1, "empty"), (2, "marked"), (3, "rejected"), (4, "removed_by_qc"), (5, "not_sent"),
    ]  # fmt: skip
    assert Counter(hour.why for hour in hours)["not_sent"] == 19
    assert {hour.station for hour in hours} == {"N-A"}  # a station that nobody registered owes nothing
    assert [hour.batch is None for hour in hours[:5]] == [False, False, False, False, True]
    counts = missing_counts(*common, stations=["N-B", "N-C"], **asked)
    assert counts == {"N-B": {"not_sent": 24}, "N-C": {"closed": 24}}
    # As it was known before anybody registered them: nobody owed anything.
    before = datetime(2020, 1, 1, tzinfo=UTC)
    assert missing_hours(*common, stations=["N-A"], **asked, known_at=before) == []


def test_a_station_owes_what_it_measures_and_no_hours_where_it_sends_shorter_values(lake: Lake, tmp_path: Path) -> None:
    header = "station,time,gamma_ngyh,e_vm,status\n"
    lake.ingest(write(tmp_path, "h.csv", header, "R-G,2026-04-27 00:00,80,,正常", "R-E,2026-04-27 00:00,,1.2,正常"))
    short = [f"R-S,2026-04-27 00:{minute:02},1.1,正常" for minute in range(0, 60, 6)]
    lake.ingest(write(tmp_path, "s.csv", "station,time,e_vm_6min,status\n", *short))
    point = {"holder": "辐射站", "band_low": "0.1", "band_high": "3000"}
    enter("radiation_stations", "R-G", measures="gamma", holder="辐射站")
    enter("radiation_stations", "R-Z", measures="gamma", holder="辐射站")
    enter("radiation_stations", "R-E", measures="emf_broadband", **point)
    enter("radiation_stations", "R-S", measures="emf_broadband", **point)
    found = ledger(lake)
    assert found == {
        ("R-G", "GAMMA"): {"expected": 24, "present": 1, "not_sent": 23},
        ("R-Z", "GAMMA"): {"expected": 24, "not_sent": 24},
        ("R-E", "EMF_E"): {"expected": 24, "present": 1, "not_sent": 23},
    }
    common = (lake.table, lake.ledger, lake.folders, lake.rules, lake.described())
    hours = missing_hours(*common, stations=["R-S"], parameters=["EMF_E"], first=DAY, last=DAY)
    assert [hour.start for hour in hours][:1] == [datetime(2026, 4, 27, 1)]  # midnight came in six-minute values
    assert len(hours) == 23


def test_nobody_to_ask_is_an_error_and_not_a_full_ledger(noise: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registered, "_offered", [])
    with pytest.raises(MappingError, match="the stations of the register noise_stations cannot be read here"):
        update_gaps(noise.table, noise.ledger, noise.folders, noise.rules, noise.described())


def test_the_page_tells_media_apart_and_names_registered_stations(noise: Lake, client: Any) -> None:
    ledger(noise)
    page = client.get("/data/gaps/").content.decode()
    assert "N-A 站N-A" in page and "/registers/noise_stations/" in page
    rows = client.get("/data/gaps/?medium=noise&parameter=LEQ&format=csv").content.decode("utf-8-sig").splitlines()
    line = next(row for row in rows if row.startswith("N-A 站N-A"))
    # expected, present, coverage 1/24, not sent, empty, marked, rejected, removed, closed
    assert line.split(",")[1:] == ["2026-04", "24", "1", "0.0417", "19", "1", "1", "1", "1", "0"]
    assert client.get("/data/gaps/?medium=air").status_code == 404
    assert "演示数据" not in page
    enter("noise_stations", "N-Z", zone="2", demonstration="是")
    ledger(noise)
    assert "演示数据" in client.get("/data/gaps/?medium=noise").content.decode()
    # A parameter of another medium that stayed behind in the form is left aside.
    assert client.get("/data/gaps/?medium=noise&parameter=PM2.5").status_code == 200
    span = queries.gap_span("LEQ")
    assert span is not None and (span.first, span.last) == (DAY, DAY)


@pytest.mark.parametrize(
    ("expects", "message"),
    [
        ({"register": "nowhere"}, "expected expects.register to be a register, got 'nowhere'"),
        ({"register": "noise_stations", "stations": "x"}, "unknown key expects.stations"),
        ({"register": "noise_stations", "field": "zone"}, "expects.field and expects.parameters together"),
        (
            {"register": "noise_stations", "field": "zone", "parameters": {"GAMMA": ["2"]}},
            "expected parameters that the source brings, got 'GAMMA'",
        ),
    ],
)
def test_an_expectation_that_points_nowhere_is_refused(expects: dict[str, Any], message: str) -> None:
    document = {
        "id": "own", "medium": "noise", "layout": "wide", "label": "hour_beginning", "time": "t", "station": "s",
        "hourly": True, "values": {"L": {"parameter": "LEQ"}}, "expects": expects,
    }  # fmt: skip
    with pytest.raises(MappingError) as fault:
        make_source(document, RULES, where="own.yaml")
    assert message in fault.value.message
