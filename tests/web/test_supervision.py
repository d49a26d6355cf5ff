"""Pages of supervision: proposing and issuing, answering, striking off, matters, duties, bulletins; both languages."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from saishang.apps.execution.models import Milestone, ProgressReport
from saishang.apps.organisations.models import User
from saishang.apps.plan.actions import import_plan_from_rules
from saishang.apps.supervision.actions import CaseDraft, open_case
from saishang.apps.supervision.models import Bulletin, Case, Coordination, Finding, Occurrence
from saishang.rules import load_rules
from tests.supervision_world import TODAY, make_finding, make_world, on_day
from tests.work_world import doing

pytestmark = pytest.mark.django_db

PICTURE = b"\x89PNG\r\n\x1a\nx"


@pytest.fixture
def people(tmp_path: Path) -> Iterator[dict[str, User]]:
    before = settings.CONFIG
    settings.CONFIG = replace(before, archive=tmp_path / "archive")
    with on_day(TODAY):
        yield make_world()
    settings.CONFIG = before


def client(people: dict[str, User], who: str) -> Client:
    made = Client()
    made.force_login(people[who])
    return made


def picture(name: str = "现场.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PICTURE)


def page(made: Client, address: str) -> str:
    got = made.get(address)
    assert got.status_code == 200
    return got.content.decode()


def table(made: Client, address: str) -> list[dict[str, str]]:
    text = made.get(address).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_empty_pages_say_what_they_are_for(people: dict[str, User]) -> None:
    reader = client(people, "auditor")
    for address, words in (("", "还没有督办事项"), ("findings/", "还没有反馈问题"), ("matters/", "没有协调事项"),
                           ("duties/", "这一年的定期事项还没有生成"), ("bulletins/", "还没有通报")):  # fmt: skip
        assert words in page(reader, f"/supervision/{address}")


def test_proposals_are_tried_then_issued(people: dict[str, User]) -> None:
    office = client(people, "office")
    assert "督办建议 4 件" in page(office, "/supervision/proposals/") or "4 件建议" in page(
        office, "/supervision/proposals/"
    )
    keys = ["item:T11-640100-001", "item:T11-640200-001"]
    tried = office.post("/supervision/proposals/", {"key": keys, "do": "try", "reason": "月度调度"})
    assert "将下发 2 件（没有写入）" in tried.content.decode() and "2026-12-07" in tried.content.decode()
    assert not Case.objects.exists()
    assert office.post("/supervision/proposals/", {"key": keys, "do": "issue"}).status_code == 302
    assert Case.objects.count() == 2
    stale = office.post("/supervision/proposals/", {"key": keys, "do": "issue"})
    assert stale.status_code == 422 and "建议已不成立" in stale.content.decode()
    assert office.post("/supervision/proposals/", {}).status_code == 422
    # One press for one.
    step = next(row for row in table(office, "/supervision/proposals/?format=csv") if row["督办对象"] == "里程碑")
    assert step["逾期天数"] == "5"
    one = f"milestone:{people and Case.objects.count() and _milestone()}"
    assert office.post("/supervision/proposals/", {"one": one}).status_code == 302
    assert Case.objects.filter(subject="milestone").count() == 1


def test_figures_and_proposals_lead_to_what_they_count(people: dict[str, User]) -> None:
    office = client(people, "office")
    proposed = re.findall(r'<td><a href="(/[^"]+)" aria-label', page(office, "/supervision/proposals/"))
    assert "/work/items/T11-640100-001/" in proposed and len(proposed) == 4
    for address in set(proposed):
        page(office, address)
    keys = ["item:T11-640100-001", "item:T11-640200-001"]
    office.post("/supervision/proposals/", {"key": keys, "do": "issue"})
    over = Case.objects.get(organisation__code="640200")
    Case.objects.filter(pk=over.pk).update(state="closed")
    make_finding(people)
    for at in ("/supervision/", "/supervision/findings/"):
        figures = re.findall(r'<b class="num"><a href="([^"]*)"[^>]*>(\d+)</a>', page(office, at))
        assert figures
        for query, number in figures:
            query = unescape(query)
            assert len(
                table(office, f"{at}{query}&format=csv{'&table=cases' if at == '/supervision/' else ''}")
            ) == int(number), query
    rows = re.findall(r'href="(\?organisation=[^"]*)"', page(office, "/supervision/"))
    # The organisation, its figure of the one level, its total.
    whole = "?organisation=640100&only=1&open=1"
    assert [unescape(row) for row in rows] == [whole, f"{whole}&level=prompt", whole]
    for row in rows:
        assert len(table(office, f"/supervision/{unescape(row)}&format=csv&table=cases")) == 1
    assert len(table(office, "/supervision/?organisation=640000&only=1&format=csv&table=cases")) == 0
    assert len(table(office, "/supervision/?organisation=640000&format=csv&table=cases")) == 2


def test_a_form_says_where_it_stands(people: dict[str, User]) -> None:
    office = client(people, "office")
    office.post("/supervision/proposals/", {"key": ["item:T11-640100-001"], "do": "issue"})
    case = Case.objects.get()
    form = page(office, f"/supervision/cases/{case.pk}/move/withdraw/")
    assert f'<a href="/supervision/cases/{case.pk}/">{case.code}</a>' in form
    listing = page(office, "/supervision/findings/new/")
    assert '<ol class="crumbs"><li><a href="/supervision/">督办</a></li>' in listing
    assert '<a href="/supervision/findings/">反馈问题</a>' in listing
    # Tasks are what somebody carries out: no preamble of the plan is among them.
    import_plan_from_rules("tests", "ningxia")
    listing = page(office, "/supervision/findings/new/")
    assert '<option value="T11">' in listing and '<option value="P1">' not in listing


def _milestone() -> int:
    from saishang.apps.execution.models import Milestone

    return Milestone.objects.get(title="开工").pk


def test_a_case_from_form_to_closing(people: dict[str, User]) -> None:
    office, city = client(people, "office"), client(people, "reporter")
    bad = office.post("/supervision/cases/new/", {"subject": "item", "key": "T99", "level": "notice", "demand": "x"})
    assert bad.status_code == 422 and "应为任务事项的编码，实为" in bad.content.decode()
    good = {"subject": "item", "key": "T11-640100-001", "level": "notice", "demand": "请说明原因"}
    assert office.post("/supervision/cases/new/", good).status_code == 302
    case = Case.objects.get()
    home = f"/supervision/cases/{case.pk}/"
    assert "督办〔2026〕1号" in page(city, home)
    assert "/move/answer/" in page(city, home) and "/move/close/" not in page(city, home)
    empty = city.post(f"{home}move/answer/", {"text": "", "seen": 1})
    assert empty.status_code == 422 and 'role="alert"' in empty.content.decode()
    assert city.post(f"{home}files/", {"file": picture()}).status_code == 302
    assert city.post(f"{home}move/answer/", {"text": "因汛期停工", "seen": 1}).status_code == 302
    late = city.post(f"{home}move/answer/", {"text": "再写", "seen": 1})
    assert late.status_code == 422
    shown = page(office, home)
    assert "因汛期停工" in shown and "现场.png" in shown and "/move/close/" in shown
    assert office.post(f"{home}move/send_back/", {"text": "写明日期", "seen": 2}).status_code == 422
    assert office.post(f"{home}move/close/", {"seen": 2, "reason": ""}).status_code == 302
    assert Case.objects.get().state == "closed"
    (row,) = table(office, "/supervision/?format=csv")
    assert (row["状态"], row["级别"], row["答复"]) == ("已办结", "督办单", "因汛期停工")


def test_a_finding_by_its_pages(people: dict[str, User]) -> None:
    import_plan_from_rules("tests", "ningxia")
    office, second, city = (client(people, who) for who in ("office", "second", "reporter"))
    given = {"source": "central", "round": "第三轮", "number": 7, "title": "甲", "problem": "乙",
             "organisation": "640100",
             "units": ["640200"], "tasks": ["T11"], "listed_on": "2026-03-02", "due": "2027-03-31"}  # fmt: skip
    wrong = office.post("/supervision/findings/new/", given | {"due": "2026-01-01"})
    assert wrong.status_code == 422 and "应为 2026-03-02 或以后的日期" in wrong.content.decode()
    assert office.post("/supervision/findings/new/", given).status_code == 302
    home = "/supervision/findings/ZY-第三轮-007/"
    same = office.post(f"{home}change/", given | {"seen": 1})
    assert same.status_code == 302
    assert office.post(f"{home}change/", given | {"title": "丙", "seen": 1}).status_code == 422
    plan = {"goal": "达标", "measures": "清淤\n截污", "plan_due": "2027-04-01", "seen": 1}
    over = city.post(f"{home}plan/", plan)
    assert over.status_code == 422 and "不晚于反馈要求的 2027-03-31" in over.content.decode()
    assert city.post(f"{home}plan/", plan | {"plan_due": "2027-02-28"}).status_code == 302
    for made, action, more in (
        (city, "submit_plan", {}), (office, "approve_plan", {}), (city, "begin", {}),
    ):  # fmt: skip
        assert made.post(f"{home}move/{action}/", more).status_code == 302
    missing = city.post(f"{home}move/apply/", {"text": "完成"})
    assert missing.status_code == 422 and "至少应有一个佐证文件" in missing.content.decode()
    city.post(f"{home}files/", {"file": picture()})
    assert city.post(f"{home}items/", {"item": "T11-640100-001"}).status_code == 302
    assert city.post(f"{home}move/apply/", {"text": "完成"}).status_code == 302
    check = {"passed": "yes", "checked_on": TODAY.isoformat(), "way": "site", "members": "张三", "opinion": "合格"}
    assert office.post(f"{home}move/check/", check | {"checked_on": "2026-11-29"}).status_code == 422
    assert office.post(f"{home}move/check/", check).status_code == 302
    record = Finding.objects.get().acceptances.get().pk
    assert second.post(f"{home}checks/{record}/", check | {"members": "张三、李四"}).status_code == 422
    assert (
        second.post(f"{home}checks/{record}/", check | {"members": "张三、李四", "reason": "漏记"}).status_code == 302
    )
    assert (
        office.post(f"{home}move/publicise/", {"channel": "网站", "public_from": TODAY.isoformat()}).status_code == 302
    )
    assert "move/close/" not in page(office, home)
    with on_day(TODAY + timedelta(days=8)):
        office = client(people, "office")  # the sign-in of a week ago has ended
        assert "move/close/" in page(office, home)
        assert office.post(f"{home}move/close/", {}).status_code == 302
    shown = page(city, home)
    assert "已由第 2 号记录更正" in shown and "已销号" in shown and "T11-640100-001" in shown


def test_findings_go_out_as_a_form_and_come_in(people: dict[str, User]) -> None:
    make_finding(people)
    office = client(people, "office")
    sent = office.get("/supervision/findings/?format=xlsx&table=form")
    book = load_workbook(io.BytesIO(b"".join(sent.streaming_content) if sent.streaming else sent.content))
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    assert heads[:3] == ["来源", "轮次", "序号"]
    sheet.cell(row=2, column=heads.index("问题名称") + 1, value="改了名称")
    out = io.BytesIO()
    book.save(out)

    def load(**more: str) -> str:
        file = SimpleUploadedFile("findings.xlsx", out.getvalue())
        return office.post("/supervision/findings/import/", {"file": file, **more}).content.decode()

    tried = load(dry_run="on")
    assert "修改 1" in tried and "改了名称" in tried and Finding.objects.get().title == "排水沟水质反复"
    assert "导入须写明事由" in load() or "事由" in load()
    assert "已写入" in load(reason="国办函")
    assert Finding.objects.get().title == "改了名称"
    bad = SimpleUploadedFile("x.csv", "来源,轮次,序号,责任单位\n中央,第三轮,甲,没有的单位\n".encode())
    shown = office.post("/supervision/findings/import/", {"file": bad, "dry_run": "on"}).content.decode()
    assert "没有的单位" in shown and "未接收的单元格" in shown


def test_a_matter_by_its_pages(people: dict[str, User]) -> None:
    import_plan_from_rules("tests", "ningxia")
    office, city, beside = (client(people, who) for who in ("office", "reporter", "beside"))
    given = {"organisation": "640100", "parties": ["640200"], "title": "清漂", "matter": "分界", "task": "T11"}
    assert city.post("/supervision/matters/new/", given | {"due": "2026-01-01"}).status_code == 422
    assert city.post("/supervision/matters/new/", given).status_code == 302
    row = Coordination.objects.get()
    home = f"/supervision/matters/{row.pk}/"
    assert "reply/640200/" in page(beside, home) and "reply/640200/" not in page(city, home)
    assert beside.post(f"{home}reply/640200/", {"text": "同意", "seen": 1}).status_code == 302
    assert office.post(f"{home}move/settle/", {"text": "各半", "seen": 2}).status_code == 302
    (told,) = table(city, "/supervision/matters/?format=csv")
    assert (told["状态"], told["回复"], told["议定结果"]) == ("已议定", "1/1", "各半")


def test_the_duties_of_a_year(people: dict[str, User]) -> None:
    import_plan_from_rules("tests", "ningxia")
    office, city = client(people, "office"), client(people, "reporter")
    assert office.post("/supervision/duties/open/", {"year": "2026"}).status_code == 302
    shown = page(office, "/supervision/duties/?year=2026")
    assert "方案未规定日期" in shown and "12-31" in shown and "由同级党委政府代记" in shown and "D03" in shown
    rows = table(office, "/supervision/duties/?year=2026&format=csv&table=duties")
    assert {(row["期限"], row["方案是否写明日期"]) for row in rows if row["事项编号"] == "D01"} == {
        ("2026-12-31", "true")
    }
    assert {(row["期限"], row["方案是否写明日期"]) for row in rows if row["事项编号"] == "D04"} == {("", "false")}
    duty = Occurrence.objects.get(duty="D04", organisation__code="640100")
    home = f"/supervision/duties/{duty.pk}/"
    refused = city.post(home, {"proof": "record", "text": ""})
    assert refused.status_code == 422 and "应填写办理情况" in refused.content.decode()
    city.post(f"{home}files/", {"file": picture()})
    assert city.post(home, {"proof": "record", "text": "已检查", "seen": 1}).status_code == 302
    assert "✓ 已落实" in page(city, "/supervision/duties/?year=2026")
    assert office.post(f"{home}undo/", {"reason": "材料不全"}).status_code == 302
    assert Occurrence.objects.get(pk=duty.pk).state == "open"


def test_figures_of_duties_and_the_inbox_lead_to_each_by_its_name(people: dict[str, User]) -> None:
    import_plan_from_rules("tests", "ningxia")
    office, city = client(people, "office"), client(people, "reporter")
    office.post("/supervision/duties/open/", {"year": "2026"})
    shown = page(office, "/supervision/duties/?year=2026")
    listed = table(office, "/supervision/duties/?year=2026&show=undated&format=csv&table=duties-undated")
    assert f'<span>其中未定期限</span><b class="num"><a href="?year=2026&amp;show=undated">{len(listed)}</a>' in shown
    assert listed and all(row["期限"] in ("", "—") for row in listed)
    assert "show=fulfilled" not in shown  # nothing is fulfilled: nothing to lead to
    # In the inbox a duty is called by what the plan asks, not by its number alone.
    assert "D02 把生态环境保护列入年度工作计划" in page(city, "/work/")


def test_an_item_shows_its_cases_and_the_office_opens_one_there(people: dict[str, User]) -> None:
    office, city, beside = (client(people, who) for who in ("office", "reporter", "beside"))
    home = "/work/items/T12-640100-001/"
    begin = "/supervision/cases/new/?subject=item&amp;key=T12-640100-001"
    assert begin in page(office, home) and "发起督办" not in page(city, home)
    step = Milestone.objects.get(title="开工")
    made = open_case(
        doing(people["office"]), load_rules(), CaseDraft("milestone", str(step.pk), "prompt", "请说明原因")
    )
    for who in (office, city):
        assert f'<a href="/supervision/cases/{made.pk}/">{made.code}</a>' in page(who, home)
    assert beside.get(home).status_code == 403
    # A report that was handed in is not asked for any more.
    report = ProgressReport.objects.get(item__code="T13-640100-001")
    address = f"/work/reports/{report.pk}/"
    assert f"subject=report&amp;key={report.pk}" in page(office, address)
    ProgressReport.objects.filter(pk=report.pk).update(state="submitted", submitted_at=timezone.now())
    assert "发起督办" not in page(office, address)
    # Its title, kept with a case, names the period as people do.
    ProgressReport.objects.filter(pk=report.pk).update(state="draft", submitted_at=None)
    about = open_case(doing(people["office"]), load_rules(), CaseDraft("report", str(report.pk), "prompt", "请报送"))
    assert about.title == "T13-640100-001 农田监测 · 2026年10月"


def test_a_bulletin_is_made_once_a_day_and_printed(people: dict[str, User]) -> None:
    office, reader = client(people, "office"), client(people, "auditor")
    assert office.post("/supervision/bulletins/make/").status_code == 302
    office.post("/supervision/bulletins/make/")
    made = Bulletin.objects.get()
    address = f"/supervision/bulletins/{TODAY.isoformat()}/"
    assert "逾期通报〔2026〕1号" in page(reader, address) and made.digest in page(reader, address)
    rows = table(reader, f"{address}?format=csv")
    assert len(rows) == len(made.content["rows"]) == 5
    assert reader.get("/supervision/bulletins/2026-01-01/").status_code == 404


def test_every_page_reads_in_english(people: dict[str, User]) -> None:
    open_case(doing(people["office"]), load_rules(), CaseDraft("item", "T11-640100-001", "notice", "Why?"))
    make_finding(people, title="x", problem="y")
    office = client(people, "office")
    office.post("/language/", {"language": "en", "next": "/"})
    for address, words in (
        ("", "1 case<"), (f"cases/{Case.objects.get().pk}/", "2026 No. 1"), ("findings/", "central inspection"),
        ("findings/ZY-第二轮-015/", "Rectification plan"), ("matters/", "Raise a matter"), ("duties/", "Yearly duties"),
        ("bulletins/", "Make today"), ("proposals/", "Proposals"), ("findings/import/", "Load findings"),
        ("cases/new/", "New case"), ("findings/new/", "Day of feedback"), ("matters/new/", "Parties"),
    ):  # fmt: skip
        assert words in page(office, f"/supervision/{address}")
