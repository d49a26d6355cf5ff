"""Waste pages: cities and their list, streams and balances, manifests with alarms, new pollutants; who sees what."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from saishang.web.pages import registers_common, waste, waste_manifests, waste_pollutants
from tests.portal import Portal, made_portal

pytestmark = pytest.mark.django_db
PAGES = ("/waste/", "/waste/streams/", "/waste/manifests/", "/waste/pollutants/")
DAY = date(2026, 11, 29)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Iterator[Portal]:
    """A portal with the demonstration's registers and reports, and a run that knows them."""
    from saishang.apps.indicators.actions.evaluate import evaluate
    from saishang.apps.observations.queries import site_lake
    from saishang.cli.demo_waste import load_waste
    from saishang.rules import load_rules

    with django_db_blocker.unblock(), made_portal(tmp_path_factory.mktemp("waste")) as made:
        rules = load_rules()
        assert "拒绝 refused 0" in load_waste(settings.CONFIG, rules, DAY)
        evaluate("tests", settings.CONFIG, site_lake(), rules, DAY, site="ningxia", region="640000")
        yield made


@pytest.fixture(autouse=True)
def on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Terms are looked at on one day, whenever the tests run."""
    for module in (registers_common, waste, waste_manifests, waste_pollutants):
        monkeypatch.setattr(module, "today", lambda: DAY)


def client(portal: Portal, role: str | None, language: str = "zh-hans") -> Client:
    made = Client()
    made.cookies["django_language"] = language
    if role is not None:
        made.force_login(portal.people[role])
    return made


def seen(who: Client, address: str) -> str:
    page = who.get(address)
    assert page.status_code == 200, address
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page.content.decode())))


def rows(who: Client, address: str, table: str) -> list[dict[str, str]]:
    answer = who.get(f"{address}{'&' if '?' in address else '?'}format=csv&table={table}")
    assert answer.status_code == 200, answer.content[:300]
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("role", [None, "viewer", "editor", "admin"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_role_sees_its_pages(filled: Portal, role: str | None, language: str) -> None:
    who = client(filled, role, language)
    for page in PAGES:
        answer = who.get(page)
        if page == "/waste/manifests/" and role is None:
            assert answer.status_code == 302 and answer["Location"].startswith("/account/sign-in/?next=")
            continue
        text = answer.content.decode()
        assert answer.status_code == 200 and 'id="demonstration"' in text
        if language == "en":
            main = text[text.index('<main id="content"') : text.index("</main>")]
            heads = re.findall(r"<(?:h1|h2|th|label|summary)[^>]*>(.*?)</", main, re.S)
            assert not [head for head in heads if re.search(r"[\u4e00-\u9fff]", head) and "（虚构）" not in head], page


def test_the_share_with_its_two_numbers(filled: Portal) -> None:
    text = seen(client(filled, None), "/waste/")
    assert "40.0 % 2 / 5 个地级城市" in text and "0.0 % 0 / 5 个地级城市" in text
    assert "待核实" in text and "2027 · 目标 ≥ 60 %" in text
    table = {row["城市"]: row for row in rows(client(filled, None), "/waste/", "zero-waste-cities")}
    assert [table[name]["计入比例"] for name in ("银川市", "石嘴山市", "吴忠市", "固原市", "中卫市")] == [
        "是", "是", "否", "否", "否",
    ]  # fmt: skip
    # Yinchuan has six invented figures and one invented cell; none of them is a report.
    assert (table["银川市"]["必选已报"], table["银川市"]["另有演示值"]) == ("0", "7")


def test_the_list_of_a_city_shows_what_is_missing(filled: Portal) -> None:
    who = client(filled, None)
    everything = rows(who, "/waste/?city=640100", "zero-waste-list")
    assert len(everything) == 58 and sum(row["类别"] == "必选" for row in everything) == 25
    assert {row["序号"] for row in everything if row["填报"] == "演示，不算已报"} == {
        "1", "4", "9", "19", "20", "31", "42",
    }  # fmt: skip
    assert len(rows(who, "/waste/?city=640100&show=required", "zero-waste-list")) == 25
    assert len(rows(who, "/waste/?city=640300&show=missing", "zero-waste-list")) == 58
    assert who.get("/waste/?city=650100").status_code == 404
    assert who.get("/waste/?show=nothing").status_code == 404


def test_balances_and_their_verdicts(filled: Portal) -> None:
    """Sums of the demonstration's masses by hand: 97.1234 came in and 99 went; 1000 and 995 within one percent."""
    who = client(filled, None)
    found = {row["废物种类"]: row for row in rows(who, "/waste/streams/", "waste-balances")}
    verdicts = {name: row["结论"] for name, row in found.items()}
    assert verdicts == {
        "一般工业固体废物": "balanced", "危险废物": "surplus_mass", "生活垃圾": "balanced", "建筑垃圾": "cannot_tell",
        "农业固体废物": "balanced", "废弃电器电子产品": "balanced",
    }  # fmt: skip
    assert (found["危险废物"]["来源合计 [万吨]"], found["危险废物"]["去向合计 [万吨]"]) == ("97.1234", "99")
    assert "建筑垃圾年末贮存量" in found["建筑垃圾"]["缺少"]
    (city,) = [row for row in rows(who, "/waste/streams/?region=640200", "waste-balances") if row["占来源 [%]"]]
    assert (city["结论"], city["占来源 [%]"]) == ("missing_mass", "4.34")
    regions = {row["地区"]: row for row in rows(who, "/waste/streams/", "waste-regions")}
    assert regions["石嘴山市"]["一般工业固体废物"] == "missing_mass"
    text = seen(who, "/waste/streams/?region=640200&stream=industrial")
    assert "下面的数值是虚构的" in text and "演示数据" in text and "▼ 去向不足" in text
    # 100 of the 2305 that came in are drawn as a flow to nowhere.
    spec = re.search(r'<script id="spec-flows" type="application/json">(.*?)</script>', _raw(who, "640200"), re.S)
    assert spec is not None
    flows = json.loads(spec[1])
    (loose,) = [node["name"] for node in flows["nodes"] if node["loose"]]
    assert [link["value"] for link in flows["links"] if link["target"] == loose] == [100.0]


def _raw(who: Client, region: str) -> str:
    return who.get(f"/waste/streams/?region={region}&stream=industrial").content.decode()


def test_a_balance_leads_to_its_reports(filled: Portal) -> None:
    from saishang.apps.indicators import queries

    run = queries.latest_run()
    assert run is not None
    address = f"/targets/chain/{run.id}/waste.industrial_balance/640200/?period=2025&basis=demonstration"
    text = seen(client(filled, None), address)
    assert "去向不足" in text and "一般工业固体废物产生量" in text and "演示：虚构数据" in text
    english = seen(client(filled, None, "en"), address)
    assert "mass is missing" in english and "sum of the sources" in english and "computed from parts" in english
    assert "General industrial solid waste, stored at the start" in english


def test_the_target_says_how_it_was_counted(filled: Portal) -> None:
    text = seen(client(filled, None), "/targets/G12/")
    assert "40.0" in text and "由名录统计" in text and "计入条目 2" in text and "参比地区 5" in text


#: What is wrong with the demonstration's manifests, worked out from their file by hand.
ALARMS = {
    ("DEMO-M03", "mass_lost"), ("DEMO-M04", "confirmation_late"), ("DEMO-M05", "licence_not_valid"),
    ("DEMO-M07", "over_capacity"), ("DEMO-M08", "number_wrong"), ("DEMO-M10", "number_twice"),
    ("DEMO-M10", "waste_not_licensed"), ("DEMO-M12", "receiver_unknown"),
}  # fmt: skip


def test_alarms_with_reason_and_what_to_do(filled: Portal) -> None:
    who = client(filled, "viewer")
    found = rows(who, "/waste/manifests/", "alarms")
    assert {(row["登记编号"], row["报警"]) for row in found} == ALARMS
    assert all(row["理由"] and row["怎么办"] for row in found)
    why = {row["登记编号"]: row["理由"] for row in found if row["报警"] != "waste_not_licensed"}
    assert "相差 2 t" in why["DEMO-M03"] and "应在 2026-11-17 前" in why["DEMO-M04"]
    assert "超 15 t" in why["DEMO-M07"] and "没有代码为 6409 的市" in why["DEMO-M08"] and "DEMO-M09" in why["DEMO-M10"]
    only = rows(who, "/waste/manifests/?alarm=over_capacity", "manifests")
    assert [row["登记编号"] for row in only] == ["DEMO-M07"]
    assert {row["登记编号"] for row in rows(who, "/waste/manifests/?region=640300", "alarms")} == {
        "DEMO-M08", "DEMO-M10", "DEMO-M12",
    }  # fmt: skip
    assert who.get("/waste/manifests/?state=nothing").status_code == 404


def test_a_units_year(filled: Portal) -> None:
    """P01: 12 + 160 = 60 + 50 + 18 + 40 + 4. P02: 5 + 90 = 95, but 20 + 12 + 25 + 15 + 6 = 78. P03 tells nothing."""
    found = {row["单位"]: row for row in rows(client(filled, "viewer"), "/waste/manifests/", "unit-balances")}
    told = [(row["结论"], row["来源合计 [t]"], row["去向合计 [t]"]) for row in found.values()]
    assert told == [
        ("balanced", "172.000", "172.000"), ("missing_mass", "95.000", "78.000"), ("cannot_tell", "", ""),
    ]  # fmt: skip


def test_a_confirmation_after_the_term_of_a_year_without_holidays_says_so(filled: Portal) -> None:
    from saishang.apps.registers.queries import EntryView
    from saishang.web.pages.waste_chain import all_alarms

    values = {
        "record": "R1", "number": "20236401000009", "giver": "P", "receiver": "H", "waste": "900-249-08",
        "shipped": "1", "shipped_on": "2023-03-06", "arrived_on": "2023-03-06",
    }  # fmt: skip
    view = EntryView(1, "hazardous_manifests", 1, "R1", "R1", "640104", "arrived", DAY, DAY, False, values, None)
    late = {said.kind: said.why for said in all_alarms([view], [], date(2023, 3, 14))}
    assert "应在 2023-03-13 前" in late["confirmation_late"] and "只按周末推算" in late["confirmation_late"]
    assert "confirmation_late" not in {said.kind for said in all_alarms([view], [], date(2023, 3, 13))}


def test_enterprises_and_masses_are_for_people_who_are_signed_in(filled: Portal) -> None:
    public, staff = client(filled, None), client(filled, "viewer")
    for query in ("", "?substance=dichloromethane", "?format=csv&table=pollutant-regions", "?format=csv"):
        assert "演示制药厂" not in public.get(f"/waste/pollutants/{query}").content.decode()
        assert "120.5" not in public.get(f"/waste/pollutants/{query}").content.decode()
    assert public.get("/waste/pollutants/?format=csv&table=pollutant-entries").status_code == 404
    (entry,) = rows(staff, "/waste/pollutants/?substance=nonylphenol", "pollutant-entries")
    assert entry["企业"] == "演示机械厂二（虚构）" and "五氯苯酚" in entry["需要核对"]
    assert [row["合计"] for row in rows(public, "/waste/pollutants/", "pollutant-regions")] == ["1"] * 5
    for name in ("hazardous_manifests", "waste_units", "new_pollutant_uses"):
        assert public.get(f"/registers/{name}/").status_code == 302
