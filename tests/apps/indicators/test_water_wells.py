"""Drinking-water sources that draw groundwater: laboratory results (`GW.…`) decide, and nothing missing passes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from saishang.apps.indicators.media import Asked
from saishang.apps.indicators.water_special_tables import special_tables
from saishang.apps.registers.actions import add_entry
from saishang.apps.registers.kinds import kind_of
from saishang.rules import load_rules
from saishang.science.groundwater.from_rules import groundwater_standard

if TYPE_CHECKING:
    from saishang.config import Config
    from saishang.lake import Lake

RULES = load_rules()
TODAY = date(2026, 6, 1)
STANDARD = groundwater_standard(RULES, "GB/T 14848-2017")
#: GB/T 14848-2017, table 1: 39 routine items.
ROUTINE = [item for item in STANDARD.items.values() if item.group == "routine"]
HEAD = "监测井编码,采样日期,项目,结果,单位,方法,实验室\n"
pytestmark = pytest.mark.django_db


def enter(register: str, **given: str) -> Any:
    return add_entry("test", kind_of(RULES, register), RULES, given, today=TODAY, effective=date(2025, 1, 1))


def source(code: str, well: str, **more: str) -> None:
    enter("groundwater_points", code=well, name=well, region="640104", network="regional", point_kind="source")
    enter(
        "drinking_sources", code=code, name=code, region="640104", kind="groundwater", level="county", station=well,
        population="1000", monthly_volume="10", **more,
    )  # fmt: skip


def sample(well: str, day: str, *, leave: tuple[str, ...] = (), **results: str) -> list[str]:
    """Lines of a sample with every routine item, of class I where `results` says nothing else."""
    lines = []
    for item in ROUTINE:
        if item.key in leave:
            continue
        clean = {"word": "无", "range": "7.5"}.get(item.kind, "0")
        unit = {"1": "无量纲"}.get(item.unit, item.unit)
        lines.append(f'{well},{day},"{item.zh}",{results.get(item.key, clean)},{unit},,甲\n')
    return lines


@pytest.fixture
def lake(config: Config, dsn: str, settings: Any) -> Iterator[Lake]:
    from saishang.lake import Lake

    settings.CONFIG = config
    yield Lake.open(config, dsn=dsn)


def judged(config: Config, lake: Lake, folder: Path, lines: list[str]) -> dict[tuple[str, str], dict[str, Any]]:
    path = folder / "wells.csv"
    path.write_text(HEAD + "".join(lines), encoding="utf-8")
    batch = lake.ingest(path)
    assert (batch.source, batch.rejected) == ("groundwater-laboratory", 0)
    asked = Asked(config, lake, RULES, "ningxia", "640000", date(2025, 12, 31), lake.version)
    tables = special_tables(asked, {})
    share = {(f"share:{row['id']}", row["period"]): row for row in tables["water_source_shares"].to_pylist()
             if row["level"] == "all" and row["basis"] == "measured"}  # fmt: skip
    return {(row["source"], row["period"]): row for row in tables["water_sources"].to_pylist()} | share


def test_the_limits_of_class_three_decide(config: Config, lake: Lake, tmp_path: Path) -> None:
    assert len(ROUTINE) == 39
    source("SRC-G1", "W-S1")
    lines = [
        *sample("W-S1", "2025-01-08"),
        *sample("W-S1", "2025-02-08", fe="0.29"),  # just below 0.3 mg/L
        *sample("W-S1", "2025-03-08", fe="0.3"),  # at the limit: complies
        *sample("W-S1", "2025-04-08", fe="0.31"),  # just above
        *sample("W-S1", "2025-05-08", visible="有"),
        *sample("W-S1", "2025-06-08", fe="0.2") , *sample("W-S1", "2025-06-20", fe="0.4"),  # mean 0.3
        *sample("W-S1", "2025-07-08", hg="0.00004L"),
        *sample("W-S1", "2025-08-08", benzene="未检出"),  # below what? without a limit it is no value
    ]  # fmt: skip
    rows = judged(config, lake, tmp_path, lines)
    found = {month: rows["SRC-G1", f"2025-{month:02d}"] for month in range(1, 9)}
    assert {month: (row["class"], row["compliant"]) for month, row in found.items()} == {
        1: (1, True), 2: (3, True), 3: (3, True), 4: (4, False), 5: (5, False), 6: (3, True), 7: (1, True),
        8: (1, None),
    }  # fmt: skip
    assert found[1]["items"] == 39 and found[1]["missing"] == "" and found[6]["days"] == 2
    # (0.31 − 0.3) / 0.3 = 0.033…; what is told in words has no multiple.
    assert (found[4]["over"], found[5]["over"]) == ("fe:0.03", "visible:")
    share = {month: rows["share:640000", f"2025-{month:02d}"] for month in range(1, 8)}
    assert [share[month]["by_number"] for month in (3, 4)] == [100.0, 0.0]
    year = rows["SRC-G1", "2025"]
    assert (year["compliant"], year["reason"]) == (False, "months_missing")


@pytest.mark.parametrize("left", ["as", "coliform", "alpha", "visible", "ph"])
def test_an_item_that_is_missing_is_no_pass(config: Config, lake: Lake, tmp_path: Path, left: str) -> None:
    source("SRC-G1", "W-S1")
    source("SRC-G2", "W-S2")
    lines = sample("W-S1", "2025-01-08", leave=(left,)) + sample("W-S2", "2025-01-08", leave=(left,), f="1.1")
    rows = judged(config, lake, tmp_path, lines)
    row = rows["SRC-G1", "2025-01"]
    assert (row["compliant"], row["valid"], row["reason"], row["missing"]) == (None, False, "items_missing", left)
    # One that is over fails whatever the missing item would have said.
    other = rows["SRC-G2", "2025-01"]
    assert (other["compliant"], other["over"]) == (False, "f:0.10")
    share = rows["share:640000", "2025-01"]
    assert (share["evaluated"], share["by_number"], share["valid"]) == (1, 0.0, False)


def test_no_sample_is_no_pass_either(config: Config, lake: Lake, tmp_path: Path) -> None:
    source("SRC-G1", "W-S1")
    source("SRC-G2", "W-S2")
    rows = judged(config, lake, tmp_path, sample("W-S1", "2025-01-08"))
    row = rows["SRC-G2", "2025-01"]
    assert (row["compliant"], row["items"], row["reason"]) == (None, 0, "no_data")
    assert rows["share:640000", "2025-01"]["valid"] is False
