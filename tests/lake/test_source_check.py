"""`saishang rules check` looks into source descriptions: codes and units, with file and line."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from saishang.cli.main import app
from saishang.lake.source_check import check_sources
from saishang.rules import Rules, check_rules

GOOD = """\
id: our-stations
zh: 本地站点
en: Stations of our own
medium: air
layout: wide
label: hour_ending
time: [time]
station: station
values:
  pm: {parameter: PM2.5, unit: mg/m³}
  o3: {parameter: O3, unit: µg/m³}
origin: our own stations
licence: our own
source: our own files
clause: header line
status: confirmed
"""


def overlay(folder: Path, text: str) -> Path:
    place = folder / "sources"
    place.mkdir(parents=True)
    (place / "our-stations.yaml").write_text(text, encoding="utf-8")
    return folder


def test_the_shipped_descriptions_are_sound(rules: Rules) -> None:
    assert check_sources(rules) == []


def test_a_good_description_passes(tmp_path: Path) -> None:
    rules, problems = check_rules(overlay(tmp_path, GOOD))
    assert problems == []
    assert check_sources(rules) == []


def test_wrong_unit_and_medium_each_with_its_line(tmp_path: Path) -> None:
    text = GOOD.replace("PM2.5, unit: mg/m³", "PM2.5, unit: mg/L").replace("O3, unit: µg/m³", "O3, unit: ppb")
    rules, problems = check_rules(overlay(tmp_path, text.replace("origin:", "  do: {parameter: DO}\norigin:")))
    assert problems == []
    found = check_sources(rules)
    file = str(tmp_path / "sources" / "our-stations.yaml")
    assert [(p.file, p.line, p.cell, p.got) for p in found] == [
        (file, 10, "values.pm.unit", "mg/L"),
        (file, 11, "values.o3.unit", "ppb"),
        (file, 12, "values.do.parameter", "DO, of water"),
    ]
    assert "mg/m³" in found[0].fix
    assert "temperature and pressure" in found[1].fix


def test_what_shows_only_as_a_whole(tmp_path: Path) -> None:
    text = GOOD.replace("layout: wide", "layout: long")
    rules, problems = check_rules(overlay(tmp_path, text))
    found = check_sources(rules)
    assert problems == []
    assert len(found) == 1
    assert "needs the key 'parameter'" in found[0].got


def test_the_command_lists_codes_and_units_of_several_files(tmp_path: Path) -> None:
    folder = overlay(tmp_path, GOOD.replace("PM2.5", "PM25"))
    other = GOOD.replace("our-stations", "our-others").replace("unit: mg/m³", "unit: furlong")
    (folder / "sources" / "our-others.yaml").write_text(other, encoding="utf-8")
    done = CliRunner().invoke(app, ["rules", "check", str(folder), "--json"])
    assert done.exit_code != 0
    found = json.loads(done.stdout)["problems"]
    assert [(Path(p["file"]).name, p["line"]) for p in found] == [("our-others.yaml", 10), ("our-stations.yaml", 10)]
    assert "PM25" in found[1]["got"]
    assert "furlong" in found[0]["got"]
