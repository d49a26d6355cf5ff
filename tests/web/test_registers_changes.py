"""Changed descriptions on the pages: the banner, the plan in both languages, the file to mend, carrying it out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from saishang.apps.organisations.models import User
from saishang.apps.registers.actions import add_entry
from saishang.apps.registers.kinds import kind_of
from saishang.apps.registers.models import Description, Entry
from saishang.rules import load_rules
from tests.registers_changed import BASE, NAME, changed, held_by_the_rules, with_field

pytestmark = pytest.mark.django_db
RULES = load_rules()
TODAY = timezone.localdate()
PLAN = f"/registers/{NAME}/changes/"
#: `listed` goes; who was listed is kept. A field is asked for that nobody has.
FEWER = changed(
    life={
        "start": "found", "states": [state for state in BASE["life"]["states"] if state["id"] != "listed"],
        "transitions": [{"action": "close", "from": ["found", "kept"], "to": "closed", "zh": "关闭", "en": "close"}],
    },
    changes={"states": {"listed": "kept"}},
)  # fmt: skip


@pytest.fixture
def rules() -> Iterator[Any]:
    with ExitStack() as stack:
        stack.enter_context(held_by_the_rules(BASE))
        for code, state, area in (("S1", "listed", "12.5"), ("S2", "kept", "200")):
            given = {"code": code, "name": f"棚 {code}", "region": "640104", "area": area, "sort": "stone"}
            add_entry("tests", kind_of(RULES, NAME), RULES, given, today=TODAY, effective=TODAY - timedelta(days=60),
                      state=state, reason="tests")  # fmt: skip
        yield lambda document: stack.enter_context(held_by_the_rules(document))


def signed_in(role: str, language: str = "zh-hans") -> Client:
    client = Client()
    client.force_login(User.objects.create_user(f"{role}-{language}", role=role))
    client.post("/language/", {"language": language, "next": "/"})
    return client


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return answer.content.decode()


def test_nothing_waits(rules: Any) -> None:
    editor = signed_in("editor")
    assert "各名录的条目都符合现行说明" in text(editor, "/registers/changes/")
    assert "没有要处理的变更" in text(editor, PLAN)
    assert "尚未生效" not in text(editor, f"/registers/{NAME}/")
    assert text(editor, "/registers/nothing/changes/", 404)


def test_the_walk_from_the_banner_to_the_new_description(rules: Any) -> None:
    editor, visitor = signed_in("editor"), Client()
    rules(with_field("area", max=100))
    page = text(editor, f"/registers/{NAME}/")
    assert "名录说明有变更，尚未生效" in page and PLAN in page
    assert "尚未生效" not in text(visitor, f"/registers/{NAME}/")
    assert "1 个名录的说明有变更" in text(editor, "/registers/") and "个名录的说明有变更" not in text(
        visitor, "/registers/"
    )
    assert "试验棚" in text(editor, "/registers/changes/")
    plan = text(editor, PLAN)
    assert "现在还不能改写" in plan and "S2" in plan and "取值范围收紧" in plan and "不得大于 100" in plan
    assert "按新说明改写</button>" not in plan
    english = text(signed_in("editor", "en"), PLAN)
    assert "It cannot be carried out yet" in english and "Area: narrower bounds, 0 – 1000 → 0 – 100" in english
    refused = editor.post(PLAN, {"reason": "新规定"})
    assert refused.status_code == 422 and "条目 S2 不符合新说明" in refused.content.decode()
    # The file holds the entry in the register's own form, and comes in again.
    book = load_workbook(BytesIO(editor.get(f"{PLAN}?format=xlsx&table=form").content)).worksheets[0]
    rows = [[cell.value for cell in row] for row in book.iter_rows()]
    assert rows[0][:4] == ["编码", "名称", "地区", "面积 [ha]"] and [row[0] for row in rows[1:]] == ["S2"]
    book["D2"] = 99
    sent = BytesIO()
    book.parent.save(sent)
    sent.seek(0)
    sent.name = "form.xlsx"
    done = editor.post(f"/registers/{NAME}/import/", {"file": sent, "reason": "改好"})
    assert done.status_code == 200 and Entry.objects.get(key="S2").values["area"] == "99"
    assert "可以改写" in text(editor, PLAN)
    assert editor.post(PLAN, {"reason": ""}).status_code == 422
    answer = editor.post(PLAN, {"reason": "新规定"}, follow=True)
    assert "新说明已生效" in answer.content.decode() and "尚未生效" not in answer.content.decode()
    assert Description.objects.filter(kind=NAME).latest("number").reason == "新规定"


def test_what_is_gone_keeps_its_name_on_every_page(rules: Any) -> None:
    editor = signed_in("editor")
    sort = BASE["fields"][4] | {"choices": BASE["fields"][4]["choices"][:2]}
    changes = {"states": {"listed": "kept"}, "fields": {"sort": {"becomes": {"stone": "tin"}}}}
    rules(FEWER | {"fields": [*BASE["fields"][:4], sort, BASE["fields"][5]], "changes": changes})
    assert editor.post(PLAN, {"reason": "新规定"}).status_code == 302
    row = Entry.objects.get(key="S1")
    history = text(editor, f"/registers/{NAME}/{row.pk}/")
    assert "列管" in history and "按新说明改写" in history and "类型：石 → 铁皮" in history
    day = TODAY - timedelta(days=30)
    past = text(editor, f"/registers/{NAME}/?on={day}")
    assert "列管" in past and "石" in past
    assert "S1" in text(editor, f"/registers/{NAME}/?on={day}&state=listed")
    assert "列管" not in text(editor, f"/registers/{NAME}/")
    figures = text(editor, f"/registers/{NAME}/figures/?on={day}")
    assert "列管" in figures
    on = f"/registers/{NAME}/?on={day}&format="
    for address in (f"/registers/{NAME}/places.geojson?on={day}", f"{on}xlsx&table=form", f"{on}csv&table=entries",
                    f"/registers/{NAME}/{row.pk}/edit/"):  # fmt: skip
        assert editor.get(address).status_code == 200, address


def test_a_closed_register_is_read_and_offers_no_form(rules: Any) -> None:
    editor = signed_in("editor")
    rules(None)
    row = Entry.objects.get(key="S1")
    for address in (
        "/registers/",
        f"/registers/{NAME}/",
        f"/registers/{NAME}/{row.pk}/",
        f"/registers/{NAME}/figures/",
    ):
        assert "已停用" in text(editor, address) and "已停用" in text(Client(), address)
    page = text(editor, f"/registers/{NAME}/{row.pk}/")
    assert f"/registers/{NAME}/{row.pk}/edit/" not in page and f"/registers/{NAME}/new/" not in page
    refused = editor.post(f"/registers/{NAME}/new/", {"code": "S9", "name": "x", "region": "640104"})
    assert refused.status_code == 422 and "已停用" in refused.content.decode()
    assert Entry.objects.filter(kind=NAME).count() == 2
    assert "规则中已没有此名录" in text(editor, PLAN)


@pytest.mark.parametrize("role", ["viewer", "public"])
def test_only_editors(rules: Any, role: str) -> None:
    rules(FEWER)
    client = Client() if role == "public" else signed_in(role)
    for address in ("/registers/changes/", PLAN):
        answer = client.get(address)
        assert answer.status_code == (302 if role == "public" else 403)
    assert client.post(PLAN, {"reason": "x"}).status_code in (302, 403)
    assert Description.objects.filter(kind=NAME).count() == 1
