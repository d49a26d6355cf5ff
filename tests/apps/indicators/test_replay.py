"""A run comes out again to the digit: from the lake, from the raw archive, and after people went on working."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from django.db import connection

import saishang.demo_data
from saishang.errors import SaishangError
from saishang.rules import load_rules

if TYPE_CHECKING:
    from saishang.config import Config
    from saishang.lake import Lake

DAYS = Path(saishang.demo_data.__file__).parent / "air_city_daily_ningxia_2013_12_2015_12.parquet"
RULES = load_rules()
AS_OF = date(2015, 12, 31)


@pytest.fixture
def lake(config: Config, dsn: str, settings: Any) -> Iterator[Lake]:
    from saishang.apps.indicators.actions.report_value import load_published
    from saishang.apps.plan.actions import import_plan_from_rules
    from saishang.lake import Lake

    settings.CONFIG = config
    import_plan_from_rules("test", "ningxia")
    load_published(RULES, "ningxia", "test")
    opened = Lake.open(config, dsn=dsn)
    opened.ingest(DAYS)
    return opened


def evaluated(config: Config, lake: Lake) -> str:
    from saishang.apps.indicators.actions.evaluate import evaluate

    return str(evaluate("test", config, lake, RULES, AS_OF, site="ningxia", region="640000").id)


def replayed(config: Config, lake: Lake, run: str, **more: Any) -> Any:
    from saishang.apps.indicators.replay import replay

    return replay(config, lake, RULES, run, **more)


def corrected(folder: Path) -> Path:
    """The same days with one value of 2015 changed: PM2.5 of the first day of Yinchuan in June."""
    table = pq.read_table(DAYS).to_pandas()
    row = table[(table["date"].astype(str) == "2015-06-01") & (table["city"] == "银川")].index
    assert len(row) == 1
    table.loc[row, "pm25"] = table.loc[row, "pm25"] + 100
    path = folder / "corrected.parquet"
    table.to_parquet(path)
    return path


def test_the_past_stays_what_it_was_while_people_work_on(config: Config, lake: Lake, tmp_path: Path) -> None:
    from saishang.apps.indicators.actions.report_value import Report, report_value
    from saishang.apps.indicators.catalogue import Catalogue

    lake.ingest(Path(saishang.demo_data.__file__).parent / "met_daily_yinchuan_2014_2019.parquet")
    run = evaluated(config, lake)
    lake.ingest(corrected(tmp_path), source="city-daily-aqi")
    report_value(
        "test",
        Report(indicator="transport.nev_share", region="640000", period="2015", text="1.5", unit="%",
               basis="as_published", agency="公安厅", evidence="later", status="unconfirmed"),
        Catalogue(RULES), RULES, "later",
    )  # fmt: skip
    found = replayed(config, lake, run)
    assert found.same and found.inputs_same and not found.rebuilt
    assert found.values > 100 and found.targets == 37 and found.tables > 15
    # All files of the table are lost, the archive is not.
    for path in (config.lake / "observations").rglob("*.parquet"):
        path.unlink()
    rebuilt = replayed(config, lake, run)
    assert rebuilt.rebuilt and rebuilt.same and rebuilt.inputs_same and rebuilt.otherwise == ()
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from information_schema.schemata where schema_name like 'replay_%'")
        assert cursor.fetchone() == (0,)
    assert [path.name for path in config.runs.iterdir()] == [run]


def tampered(text: str, run: str) -> None:
    """Go round the database's own guard, as somebody with all rights could."""
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute(text, [run])
        cursor.execute("set session_replication_role = origin")


def test_what_was_touched_is_found_by_seal_and_by_replay(config: Config, lake: Lake, tmp_path: Path) -> None:
    from saishang.apps.indicators.actions.make_forecast import make_forecast
    from saishang.apps.indicators.replay import replay
    from saishang.apps.indicators.seals import broken_seals

    def broken() -> list[str]:
        return [one.what for one in broken_seals(config.runs)]

    run = evaluated(config, lake)
    assert broken() == []
    tampered(
        "update indicators_indicatorvalue set rounded = '29' where run_id = %s and indicator = 'air.pm25.mean' "
        "and region = '640000' and period = '2015' and basis = 'measured'",
        run,
    )
    assert broken() == ["values or states of targets were changed in the database"]
    path = config.runs / run / "city_daily.parquet"
    table = pq.read_table(path)
    values = table.column("value").to_pylist()
    first = next(n for n, value in enumerate(values) if value is not None)
    values[first] += 1
    index = table.column_names.index("value")
    pq.write_table(table.set_column(index, table.schema.field("value"), [values]), path)
    assert "the file of the table city_daily was changed" in broken()
    found = replayed(config, lake, run)
    assert not found.same
    value, cell = found.differences
    assert value.what == "value" and value.name.startswith("air.pm25.mean 640000 2015")
    assert value.before.startswith("29 ·") and not value.after.startswith("29 ·")
    assert (cell.what, cell.name) == ("table", f"city_daily row {first} value")
    # Analyses beside a run are sealed in the log: a byte of one, one that is gone, one that nobody made.
    analysis = config.runs / run / "forecast.json"
    make_forecast("test", run)
    assert not any("analysis" in what for what in broken())
    whole = analysis.read_bytes()
    analysis.write_bytes(whole.replace(b'"rows"', b' "rows"', 1))
    assert broken()[-1] == "the file of the analysis forecast was changed"
    analysis.unlink()
    assert broken()[-1] == "the analysis forecast is gone"
    analysis.write_bytes(whole)
    (config.runs / run / "own.json").write_text("{}")
    assert [what for what in broken() if "analysis" in what] == ["the analysis own was added afterwards"]
    # Who changes the seal too is caught by the log.
    tampered('update indicators_run set seals = \'{"rows": "0", "tables": {}}\' where id = %s', run)
    assert "its seals are not the ones in the action log" in broken()
    # What a replay cannot do, it says.
    overlay = tmp_path / "overlay"
    overlay.mkdir()
    (overlay / "outlook.yaml").write_text("{}\n", encoding="utf-8")
    with pytest.raises(SaishangError, match="computed by the rules"):
        replay(config, lake, load_rules(overlay), run)
    with pytest.raises(SaishangError):
        replayed(config, lake, "20150101-none")
    shutil.rmtree(config.archive)
    with pytest.raises(SaishangError, match="archive lacks this file"):
        replayed(config, lake, run, from_archive=True)


def test_registers_are_held_against_the_log(db: None) -> None:
    from saishang.apps.registers.actions import add_entry
    from saishang.apps.registers.kinds import kind_of
    from saishang.apps.registers.queries import unlogged_versions

    told = {"code": "640104-001", "name": "甲", "region": "640104", "area": "10"}
    add_entry("test", kind_of(RULES, "construction_plots"), RULES, told, today=date(2026, 1, 1))
    assert list(unlogged_versions()) == []
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute("update registers_version set values = jsonb_set(values, '{area}', '\"99\"')")
        cursor.execute("set session_replication_role = origin")
    assert [what for _, what in unlogged_versions()] == [
        "it says something else than the action log", "the entry is not a copy of its last version",
    ]  # fmt: skip
