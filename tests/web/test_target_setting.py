"""Setting and split of a target, as the office uses them: try, save, withdraw, draft, check, read a table, dissolve."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from saishang.apps.indicators.models import TargetVersion
from tests.portal import Portal

pytestmark = pytest.mark.django_db
SETTING, CHANGE, SPLIT = "/targets/G02/setting/", "/targets/G02/setting/change/", "/targets/G02/split/"
CITIES = ("640100", "640200", "640300", "640400", "640500")
WHY = {"effective": "2015-01-01", "document": "宁环领办〔2015〕1号", "reason": "试验"}


@pytest.fixture
def office(portal: Portal) -> Client:
    client = Client()
    client.force_login(portal.people["admin"])
    return client


def _text(answer: Any) -> str:
    return str(answer.content.decode())


def _lines(*goals: str, **more: str) -> dict[str, str]:
    told = {f"goal_{code}": goal for code, goal in zip(CITIES, goals, strict=True)}
    return WHY | told | {"combine": "mean", "level": "below", "exempt_NX-NINGDONG": "并入银川"} | more


def test_everybody_sees_what_stands_and_where_it_is_from(portal: Portal) -> None:
    page = _text(Client().get(SETTING))
    assert "按方案" in page and "33 µg/m³" in page and "没有另行设定" in page
    assert "修改设定" not in page
    client = Client()
    client.cookies.load({"django_language": "en"})
    page = _text(client.get(SETTING))
    assert "What stands now" in page and "Not split" in page and "rules of this site" in page
    assert Client().get("/targets/G99/setting/").status_code == 404
    assert "没有分担这个目标" in _text(Client().get(f"{SETTING}?region=640100"))


def test_a_trial_shows_what_would_be_and_saves_nothing(office: Client) -> None:
    answer = office.post(CHANGE, WHY | {"goal": "40", "tolerance_of": "percent", "number": "0", "trial": "1"})
    page = _text(answer)
    assert answer.status_code == 200 and "试算结果（未保存）" in page and "≤ 40 µg/m³" in page
    assert not TargetVersion.objects.exists()


def test_saved_as_a_version_and_given_back_to_the_plan(office: Client, portal: Portal) -> None:
    given = WHY | {
        "number": "0", "baseline_year": "2014", "baseline_value": "46", "baseline_source": "2014年公报",
        "path": "stepped", "points": "2016 44\n2020年：35", "tolerance": "2", "tolerance_of": "unit",
        "role_0": "lead", "agency_0": "宁夏回族自治区生态环境厅",
    }  # fmt: skip
    answer = office.post(CHANGE, given | {"save": "1"})
    assert answer.status_code == 302
    page = _text(office.get(SETTING))
    for words in ("第 1 版", "阶梯", "2016 44", "2 µg/m³", "牵头", "宁环领办〔2015〕1号", "2014年公报"):
        assert words in page, words
    version = TargetVersion.objects.get()
    assert version.recorded_by == portal.people["admin"]
    # Opened before somebody else saved: refused, and what was typed stays in the form.
    answer = office.post(CHANGE, given | {"number": "0", "goal": "29", "save": "1"})
    assert answer.status_code == 422 and "打开本表时该目标为第 0 版" in _text(answer) and "2014年公报" in _text(answer)
    office.post("/targets/G02/setting/withdraw/?region=640000", WHY | {"number": "1"})
    page = _text(office.get(SETTING))
    assert TargetVersion.objects.count() == 2 and "33 µg/m³" in page and "恢复按方案执行" in page


def test_faults_stand_beside_their_fields(office: Client) -> None:
    answer = office.post(
        CHANGE, {"effective": "2015-01-01", "goal": "三十", "points": "2016", "path": "entered", "save": "1"}
    )
    page = _text(answer)
    assert answer.status_code == 422
    answer = office.post(CHANGE, {"effective": "2015-01-01", "goal": "三十", "baseline_year": "2014", "save": "1"})
    page = _text(answer)
    for words in ("应为不超过六位小数的数", "基准的年份、数值和来源要一起填"):
        assert words in page, words
    answer = office.post(CHANGE, {"effective": "2015-01-01", "goal": "29", "save": "1"})
    assert "改变目标要写事由" in _text(answer) and "改变目标要写依据文件" in _text(answer)
    assert not TargetVersion.objects.exists()


def test_a_split_is_drafted_checked_and_saved(office: Client) -> None:
    bases = {f"baseline_value_{c}": v for c, v in zip(CITIES, ("40", "40", "40", "20", "35"), strict=True)}
    bases |= {f"baseline_year_{c}": "2014" for c in CITIES} | {f"baseline_source_{c}": "公报" for c in CITIES}
    # Mean 35 → 30: six sevenths of each, downwards: 34.2 (two … 34.28571), 17.1, 30.
    page = _text(office.post(SPLIT, _lines("", "", "", "", "", **bases, draft="ratio")))
    assert 'value="34.2"' in page and 'value="17.1"' in page and "满足 ≤ 30 µg/m³" in page
    page = _text(office.post(SPLIT, _lines("31", "32", "29", "27", "31.1", trial="1")))
    assert "算术平均为 30.02 µg/m³，不满足 ≤ 30 µg/m³（差 +0.02）" in page
    answer = office.post(SPLIT, _lines("31", "32", "29", "27", "31.1", save="1", number="0"))
    assert answer.status_code == 422 and "不满足总体目标 30" in _text(answer)
    assert not TargetVersion.objects.exists()
    answer = office.post(SPLIT, _lines("31", "32", "29", "27", "31", save="1", number="0"))
    assert answer.status_code == 302 and TargetVersion.objects.count() == 6
    page = _text(office.get(SETTING))
    assert "满足 ≤ 30 µg/m³（差 0）" in page and "并入银川" in page and "下次评估起" in page
    page = _text(office.get("/targets/G02/setting/change/?region=640100"))
    assert "这是分解到本地的目标" in page and 'name="goal"' not in page


def test_the_table_goes_out_and_comes_in(office: Client) -> None:
    answer = office.get(f"{SPLIT}?region=640000&format=xlsx")
    book = load_workbook(io.BytesIO(answer.content))
    assert "地区" in [cell.value for row in book.worksheets[0].iter_rows(max_row=12) for cell in row]
    table = "地区,目标值,权重\n银川市,30.5,\n640200,三十,\n"
    sent = SimpleUploadedFile("split.csv", table.encode())
    answer = office.post(SPLIT, _lines("", "", "", "", "", read="1", file=sent))  # type: ignore[arg-type]
    assert answer.status_code == 422 and "应为不超过六位小数的数" in _text(answer)
    sent = SimpleUploadedFile("split.csv", b"Region,Goal\n640100,30.5\n")
    page = _text(office.post(SPLIT, _lines("", "31", "", "", "", read="1", file=sent)))  # type: ignore[arg-type]
    assert 'value="30.5"' in page and 'value="31"' in page and not TargetVersion.objects.exists()


def test_an_evaluation_judges_the_parts_and_counts_the_plan_once(office: Client, portal: Portal) -> None:
    from django.conf import settings

    from saishang.apps.indicators import changes, queries
    from saishang.apps.indicators.actions.evaluate import evaluate
    from saishang.apps.indicators.models import Run
    from saishang.apps.indicators.replay import replay
    from saishang.apps.observations.queries import site_lake
    from saishang.rules import load_rules

    office.post(SPLIT, _lines("31", "32", "29", "27", "31", save="1", number="0"))
    before = sum(queries.run_facts(portal.run).counts.values())
    options = {"site": "ningxia", "region": "640000"}
    lake, rules = site_lake(), load_rules()
    run = evaluate("tests", settings.CONFIG, lake, rules, date(2015, 12, 31), **options)  # type: ignore[arg-type]
    assert run.id != portal.run and run.parameters["targets"]["versions"] == 6
    assert sum(queries.run_facts(run.id).counts.values()) == before == len(queries.target_rows(run.id))
    parts = queries.part_rows(run.id, "G02", "640000")
    assert [(part.region, str(part.goal.normalize())) for part in parts if part.goal is not None] == [
        ("640100", "31"), ("640200", "32"), ("640300", "29"), ("640400", "27"), ("640500", "31"),
    ]  # fmt: skip
    assert len(queries.target_rows(run.id, parts=True)) == before + 5
    assert replay(settings.CONFIG, lake, rules, run.id).same
    page = _text(Client().get(f"/targets/G02/?run={run.id}"))
    assert "分解到各地" in page and "固原市" in page
    page = _text(Client().get(f"/targets/G02/?run={run.id}&region=640400"))
    assert "固原市" in page and "≤ 27 µg/m³" in page
    # What lies between the two runs is told, with the document, and the parts are new.
    found = changes.between(lake, portal.run, run.id)
    assert len(found.settings) == 6 and found.settings[0].document == WHY["document"] and not found.nothing
    listed = changes.target_changes(portal.run, run.id)
    assert {change.region for change in listed if not change.before_status} == set(CITIES)
    page = _text(Client().get(f"/data/runs/compare/?before={portal.run}&after={run.id}"))
    assert "设定目标 G02（银川市）v1" in page and WHY["document"] in page
    # The run made before knows nothing of it, then and now.
    old = Run.objects.get(pk=portal.run)
    assert "targets" not in old.parameters and replay(settings.CONFIG, lake, rules, old.id).same
    office.post("/targets/G02/split/dissolve/?region=640000", WHY | {"number": "1"})
    assert "没有分解" in _text(office.get(SETTING))
