"""Real workers: processes that do jobs, die over them, and stop when told to."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from psycopg.conninfo import conninfo_to_dict

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.jobs import queries
from saishang.apps.jobs.actions import cancel, start
from saishang.apps.jobs.models import Job
from saishang.apps.jobs.recovery import recover
from saishang.apps.observations.actions import upload
from saishang.lake import Lake
from saishang.lake.audit import audit

#: Twenty stations, five parameters, so many hours: large enough that a kill lands in the middle.
HOURS = 4_000


def day_file(hours: int) -> bytes:
    stations = [f"{1484 + i}A" for i in range(20)]
    lines = ["date,hour,type," + ",".join(stations)]
    for hour in range(hours):
        day = f"2019{1 + hour // 24 // 28 % 12:02d}{1 + hour // 24 % 28:02d}"
        for number, code in enumerate(("PM2.5", "PM10", "SO2", "NO2", "O3")):
            lines.append(f"{day},{hour % 24},{code}," + ",".join(str((hour * 7 + number + i) % 300) for i in range(20)))
    return ("\n".join(lines) + "\n").encode()


@pytest.fixture
def command(lake: Lake, dsn: str, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Run `saishang …` as a process on the test database and the lake of this test."""
    parts = conninfo_to_dict(dsn)
    host = str(parts["host"]).replace("/", "%2F")
    url = f"postgresql://{parts['user']}:{parts['password']}@{host}/{parts['dbname']}"
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("SAISHANG_", "DJANGO_", "DATABASE_"))}
    made: list[subprocess.Popen[bytes]] = []

    def run(*options: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "saishang", *options],
            env=clean | {"DATABASE_URL": url, "SAISHANG_VAR": str(tmp_path)},
            stdout=subprocess.DEVNULL,
        )
        made.append(process)
        return process

    yield run
    for process in made:
        if process.poll() is None:
            process.kill()
            process.wait()


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def worker(command: Callable[..., subprocess.Popen[bytes]]) -> Callable[..., subprocess.Popen[bytes]]:
    return lambda *options: command("worker", *options)


def until(condition: Callable[[], Any], seconds: float = 60) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError("did not happen in time")


def test_an_upload_is_loaded_by_a_worker(
    lake: Lake, people: dict[str, Any], worker: Callable[..., subprocess.Popen[bytes]]
) -> None:
    data = b"date,hour,type,1484A\n20190512,1,PM2.5,12\n20190512,2,PM2.5,x\n"
    job = upload(people["editor"], SimpleUploadedFile("..\\..\\etc/机场 站.csv", data), reason="monthly")
    assert worker("--until-done").wait(60) == 0
    row = queries.job(job.pk)
    assert (row.state, row.title_zh) == ("succeeded", "机场 站.csv")
    assert row.result is not None
    batch = lake.ledger.batch(row.result["batch"])
    assert (batch.added, batch.rejected, batch.actor, batch.file_name) == (1, 1, "editor", "机场 站.csv")
    entry = ActionLogEntry.objects.get(verb="observations.upload")
    assert (entry.actor_name, entry.object_id, entry.reason) == ("editor", str(batch.id), "monthly")
    # What came in was judged at once: quality tests and gap ledger by a job of the system.
    check = Job.objects.get(kind="check")
    assert (check.state, check.actor_name) == ("succeeded", "saishang worker")
    assert check.result["first"] == "2019-05-12"
    with lake.ledger.connect() as ledger:
        found = ledger.execute("select count(*) as n from lake_gap where station = '1484A' and present = 1").fetchone()
    assert found is not None
    assert found["n"] == 1  # the hour of PM2.5


def test_a_refused_file_is_a_failed_job_that_says_why(
    lake: Lake, people: dict[str, Any], worker: Callable[..., subprocess.Popen[bytes]]
) -> None:
    job = upload(people["editor"], SimpleUploadedFile("day.csv", b"a,b\n1,2\n"))
    assert worker("--until-done").wait(60) == 0
    error = queries.job(job.pk).error
    assert error is not None
    assert (error["code"], error["where"]) == ("no-source", "day.csv")
    (batch,) = lake.ledger.batches()
    assert (batch.status, batch.file_name) == ("refused", "day.csv")


def test_kill_9_in_the_middle_loses_and_doubles_nothing(
    lake: Lake, people: dict[str, Any], worker: Callable[..., subprocess.Popen[bytes]]
) -> None:
    job = upload(people["editor"], SimpleUploadedFile("big.csv", day_file(HOURS)))
    first = worker()
    until(lambda: queries.job(job.pk).percent > 5)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert queries.job(job.pk).state == "running"  # nobody could say otherwise
    assert lake.version == 0
    assert worker("--until-done").wait(120) == 0
    row = queries.job(job.pk)
    assert (row.state, row.attempt) == ("succeeded", 2)
    assert row.result is not None
    assert row.result["added"] == HOURS * 5 * 20
    assert [finding for finding in audit(lake) if finding.faults] == []
    assert [b.status for b in lake.ledger.batches()] == ["committed", "aborted"]
    assert ActionLogEntry.objects.filter(verb="jobs.requeue").count() == 1


def test_sigterm_puts_the_job_back_and_ends_the_process(
    lake: Lake, people: dict[str, Any], worker: Callable[..., subprocess.Popen[bytes]]
) -> None:
    job = upload(people["editor"], SimpleUploadedFile("big.csv", day_file(HOURS)))
    process = worker()
    until(lambda: queries.job(job.pk).percent > 5)
    assert queries.workshop().workers == 1
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    row = queries.job(job.pk)
    assert (row.state, row.attempt) == ("queued", 0)
    assert queries.workshop().workers == 0
    assert lake.version == 0


def test_a_running_load_can_be_cancelled(
    lake: Lake, people: dict[str, Any], worker: Callable[..., subprocess.Popen[bytes]]
) -> None:
    job = upload(people["editor"], SimpleUploadedFile("big.csv", day_file(HOURS)))
    worker()
    until(lambda: queries.job(job.pk).percent > 5)
    cancel(people["editor"], job.pk)
    until(lambda: queries.job(job.pk).over)
    assert queries.job(job.pk).state == "cancelled"
    assert lake.version == 0
    assert [b.status for b in lake.ledger.batches()] == ["aborted"]


def workers_of(parent: int) -> set[int]:
    """Processes `saishang worker` whose parent is this one, as the kernel tells."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            status = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it ended while we looked
            continue
        if b"worker" in words and f"{parent}".encode() in words and status[0] != "Z":
            found.add(int(entry.name))
    return found


def test_serve_keeps_a_worker_and_takes_it_along(
    lake: Lake, command: Callable[..., subprocess.Popen[bytes]], unused_port: int
) -> None:
    serve = command("serve", "--port", str(unused_port), "--workers", "1")
    until(lambda: queries.workshop().workers == 1)
    (first,) = workers_of(serve.pid)
    os.kill(first, signal.SIGKILL)
    (second,) = until(lambda: workers_of(serve.pid) - {first})  # started again within seconds
    until(lambda: queries.workshop().workers >= 2)  # the dead one's last heartbeat still counts for a while
    serve.send_signal(signal.SIGTERM)
    serve.wait(40)
    assert workers_of(serve.pid) == set()
    assert not Path(f"/proc/{second}").exists()


def test_a_worker_does_not_outlive_the_portal(
    lake: Lake, command: Callable[..., subprocess.Popen[bytes]], unused_port: int
) -> None:
    serve = command("serve", "--port", str(unused_port), "--workers", "1")
    until(lambda: queries.workshop().workers == 1)
    servers = [int(pid) for pid in Path(f"/proc/{serve.pid}/task/{serve.pid}/children").read_text().split()]
    serve.kill()  # no time to tell anybody
    serve.wait()
    try:
        until(lambda: not workers_of(serve.pid), 20)
    finally:
        for pid in servers:  # the web server has no such watch of its own
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)


def test_a_job_whose_workers_die_again_and_again_fails(lake: Lake) -> None:
    job = start("tests", "count", {})
    Job.objects.filter(pk=job.pk).update(state="running", attempt=2, worker="gone:1")
    assert recover() == {job.pk: "queued"}
    Job.objects.filter(pk=job.pk).update(state="running", attempt=3, worker="gone:2")
    assert recover() == {job.pk: "failed"}
    error = queries.job(job.pk).error
    assert error is not None
    assert error["code"] == "worker-lost"
    assert "3 times" in error["message"]
    assert recover() == {}


def test_what_the_queue_forgot_is_queued_again(lake: Lake) -> None:
    job = start("tests", "count", {})
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs")
        cursor.execute("update jobs_job set created = now() - interval '2 minutes'")
    assert recover() == {job.pk: "queued"}
    assert recover() == {}  # it is in the queue now


def test_vacuum_keeps_the_versions_of_evaluation_runs(lake: Lake, tmp_path: Path) -> None:
    from datetime import date, timedelta

    from django.utils import timezone

    from saishang.apps.indicators.models import Run
    from saishang.apps.observations.actions.maintain import vacuum

    for name, value in (("a", 12), ("b", 13), ("c", 14)):
        path = tmp_path / f"{name}.csv"
        path.write_text(f"date,hour,type,1484A\n20190512,1,PM2.5,{value}\n")
        lake.ingest(path, source="cnemc-site-hourly")
    assert lake.version == 3
    Run.objects.create(
        id="r", as_of=date(2019, 5, 31), started=timezone.now(), finished=timezone.now(), lake_version=1,
        rules_digest="", code_version="", plan_version="", parameters={}, inputs_digest="", result_digest="",
        started_by="tests",
    )  # fmt: skip
    done = vacuum(lake, timedelta(0), dry_run=False)
    assert done.kept_versions == (1,)
    assert len(done.files) == 1  # of version 2 only
    assert lake.observations(version=1).to_table()["value"].to_pylist() == [12.0]
    assert lake.observations().to_table()["value"].to_pylist() == [14.0]
    with pytest.raises(FileNotFoundError):
        lake.observations(version=2).to_table()
