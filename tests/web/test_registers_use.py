"""Lists and forms as somebody uses them: propose from a list, decide several, orders, empty lists, faults, trials."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.organisations.models import User
from saishang.apps.registers.actions import add_entry
from saishang.apps.registers.models import Bundle, Entry, Proposal, Version
from saishang.rules import load_rules
from saishang.science.register.kind import Kind
from tests.registers_world import GOOD, OWNER, owned_plots
from tests.web.test_registers_bulk import token
from tests.work_world import make_people, make_tree

pytestmark = pytest.mark.django_db
KIND = "/registers/construction_plots/"
HEAD = "地块编码,地块名称,所在县（区）,面积 [m²]\n"


@pytest.fixture
def plots(tmp_path: Path) -> Iterator[Kind]:
    before = settings.CONFIG
    settings.CONFIG = replace(before, archive=tmp_path / "archive")
    with owned_plots() as kind:
        yield kind
    settings.CONFIG = before


@pytest.fixture
def people() -> dict[str, User]:
    make_tree()
    made = {f"{code} {role}": user for code in (OWNER, "640104") for role, user in make_people(code).items()}
    return made | {"editor": User.objects.create_user("editor", role="editor")}


@pytest.fixture
def rows(plots: Kind) -> list[Entry]:
    return [
        add_entry("tests", plots, load_rules(), GOOD | {"code": f"{region}-00{n}", "region": region},
                  today=timezone.localdate())
        for n, region in ((1, "640104"), (2, "640104"), (3, "640202"))
    ]  # fmt: skip


def client(user: User | None, language: str = "zh-hans") -> Client:
    made = Client()
    made.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    if user is not None:
        made.force_login(user)
    return made


def test_from_the_list_to_one_decision(people: dict[str, User], rows: list[Entry]) -> None:
    reporter, head = client(people["640104 reporter"]), client(people[f"{OWNER} head"])
    listed = reporter.get(KIND).content.decode()
    assert "批量提交修改所选" in listed and f'name="pk" value="{rows[0].pk}"' in listed
    assert "批量提交修改所选" not in client(None).get(KIND).content.decode()
    at = f"{KIND}bulk/?{'&'.join(f'pk={row.pk}' for row in rows)}"
    page = reporter.post(at, {"what": "field:former_use", "value": "coking"}).content.decode()
    assert "提交这 2 条" in page and "此账号不能为该地区提交这一名录的登记" in page and "写入这" not in page
    bare = reporter.post(at, {"token": token(page), "reason": ""})
    assert bare.status_code == 422 and not Bundle.objects.exists()
    sent = reporter.post(at, {"token": token(page), "reason": "核对"})
    bundle = Bundle.objects.get()
    assert sent.status_code == 302 and sent["Location"] == f"{KIND}bundles/{bundle.pk}/"
    mine = reporter.get(sent["Location"]).content.decode()
    assert "从列表勾选" in mine and "原用途：— → 焦化" in mine and "通过，写入名录" not in mine
    assert {row.values.get("former_use") for row in Entry.objects.all()} == {None}
    work = head.get("/work/").content.decode()
    assert "从列表勾选" in work
    theirs = head.get(sent["Location"]).content.decode()
    assert 'name="pk"' in theirs and 'name="which" value="all"' in theirs
    assert head.post(f"{sent['Location']}decide/", {"what": "accept", "which": "all"}).status_code == 302
    assert Version.objects.filter(number=2).count() == 2
    # A token of a preview is the person's own.
    assert head.post(at, {"token": token(page), "reason": "x"}).status_code == 302
    assert Bundle.objects.count() == 1


def test_several_are_ticked_in_the_list(people: dict[str, User], rows: list[Entry]) -> None:
    reporter, head = client(people["640104 reporter"]), client(people[f"{OWNER} head"])
    for row in rows[:2]:
        given = GOOD | {"code": row.key, "name": "新名", "number": "1"}
        assert reporter.post(f"{KIND}{row.pk}/edit/", given).status_code == 302
    first, second = Proposal.objects.order_by("pk")
    page = head.get(f"{KIND}proposals/").content.decode()
    assert page.count("地块名称：老化工厂地块 → 新名") == 2
    assert f'name="pk" value="{first.pk}"' in page and "退回时必填" in page
    assert 'name="pk"' not in reporter.get(f"{KIND}proposals/").content.decode()
    none = head.post(f"{KIND}proposals/decide/", {"what": "accept"})
    assert none.status_code == 422 and "请先勾选" in none.content.decode()
    asked = {"pk": [first.pk, second.pk], "what": "return", "remark": ""}
    bare = head.post(f"{KIND}proposals/decide/", asked)
    assert bare.status_code == 422 and bare.content.decode().count(" checked>") >= 2
    assert head.post(f"{KIND}proposals/decide/", asked | {"remark": "重报"}).status_code == 302
    assert {(row.state, row.remark) for row in Proposal.objects.all()} == {("returned", "重报")}
    assert ActionLogEntry.objects.filter(verb="registers.return_proposal", reason="重报").count() == 2
    # Once more: both are decided already, and that is said of each.
    again = head.post(f"{KIND}proposals/decide/", asked | {"remark": "重报"})
    assert again.status_code == 422 and "未办理的提交" in again.content.decode()


def test_orders_by_state_and_day(rows: list[Entry]) -> None:
    Entry.objects.filter(pk=rows[0].pk).update(state="released", since="2020-01-01")
    page = client(None).get(f"{KIND}?sort=-_state&view=0").content.decode()
    assert 'aria-sort="descending"' in page and page.index("640104-001") < page.index("640104-002")
    page = client(None).get(f"{KIND}?sort=-_since&view=0").content.decode()
    assert page.index("640202-003") < page.index("640104-002") < page.index("640104-001")


def test_an_empty_list_says_what_to_do(people: dict[str, User], rows: list[Entry]) -> None:
    page = client(None).get(f"{KIND}?q=nothing-like-it").content.decode()
    assert "没有条目符合这些条件" in page and "清除全部筛选" in page and "登记第一条" not in page
    empty = "/registers/villages/"
    assert "清除全部筛选" not in client(None).get(empty).content.decode()
    assert "登记第一条" in client(people["editor"]).get(empty).content.decode()


def test_a_form_with_faults_counts_them_and_the_first_has_the_focus(people: dict[str, User], plots: Kind) -> None:
    page = client(people["editor"]).post(f"{KIND}new/", {"code": "640104-009", "area": "x"}).content.decode()
    # Name, region and area: the name is the first of them on the page.
    assert "有 3 项需要改正" in page and page.count("autofocus") == 1
    assert "autofocus" in page[page.index('name="name"') - 200 : page.index('name="name"') + 200]


def test_what_was_tried_is_written_without_sending_it_again(people: dict[str, User], plots: Kind) -> None:
    editor = client(people["editor"])
    text = HEAD + "640104-001,甲,640104,10\n640104-002,,640104,10\n"
    file = SimpleUploadedFile("t.csv", text.encode())
    page = editor.post(f"{KIND}import/", {"file": file, "dry_run": "on", "reason": "普查"}).content.decode()
    assert "按此写入" in page and 'value="普查"' in page and not Entry.objects.exists()
    bare = editor.post(f"{KIND}import/", {"token": token(page), "reason": " "})
    assert bare.status_code == 422 and not Entry.objects.exists()
    done = editor.post(f"{KIND}import/", {"token": token(page), "reason": "普查"}).content.decode()
    assert "撤回这次导入" in done and [row.key for row in Entry.objects.all()] == ["640104-001"]
    assert "下载有错的原行" in done
    other = client(User.objects.create_user("other", role="editor"))
    assert other.post(f"{KIND}import/", {"token": token(page), "reason": "x"})["Location"] == f"{KIND}import/"


def test_columns_and_actors_are_said_in_english(people: dict[str, User], rows: list[Entry]) -> None:
    editor = client(people["editor"], "en")
    file = SimpleUploadedFile("t.csv", (HEAD + "640104-004,,640104,10\n").encode())
    page = editor.post(f"{KIND}import/", {"file": file, "dry_run": "on"}).content.decode()
    refused = page[page.index("Cells not taken") :]
    assert ">Name<" in refused and "地块名称" not in refused
    Entry.objects.filter(pk=rows[0].pk).update(state="listed")
    entry = editor.get(f"{KIND}{rows[0].pk}/").content.decode()
    assert "who is liable for the soil pollution" in entry and "土壤污染责任人" not in entry
    assert "条款 62 至 64" in client(people["editor"]).get(f"{KIND}{rows[0].pk}/").content.decode()
