"""What changed between two runs: one corrected day, told by every number that it moves and by nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import saishang.demo_data
from saishang.rules import load_rules

if TYPE_CHECKING:
    from saishang.config import Config
    from saishang.lake import Lake

DAYS = Path(saishang.demo_data.__file__).parent / "air_city_daily_ningxia_2013_12_2015_12.parquet"
RULES = load_rules()


@pytest.fixture
def lake(config: Config, dsn: str, settings: Any) -> Iterator[Lake]:
    from saishang.apps.plan.actions import import_plan_from_rules
    from saishang.lake import Lake

    settings.CONFIG = config
    import_plan_from_rules("test", "ningxia")
    opened = Lake.open(config, dsn=dsn)
    opened.ingest(DAYS)
    return opened


def test_one_corrected_day_moves_its_numbers_and_no_others(config: Config, lake: Lake, tmp_path: Path) -> None:
    from saishang.apps.indicators import changes
    from saishang.apps.indicators.actions.evaluate import evaluate

    def run() -> str:
        return str(evaluate("test", config, lake, RULES, date(2015, 12, 31), site="ningxia", region="640000").id)

    before = run()
    table = pd.read_parquet(DAYS)
    row = table.index[(table["date"].astype(str) == "2015-06-01") & (table["city"] == "银川")]
    assert len(row) == 1
    table.loc[row, "pm25"] = table.loc[row, "pm25"] + 365
    path = tmp_path / "corrected.parquet"
    table.to_parquet(path)
    batch = lake.ingest(path, source="city-daily-aqi")
    after = run()

    found = changes.value_changes(before, after)
    # Yinchuan and the region of which it is a part; the year and the year to date, nothing of PM10 or of 2014.
    assert {change.region for change in found} <= {"640100", "640000"}
    assert all("2015" in change.period for change in found)
    assert not any("pm10" in change.indicator for change in found)
    mean = {(c.region, c.basis): c for c in found if c.indicator == "air.pm25.mean" and c.period == "2015"}
    days = table[(table["city"] == "银川") & (table["date"].astype(str).str.startswith("2015"))]["pm25"].dropna()
    # Second method: 365 more on one of the city's days moves its mean by 365 / days, the region's by a fifth of that.
    moved = Decimal(365) / len(days)
    for (region, _), change in mean.items():
        assert change.before_exact is not None and change.after_exact is not None
        by = moved if region == "640100" else moved / 5
        assert abs(change.after_exact - change.before_exact - by) < Decimal("1e-9")
    assert {region for region, _ in mean} == {"640100", "640000"}

    between = changes.between(lake, before, after)
    assert [known.id for known in between.batches] == [batch.id]
    assert between.replaced == 1
    assert between.rules is between.plan is between.code is between.as_of is None
    assert not between.nothing and between.reports == () and between.decisions == ()
    # The other way round the same numbers are told, and nothing came in between.
    back = changes.value_changes(after, before)
    assert [(c.before, c.after) for c in back] == [(c.after, c.before) for c in found]
    assert changes.value_changes(after, after) == [] and changes.target_changes(after, after) == []
    assert changes.between(lake, after, after).nothing


def test_a_goal_that_an_office_set_is_a_change_though_the_state_stays() -> None:
    from saishang.apps.indicators.changes import TargetSeen, goal_seen, target_change

    was = TargetSeen("G02", "640000", "细颗粒物", "PM2.5", "on_track", "26.7", "already_at_goal", "<= 30", 2027, "x")
    assert target_change(was, was) is None
    now = TargetSeen("G02", "640000", "细颗粒物", "PM2.5", "on_track", "26.7", "already_at_goal", "<= 29", 2027, "x")
    change = target_change(was, now)
    assert change is not None and (change.before_goal, change.after_goal) == ("<= 30", "<= 29")
    # The zeros of a database column are no change; a goal that is withheld is none.
    assert goal_seen("<=", Decimal("30.000000000000")) == "<= 30" == goal_seen("<=", Decimal(30))
    assert goal_seen(">=", None) == ""
    gone = target_change(was, None)
    assert gone is not None and (gone.after_status, gone.before_goal, gone.after_goal) == ("", "", "")
