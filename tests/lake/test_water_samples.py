"""Laboratory samples of surface water and daily flows: layout, units, below detection, every item of GB 3838."""

from __future__ import annotations

import csv
from pathlib import Path

from saishang.lake import Lake
from saishang.lake.readers.values import name_of
from saishang.rules import Rules
from tests.lake.samples import rows
from tests.shared_material import shared

HEADER = "水质点位编码,采样日期,项目,结果,单位,方法,实验室\n"


def test_results_come_in_canonical_units_with_their_detection_limit(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "samples.csv"
    path.write_text(
        HEADER + "SY-1,2025-03-05,氨氮,0.12,mg/L,HJ 535,甲\nSY-1,2025-03-05,汞,0.04L,µg/L,HJ 694,甲\n"
        "SY-1,2025-03-05,铜,<0.001,mg/L,HJ 776,甲\nHC-1,2025-03-05,透明度,18,cm,,甲\nSY-1,2025-03-05,苯,,mg/L,,甲\n"
        "SY-1,2025-03-05,青春,1,mg/L,,甲\n",
        encoding="utf-8",
    )
    batch = lake.ingest(path)
    assert (batch.source, batch.accepted, batch.rejected, batch.empty) == ("water-laboratory", 4, 1, 1)
    found = {(row["station"], row["parameter"]): (row["value"], row["qualifier"]) for row in rows(lake)}
    assert found == {
        ("SY-1", "NH3N"): (0.12, None), ("SY-1", "HG"): (0.00004, "<"), ("SY-1", "CU"): (0.001, "<"),
        ("HC-1", "SD"): (0.18, None),
    }  # fmt: skip


def test_every_item_of_the_three_tables_has_a_name(rules: Rules, lake: Lake) -> None:
    named = lake.sources["water-laboratory"].values
    for name in ("surface_limits", "source_limits"):
        for row in rules.table(f"standards/water/{name}"):
            code = row["parameter"]
            assert named[code].parameter == code
            assert named[name_of(rules.parameters[code]["zh"])].parameter == code
    # The reference's own lists of tables 2 and 3: their Chinese names, as laboratories print them.
    for file, count in (("surface_specific_80", 80), ("surface_supplementary", 5)):
        with shared(f"reference/water/{file}.csv").open(encoding="utf-8", newline="") as handle:
            listed = [row["item"] for row in csv.DictReader(handle)]
        assert len(listed) == count
        short = [item.partition("(以")[0].partition("（以")[0] for item in listed]
        assert [
            item for item, plain in zip(listed, short, strict=True) if item not in named and plain not in named
        ] == []


def test_flows_are_days(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "flow.csv"
    path.write_text("section,day,flow_m3s\nLL-1,2025-03-05,1.25\nLL-1,2025-03-06,—\n", encoding="utf-8")
    batch = lake.ingest(path)
    assert (batch.source, batch.accepted, batch.empty) == ("water-flow-daily", 1, 1)
    (row,) = rows(lake)
    assert (row["parameter"], row["value"], (row["end"] - row["start"]).days) == ("FLOW", 1.25, 1)
