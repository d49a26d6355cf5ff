"""Pages of certifying steps and of tables of proposals: who is told what, and what each may send."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from saishang.apps.organisations.models import User
from saishang.apps.registers.actions import add_entry
from saishang.apps.registers.kinds import kind_of
from saishang.apps.registers.models import Bundle, Entry, Proposal
from saishang.rules import load_rules
from tests.work_world import make_people, make_tree

pytestmark = pytest.mark.django_db
RULES = load_rules()
CELLS = kind_of(RULES, "beautiful_cells")
KIND = "/registers/beautiful_cells/"
GOOD = {"code": "MLXB-001", "name": "示范社区", "region": "640104", "kind": "community", "applicant": "某街道",
        "criteria": "2025版", "score": "92", "reviewer": "评审组"}  # fmt: skip
HEAD = "编号,名称,所在地区,细胞类型,申报单位\n"


@pytest.fixture(autouse=True)
def archive(tmp_path: Path) -> Iterator[None]:
    before = settings.CONFIG
    settings.CONFIG = replace(before, archive=tmp_path / "archive")
    yield
    settings.CONFIG = before


@pytest.fixture
def people() -> dict[str, User]:
    make_tree()
    made = {}
    for code in ("NX-STT", "640104", "640200"):
        made |= {f"{code} {role}": user for role, user in make_people(code).items()}
    made["editor"] = User.objects.create_user("editor", role="editor")
    return made


def client(user: User | None, language: str = "zh-hans") -> Client:
    made = Client()
    if user is not None:
        made.force_login(user)
    made.cookies["django_language"] = language
    return made


def paper(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{name}.pdf", b"%PDF-1.7 paper")


def reviewed() -> Entry:
    return add_entry("tests", CELLS, RULES, GOOD, today=timezone.localdate(), state="reviewed", reason="原名单")


def test_the_page_says_who_makes_a_step_and_why_i_may_not(people: dict[str, User]) -> None:
    row = reviewed()
    at = f"{KIND}{row.pk}/"
    by = "办理：自治区生态环境厅（认定）"
    anyone = Client().get(at).content.decode()
    assert by in anyone and "认定名录" not in anyone
    for who in ("NX-STT reviewer", "640104 head", "editor"):
        page = client(people[who]).get(at).content.decode()
        assert by in page and "有“认定名录”权限的人员办理" in page and "certificate-number" not in page, who
    head = client(people["NX-STT head"])
    page = head.get(at).content.decode()
    assert 'name="certificate-number"' in page and 'name="certificate-until"' in page
    assert "有“认定名录”权限的人员办理" not in page
    work = head.get("/work/").content.decode()
    assert "名录待认定" in work and at in work
    assert "名录待认定" not in client(people["NX-STT reviewer"]).get("/work/").content.decode()
    said = {
        "action": "name",
        "number": "1",
        "certificate-number": "宁环函〔2026〕1号",
        "evidence-notice": paper("notice"),
    }
    for who in ("NX-STT reviewer", "640104 head", "editor"):
        answer = client(people[who]).post(f"{at}move/", said | {"evidence-notice": paper("notice")})
        assert answer.status_code == 422 and "只能由认定机关办理" in answer.content.decode(), who
    assert client(people["640200 head"]).post(f"{at}move/", said).status_code == 403
    assert not Proposal.objects.exists()
    assert head.post(f"{at}move/", said | {"evidence-notice": paper("notice")}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.values["document"]) == ("named", "宁环函〔2026〕1号")
    assert row.values["named_on"] == timezone.localdate().isoformat()
    assert "宁环函〔2026〕1号" in Client().get(at).content.decode()


def test_who_entered_it_is_told_that_somebody_else_certifies(people: dict[str, User]) -> None:
    head = people["NX-STT head"]
    row = reviewed()
    given = GOOD | {"score": "95", "number": "1"}
    asked = client(head).post(f"{KIND}{row.pk}/edit/", given)
    assert asked.status_code == 302 and Proposal.objects.get().actor == head
    page = client(head).get(f"{KIND}{row.pk}/").content.decode()
    assert "不能再由您认定" in page and "certificate-number" not in page


def test_a_table_from_form_to_register(people: dict[str, User]) -> None:
    reporter, head = client(people["640104 reporter"]), client(people["NX-STT head"])
    text = HEAD + "".join(
        f"MLXB-00{n},{name},{region},美丽社区,街道\n"
        for n, name, region in ((1, "甲", 640104), (2, "乙", 640202), (3, "丙", 640104))
    )

    def sent(**more: str) -> dict[str, object]:
        return {"file": SimpleUploadedFile("cells.csv", text.encode()), "reason": "年度申报"} | more

    assert "批量提交" in reporter.get(f"{KIND}new/").content.decode()
    trial = reporter.post(f"{KIND}proposals/table/", sent(dry_run="on")).content.decode()
    assert "试算结果（没有提交）" in trial and "此账号不能为该地区提交这一名录的登记" in trial
    assert not Bundle.objects.exists()
    done = reporter.post(f"{KIND}proposals/table/", sent()).content.decode()
    bundle = Bundle.objects.get()
    at = f"{KIND}bundles/{bundle.pk}/"
    assert "已提交审核" in done and at in done
    mine = reporter.get(at).content.decode()
    assert "MLXB-001" in mine and "通过，写入名录" not in mine
    assert client(people["640104 head"]).get(at).status_code == 403
    assert at in head.get("/work/").content.decode()
    page = head.get(at).content.decode()
    assert "通过，写入名录" in page and "名称：甲" in page and "MLXB-002" not in page
    none = head.post(f"{at}decide/", {"what": "accept", "which": "chosen"})
    assert none.status_code == 422 and "请先勾选" in none.content.decode()
    first, second = Proposal.objects.order_by("line")
    assert head.post(f"{at}decide/", {"what": "accept", "which": "chosen", "pk": [first.pk]}).status_code == 302
    assert [row.key for row in Entry.objects.all()] == ["MLXB-001"]
    bare = head.post(f"{at}decide/", {"what": "return", "which": "all"})
    assert bare.status_code == 422 and "退回须填写审核意见" in bare.content.decode()
    assert head.post(f"{at}decide/", {"what": "return", "which": "all", "remark": "缺材料"}).status_code == 302
    second.refresh_from_db()
    assert (second.state, second.remark) == ("returned", "缺材料")
    assert "名录批量提交被退回" in reporter.get("/work/").content.decode()
    csv = head.get(f"{at}?format=csv").content.decode("utf-8-sig")
    assert "MLXB-001" in csv and "缺材料" in csv
    # Who writes at once is led to the import.
    assert client(people["editor"]).get(f"{KIND}proposals/table/")["Location"] == f"{KIND}import/"


def test_the_new_pages_speak_english(people: dict[str, User]) -> None:
    row = reviewed()
    Entry.objects.filter(pk=row.pk).update(title="Cell")
    reporter, head = client(people["640104 reporter"], "en"), client(people["NX-STT head"], "en")
    text = HEAD + "MLXB-009,Cell,640104,community,Street\n"
    reporter.post(f"{KIND}proposals/table/", {"file": SimpleUploadedFile("c.csv", text.encode()), "reason": "yearly"})
    at = f"{KIND}bundles/{Bundle.objects.get().pk}/"
    for visitor, address in (
        (reporter, f"{KIND}proposals/table/"),
        (head, at),
        (head, f"{KIND}{row.pk}/"),
        (head, "/work/"),
    ):
        page = visitor.get(address).content.decode()
        body = page[page.index("<main") : page.index("</main>")]
        words = re.sub(r"<script.*?</script>|<[^>]*>", " ", body, flags=re.S)
        for known in ("自治区生态环境厅", "兴庆区党委和政府", "示范社区", "某街道", "2025版", "评审组", "原名单",
                      "评审单位", "命名机关", "申报单位", "生态环境厅"):  # fmt: skip
            words = words.replace(known, "")
        assert not re.findall(r"[\u4e00-\u9fff]+", words), address
