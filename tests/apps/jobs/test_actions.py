"""Start, cancel, try again: who may, what the log says, and how a job ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.jobs import queries
from saishang.apps.jobs.actions import JobRefused, cancel, retry, start
from saishang.apps.jobs.kinds import Schedule, kind_of
from saishang.apps.jobs.models import Job
from saishang.apps.jobs.runner import perform
from saishang.apps.jobs.schedule import last_due, next_due, start_due
from saishang.apps.jobs.work import STOPPING, JobCancelled, Work
from saishang.errors import SaishangError
from saishang.lake import Lake

pytestmark = pytest.mark.usefixtures("lake")


def verbs() -> list[str]:
    return [f"{e.verb} {e.actor_name}" for e in ActionLogEntry.objects.order_by("sequence") if "job" in e.verb]


def waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs where status = 'todo'")
        return int(cursor.fetchone()[0])


def test_a_job_from_start_to_end(people: dict[str, Any]) -> None:
    job = start(people["editor"], "count", {"n": 3}, reason="to see")
    assert (job.state, waiting()) == ("queued", 1)
    assert perform(job.pk) == "succeeded"
    row = queries.job(job.pk)
    assert (row.state, row.percent, row.attempt, row.result) == ("succeeded", 100, 1, {"counted": 3})
    assert (row.actor, row.reason, row.over) == ("editor", "to see", True)
    assert verbs() == ["jobs.start editor", "jobs.succeeded editor"]
    assert perform(job.pk) == ""  # a second worker finds nothing to do


def test_nothing_is_queued_when_the_transaction_fails(people: dict[str, Any]) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        start(people["editor"], "count", {})
        raise ZeroDivisionError
    assert (Job.objects.count(), waiting(), verbs()) == (0, 0, [])


@pytest.mark.parametrize("name", ["viewer", None])
def test_starting_needs_the_permission_of_the_kind(people: dict[str, Any], name: str | None) -> None:
    with pytest.raises(JobRefused, match="start_jobs"):
        start(people[name] if name else AnonymousUser(), "count", {})
    assert Job.objects.count() == 0


def test_an_unknown_kind() -> None:
    with pytest.raises(SaishangError, match="no kind of job 'sail'"):
        start("tests", "sail", {})


def test_an_error_is_kept_with_how_to_mend_it() -> None:
    job = start("tests", "break", {})
    assert perform(job.pk) == "failed"
    assert queries.job(job.pk).error == {
        "code": "no-sail", "message": "expected a sail, got a rope", "fix": "hoist a sail", "where": "mast"
    }  # fmt: skip
    assert verbs() == ["jobs.start tests", "jobs.failed tests"]


def test_what_nobody_foresaw_is_a_failure_with_its_name(caplog: pytest.LogCaptureFixture) -> None:
    job = start("tests", "crash", {})
    assert perform(job.pk) == "failed"
    error = queries.job(job.pk).error
    assert error is not None
    assert error["code"] == "unexpected"
    assert "ZeroDivisionError" in error["message"]
    assert "ZeroDivisionError" in caplog.text


def test_cancelling_what_waits(people: dict[str, Any]) -> None:
    job = start(people["editor"], "count", {})
    assert cancel(people["editor"], job.pk).state == "cancelled"
    assert waiting() == 0
    assert perform(job.pk) == ""
    with pytest.raises(JobRefused, match="is over"):
        cancel(people["editor"], job.pk)


def test_cancelling_what_runs_stops_it_at_its_next_step(people: dict[str, Any]) -> None:
    job = start(people["editor"], "count", {})
    with Work(job.pk) as work:
        work.progress("one")
        assert cancel(people["editor"], job.pk).state == "running"
        with pytest.raises(JobCancelled):
            work.progress("two")
    assert queries.job(job.pk).cancel_wanted


#: Who may cancel a job that `editor` started: written by hand.
@pytest.mark.parametrize(("name", "may"), [("viewer", False), ("editor", True), ("other", False), ("admin", True)])
def test_who_may_cancel(people: dict[str, Any], name: str, may: bool) -> None:
    job = start(people["editor"], "count", {})
    if may:
        assert cancel(people[name], job.pk).state == "cancelled"
    else:
        with pytest.raises(JobRefused, match="cancel_any_job"):
            cancel(people[name], job.pk)
        assert queries.job(job.pk).state == "queued"


def test_trying_again_makes_a_new_job(people: dict[str, Any]) -> None:
    job = start(people["editor"], "break", {"n": 1}, reason="first")
    with pytest.raises(JobRefused, match="queued"):
        retry(people["other"], job.pk)
    perform(job.pk)
    again = retry(people["other"], job.pk)
    assert (again.retry_of_id, again.params, again.actor_name) == (job.pk, {"n": 1}, "other")
    assert queries.job(job.pk).retries == (again.pk,)
    assert queries.workshop().failed == 0  # somebody has taken care of it
    with pytest.raises(JobRefused):
        retry(people["viewer"], job.pk)


def test_a_single_kind_waits_once() -> None:
    first, second = start("tests", "compact", {}), start("tests", "compact", {})
    assert first.pk == second.pk
    assert start("tests", "check", {}).pk != start("tests", "check", {"first": "2019-05-01", "last": "2019-05-02"}).pk


def test_a_stopping_worker_puts_its_job_back(people: dict[str, Any]) -> None:
    job = start(people["editor"], "count", {})
    STOPPING.set()
    assert perform(job.pk) == "queued"
    assert (queries.job(job.pk).attempt, waiting()) == (0, 2)  # the row that brought it here, and the new one
    STOPPING.clear()
    assert perform(job.pk) == "succeeded"


def test_the_database_refuses_states_that_cannot_be() -> None:
    job = start("tests", "count", {})
    for wrong in ({"state": "lost"}, {"state": "failed"}, {"percent": 101}, {"finished": timezone.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Job.objects.filter(pk=job.pk).update(**wrong)


# -- progress ---------------------------------------------------------------------------------------------------------


def test_percent_follows_the_steps() -> None:
    """Step `one` is 0 to 40 per cent, `two` 40 to 100: half of one is 20, half of two 70; it never goes back."""
    job = start("tests", "count", {})
    with Work(job.pk) as work:
        work.use_steps({code: step.begins for code, step in kind_of("count").steps.items()})
        seen = []
        for step, done in (("one", 0.5), ("two", 0.5), ("one", 1.0), ("elsewhere", 0.5)):
            work.progress(step, done=done)
            seen.append(queries.job(job.pk).percent)
    assert seen == [20, 70, 70, 70]


# -- schedule ---------------------------------------------------------------------------------------------------------


def test_moments_of_a_schedule() -> None:
    daily, weekly = Schedule(1, 10), Schedule(7, 30)
    # 2026-11-24 is a Tuesday; at three in the morning, ten past for daily work.
    for at, due in (("03:09", "2026-11-23 03:10"), ("03:10", "2026-11-24 03:10"), ("23:59", "2026-11-24 03:10")):
        assert last_due(daily, datetime.fromisoformat(f"2026-11-24 {at}"), 3) == datetime.fromisoformat(due)
    assert last_due(weekly, datetime(2026, 11, 24, 12), 3) == datetime(2026, 11, 22, 3, 30)  # the Sunday before
    assert next_due(weekly, datetime(2026, 11, 24, 12), 3) == datetime(2026, 11, 29, 3, 30)


def test_due_work_is_started_once_and_made_up_for(settings: Any) -> None:
    scheduled = {
        "reconcile", "compact", "vacuum", "check", "remind", "open_reports", "search", "registers_compact",
        "registers-hide",
    }  # fmt: skip
    now = timezone.now()
    assert {Job.objects.get(pk=pk).kind for pk in start_due(now + timedelta(days=8))} == scheduled
    assert start_due(now + timedelta(days=8)) == []  # they wait already; nothing is started twice
    Job.objects.update(created=now + timedelta(days=8))
    assert start_due(now + timedelta(days=9)) == []  # they still wait
    Job.objects.update(state="succeeded", finished=now)
    assert {Job.objects.get(pk=pk).kind for pk in start_due(now + timedelta(days=9))} >= scheduled - {"vacuum"}


def test_a_fresh_site_waits_for_its_first_night(lake: Lake) -> None:
    assert start_due(timezone.now() - timedelta(days=400)) == []
