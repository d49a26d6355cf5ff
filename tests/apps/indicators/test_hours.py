"""The hours of a run as pages read them: a made-up day of one city, its index and values by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.emptying import own_site

pytestmark = pytest.mark.django_db
#: Stations of Yinchuan that make its mean, and what each sends all day.
SENT = {"1488A": 100, "1489A": 120, "2924A": 140, "2925A": 160, "2926A": 180}
DAY = date(2019, 5, 2)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """Two days: PM10 as `SENT`, PM2.5 35 everywhere, ozone 160 at one station in the last hour of the second day."""
    from django.conf import settings

    from saishang.apps.indicators.actions.evaluate import evaluate
    from saishang.apps.indicators.actions.report_value import load_published
    from saishang.apps.plan.actions import import_plan_from_rules
    from saishang.rules import load_rules

    folder = tmp_path_factory.mktemp("hours")
    with django_db_blocker.unblock(), own_site(folder) as lake:
        import_plan_from_rules("tests", "ningxia")
        load_published(load_rules(), "ningxia", "tests")
        lake.ingest(_file(folder))
        yield evaluate("tests", settings.CONFIG, lake, load_rules(), DAY, site="ningxia", region="640000").id


def _file(folder: Path) -> Path:
    lines = ["date,hour,type," + ",".join(SENT)]
    for hour in range(48):
        end = datetime(2019, 5, 1) + timedelta(hours=hour + 1)
        stamp = f"{end:%Y%m%d},{end.hour}"
        lines.append(f"{stamp},PM10," + ",".join(str(value) for value in SENT.values()))
        lines.append(f"{stamp},PM2.5," + ",".join("35" for _ in SENT))
        if hour == 47:
            lines.append(f"{stamp},O3,160" + "," * (len(SENT) - 1))
    path = folder / "china_sites_20190501.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_city_day_has_24_hours_with_index_and_values(run: str) -> None:
    from saishang.apps.indicators.air_tables import city_hours

    found = city_hours(run, "640100", DAY)
    assert [hour.end for hour in found] == [datetime(2019, 5, 2) + timedelta(hours=n + 1) for n in range(24)]
    # PM10 (100+120+140+160+180)/5 = 140 on every hour, so over 24: 50/100*90+50 = 95; PM2.5 35 → 50
    assert {(hour.aqi, hour.primary, hour.level) for hour in found} == {(95, ("PM10",), 2)}
    last = found[-1]
    assert (last.iaqi["PM10"], last.iaqi["PM2.5"], last.iaqi["O3"]) == (95, 50, None)  # one of five stations: 20 %
    assert (last.values["PM10"], last.values["PM10_24h"], last.values["O3"]) == (140.0, 140.0, None)
    assert (last.complete, last.publishable, last.reason) == (False, True, "missing:SO2,NO2,CO,O3")
    assert last.edition == "HJ 633-2012"


def test_a_station_and_its_series_for_charts(run: str) -> None:
    from saishang.apps.indicators.air_tables import hourly_values, station_hours

    found = station_hours(run, "1488A", DAY)
    assert len(found) == 24
    assert (found[-1].values["O3"], found[-1].iaqi["O3"]) == (160.0, 50)  # the last pair of 优: 160
    series = hourly_values(run, "1488A", DAY)
    assert series["PM10"] == [(hour.end, 100.0) for hour in found]
    assert [value for _, value in series["O3"]] == [None] * 23 + [160.0]
    assert hourly_values(run, "640100", DAY)["PM10"][0] == (datetime(2019, 5, 2, 1), 140.0)


def test_days_without_hours_are_empty(run: str) -> None:
    from saishang.apps.indicators.air_tables import city_hours, hourly_values, station_hours

    assert city_hours(run, "640100", date(2019, 4, 30)) == ()
    assert station_hours(run, "nowhere", DAY) == ()
    assert hourly_values(run, "nowhere", DAY) == {}
