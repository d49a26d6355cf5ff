"""Files that people send: permission, size, content, log."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.observations.actions import UploadRefused, load_archived, upload
from saishang.errors import SaishangError
from saishang.lake import Lake

DATA = b"date,hour,type,1484A\n20190512,1,PM2.5,12\n"


def person(role: str) -> Any:
    return get_user_model().objects.create_user(username=role, password="not used here", role=role)


def sent(data: bytes = DATA, name: str = "day.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def test_an_editor_loads_a_file_and_the_log_says_so(lake: Lake) -> None:
    editor = person("editor")
    job = upload(editor, sent(name="..\\..\\etc/机场 站.csv"), source="cnemc-site-hourly", reason="monthly")
    assert (job.kind, job.state, job.params["file"], job.reason) == ("load_file", "queued", "机场 站.csv", "monthly")
    # The bytes are safe before any worker has seen the job.
    assert lake.archive.path(job.params["sha256"]).read_bytes() == DATA
    batch = load_archived(
        editor, job.params["sha256"], job.params["file"], source=job.params["source"], reason="monthly"
    )
    assert (batch.added, batch.actor, batch.file_name) == (1, "editor", "机场 站.csv")
    entry = ActionLogEntry.objects.latest("sequence")
    assert (entry.verb, entry.object_id, entry.reason) == ("observations.upload", str(batch.id), "monthly")
    assert entry.after is not None
    assert entry.after["added"] == 1
    assert load_archived(editor, job.params["sha256"], "again.csv", source="cnemc-site-hourly").no_op


@pytest.mark.parametrize("role", ["viewer", None])
def test_others_may_not(lake: Lake, role: str | None) -> None:
    with pytest.raises(UploadRefused, match="upload_data"):
        upload(person(role) if role else AnonymousUser(), sent())
    archived = lake.archive.put(Path(__file__))
    with pytest.raises(UploadRefused, match="upload_data"):  # a role that was lost while the job waited
        load_archived(AnonymousUser(), archived.sha256, "x.csv")
    assert lake.version == 0


def test_a_refused_file_is_logged_and_named_as_it_was_sent(lake: Lake) -> None:
    with pytest.raises(SaishangError) as caught:
        upload(person("editor"), sent(b"<html>sign in</html>", "day.csv"))
    assert "day.csv" in str(caught.value)
    entry = ActionLogEntry.objects.latest("sequence")
    assert (entry.verb, entry.object_id) == ("observations.upload_refused", "day.csv")
    (batch,) = lake.ledger.batches()
    assert (batch.status, batch.file_name) == ("refused", "day.csv")


def test_a_job_that_finds_no_source_names_the_file_as_it_was_sent(lake: Lake) -> None:
    editor = person("editor")
    job = upload(editor, sent(b"a,b\n1,2\n", "month.csv"))
    with pytest.raises(SaishangError) as caught:
        load_archived(editor, job.params["sha256"], job.params["file"])
    assert (caught.value.code, caught.value.where) == ("no-source", "month.csv")
    (batch,) = lake.ledger.batches()
    assert (batch.status, batch.file_name) == ("refused", "month.csv")


def test_a_file_that_is_larger_than_it_says(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module("saishang.apps.observations.actions.upload")  # the package exports its function
    monkeypatch.setattr(module, "MAX_UPLOAD", len(DATA))
    editor = person("editor")
    assert upload(editor, sent()).params["size"] == len(DATA)  # exactly at the limit
    with pytest.raises(UploadRefused, match="at most"):
        upload(editor, sent(DATA + b"\n"))
    liar = sent(DATA + b"\n" * 100)
    liar.size = 1
    with pytest.raises(UploadRefused, match="at most"):
        upload(editor, liar)
