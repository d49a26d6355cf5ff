"""From a page through the job to what came of it: committed rows, as a worker on its own connection sees them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.jobs.models import Job
from saishang.apps.jobs.runner import perform
from tests.portal import Portal, made_portal


@pytest.fixture
def portal(tmp_path: Path, transactional_db: None) -> Iterator[Portal]:
    with made_portal(tmp_path) as made:
        yield made


def test_upload_and_evaluation(portal: Portal) -> None:
    client = Client()
    client.force_login(portal.people["editor"])
    data = b"date,hour,type,1484A\n20190512,1,PM2.5,12\n20190512,2,PM2.5,x\n"
    answer = client.post("/data/upload/", {"file": SimpleUploadedFile("day.csv", data), "source": "", "reason": "r"})
    job = Job.objects.get(kind="load_file")
    assert answer["Location"] == f"/jobs/{job.pk}/"
    assert perform(job.pk) == "succeeded"
    job.refresh_from_db()
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert f'href="/data/batches/{job.result["batch"]}/"' in page
    assert "day.csv" in page

    answer = client.post("/data/runs/evaluate/", {"as_of": "2014-12-31", "reason": "year's end"})
    job = Job.objects.get(kind="evaluate")
    assert answer["Location"] == f"/jobs/{job.pk}/"
    ended = perform(job.pk)
    job.refresh_from_db()
    assert ended == "succeeded", (job.error, job.state)
    run = job.result["run"]
    assert run.startswith("20141231-")
    assert f'href="/targets/?run={run}"' in client.get(f"/jobs/{job.pk}/").content.decode()
    assert run in Client().get("/data/runs/").content.decode()
    assert ActionLogEntry.objects.get(verb="indicators.evaluate", object_id=run).actor_name == "editor"
