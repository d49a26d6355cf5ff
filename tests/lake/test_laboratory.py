"""Laboratory results: items by any name of the standards, points by register, and what is refused cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from saishang.lake import Lake, registered
from saishang.lake.errors import FileRefused, MappingError
from saishang.lake.laboratory import book_rules
from saishang.lake.readers.values import parse_cell
from saishang.lake.sources import make_source
from saishang.rules import Rules
from tests.lake.samples import rows

WELLS = "监测井编码,采样日期,项目,结果,单位,方法,实验室\n"
SOIL = "土壤点位编码,采样日期,项目,结果,单位,方法,实验室\n"


@pytest.fixture
def known() -> Iterator[list[str]]:
    """Points that the registers list; a test may add some."""
    before, listed = list(registered._offered), ["W-01", "S-01"]
    registered.offer(lambda kind, known_at: list(listed))
    yield listed
    registered._offered[:] = before


def write(folder: Path, header: str, *lines: str, name: str = "results.csv") -> Path:
    path = folder / name
    path.write_text(header + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def found(lake: Lake) -> dict[str, tuple[float | None, str | None]]:
    return {row["parameter"]: (row["value"], row["qualifier"]) for row in rows(lake)}


def test_a_long_file_of_a_well(lake: Lake, known: list[str], tmp_path: Path) -> None:
    path = write(
        tmp_path, WELLS,
        "W-01,2025-09-01,氨氮,0.32,mg/L,HJ 535,甲", "W-01,2025-09-01,铬（六价）,0.004L,mg/L,GB 7467,甲",
        "W-01,2025-09-01,硝酸盐氮,12,mg/L,,甲", "W-01,2025-09-01,砷,<1,μg/L,HJ 700,甲",
        "W-01,2025-09-01,pH,7.6,无量纲,,甲", "W-01,2025-09-01,嗅和味,无,/,,甲",
        "W-01,2025-09-01,四氯化碳,0.0003,mg/L,,甲",
        "W-01,2025-09-01,色度,5,度,,甲", "W-01,2025-09-01,苯,未检出,µg/L,,甲", "W-01,2025-09-01,汞,—,mg/L,,甲",
    )  # fmt: skip
    batch = lake.ingest(path)
    assert (batch.source, batch.accepted, batch.rejected, batch.empty) == ("groundwater-laboratory", 9, 0, 1)
    assert found(lake) == {
        "GW.nh3n": (0.32, None), "GW.cr6": (0.004, "<"), "GW.no3n": (12.0, None),
        "GW.as": (0.001, "<"),  # 1 µg/L is 0.001 mg/L
        "GW.ph": (7.6, None), "GW.odour": (0.0, None), "GW.ccl4": (0.3, None),  # 0.0003 mg/L is 0.3 µg/L
        "GW.colour": (5.0, None), "GW.benzene": (None, "<"),
    }  # fmt: skip
    row = next(row for row in rows(lake) if row["parameter"] == "GW.cr6")
    assert (row["start"], row["end"]) == (datetime(2025, 9, 1), datetime(2025, 9, 2))
    assert (row["line"], row["cell"], row["source"]) == (3, 4, "groundwater-laboratory")
    assert lake.archive.line(batch.sha256, 3).endswith("GB 7467,甲")


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("W-99,2025-09-01,氨氮,0.3,mg/L,,甲", "station", "has no point 'W-99'"),
        ("W-01,2025-09-01,仙气,0.3,mg/L,,甲", "parameter", "found '仙气'"),
        ("W-01,2025-09-01,铬,0.3,mg/L,,甲", "parameter", "found '铬'"),  # total chromium is no item of the standard
        ("W-01,2025-09-01,氨氮,0.3,mg/kg,,甲", "unit", "got 'mg/kg'"),
        ("W-01,2025-09-01,氨氮,0.3,,,甲", "unit", "the unit of GW.nh3n is not stated"),
        ("W-01,2025-09-01,氨氮,-0.3,mg/L,,甲", "below-possible", "cannot be below 0"),
        # Class Ⅲ of arsenic ends at 0.01 mg/L: half of 0.02 would pass for it.
        ("W-01,2025-09-01,砷,<0.02,mg/L,,甲", "detection", "detection limit 0.02 is over 0.01"),
        ("W-01,2025-09-01,砷,11L,µg/L,,甲", "detection", "detection limit 11 is over 0.01"),
        ("W-01,2025-13-01,氨氮,0.3,mg/L,,甲", "time", "no such date"),
        ("W-01,2025-09-01,氨氮,约0.3,mg/L,,甲", "number", "expected a number"),
    ],
)
def test_what_is_refused(line: str, code: str, said: str, lake: Lake, known: list[str], tmp_path: Path) -> None:
    batch = lake.ingest(write(tmp_path, WELLS, "W-01,2025-09-01,氟化物,1.0,mg/L,,甲", line))
    assert (batch.accepted, batch.rejected) == (1, 1)
    refused = (lake.folders.rejects(batch.id)).read_text(encoding="utf-8-sig")
    assert refused.splitlines()[1].startswith("3,") and f",{code}," in refused and said in refused


@pytest.mark.parametrize("text", ["<0.01", "0.01L", "<0.005"])
def test_a_detection_limit_at_or_below_the_limit_says_something(text: str, rules: Rules) -> None:
    cell = parse_cell(text, book_rules("groundwater", rules, frozenset())["砷"])
    assert (cell.state, cell.qualifier) == (0, "<")


def test_a_point_that_is_entered_later_lets_the_file_in(lake: Lake, known: list[str], tmp_path: Path) -> None:
    lines = ("W-01,2025-09-01,氟化物,1.0,mg/L,,甲", "W-02,2025-09-01,氟化物,1.1,mg/L,,甲")
    first = lake.ingest(write(tmp_path, WELLS, *lines))
    assert (first.accepted, first.rejected) == (1, 1)
    assert lake.ingest(write(tmp_path, WELLS, *lines)).no_op
    known.append("W-02")
    again = lake.ingest(write(tmp_path, WELLS, *lines))
    assert not again.no_op and (again.added, again.identical, again.rejected) == (1, 1, 0)


def test_a_corrected_result_replaces_the_first(lake: Lake, known: list[str], tmp_path: Path) -> None:
    lake.ingest(write(tmp_path, WELLS, "W-01,2025-09-01,氟化物,1.0,mg/L,,甲"))
    batch = lake.ingest(write(tmp_path, WELLS, "W-01,2025-09-01,氟化物,1.2,mg/L,,甲", name="corrected.csv"))
    assert batch.replaced == 1 and found(lake) == {"GW.f": (1.2, None)}


def test_the_wide_layout_says_the_same(lake: Lake, known: list[str], tmp_path: Path) -> None:
    header = "监测井编码,采样日期,实验室,氨氮(以N计),总硬度,肉眼可见物,苯\n"
    batch = lake.ingest(write(tmp_path, header, "W-01,2025-09-01,甲,0.025L,450,有,"))
    assert (batch.source, batch.accepted, batch.empty) == ("groundwater-laboratory-wide", 3, 1)
    assert found(lake) == {"GW.nh3n": (0.025, "<"), "GW.hardness": (450.0, None), "GW.visible": (1.0, None)}
    assert {row["source"] for row in rows(lake)} == {"groundwater-laboratory"}


def test_soil_results(lake: Lake, known: list[str], tmp_path: Path) -> None:
    path = write(
        tmp_path, SOIL, "S-01,2025-10-01,pH,8.1,无量纲,,甲", "S-01,2025-10-01,总镉,230,µg/kg,,甲",
        "S-01,2025-10-01,铬,62,mg/kg,,甲", "S-01,2025-10-01,六价铬,<0.5,mg/kg,,甲",
        "S-01,2025-10-01,二噁英,4,ng/kg,,甲", "S-01,2025-10-01,镉,<0.4,mg/kg,,甲",
    )  # fmt: skip
    batch = lake.ingest(path)
    # The lowest screening value of cadmium is 0.3 mg/kg: "below 0.4" says nothing.
    assert (batch.source, batch.accepted, batch.rejected) == ("soil-laboratory", 5, 1)
    assert found(lake) == {
        "SOIL.pH": (8.1, None), "SOIL.Cd": (0.23, None), "SOIL.Cr": (62.0, None), "SOIL.Chromium_VI": (0.5, "<"),
        "SOIL.Dioxins_total_toxic_equivalent": (0.000004, None),
    }  # fmt: skip


def test_without_registers_nothing_is_read(lake: Lake, known: list[str], tmp_path: Path) -> None:
    registered._offered.clear()
    with pytest.raises(MappingError, match="register groundwater_points"):
        lake.ingest(write(tmp_path, WELLS, "W-01,2025-09-01,氟化物,1.0,mg/L,,甲"))


def test_a_file_without_any_known_point_is_refused(lake: Lake, known: list[str], tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="W-77"):
        lake.ingest(write(tmp_path, WELLS, "W-77,2025-09-01,氟化物,1.0,mg/L,,甲"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"book": "soil"}, "a book of the medium groundwater"), ({"values": {"a": "GW.f"}}, "the key values, or"),
        ({"book": None}, "the key values, or"),
    ],
)  # fmt: skip
def test_mistakes_in_a_description(change: dict[str, object], said: str, rules: Rules) -> None:
    document = {**rules.document("sources/groundwater-laboratory"), **change}
    with pytest.raises(MappingError, match=said):
        make_source(document, rules, where="x.yaml")


def test_every_item_of_the_standards_has_its_parameter(rules: Rules) -> None:
    """93 items of GB/T 14848; 11 of GB 15618 and 85 of GB 36600, of which 7 are one and the same, and pH."""
    assert len(book_rules("groundwater", rules, frozenset())) == 93
    assert len(book_rules("soil", rules, frozenset())) == 11 + 85 - 7 + 1
