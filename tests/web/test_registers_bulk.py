"""Many entries at once in the portal: pick, preview, write, take back; long ones and long imports by a job."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from saishang.apps.jobs.models import Job
from saishang.apps.jobs.runner import perform
from saishang.apps.organisations.models import User
from saishang.apps.registers.actions import add_entry
from saishang.apps.registers.kinds import kind_of
from saishang.apps.registers.models import Entry, Version
from saishang.rules import load_rules
from saishang.web.pages import registers_bulk, registers_import

pytestmark = pytest.mark.django_db(transaction=True)
KIND = "/registers/construction_plots/"


@pytest.fixture
def people(tmp_path: Path) -> Iterator[dict[str, User]]:
    before = settings.CONFIG
    settings.CONFIG = replace(before, archive=tmp_path / "archive")
    yield {role: User.objects.create_user(role, role=role) for role in ("editor", "admin", "viewer", "member")}
    settings.CONFIG = before


@pytest.fixture
def rows() -> list[Entry]:
    kind, rules = kind_of(load_rules(), "construction_plots"), load_rules()
    return [
        add_entry("tests", kind, rules, {"code": f"BULK-{n}", "name": f"P{n}", "region": "640302", "area": "10",
                                         "former_use": "coking"}, today=date(2026, 2, 1))
        for n in (1, 2, 3)
    ]  # fmt: skip


@pytest.fixture
def editor(people: dict[str, User]) -> Client:
    made = Client()
    made.force_login(people["editor"])
    return made


def address(rows: list[Entry], rest: str = "") -> str:
    return f"{KIND}bulk/?{'&'.join(f'pk={row.pk}' for row in rows)}{rest}"


def token(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found is not None, page
    return found[1]


def test_from_the_list_to_the_batch_and_back(rows: list[Entry], editor: Client) -> None:
    listed = editor.get(f"{KIND}?q=BULK").content.decode()
    assert f'name="pk" value="{rows[0].pk}" form="pick"' in listed and "批量修改所选" in listed
    first = editor.get(address(rows[:2])).content.decode()
    assert "选中 2 条" in first and "地块编码" not in first.split("<select")[1]
    second = editor.get(address(rows[:2], "&what=field:former_use")).content.decode()
    assert "焦化" in second and "预览变化" in second
    asked = {"what": "field:former_use", "value": "metal"}
    page = editor.post(address(rows[:2]), asked).content.decode()
    assert "焦化" in page and "有色金属冶炼" in page and "写入这 2 条" in page and "BULK-3" not in page
    assert not Version.objects.exclude(batch="").exists()
    # Without a reason nothing is written, and the preview stands there again.
    bare = editor.post(address(rows[:2]), {"token": token(page), "reason": " "})
    assert bare.status_code == 422 and "批量修改须说明事由" in bare.content.decode()
    done = editor.post(address(rows[:2]), {"token": token(page), "reason": "核对"})
    batch = done["Location"]
    assert done.status_code == 302 and "/batches/" in batch
    told = editor.get(batch).content.decode()
    assert "原用途：焦化 → 有色金属冶炼" in told and "其中 2 条此后没有改动" in told
    assert editor.get(f"{batch}?format=csv").content.decode("utf-8-sig").count("BULK-") == 2
    name = batch.rstrip("/").rpartition("/")[2]
    undone = editor.post(f"{KIND}import/undo/", {"batch": name, "reason": "误改"})
    assert undone.status_code == 302
    assert {row.values["former_use"] for row in Entry.objects.filter(key__startswith="BULK")} == {"coking"}
    assert "没有可以撤回的" in editor.get(batch).content.decode()


def test_all_that_fit_and_refusals_before_anything_is_written(rows: list[Entry], editor: Client) -> None:
    everything = f"{KIND}bulk/?all=1&q=BULK&f.former_use=coking"
    assert "选中 3 条" in editor.get(everything).content.decode()
    page = editor.post(everything, {"what": "field:area", "value": "-1"}).content.decode()
    assert page.count("面积：") >= 3 and "写入这" not in page
    with patch.object(registers_bulk, "MOST_AT_ONCE", 2):
        assert "这里是前 2 条" in editor.get(everything).content.decode()
    # Nothing picked leads back; a preview of somebody else is none.
    assert editor.get(f"{KIND}bulk/").status_code == 302
    assert editor.post(everything, {"token": "forged", "reason": "x"}).status_code == 302
    assert not Version.objects.exclude(batch="").exists()


def test_a_preview_belongs_to_who_asked_for_it(rows: list[Entry], editor: Client, people: dict[str, User]) -> None:
    page = editor.post(address(rows), {"what": "field:area", "value": "5"}).content.decode()
    other = Client()
    other.force_login(people["admin"])
    assert other.post(address(rows), {"token": token(page), "reason": "x"}).status_code == 302
    assert not Version.objects.exclude(batch="").exists()


@pytest.mark.parametrize("role", [None, "viewer", "member"])
def test_only_who_writes_at_once(role: str | None, rows: list[Entry], people: dict[str, User]) -> None:
    client = Client()
    if role is not None:
        client.force_login(people[role])
    assert "批量修改所选" not in client.get(KIND).content.decode()
    for path in (address(rows), f"{KIND}batches/{'0' * 32}/", f"{KIND}running/{0}/",
                 f"{KIND}import/{0}/mend/", f"{KIND}import/mend/"):  # fmt: skip
        assert client.get(path).status_code == (302 if role is None else 403), path
    assert client.post(f"{KIND}import/{0}/again/").status_code == (302 if role is None else 403)


def test_a_long_edit_is_a_job_and_its_undo_too(rows: list[Entry], editor: Client) -> None:
    page = editor.post(address(rows), {"what": "field:area", "value": "5"}).content.decode()
    with patch.object(registers_bulk, "LONG", 2):
        sent = editor.post(address(rows), {"token": token(page), "reason": "核对"})
    job = Job.objects.latest("pk")
    assert sent["Location"] == f"{KIND}running/{job.pk}/"
    assert "排队中" in editor.get(sent["Location"]).content.decode()
    assert perform(job.pk) == "succeeded"
    told = editor.get(sent["Location"]).content.decode()
    assert "已写入" in told and f"/batches/{job.params['batch']}/" in told
    assert {row.values["area"] for row in Entry.objects.filter(key__startswith="BULK")} == {"5"}
    # Done again, as after a worker that died late, it writes nothing twice.
    Job.objects.filter(pk=job.pk).update(state="queued", finished=None, result=None)
    before = Version.objects.count()
    assert perform(job.pk) == "succeeded" and Version.objects.count() == before
    with patch.object(registers_import, "LONG", 2):
        sent = editor.post(f"{KIND}import/undo/", {"batch": job.params["batch"], "reason": "误改"})
    undo = Job.objects.latest("pk")
    assert sent["Location"] == f"{KIND}running/{undo.pk}/" and perform(undo.pk) == "succeeded"
    assert {row.values["area"] for row in Entry.objects.filter(key__startswith="BULK")} == {"10"}
    # A job of another register, or of another kind, is not shown here.
    assert editor.get(f"/registers/drains/running/{job.pk}/").status_code == 404


def table(*lines: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("plots.csv", "\n".join(["地块编码,地块名称,所在县（区）,面积", *lines]).encode())


def sent(editor: Client, file: SimpleUploadedFile, **more: str) -> Any:
    with patch.object(registers_import, "LONG", 2):
        return editor.post(f"{KIND}import/", {"file": file, "reason": "来文", **more})


LINES = ("BULK-11,甲,640302,5", "BULK-12,乙,640302,x", "BULK-13,丙,640302,7")


def test_a_long_import_is_tried_then_written_and_its_faults_come_back(people: dict[str, User], editor: Client) -> None:
    answer = sent(editor, table(*LINES), dry_run="on")
    job = Job.objects.latest("pk")
    assert answer["Location"] == f"{KIND}running/{job.pk}/" and perform(job.pk) == "succeeded"
    page = editor.get(answer["Location"]).content.decode()
    assert "试算结果（没有写入）" in page and "BULK-11" in page and "按此写入" in page
    assert not Entry.objects.filter(key__startswith="BULK").exists()
    # Whoever has no reason writes nothing.
    assert editor.post(f"{KIND}import/{job.pk}/again/", {"reason": ""})["Location"] == f"{KIND}running/{job.pk}/"
    again = editor.post(f"{KIND}import/{job.pk}/again/", {"reason": "来文"})
    real = Job.objects.latest("pk")
    assert again["Location"] == f"{KIND}running/{real.pk}/" and perform(real.pk) == "succeeded"
    assert sorted(Entry.objects.filter(key__startswith="BULK").values_list("key", flat=True)) == ["BULK-11", "BULK-13"]
    mend = editor.get(f"{KIND}import/{real.pk}/mend/")
    sheet = openpyxl.load_workbook(io.BytesIO(mend.content)).worksheets[0]
    cells = [[str(cell.value or "") for cell in row] for row in sheet.iter_rows()]
    faulty = next(row for row in cells if row[0] == "BULK-12")
    assert faulty[1:4] == ["乙", "640302", "x"] and "面积：" in faulty[4]
    assert not any(row[0] in ("BULK-11", "BULK-13") for row in cells)
    # Mended it comes in again as it is, with the column of faults in it.
    mended = "\n".join(",".join(cell.replace("\n", " ") for cell in row) for row in cells).replace(",x,", ",6,")
    once_more = editor.post(f"{KIND}import/", {"file": SimpleUploadedFile("m.csv", mended.encode()), "reason": "改正"})
    assert once_more.status_code == 200 and Entry.objects.get(key="BULK-12").values["area"] == "6"


def test_a_short_import_stays_at_once_and_gives_its_faults_too(people: dict[str, User], editor: Client) -> None:
    before = Job.objects.count()
    page = sent(editor, table(*LINES[:2]), dry_run="on").content.decode()
    assert Job.objects.count() == before and "试算结果" in page
    link = re.search(r'href="([^"]+/import/mend/\?token=[^"]+)"', page)
    assert link is not None
    mend = editor.get(link[1])
    assert mend.status_code == 200 and mend["Content-Type"].startswith("application/vnd.openxmlformats")
    other = Client()
    other.force_login(people["admin"])
    assert other.get(link[1]).status_code == 302
    assert editor.get(f"{KIND}import/mend/?token=forged").status_code == 302


def test_a_cancelled_or_lost_import_leaves_nothing(people: dict[str, User], editor: Client) -> None:
    sent(editor, table(*LINES))
    job = Job.objects.latest("pk")
    dies = patch("saishang.apps.registers.actions.load_table.record", side_effect=KeyboardInterrupt)
    with dies, pytest.raises(KeyboardInterrupt):
        perform(job.pk)
    assert not Entry.objects.filter(key__startswith="BULK").exists()
    Job.objects.filter(pk=job.pk).update(state="queued")
    with (
        patch("saishang.apps.registers.actions.load_table._AT_ONCE", 1),
        patch("saishang.apps.jobs.work._PAUSE", 0),
        patch("saishang.apps.registers.actions.take_rows.Taking.take", _cancelling(job.pk)),
    ):
        assert perform(job.pk) == "cancelled"
    assert not Entry.objects.filter(key__startswith="BULK").exists()
    assert "已取消，没有写入任何内容" in editor.get(f"{KIND}running/{job.pk}/").content.decode()


def _cancelling(number: int) -> Any:
    from saishang.apps.jobs.work import open_connection
    from saishang.apps.registers.actions.take_rows import Taking

    real = Taking.take

    def take(self: Any, rows: Any) -> None:
        real(self, rows)
        # A person asks from outside the transaction of the load.
        with open_connection() as beside:
            beside.execute("update jobs_job set cancel_wanted = true where id = %s", (number,))

    return take


def test_pages_speak_english(rows: list[Entry], editor: Client) -> None:
    Entry.objects.update(title="Plot")
    editor.cookies["django_language"] = "en"
    pages = [editor.get(address(rows, "&what=field:area")).content.decode(),
             editor.post(address(rows), {"what": "field:area", "value": "5"}).content.decode()]  # fmt: skip
    with patch.object(registers_bulk, "LONG", 2):
        running = editor.post(address(rows), {"token": token(pages[1]), "reason": "check"})["Location"]
    pages.append(editor.get(running).content.decode())
    job = Job.objects.latest("pk")
    perform(job.pk)
    pages += [editor.get(path).content.decode() for path in (running, f"{KIND}batches/{job.params['batch']}/")]
    for page in pages:
        body = page[page.index("<main") : page.index("</main>")]
        text = re.sub(r"<script.*?</script>|<[^>]*>", " ", body, flags=re.S)
        assert not re.findall(r"[\u4e00-\u9fff]+", re.sub("P[123]|Plot", "", text)), text
