"""Weather or policy of a run: made once, kept, the same again; every number of it on the page and in the exports."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

import saishang.demo_data
from saishang.errors import SaishangError
from tests.emptying import own_site

pytestmark = pytest.mark.django_db
DEMO = Path(saishang.demo_data.__file__).parent
AS_OF = date(2017, 12, 31)


@pytest.fixture(scope="module")
def made_run(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A run over the demonstration's city days of 2013 to 2015 and 2017 and the weather of Yinchuan."""
    from django.conf import settings

    from saishang.apps.indicators.actions.evaluate import evaluate
    from saishang.apps.plan.actions import import_plan_from_rules
    from saishang.rules import load_rules

    folder = tmp_path_factory.mktemp("weather")
    with django_db_blocker.unblock(), own_site(folder) as lake:
        import_plan_from_rules("tests", "ningxia")
        lake.ingest(DEMO / "air_city_daily_ningxia_2013_12_2015_12.parquet", source="city-daily-aqi")
        lake.ingest(DEMO / "air_city_daily_ningxia_2017_02_12.parquet", source="city-daily-means")
        lake.ingest(DEMO / "met_daily_yinchuan_2014_2019.parquet", source="cma-daily")
        run = evaluate("tests", settings.CONFIG, lake, load_rules(), AS_OF, site="ningxia", region="640000")
        yield run.id


@pytest.fixture
def run(made_run: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same method with few trees and draws; two parameters, one of which the demonstration lacks."""
    from saishang.apps.indicators import weather
    from saishang.science.weather.rule import WeatherRule

    shipped = WeatherRule.from_document.__func__  # type: ignore[attr-defined]

    def small(cls: Any, document: Any) -> Any:
        rule = shipped(cls, document)
        trees = replace(rule.trees, number=25, rate=0.2)
        return replace(
            rule, parameters=("PM2.5", "NOx"), folds=4, draws=10, model_draws=10, chance_draws=100, trees=trees
        )

    monkeypatch.setattr(WeatherRule, "from_document", classmethod(small))
    weather.KEPT.file_of(made_run).unlink(missing_ok=True)
    return made_run


def make(run: str, **options: Any) -> Any:
    from saishang.apps.indicators.actions.make_weather import make_weather

    return make_weather("tests", run, **options)


def test_made_once_and_the_same_again(run: str) -> None:
    from saishang.apps.core.models import ActionLogEntry
    from saishang.apps.indicators import weather

    assert weather.read(run) is None
    rows = make(run)
    entry = ActionLogEntry.objects.latest("sequence")
    assert (entry.verb, weather.read(run)) == ("indicators.weather", rows)
    before = weather.KEPT.file_of(run).read_bytes()
    assert make(run, again=True) == rows == make(run)
    assert weather.KEPT.file_of(run).read_bytes() == before

    by_key = {(row.place, row.parameter): row for row in rows}
    city = by_key["640100", "PM2.5"]
    assert (city.reason, city.station, city.unit) == ("", "53614", "µg/m³")
    # Nothing after the run's day, and the weather's own first day is 2014-02-02 (rain of January 2014 is empty).
    assert (city.about["first"], city.about["last"]) == ("2014-02-02", "2017-12-31")
    assert city.about["weather_years"] == [2014, 2015, 2016, 2017]
    assert city.about["no_weather"] > 60 and city.about["state_day"] is None
    assert city.skill is not None and city.skill["r2"] > city.skill["r2_without"] + 0.1
    # 2016 has no air: 2017 stands beside 2015, over February to December.
    years = [(one["first"], one["second"], one["months"]) for one in city.changes if one["kind"] == "year"]
    assert years == [("2014", "2015", list(range(2, 13))), ("2015", "2017", list(range(2, 13)))]
    for one in city.changes:
        assert one["first_mean"] + one["state"] + one["weather"] + one["rest"] == pytest.approx(
            one["second_mean"], abs=2e-4
        )
    # What has no values says so, and so does every city without a station of its own.
    assert by_key["640100", "NOx"].reason == "no_values"
    assert {place for (place, parameter), row in by_key.items() if row.reason == "no_station"} == {
        "640200", "640300", "640400", "640500",
    }  # fmt: skip


def test_a_station_without_days_is_told_from_no_station(run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from saishang.apps.indicators import weather

    monkeypatch.setattr(weather, "daily_weather", lambda *given: {})
    rows = {row.place: row for row in weather.compute(run)}
    assert (rows["640100"].reason, rows["640100"].station) == ("no_weather", "53614")
    assert rows["640200"].reason == "no_station"


def test_a_changed_file_is_noticed(run: str) -> None:
    from saishang.apps.indicators import weather

    make(run)
    path = weather.KEPT.file_of(run)
    body = json.loads(path.read_text(encoding="utf-8"))
    body["rows"][0]["changes"][0]["weather"] += 1
    path.write_text(json.dumps(body), encoding="utf-8")
    with pytest.raises(SaishangError, match="otherwise than before"):
        make(run, again=True)


def test_who_may_make_it(run: str) -> None:
    from saishang.apps.indicators.actions.make_weather import make_weather
    from saishang.apps.organisations.models import User

    with pytest.raises(SaishangError, match="may not make analyses"):
        make_weather(User(username="x", role="viewer"), run)


def export_of(client: Client, run: str, table: str) -> list[dict[str, str]]:
    answer = client.get(f"/air/weather/?run={run}&format=csv&table={table}")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_page_shows_it(run: str, client: Client) -> None:
    page = client.get(f"/air/weather/?run={run}").content.decode()
    assert f"saishang weather --run {run}" in page  # what to do before it is made
    assert "/air/weather/?run=" not in client.get(f"/targets/G02/?run={run}").content.decode()
    city = next(row for row in make(run) if row.parameter == "PM2.5")

    page = client.get(f"/air/weather/?run={run}").content.decode()
    for words in ("天气还是治理", "保持不变的是什么", "“其余”里有什么", "方法的界限", "沙尘日没有剔除", "留出 R²",
                  f"{city.skill['r2']:.2f}", "不分解：境内没有列入本站点规则的气象站"):  # fmt: skip
        assert words in page, words
    found = export_of(client, run, "split-year")
    assert [row["时段对比"] for row in found] == ["2017 / 2015", "2015 / 2014"]
    for table in ("split-year", "split-month"):
        for row in export_of(client, run, table):
            names = ("前", "后", "变化", "天气", "参比状态", "其余")
            first, second, change, sky, state, rest = (Decimal(row[f"{name} [µg/m³]"]) for name in names)
            # As shown, to the last digit.
            assert first + change == second and change == sky + state + rest
    months = export_of(client, run, "months")
    kept = [one for one in city.periods if one["kind"] == "month"]
    assert [float(row["平常天气下 [µg/m³]"]) for row in months] == [one["adjusted"] for one in kept]
    assert len(export_of(client, run, "dependence-T")) == len(city.dependence[0]["at"])
    assert len(export_of(client, run, "importance")) == len(city.importance) == 10
    assert len(export_of(client, run, "skill")) == 3

    without = client.get(f"/air/weather/?run={run}&city=640200").content.decode()
    assert "met_stations.csv" in without and "保持不变的是什么" not in without
    assert client.get(f"/air/weather/?run={run}&city=1").status_code == 404
    assert client.get(f"/air/weather/?run={run}&parameter=Pb").status_code == 404
    assert "parameter=PM2.5" in client.get(f"/targets/G02/?run={run}").content.decode()
    # PM10 was not asked for here: its target leads nowhere.
    assert "/air/weather/?run=" not in client.get(f"/targets/G03/?run={run}").content.decode()


def test_page_in_english(run: str, client: Client) -> None:
    make(run)
    client.cookies["django_language"] = "en"
    page = client.get(f"/air/weather/?run={run}").content.decode()
    body = page[page.index("<main") : page.index("</main>")]
    for words in ("Weather or policy?", "Held constant: the date (season)", "What “the rest” holds", "Held-out R²",
                  "beside 2015 (months 2–12)", "sand and dust days are kept"):  # fmt: skip
        assert words in body, words
    assert not [sign for sign in body if "\u4e00" <= sign <= "\u9fff"]


def test_a_model_that_is_not_used_shows_why(run: str, client: Client) -> None:
    from saishang.apps.indicators import weather

    make(run)
    path = weather.KEPT.file_of(run)
    body = json.loads(path.read_text(encoding="utf-8"))
    empty = {key: [] for key in ("periods", "changes", "dependence", "importance")}
    body["rows"][0] |= empty | {"reason": "no_better"}
    path.write_text(json.dumps(body), encoding="utf-8")
    page = client.get(f"/air/weather/?run={run}").content.decode()
    assert "模型不优于基准，方法不采用" in page and "气候平均：同季节各年均值" in page
    assert "保持不变的是什么" not in page


def test_command(run: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from saishang.cli import weather as command

    lines = [line for row in make(run) for line in command._lines(row)]
    assert len(lines) == 2 + 1 + 4
    what, compared, means, sky, state, rest, percent, r2 = lines[1]
    assert what == "PM2.5 银川市" and compared == "2015 → 2017 (11 m)" and state is None
    first, second = (float(part) for part in means.removesuffix(" µg/m³").split(" → "))
    assert float(sky) + float(rest) == pytest.approx(second - first, abs=0.2)
    assert "%" in percent and 0 < float(r2) < 1
