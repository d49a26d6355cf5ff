"""Forecasts of a run: made once, kept, the same again; every number of them on the pages."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client

from saishang.errors import SaishangError
from tests.apps.indicators.test_outlook import LATE, SEPTEMBER, made_runs

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """Runs as of 2015-09-30 and 2025-06-30."""
    with django_db_blocker.unblock(), made_runs(tmp_path_factory.mktemp("forecast"), SEPTEMBER, LATE) as made:
        yield made


@pytest.fixture
def run(runs: dict[date, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """Twenty months of two cities' days: enough when the rules ask for twelve and look back six times."""
    from saishang.apps.indicators import forecast
    from saishang.science.forecast.decide import ForecastRule

    monkeypatch.setattr(
        ForecastRule,
        "from_document",
        classmethod(_short(ForecastRule.from_document.__func__)),  # type: ignore[attr-defined]
    )
    yield_to = forecast.file_of(runs[SEPTEMBER])
    yield_to.unlink(missing_ok=True)
    return runs[SEPTEMBER]


def _short(original: Any) -> Any:
    from dataclasses import replace

    def made(cls: Any, document: Any) -> Any:
        rule = original(cls, document)
        return replace(rule, draws=100, monthly=replace(rule.monthly, least=13, least_checks=3, at_most=4))

    return made


def test_made_once_and_the_same_again(run: str) -> None:
    from saishang.apps.core.models import ActionLogEntry
    from saishang.apps.indicators import forecast
    from saishang.apps.indicators.actions.make_forecast import make_forecast

    assert forecast.read(run) is None
    rows = make_forecast("tests", run)
    entry = ActionLogEntry.objects.latest("sequence")
    assert (entry.verb, forecast.read(run)) == ("indicators.forecast", rows)
    before = forecast.file_of(run).read_bytes()
    assert make_forecast("tests", run, again=True) == rows == make_forecast("tests", run)
    assert forecast.file_of(run).read_bytes() == before

    by_key = {(row.kind, row.target or row.parameter, row.place): row for row in rows}
    # Two annual values at most before 2015: nothing is said about 2027.
    assert by_key["target", "G02", "640000"].reason == "too_short"
    assert by_key["target", "G02", "640000"].detail["need"] == 4
    # A goal that holds at all times is judged, not forecast.
    assert by_key["target", "C01", "640000"].reason == "no_year"
    # Yinchuan has 21 months, the cities that began in 2015 nine.
    city = by_key["year_end", "PM2.5", "640100"]
    assert city.known >= 20 and len(city.checks) == 4
    assert by_key["year_end", "PM2.5", "640300"].reason == "too_short"
    if not city.reason:
        assert city.low is not None and city.high is not None and city.probability is not None
        assert 30 < city.low < city.high < 80 and city.probability < 0.1  # 48 µg/m³ so far against 30


def test_a_changed_file_is_noticed(run: str) -> None:
    from saishang.apps.indicators import forecast
    from saishang.apps.indicators.actions.make_forecast import make_forecast

    make_forecast("tests", run)
    path = forecast.file_of(run)
    body = json.loads(path.read_text(encoding="utf-8"))
    body["rows"][0]["known"] += 1
    path.write_text(json.dumps(body), encoding="utf-8")
    with pytest.raises(SaishangError, match="otherwise than before"):
        make_forecast("tests", run, again=True)


def test_who_may_make_them(run: str) -> None:
    from saishang.apps.indicators.actions.make_forecast import make_forecast
    from saishang.apps.organisations.models import User

    with pytest.raises(SaishangError, match="may not make analyses"):
        make_forecast(User(username="x", role="viewer"), run)


def test_pages_show_them(run: str, client: Client) -> None:
    from saishang.apps.indicators.actions.make_forecast import make_forecast

    page = client.get(f"/targets/G02/?run={run}").content.decode()
    assert f"saishang forecast --run {run}" in page  # what to do before they are made
    rows = make_forecast("tests", run)
    page = client.get(f"/targets/G02/?run={run}").content.decode()
    assert "不预测：" in page and "至少要 4 个" in page
    city = next(row for row in rows if (row.place, row.parameter) == ("640100", "PM2.5"))
    page = client.get(f"/morning/640100/PM2.5/?run={run}").content.decode()
    assert "回测 4 次" in page
    exported = client.get(f"/morning/640100/PM2.5/?run={run}&format=csv&table=backtest").content.decode("utf-8-sig")
    found = list(csv.DictReader(io.StringIO(exported)))
    assert [float(row["实际 [µg/m³]"]) for row in found] == [check[6] for check in city.checks]
    assert client.get(f"/morning/?run={run}").status_code == 200
    # The forecast is made on the basis of the goal; on the other one there is none to show.
    assert "回测" not in client.get(f"/morning/640100/PM2.5/?run={run}&basis=measured").content.decode()


def test_a_target_with_five_published_years(runs: dict[date, str], client: Client) -> None:
    """The band stands in the picture of the path; one sentence says it, why it is rough and what would change it."""
    from saishang.apps.indicators.actions.make_forecast import make_forecast

    late = runs[LATE]
    rows = make_forecast("tests", late)
    row = next(row for row in rows if (row.target, row.place) == ("G02", "640000"))
    assert (row.method, row.why, row.rough, row.known) == ("persistence", "few_checks", True, 5)
    assert row.ends[-1] == (2024, 30.6) and row.probability is not None and 0.4 < row.probability < 0.6
    assert [step for step, *_ in row.path] == [2025, 2026, 2027]
    page = client.get(f"/targets/G02/?run={late}").content.decode()
    assert "约 50 % 的可能在2027年达到" in page.replace("\u202f", " ") and "粗略" in page
    assert "平均每年还要变化 −0.20 µg/m³" in page  # (30 − 30.6) / 3
    assert "序列混用口径" in page and "复算证书" in page and "任务与措施" in page
    spec = re.search(r'"band": (\[\[.*?\]\])', page)
    assert spec is not None and json.loads(spec.group(1))[0] == [2024.0, 30.6, 30.6, 30.6]
    path = client.get(f"/targets/G02/?run={late}&format=csv&table=path").content.decode("utf-8-sig")
    lines = {line["时段"]: line for line in csv.DictReader(io.StringIO(path))}
    assert float(lines["2027年"]["预测（居中） [µg/m³]"]) == 30.6
    contest = client.get(f"/targets/G02/?run={late}&format=csv&table=contest").content.decode("utf-8-sig")
    assert [line["方法"] for line in csv.DictReader(io.StringIO(contest))] == ["保持上期", "泰尔—森直线", "阻尼趋势"]
    # Two runs, each on its own line; and a target that is words says so.
    assert late in page and runs[SEPTEMBER] in page
    far = client.get(f"/targets/G05/?run={late}").content.decode()
    assert "离2035年有 11 年" in far
