"""Pages of background jobs: list, progress, cancel and retry, upload and evaluation as jobs."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from saishang.apps.jobs.models import Job
from tests.portal import Portal

pytestmark = pytest.mark.django_db


def signed_in(portal: Portal, role: str) -> Client:
    client = Client()
    client.force_login(portal.people[role])
    return client


def test_the_failed_job_says_what_to_do_in_both_languages(portal: Portal) -> None:
    client = signed_in(portal, "viewer")
    page = client.get(f"/jobs/{portal.job}/").content.decode()
    assert "数据表正被其他任务占用" in page
    assert "怎么办" in page
    assert "try again" in page
    assert "再试一次" not in page  # a viewer may look, not start
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    english = client.get(f"/jobs/{portal.job}/").content.decode()
    assert "The table is being changed by others" in english
    assert "Join small files" in english
    assert "再试一次" in signed_in(portal, "editor").get(f"/jobs/{portal.job}/").content.decode()


def test_list_filters_and_export(portal: Portal) -> None:
    client = signed_in(portal, "viewer")
    page = client.get("/jobs/").content.decode()
    assert "合并小文件" in page
    assert "没有执行任务的进程" in page  # no worker in these tests
    assert "清理旧版本文件" in page  # what comes next by itself
    assert "没有符合条件的后台任务" in client.get("/jobs/?state=succeeded&kind=evaluate").content.decode()
    assert b"compact" not in client.get("/jobs/?format=csv").content  # words, not codes
    assert "合并小文件" in client.get("/jobs/?format=csv").content.decode("utf-8-sig")


def test_progress_is_polled_until_the_job_is_over(portal: Portal) -> None:
    job = Job.objects.create(kind="load_file", state="running", actor_name="x", percent=45, step="read", rows=12000,
                             params={"file": "day.csv"})  # fmt: skip
    client = signed_in(portal, "viewer")
    answer = client.get(f"/jobs/{job.pk}/progress/")
    part = answer.content.decode()
    assert f'hx-get="/jobs/{job.pk}/progress/"' in part
    assert '<progress class="progress" max="100" value="45"' in part
    assert "读取" in part
    assert "HX-Refresh" not in answer
    assert 'hx-trigger="every 3s"' in client.get("/jobs/").content.decode()
    over = client.get(f"/jobs/{portal.job}/progress/")
    assert over["HX-Refresh"] == "true"
    assert "hx-get" not in over.content.decode()
    assert client.get("/jobs/999999/").status_code == 404
    job.delete()


def test_a_viewer_cannot_upload_by_hand(portal: Portal) -> None:
    before = Job.objects.count()
    file = SimpleUploadedFile("day.csv", b"x")
    assert signed_in(portal, "viewer").post("/data/upload/", {"file": file}).status_code == 403
    assert Job.objects.count() == before


def test_an_editor_starts_an_evaluation(portal: Portal) -> None:
    client = signed_in(portal, "editor")
    assert 'name="as_of"' in client.get("/data/runs/").content.decode()
    assert 'name="as_of"' not in Client().get("/data/runs/").content.decode()
    assert portal.run in Client().get("/data/runs/").content.decode()
    answer = client.post("/data/runs/evaluate/", {"as_of": "2014-12-31", "reason": "year's end"})
    job = Job.objects.latest("pk")
    assert answer["Location"] == f"/jobs/{job.pk}/"
    # Site and region are those of the run before.
    assert job.params == {"as_of": "2014-12-31", "site": "ningxia", "region": "640000"}
    assert "截至 2014-12-31" in client.get(f"/jobs/{job.pk}/").content.decode()


def test_a_day_to_come_is_refused_with_the_reason(portal: Portal) -> None:
    answer = signed_in(portal, "editor").post("/data/runs/evaluate/", {"as_of": "2199-01-01"})
    assert answer.status_code == 422
    assert "2199-01-01" in answer.content.decode()


def test_start_retry_and_cancel(portal: Portal) -> None:
    editor, admin = signed_in(portal, "editor"), signed_in(portal, "admin")
    assert editor.post("/jobs/start/", {"kind": "vacuum"})["Location"] == "/jobs/"  # removes data: not for editors
    assert Job.objects.filter(kind="vacuum").count() == 0
    admin.post("/jobs/start/", {"kind": "vacuum"})
    job = Job.objects.get(kind="vacuum")
    editor.post(f"/jobs/{job.pk}/cancel/")
    job.refresh_from_db()
    assert job.state == "queued"  # not his to cancel
    admin.post(f"/jobs/{job.pk}/cancel/")
    job.refresh_from_db()
    assert job.state == "cancelled"
    answer: Any = editor.post(f"/jobs/{portal.job}/retry/")
    again = Job.objects.get(retry_of=portal.job)
    assert answer["Location"] == f"/jobs/{again.pk}/"
    assert again.actor_name == "editor"
