"""One evaluation from file to state on the five cities' published days, followed back to the row it came from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from django.db import DatabaseError, transaction

import saishang.demo_data
from saishang.rules import load_rules

if TYPE_CHECKING:
    from saishang.config import Config
    from saishang.lake import Lake

DAYS = Path(saishang.demo_data.__file__).parent / "air_city_daily_ningxia_2013_12_2015_12.parquet"
RULES = load_rules()


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


def _evaluate(config: Config, lake: Lake, as_of: date, **more: Any) -> Any:
    from saishang.apps.indicators.actions.evaluate import evaluate

    return evaluate("test", config, lake, RULES, as_of, site="ningxia", region="640000", **more)


def _mean_of_2015() -> float:
    """Second method: plain means of each city's days, then of the five cities."""
    rows = pq.read_table(DAYS).to_pylist()
    cities: dict[str, list[float]] = {}
    for row in rows:
        if str(row["date"]).startswith("2015") and row["pm25"] is not None:
            cities.setdefault(row["city"], []).append(float(row["pm25"]))
    assert len(cities) == 5
    return sum(sum(values) / len(values) for values in cities.values()) / 5


def test_from_file_to_state_and_back(config: Config, lake: Lake) -> None:
    from saishang.apps.indicators import chain, queries
    from saishang.apps.indicators.models import IndicatorValue, TargetState

    run = _evaluate(config, lake, date(2015, 12, 31))

    value = IndicatorValue.objects.get(
        run=run, indicator="air.pm25.mean", region="640000", period="2015", basis="measured", kind="computed"
    )
    assert value.valid and abs(float(value.value) - _mean_of_2015()) < 0.001
    assert value.rounded == "46.0"

    states = {state.target: state for state in run.targets.all()}
    assert len(states) == 37
    assert states["G17"].status == states["G20"].status == "undetermined"
    assert states["G02"].status == "not_evaluated"  # 2015 lies before the baseline of 2020 and above the goal

    link = chain.chain(lake, run.id, "air.pm25.mean", "640000", period="2015", basis="measured")
    cities = {child.name: child for child in link.children}
    assert set(cities) == {"银川市", "石嘴山市", "吴忠市", "固原市", "中卫市"}
    files = cities["银川市"].children
    assert [(f.kind, f.name, f.facts["values"]) for f in files] == [("file", DAYS.name, 365)]

    # The row that the chain names (Parquet: 1-based row) is the row of the file, and its cell holds the value.
    found = chain.hours(lake, run.id, "city:640100", "PM2.5", date(2015, 1, 3))
    assert len(found) == 1
    row = found[0]
    source = pq.read_table(DAYS).slice(row["line"] - 1, 1).to_pylist()[0]
    assert (source["city"], str(source["date"])[:10]) == ("银川", "2015-01-03")
    assert list(source.values())[row["cell"] - 1] == pytest.approx(row["value"], abs=0.05)

    # A run never changes.
    for change in (
        lambda: TargetState.objects.filter(run=run).update(status="met"),
        lambda: IndicatorValue.objects.filter(run=run).delete(),
        lambda: IndicatorValue.objects.create(
            run=run, indicator="x", region="640000", period="2015", period_kind="year", basis="measured",
            kind="computed", unit="1", valid=True,
        ),
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match="is finished"), transaction.atomic():
            change()

    # The same inputs give the same run, and computed again the same digits.
    assert _evaluate(config, lake, date(2015, 12, 31)).id == run.id
    again = _evaluate(config, lake, date(2015, 12, 31), again=True)
    assert again.id != run.id and again.result_digest == run.result_digest
    assert queries.run_facts("latest").id == again.id


def test_today_rests_on_what_was_published_and_says_so(config: Config, lake: Lake) -> None:
    from saishang.apps.indicators import chain, queries

    run = _evaluate(config, lake, date(2025, 6, 30))
    rows = {row.target: row for row in queries.target_rows(run.id, with_history=True)}
    fine = rows["G02"]
    assert (fine.status, fine.rounded, fine.value_period, fine.value_kind) == ("on_track", "30.6", "2024", "reported")
    assert fine.expected is not None and abs(fine.expected - (Decimal(33) - Decimal(12) / 7)) < Decimal("1e-9")
    assert rows["G03"].status == "not_evaluated" and "2017" in rows["G03"].reason_zh and "2017" in rows["G03"].reason_en
    assert rows["G09"].status == "on_track" and rows["G12"].reason_zh.startswith("牵头单位")
    assert [p.period for p in fine.history if p.chosen and p.kind == "computed"] == ["2015"]
    link = chain.chain(lake, run.id, "air.pm25.mean", "640000")
    assert link.children[0].kind == "report" and link.children[0].facts["evidence"]


def test_what_is_missing_is_said(config: Config, lake: Lake) -> None:
    from saishang.apps.indicators import chain
    from saishang.errors import SaishangError

    with pytest.raises(SaishangError, match="no observations up to 2010"):
        _evaluate(config, lake, date(2010, 1, 1))
    run = _evaluate(config, lake, date(2015, 12, 31))
    with pytest.raises(SaishangError, match="2015 \\(measured\\)"):
        chain.chain(lake, run.id, "air.pm25.mean", "640000", period="1999")
    with pytest.raises(SaishangError, match=r"air\.pm10\.mean"):
        chain.chain(lake, run.id, "no.such", "640000")


@pytest.mark.parametrize(
    ("period", "first", "after"),
    [
        ("2019", "2019-01-01", "2020-01-01"),
        ("2019-Q4", "2019-10-01", "2020-01-01"),
        ("2019-12", "2019-12-01", "2020-01-01"),
        ("2019-01..2019-09", "2019-01-01", "2019-10-01"),
    ],
)
def test_spans_of_periods(period: str, first: str, after: str) -> None:
    from saishang.apps.indicators.chain import period_span

    assert period_span(period) == (date.fromisoformat(first), date.fromisoformat(after))


def test_cities_of_other_provinces_have_no_part(config: Config, lake: Lake, tmp_path: Path) -> None:
    """A national file brings hundreds of cities: none of them enters the region's share, values or chain."""
    from saishang.apps.indicators import chain
    from saishang.apps.indicators.models import IndicatorValue

    before = _evaluate(config, lake, date(2015, 12, 31))
    path = tmp_path / "china.csv"
    head = "city,date,aqi,aqi_range,level,pm25,pm10,so2,co,no2,o3_8h,rank"
    days = [date.fromordinal(number) for number in range(date(2015, 1, 1).toordinal(), date(2016, 1, 1).toordinal())]
    lines = [f"{city},{day},20,,优,5,9,3,0.3,8,60,1" for city in ("海口", "三亚") for day in days]
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    assert lake.ingest(path).added == 2 * 365 * 7
    run = _evaluate(config, lake, date(2015, 12, 31))

    assert {v.region for v in IndicatorValue.objects.filter(run=run, kind="computed")} <= set(RULES.regions)
    shares = [
        IndicatorValue.objects.get(run=each, indicator="air.cities_attaining", period="2015", basis="measured")
        for each in (before, run)
    ]
    assert [share.coverage["cities"] for share in shares] == [5, 5]
    assert shares[0].value == shares[1].value
    link = chain.chain(lake, run.id, "air.pm25.mean", "640000", period="2015", basis="measured")
    assert {child.name for child in link.children} == {"银川市", "石嘴山市", "吴忠市", "固原市", "中卫市"}
