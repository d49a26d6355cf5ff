"""Noise pages on the demonstration's invented network: both languages, figures, stations, hours, exports, roles."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.emptying import own_site

pytestmark = pytest.mark.django_db
STATION = "/noise/DEMO-N03/"
PAGES = (
    "/noise/", "/noise/?kind=to_date&place=640200&span=day", "/noise/months/", "/noise/months/?span=day",
    "/noise/cities/", STATION, f"{STATION}?period=2026-09&day=2026-09-07",
)  # fmt: skip


@dataclass(frozen=True)
class Quiet:
    """The run, and people by role."""

    run: str
    people: dict[str, Any]


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Iterator[Quiet]:
    """A portal with the invented noise network alone, loaded by the demonstration's own step."""
    from saishang.apps.indicators.actions.evaluate import evaluate
    from saishang.apps.organisations.models import ROLES, User
    from saishang.apps.plan.actions import import_plan_from_rules
    from saishang.cli.demo_noise import load_noise
    from saishang.rules import load_rules

    with django_db_blocker.unblock(), own_site(tmp_path_factory.mktemp("noise")) as lake:
        import_plan_from_rules("tests", "ningxia")
        rules = load_rules()
        load_noise("tests", settings.CONFIG, lake, rules, date(2026, 11, 15))
        run = evaluate("tests", settings.CONFIG, lake, rules, date(2026, 11, 15), site="ningxia", region="640000")
        yield Quiet(run.id, {role: User.objects.create_user(role, password="x", role=role) for role in ROLES})


def seen(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200, address
    text = re.sub(r"<script.*?</script>", "", page.content.decode(), flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", "\n", text))


def table(client: Client, address: str, name: str) -> list[dict[str, str]]:
    sign = "&" if "?" in address else "?"
    answer = client.get(f"{address}{sign}format=csv&table={name}")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("address", PAGES)
def test_pages_answer_in_both_languages_and_say_that_it_is_invented(address: str, quiet: Quiet, client: Client) -> None:
    assert "监测站、测点和数值都是虚构的" in seen(client, address)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    found = {
        line.strip() for line in seen(client, address).split("\n") if re.search(r"[\u3000-\u9fff\uff00-\uffef]", line)
    }
    # The switch back, and names that an office gave in Chinese.
    assert {line for line in found if "演示站" not in line} == {"中文"}


@pytest.mark.parametrize("role", [None, "viewer", "editor", "admin"])
@pytest.mark.parametrize("address", ["/noise/", "/noise/months/", "/noise/cities/", STATION])
def test_everybody_may_read_and_nobody_writes_here(address: str, role: str | None, quiet: Quiet) -> None:
    client = Client()
    if role is not None:
        client.force_login(quiet.people[role])
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 405


def test_the_rates_of_the_page_are_those_of_the_rows_of_its_days(quiet: Quiet, client: Client) -> None:
    stations = {row["编码"]: row for row in table(client, "/noise/?kind=month&period=2026-10", "stations")}
    days = table(client, f"{STATION}?period=2026-10", "days")
    nights = [float(row["Ln [dB(A)]"]) for row in days if row["Ln [dB(A)]"]]
    assert [row["夜间"] for row in days if row["Ln [dB(A)]"]] == ["达标" if n <= 55.0 else "超标" for n in nights]
    expected = 100 * sum(n <= 55.0 for n in nights) / len(nights)
    assert float(stations["DEMO-N03"]["夜间达标率 [%]"]) == pytest.approx(expected, abs=0.05)
    regions = {row["地区"]: row for row in table(client, "/noise/?kind=month&period=2026-10", "regions")}
    passed, evaluated = 0, 0
    for row in stations.values():
        one, all_ = re.findall(r"\d+", row["夜间达标率（说明）"])[:2]
        passed, evaluated = passed + int(one), evaluated + int(all_)
    assert regions["宁夏回族自治区"]["夜间达标率（说明）"].startswith(f"{passed} / {evaluated}")


def test_a_day_shows_why_hours_stay_out_and_where_each_stands(quiet: Quiet, client: Client) -> None:
    hours = table(client, f"{STATION}?period=2026-09&day=2026-09-07", "hours-2026-09-07")
    assert len(hours) == 24
    # Rain from 20:00 to 05:00 of the next morning: two hours by day and seven by night.
    rainy = [row for row in hours if float(row["降水量 [mm]"]) > 0]
    assert len(rainy) == 9
    assert {row["是否计入"] for row in rainy} == {"雨雪或大风，不计入"}
    days = {row["日期"]: row for row in table(client, f"{STATION}?period=2026-09", "days")}
    assert (days["2026-09-07"]["夜间"], days["2026-09-07"]["Ln [dB(A)]"]) == ("雨雪或大风，有效小时不足", "")
    page = client.get(f"{STATION}?period=2026-09&day=2026-09-07").content.decode()
    line = re.search(r'href="(/data/batches/\d+/line/\d+/)"', page)
    assert line is not None
    assert "DEMO-N03" in client.get(line[1]).content.decode()


def test_cities_have_mean_and_grade_and_lead_to_their_points(quiet: Quiet, client: Client) -> None:
    rows = {row["城市"]: row for row in table(client, "/noise/cities/", "regional")}
    chain = f"/targets/chain/{quiet.run}/noise.area_day_mean/640200/?period=2025&basis=demonstration"
    page = client.get(chain).content.decode()
    levels = [float(found) for found in re.findall(r'<span class="num">(\d+\.\d) dB\(A\)</span>', page)][1:]
    assert len(levels) == 24
    assert float(rows["石嘴山市"]["昼间平均 [dB(A)]"]) == pytest.approx(sum(levels) / 24, abs=0.05)
    assert "有效网格不足" in rows["石嘴山市"]["备注"]
    assert rows["银川市"]["备注"] == ""
    roads = {row["城市"]: row for row in table(client, "/noise/cities/", "road")}
    assert "夜间未开展" in roads["石嘴山市"]["备注"]
    scale = table(client, "/noise/cities/", "scale")
    assert [row["平均等效声级 [dB(A)]"] for row in scale[:5]] == [
        "≤ 50.0", "50.1 – 55.0", "55.1 – 60.0", "60.1 – 65.0", "> 65.0",
    ]  # fmt: skip


def test_the_rate_explains_itself_down_to_the_files(quiet: Quiet, client: Client) -> None:
    address = f"/targets/chain/{quiet.run}/noise.zone_night_rate/640000/?period=2026-01..2026-11"
    page = client.get(address).content.decode()
    assert "DEMO-N03" in page
    assert "/data/batches/" in page
    assert "演示数据" in html.unescape(page)


def test_every_value_of_the_invented_network_says_so(quiet: Quiet) -> None:
    from saishang.apps.indicators import queries

    values = queries.get_run(quiet.run).values.filter(indicator__startswith="noise.")
    assert {value.basis for value in values} == {"demonstration"}
    assert {value.indicator for value in values} >= {"noise.zone_day_rate", "noise.road_day_grade", "noise.stations"}


@pytest.mark.parametrize("address", ["/noise/?kind=week", "/noise/?place=1", "/noise/NOBODY/", "/noise/?run=none"])
def test_what_is_not_there_is_not_found(address: str, quiet: Quiet, client: Client) -> None:
    assert client.get(address).status_code == 404
