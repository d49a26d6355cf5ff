"""A large register under a changed description, in the portal: looked at and migrated by jobs that the page shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from saishang.apps.jobs.models import Job
from saishang.apps.jobs.runner import perform
from saishang.apps.organisations.models import User
from saishang.apps.registers import planning
from saishang.apps.registers.actions import add_entry, change_entry
from saishang.apps.registers.kinds import kind_of
from saishang.apps.registers.models import Description, Entry
from saishang.rules import load_rules
from tests.registers_changed import BASE, NAME, held_by_the_rules, with_field

pytestmark = pytest.mark.django_db(transaction=True)
RULES = load_rules()
TODAY = timezone.localdate()
PLAN = f"/registers/{NAME}/changes/"
NARROW = with_field("area", max=100)
REASON = {"reason": "新规定"}


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Three entries, more than are looked at at once; the last one is beyond the narrower bound."""
    monkeypatch.setattr(planning, "SMALL", 2)
    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, archive=tmp_path / "archive"))
    with ExitStack() as stack:
        stack.enter_context(held_by_the_rules(BASE))
        for code, area in (("S1", "99"), ("S2", "100"), ("S3", "101")):
            given = {"code": code, "name": f"棚 {code}", "region": "640104", "area": area}
            add_entry("tests", kind_of(RULES, NAME), RULES, given, today=TODAY, reason="tests")
        yield lambda document: stack.enter_context(held_by_the_rules(document))


def signed_in(role: str = "editor", language: str = "zh-hans") -> Client:
    client = Client()
    client.force_login(User.objects.create_user(f"{role}-{language}", role=role))
    client.post("/language/", {"language": language, "next": "/"})
    return client


def text(client: Client, address: str = PLAN, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def done() -> str:
    """The last job, done; its state."""
    return perform(Job.objects.latest("pk").pk)


def test_the_walk_by_jobs(rules: Any) -> None:
    editor = signed_in()
    rules(NARROW)
    page = text(editor)
    assert (
        "取值范围收紧" in page and "共 3 条，在后台逐条核对" in page and "可以改写" not in page and "棚 S3" not in page
    )
    # What nobody has looked at is not carried out.
    early = editor.post(PLAN, REASON)
    assert early.status_code == 422 and "尚未核对全部条目" in early.content.decode() and not Job.objects.exists()
    assert editor.post(PLAN, {"do": "look"}).status_code == 302 == editor.post(PLAN, {"do": "look"}).status_code
    assert Job.objects.count() == 1  # sent twice, started once
    waits = text(editor)
    assert "排队中" in waits and 'max="100" value="0"' in waits and "取消任务" in waits and "暂停登记" not in waits
    assert done() == "succeeded"
    plan = text(editor)
    assert "现在还不能改写" in plan and "棚 S3" in plan and "不得大于 100" in plan and "不动 2，改写 0" in plan
    assert "不符合 1" in plan and "重新核对" in plan and "按新说明改写</button>" not in plan
    assert editor.post(PLAN, REASON).status_code == 422
    # The list is the job's: the same form, the same cells.
    book = load_workbook(BytesIO(editor.get(f"{PLAN}?format=xlsx&table=form").content)).worksheets[0]
    assert [row[0].value for row in book.iter_rows()] == ["编码", "S3"]
    assert "S3" in editor.get(f"{PLAN}?format=csv&table=misfits").content.decode()
    # Another word on what becomes of them is another plan: what was seen does not count for it.
    rules(NARROW | {"changes": {"old_entries": "keep"}})
    again = text(editor)
    assert "共 3 条，在后台逐条核对" in again and "棚 S3" not in again
    assert editor.post(PLAN, REASON).status_code == 422
    editor.post(PLAN, {"do": "look"})
    assert done() == "succeeded" and "可以改写" in text(editor) and "保留原样到下次修改 1" in text(editor)
    assert editor.post(PLAN, {"reason": " "}).status_code == 422
    assert editor.post(PLAN, REASON).status_code == 302
    waits = text(editor)
    assert "此名录暂停登记和修改" in waits and "按新说明改写</button>" not in waits
    assert done() == "succeeded"
    end = text(editor)
    assert "新说明已生效" in end and "共 3 条：改写 0，保留原样 1" in end and "新规定" in end
    assert Description.objects.filter(kind=NAME).latest("number").actor_name == "editor-zh-hans"
    assert "尚未生效" not in text(editor, f"/registers/{NAME}/")


def test_the_part_that_is_asked_for_again_and_again(rules: Any) -> None:
    editor = signed_in()
    rules(with_field("note", required=True) | {"changes": {"fields": {"note": {"for_existing": "无"}}}})
    editor.post(PLAN, {"do": "look"})
    done()
    editor.post(PLAN, REASON)
    Job.objects.filter(kind="migrate_register").update(
        state="running", percent=42, step="write", rows=1234, started=timezone.now()
    )
    for language, words in (("zh-hans", ("逐条改写", "1234 条", "42%")), ("en", ("write each entry", "1234 entries"))):
        client = editor if language == "zh-hans" else signed_in("admin", language)
        part = text(client, **{"HX-Request": "true"})
        assert "<html" not in part and all(one in part for one in words), part
        # Whoever would write sees on the register's pages that it is closed, and how far it is.
        page = text(client, f"/registers/{NAME}/")
        closed = ("暂停登记和修改", "已完成 42%") if language == "zh-hans" else ("takes no changes", "42% are done")
        assert all(one in page for one in closed), page
    assert "暂停登记" not in text(Client(), f"/registers/{NAME}/")
    Job.objects.filter(kind="migrate_register").update(state="queued", started=None)
    assert done() == "succeeded"
    over = editor.get(PLAN, headers={"HX-Request": "true"})
    assert over.headers["HX-Refresh"] == "true"
    assert {row.values["note"] for row in Entry.objects.filter(kind=NAME)} == {"无"}


def test_cancelled_and_failed(rules: Any) -> None:
    editor = signed_in()
    third = Entry.objects.get(key="S3")

    def area(text: str) -> None:
        given = {"code": "S3", "name": "棚 S3", "region": "640104", "area": text}
        change_entry("tests", kind_of(RULES, NAME), RULES, third.pk, given, number=None, today=TODAY)

    area("100")
    rules(NARROW)
    editor.post(PLAN, {"do": "look"})
    done()
    editor.post(PLAN, REASON)
    assert editor.post(f"/jobs/{Job.objects.latest('pk').pk}/cancel/").status_code == 302
    page = text(editor)
    assert "已取消，没有写入任何内容" in page and "按新说明改写</button>" in page
    # Between the plan and the migration somebody enters what does not fit.
    area("100.1")
    editor.post(PLAN, REASON)
    assert done() == "failed"
    page = text(editor)
    assert "没有完成，没有写入任何内容" in page and "条目 S3 不符合新说明" in page
    assert Description.objects.filter(kind=NAME).count() == 1
    assert PLAN in text(signed_in("admin"), "/jobs/")  # the plan's result leads to it


@pytest.mark.parametrize("role", ["viewer", "member"])
def test_only_editors(rules: Any, role: str) -> None:
    rules(NARROW)
    client = signed_in(role)
    assert client.post(PLAN, {"do": "look"}).status_code in (302, 403) and not Job.objects.exists()
