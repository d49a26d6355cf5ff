"""Corrections of every medium but air: the quick way tells what a whole evaluation finds, and leaves the rest alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

import saishang.demo_data
from saishang.rules import load_rules

if TYPE_CHECKING:
    from saishang.apps.indicators.correction import Correction
    from saishang.apps.indicators.models import Run
    from saishang.config import Config
    from saishang.lake import Lake

DEMO = Path(saishang.demo_data.__file__).parent
RULES = load_rules()
AS_OF, TODAY = date(2026, 10, 31), date(2026, 11, 1)
NOISE = DEMO / "noise_hours_demonstration_2026_09_10.parquet"
RADIATION = DEMO / "radiation_hourly_demonstration_2019_08_09.parquet"
WATER = DEMO / "water_lab_samples_demonstration.parquet"
WEATHER = DEMO / "met_daily_yinchuan_2014_2019.parquet"
WELLS, SOIL = DEMO / "laboratory_groundwater_demonstration.csv", DEMO / "laboratory_soil_demonstration.csv"


@pytest.fixture
def lake(config: Config, dsn: str, settings: Any) -> Iterator[Lake]:
    """The invented stations and points of the demonstration with their rows, and real weather; no air."""
    from saishang.apps.plan.actions import import_plan_from_rules
    from saishang.cli import demo_steps
    from saishang.cli.demo_ecology import load_ecology
    from saishang.cli.demo_noise import load_noise
    from saishang.lake import Lake

    settings.CONFIG = config
    import_plan_from_rules("test", "ningxia")
    opened = Lake.open(config, dsn=dsn)
    demo_steps.load_registers(config, RULES, TODAY)
    load_ecology(config, RULES, date(2026, 6, 1), "test")
    load_noise("test", config, opened, RULES, TODAY)
    for path in (RADIATION, WATER, WEATHER, WELLS, SOIL):
        opened.ingest(path)
    yield opened


def evaluated(config: Config, lake: Lake) -> Run:
    from saishang.apps.indicators.actions.evaluate import evaluate

    return evaluate("test", config, lake, RULES, AS_OF, site="ningxia", region="640000")


def changed(path: Path, folder: Path, change: Callable[[pd.DataFrame], None], rows: int) -> Path:
    """A packaged file with some cells changed, written whole: the ledger has to find what is new in it."""
    table = pd.read_parquet(path)
    before = table.copy()
    change(table)
    assert (table.compare(before).index.size) == rows
    target = folder / f"corrected-{path.name}"
    table.to_parquet(target)
    return target


def loud(table: pd.DataFrame) -> None:
    table.loc[(table["station"] == "DEMO-N01") & table["time"].str.startswith("2026-09-12"), "Leq"] = 99.0


def hot(table: pd.DataFrame) -> None:
    at = table["time"].between("2019-09-12 05:00", "2019-09-12 10:00")
    table.loc[(table["station"] == "DEMO-G1") & at, "gamma_ngyh"] = 400.0


def polluted(table: pd.DataFrame) -> None:
    at = (table["水质点位编码"] == "DEMO-SY-01") & (table["采样日期"] == "2025-01-07") & (table["项目"] == "氨氮")
    table.loc[at, "结果"] = "9.17"


def wet(table: pd.DataFrame) -> None:
    table.loc[table["date"].astype(str).str.startswith("2018-07-05"), "precip_mm"] = 120.0


def text(path: Path, folder: Path, old: str, new: str) -> Path:
    """A packaged CSV with one text replaced."""
    body = path.read_text(encoding="utf-8")
    assert body.count(old) == 1
    target = folder / f"corrected-{path.name}"
    target.write_text(body.replace(old, new), encoding="utf-8")
    return target


@pytest.mark.soak  # half a minute; test_correction.py holds the quick way against a whole evaluation in every run
def test_each_correction_touches_its_own_media_and_tells_what_a_whole_evaluation_finds(
    config: Config, lake: Lake, tmp_path: Path
) -> None:
    from saishang.apps.indicators.correction import preview

    run = evaluated(config, lake)
    assert preview(config, lake, RULES, run).nothing
    well, soil = "DEMO-GW-01,2021-09-11,演示实验室（虚构）,5,无,1.2,无,7.92,", "DEMO-SOIL-1,2020-10-15,镉,"
    steps: list[tuple[Callable[[], Any], set[str]]] = [
        (lambda: lake.ingest(changed(NOISE, tmp_path, loud, 24)), {"noise"}),
        (lambda: lake.ingest(changed(RADIATION, tmp_path, hot, 6)), {"radiation"}),
        (lambda: lake.ingest(changed(WATER, tmp_path, polluted, 1)), {"water"}),
        # Rain decides which hours of noise count and whether a gamma alarm was rain: their stations read weather.
        (lambda: lake.ingest(changed(WEATHER, tmp_path, wet, 1)), {"climate", "noise", "radiation"}),
        # A source of drinking water may draw from a well.
        (lambda: lake.ingest(text(WELLS, tmp_path, f"{well}305", f"{well}705")), {"groundwater", "water"}),
        (lambda: lake.ingest(text(SOIL, tmp_path, f"{soil}0.21", f"{soil}4.21")), {"soil"}),
        (withdrawn, {"ecology"}),
        (reported, set()),
    ]
    media: set[str] = set()
    for act, expected in steps:
        act()
        media |= expected
        assert touched_by(config, lake, run) == media
    found = preview(config, lake, RULES, run)
    assert set(found.media) == media
    assert [cause.kind for cause in found.causes] == ["file"] * 6 + ["register"] + ["report"] * 2
    whole = evaluated(config, lake)
    same(config, found, run, whole)
    for medium, indicators in (("climate", "climate."), ("soil", "soil."), ("groundwater", "groundwater.")):
        changed_numbers_rest_on_the_line(config, lake, whole, found, medium, indicators)
    # Every medium has a number or a row that moved, so that the comparison above means something.
    moved = {change.indicator.split(".")[0] for change in found.values}
    assert {"noise", "climate", "groundwater", "soil", "ecology"} <= moved
    assert {"water_sources", "gamma_daily"} <= found.tables.keys()
    reports = [change for change in found.values if change.kind == "reported"]
    assert len(reports) == 2 and all(found.reasons(change)[0].kind == "report" for change in reports)
    # The reasons name the file, its line, and who.
    noise = next(change for change in found.values if change.indicator.startswith("noise."))
    cause = found.reasons(noise)[0]
    assert (cause.kind, cause.facts["stations"], cause.facts["first"]) == ("file", ["DEMO-N01"], date(2026, 9, 12))
    assert cause.facts["first_line"] <= cause.facts["last_line"]


def changed_numbers_rest_on_the_line(
    config: Config, lake: Lake, after: Run, found: Correction, medium: str, indicators: str
) -> None:
    """Forward from the one line that was corrected: every number that it changed is among those that rest on it."""
    from saishang.apps.indicators.forward import resting_on

    (cause,) = [c for c in found.causes if c.kind == "file" and medium in c.media and c.facts["rows"] == 1]
    forward = resting_on(config, lake, after, cause.facts["batch"], cause.facts["first_line"])
    resting = {(value.indicator, value.region, value.period, value.basis) for value in forward.values}
    computed = [c for c in found.values if c.indicator.startswith(indicators) and c.basis != "as_published"]
    moved = {(c.indicator, c.region, c.period, c.basis) for c in computed}
    assert moved and moved <= resting
    assert [row.state for row in forward.rows] == ["counted"]


def touched_by(config: Config, lake: Lake, run: Run) -> set[str]:
    """Media that the changes since the run touch."""
    from django.utils import timezone

    from saishang.apps.indicators.media import Asked
    from saishang.apps.indicators.media_list import MEDIA
    from saishang.apps.indicators.since import since, touched

    now = timezone.now()
    found = since(lake, RULES, run, lake.version, now, run.plan_version)
    asked = Asked(config, lake, RULES, "ningxia", "640000", AS_OF, lake.version, now)
    return {medium.name for medium in MEDIA if touched(medium, found, asked, run)}


def withdrawn() -> None:
    """Somebody withdraws a place of an alien species."""
    from saishang.apps.registers.actions import withdraw_entry
    from saishang.apps.registers.kinds import kind_of
    from saishang.apps.registers.queries import entries

    kind = kind_of(RULES, "invasive_sites")
    withdraw_entry("test", kind, entries(kind)[0].pk, number=None, today=date(2026, 10, 30), reason="entered twice")


def reported() -> None:
    """Two of the figures that a composed rate is made of are reported; the others stay missing."""
    from saishang.apps.indicators.actions.report_value import Report, report_value
    from saishang.apps.indicators.catalogue import Catalogue

    catalogue = Catalogue(RULES)
    rate = next(one for one in catalogue.indicators.values() if one.by("reports") and len(one.statistic["parts"]) >= 2)
    for code in sorted(rate.statistic["parts"].values())[:2]:
        part = catalogue.indicators[code]
        report = Report(
            indicator=code, region="640000", period="2024", basis="as_published", text="12", unit=part.unit,
            agency="环境监测处", evidence="test", status="unconfirmed", origin="test",
        )  # fmt: skip
        report_value("test", report, catalogue, RULES)


def same(config: Config, found: Correction, before: Run, after: Run) -> None:
    """Values, targets and rows of tables are those of the comparison of the two whole runs."""
    from saishang.apps.indicators import changes

    whole = changes.value_changes(before.id, after.id)
    assert whole and sorted(map(told, found.values)) == sorted(map(told, whole))
    assert list(found.targets) == changes.target_changes(before.id, after.id)
    old, new = (Path(config.runs) / run.id for run in (before, after))
    differing = {p.stem for p in new.glob("*.parquet") if rows(old / p.name) != rows(p)}
    assert set(found.tables) == differing
    for name, (gone, come) in found.tables.items():
        was, now = (set(rows(folder / f"{name}.parquet")) for folder in (old, new))
        assert {str(r) for r in gone.to_pylist()} == was - now, name
        assert {str(r) for r in come.to_pylist()} == now - was, name


def rows(path: Path) -> list[str]:
    return [str(row) for row in pq.read_table(path).to_pylist()]


def told(change: Any) -> tuple[str, ...]:
    names = ("indicator", "region", "period", "period_kind", "basis", "kind", "standard", "before", "after",
             "before_reason", "after_reason")  # fmt: skip
    return tuple(str(getattr(change, name)) for name in names)


def test_every_register_that_a_medium_reads_is_declared(
    config: Config, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A register that is read and not declared would change numbers that nobody is told about."""
    from saishang.apps.indicators.media import Asked
    from saishang.apps.indicators.media_list import MEDIA
    from saishang.apps.registers import queries

    read: set[str] = set()
    for name in ("entries", "timelines", "first_day"):
        plain = getattr(queries, name)

        def spying(kind: Any, *args: Any, plain: Any = plain) -> Any:
            read.add(kind.id)
            return plain(kind, *args)

        monkeypatch.setattr(queries, name, spying)
    asked = Asked(config, lake, RULES, "ningxia", "640000", AS_OF, lake.version)
    for medium in MEDIA:
        read.clear()
        medium.build(asked)
        assert read == set(medium.registers), medium.name
