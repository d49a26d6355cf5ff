"""A corrected hour: what the quick way tells is what a whole evaluation finds, number by number and row by row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import saishang.demo_data
from saishang.rules import load_rules

if TYPE_CHECKING:
    from saishang.config import Config
    from saishang.lake import Lake

HOURS = Path(saishang.demo_data.__file__).parent / "air_hourly_ningxia_2019_01_09.parquet"
RULES = load_rules()
STATION, DAY = "1488A", date(2019, 5, 12)


def few(path: Path, **changes: float) -> Path:
    """January to May of the packaged hours; an afternoon of one station says something else."""
    table = pd.read_parquet(HOURS)
    table = table[table["time"] < "2019-06-01"].reset_index(drop=True)
    at = (table["station_code"] == STATION) & table["time"].between("2019-05-12 12:00", "2019-05-12 23:00")
    assert at.sum() == 12
    for name, value in changes.items():
        table.loc[at, name] = value
    table.to_parquet(path)
    return path


@pytest.fixture
def lake(config: Config, dsn: str, settings: Any, tmp_path: Path) -> Iterator[Lake]:
    from saishang.apps.plan.actions import import_plan_from_rules
    from saishang.lake import Lake

    settings.CONFIG = config
    import_plan_from_rules("test", "ningxia")
    opened = Lake.open(config, dsn=dsn)
    opened.ingest(few(tmp_path / "hours.parquet"))
    return opened


def test_corrected_hours_change_what_a_whole_evaluation_would_change(
    config: Config, lake: Lake, tmp_path: Path
) -> None:
    from saishang.apps.indicators import changes
    from saishang.apps.indicators.actions.evaluate import evaluate
    from saishang.apps.indicators.correction import preview

    run = evaluate("test", config, lake, RULES, date(2019, 5, 31), site="ningxia", region="640000")
    nothing = preview(config, lake, RULES, run)
    assert (nothing.days, nothing.values, nothing.tables, nothing.batches) == ((), (), {}, ())

    batch = lake.ingest(few(tmp_path / "corrected.parquet", pm25=900.0, o3=700.0))
    assert batch.replaced == 24
    decided = decide(config, run)
    exclude(lake)
    found = preview(config, lake, RULES, run)
    assert found.days == ((STATION, DAY),) and [known.id for known in found.batches] == [batch.id]
    assert found.media == ("air",)  # quality flags of hours of air make no other medium again
    assert [cause.kind for cause in found.causes] == ["file", "flag", "decision"]
    assert found.causes[2].facts == {"region": decided[0], "day": decided[1], "status": "confirmed"}

    again = evaluate("test", config, lake, RULES, date(2019, 5, 31), site="ningxia", region="640000")
    whole = changes.value_changes(run.id, again.id)
    assert whole and sorted(map(told, found.values)) == sorted(map(told, whole))
    assert list(map(target, found.targets)) == list(map(target, changes.target_changes(run.id, again.id)))

    before, after = Path(config.runs) / run.id, Path(config.runs) / again.id
    differing = {path.stem for path in after.glob("*.parquet") if differs(before, after, path.name)}
    assert set(found.tables) == differing - {"dust_days"}  # proposals with who decided: an input here, no result
    for name, (gone, come) in found.tables.items():
        old, new = (set(rows(pq.read_table(folder / f"{name}.parquet"))) for folder in (before, after))
        assert (set(rows(gone)), set(rows(come))) == (old - new, new - old), name
    rest(config, lake, run, again, found.causes[0].facts)
    release(run, again, len([change for change in whole if not change.only_precision]))


def rest(config: Config, lake: Lake, run: Any, again: Any, facts: Any) -> None:
    """Forward from the corrected line: numbers of its city and of the region; none of a run that did not have it."""
    from saishang.apps.indicators.forward import resting_on

    found = resting_on(config, lake, again, facts["batch"], facts["first_line"])
    assert {row.row.parameter: row.state for row in found.rows} == {"PM2.5": "counted", "O3": "counted"}
    assert {value.region for value in found.values} == {"640100", "640000"}
    means = {(v.region, v.period) for v in found.values if v.indicator == "air.pm25.mean" and v.basis == "measured"}
    assert means == {(region, period) for region in ("640100", "640000") for period in ("2019", "2019-01..2019-05")}
    assert not {value.indicator for value in found.values} & {"air.pm10.mean", "air.so2.mean"}
    before = resting_on(config, lake, run, facts["batch"], facts["first_line"])
    assert before.values == () and {row.state for row in before.rows} == {"later"}


def decide(config: Config, run: Any) -> tuple[str, date]:
    """Somebody confirms the first sand-dust day that the run proposes, months before the corrected hours."""
    from saishang.apps.indicators.actions.decide_dust import decide_dust
    from saishang.apps.organisations.models import User

    officer = User.objects.create_user("officer", password="correct-horse-battery", role="editor")
    proposed = pq.read_table(Path(config.runs) / run.id / "dust_days.parquet").to_pylist()
    first = min((row["day"], row["region"]) for row in proposed)
    decide_dust(officer, first[1], first[0], "confirmed", "notice of the station")
    return first[1], first[0]


def exclude(lake: Lake) -> None:
    """A quality test takes out the hours of one morning in April in which PM2.5 is above 10."""
    from saishang.lake.quality import QualityTest, run_quality

    test = QualityTest("range", "range", ("PM2.5",), {"max": 10}, "exclude")
    span = {"first": datetime(2019, 4, 3, 6), "last": datetime(2019, 4, 3, 12)}
    run_quality(lake.table, lake.ledger, RULES, tests=[test], **span)


def release(run: Any, again: Any, numbers: int) -> None:
    """The office releases the list of the two runs, once, with a reason; who may not is refused."""
    from saishang.apps.core.models import ActionLogEntry
    from saishang.apps.indicators.actions.release_changes import ReleaseRefused, release_changes
    from saishang.apps.organisations.models import User

    viewer = User.objects.create_user("viewer", password="correct-horse-battery", role="viewer")
    office = User.objects.create_user("office", password="correct-horse-battery", role="admin")
    for who, pair, reason, why in (
        (viewer, (run, again), "instrument", "named person"),
        ("saishang", (run, again), "instrument", "named person"),
        (office, (run, again), " ", "needs a reason"),
        (office, (again, run), "instrument", "the later one"),
        (office, (run, run), "instrument", "the later one"),
    ):
        with pytest.raises(ReleaseRefused, match=why):
            release_changes(who, *pair, reason)
    made = release_changes(office, run, again, "instrument was calibrated anew")
    assert (made.numbers, made.released_by) == (numbers, office) and numbers
    logged = ActionLogEntry.objects.filter(verb="indicators.release_changes").get()
    assert logged.after is not None and logged.after["digest"] == made.digest
    with pytest.raises(ReleaseRefused, match="released before"):
        release_changes(office, run, again, "once more")


def test_a_run_of_other_rules_is_not_corrected(config: Config, lake: Lake) -> None:
    from types import SimpleNamespace

    from saishang.apps.indicators.correction import NoCorrection, preview

    run: Any = SimpleNamespace(id="19990101-none", rules_digest="another", code_version="0")
    with pytest.raises(NoCorrection, match="made by other rules"):
        preview(config, lake, RULES, run)


def told(change: Any) -> tuple[str, ...]:
    names = ("indicator", "region", "period", "period_kind", "basis", "standard", "before", "after", "after_reason")
    return tuple(str(getattr(change, name)) for name in names)


def target(change: Any) -> tuple[str, ...]:
    return (change.target, change.region, change.before_status, change.after_status, change.before, change.after)


def differs(before: Path, after: Path, name: str) -> bool:
    old, new = (pq.read_table(folder / name) for folder in (before, after))
    return not isinstance(old, pa.Table) or not old.equals(new)


def rows(table: pa.Table) -> list[str]:
    return [str(row) for row in table.to_pylist()]
