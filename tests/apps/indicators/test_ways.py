"""Ways of the catalogue: what names a table, figure, level or index that does not exist is refused with its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from saishang.apps.indicators.ways import WAYS, check_ways
from saishang.rules import load_rules

ENTRY = """indicators:
  - id: own.figure
    zh: 自定指标
    en: Own figure
    names: []
    medium: {medium}
    kind: computed
    unit: "1"
    decimals: 1
    compare_decimals: 1
    direction: higher
    max_age_years: 2
    caliber: 试验
    caliber_en: A test
    source: project rule
    clause: none
    status: unconfirmed
    statistic: {way}
"""


def own(folder: Path, medium: str, way: str) -> Path:
    path = folder / "indicators" / f"{medium}.yaml"
    path.parent.mkdir()
    path.write_text(ENTRY.format(medium=medium, way=way), encoding="utf-8")
    return path


def test_every_reader_has_its_keys_and_every_source_a_reader() -> None:
    from saishang.apps.indicators.media_list import READERS

    assert set(WAYS) == {*READERS, "register", "reports"}


def test_columns_that_a_way_may_name_are_columns_of_the_table() -> None:
    from saishang.apps.indicators.climate_tables import CLIMATE_TABLES
    from saishang.apps.indicators.ecology_tables import ECOLOGY_TABLES

    for name, schema in {**CLIMATE_TABLES, **ECOLOGY_TABLES}.items():
        if name in WAYS:
            assert set(WAYS[name].needed["statistic"]) <= set(schema.names)


def test_figures_that_a_way_may_name_are_read() -> None:
    from saishang.apps.indicators import groundwater_values, water_values

    assert set(WAYS["water_evaluation"].needed["figure"]) == set(water_values._FIGURES)
    assert set(WAYS["groundwater_shares"].needed["figure"]) == set(groundwater_values._FIGURES)


def test_the_shipped_catalogue_leads_everywhere() -> None:
    assert check_ways(load_rules()) == []


@pytest.mark.parametrize(
    ("medium", "way", "cell", "got"),
    [
        ("ecology", "{source: ecology_indices, index: ei, statistic: value}", "statistic.source", "'ecology_indices'"),
        ("ecology", "{source: ecology_index, index: eii, statistic: value}", "statistic.index", "'eii'"),
        ("ecology", "{source: ecology_degraded, kind: sandy, level: 5, statistic: share}", "statistic.level", "'5'"),
        ("noise", "{source: noise_rates, span: evening}", "statistic.span", "'evening'"),
        ("noise", "{source: noise_surveys, scope: road, span: day}", "statistic", "none"),
        ("radiation", "{source: radiation_network, figure: alarms}", "statistic.figure", "'alarms'"),
        ("groundwater", "{source: groundwater_shares, network: city, figure: compliance}",
         "statistic.network", "'city'"),
        ("soil", "{source: soil_shares, land: forest}", "statistic.land", "'forest'"),
        ("soil", "{source: soil_construction, land: all}", "statistic.land", "'land'"),
        ("waste", "{source: reports, formula: balance, stream: nuclear, parts: {a: waste.cities_all}}",
         "statistic.stream", "'nuclear'"),
        ("waste", "{source: reports, formula: ratio, parts: {part: waste.cities_all}}", "statistic.formula", "'ratio'"),
        ("waste", "{source: reports, formula: share, parts: {part: waste.cities_all}}", "statistic.parts", "none"),
        ("waste", "{source: reports, formula: share, parts: {part: waste.cities_all, whole: waste.nothing}}",
         "statistic.parts.whole", "'waste.nothing'"),
        ("waste", "{source: register, register: zero_waste_cities, figure: share, levels: [galaxy]}",
         "statistic.levels", "galaxy"),
        ("water", "{source: water_evaluation, scope: network, id: national, figure: best}",
         "statistic.figure", "'best'"),
        ("water", "{source: water_flow, figur: met}", "statistic.figur", "'figur'"),
        ("air", "{source: period_statistics, parameter: CODMN, statistic: mean}", "statistic.parameter", "'CODMN'"),
        ("climate", "{source: climate_years, statistic: sunshine}", "statistic.statistic", "'sunshine'"),
    ],
)  # fmt: skip
def test_a_way_that_leads_nowhere_is_refused_with_file_and_line(
    medium: str, way: str, cell: str, got: str, tmp_path: Path
) -> None:
    path = own(tmp_path, medium, way)
    found = check_ways(load_rules(overlay=tmp_path))
    problem = next(problem for problem in found if problem.cell == cell)
    assert problem.got == got
    # The way stands in the eighteenth line.
    assert (Path(problem.file).name, problem.line) == (path.name, 18)


def test_further_ways_are_checked_as_well(tmp_path: Path) -> None:
    path = own(tmp_path, "noise", "{source: noise_rates, span: day}\n    also: [{source: noise_rates, span: dusk}]")
    (problem,) = check_ways(load_rules(overlay=tmp_path))
    assert (Path(problem.file).name, problem.line, problem.cell) == (path.name, 19, "also.0.span")
    assert problem.fix == "use one of day, night"


def test_rules_check_says_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from saishang.cli.main import app

    monkeypatch.delenv("SAISHANG_RULES", raising=False)
    own(tmp_path, "radiation", "{source: radiation_network, figure: alarms}")
    result = CliRunner().invoke(app, ["rules", "check", str(tmp_path), "--json"])
    (problem,) = json.loads(result.stdout)["problems"]
    assert (problem["line"], problem["cell"], problem["got"]) == (18, "statistic.figure", "'alarms'")
