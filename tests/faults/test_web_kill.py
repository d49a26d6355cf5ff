"""`kill -9` of the portal's processes: what was acknowledged is there, what was not is there wholly or not at all."""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection

from saishang.apps.core.actions import verify_chain
from saishang.apps.core.models import ActionLogEntry
from saishang.apps.execution.models import Evidence, ProgressReport
from saishang.lake.archive import Archive
from tests.emptying import empty_database
from tests.faults.backups import url_of_test_database
from tests.work_world import make_item, make_people, make_report, make_tree

pytestmark = pytest.mark.django_db
#: A report for each test, by the end of its item's code.
REPORTS = ("autosave", "move", "evidence", "deaths", "soak")
WORDS = "correct-horse-battery"
MOVES = ("hand_over_report", "take_back_report")
#: What every entry of the log waits for (`apps.core.actions.record`): whoever holds it stops a change half-way.
CHAIN = 0x5A15_0001
OCTOBER = ("2026-M10", date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 6))
TEXT = "完成管网 3 公里\n第二行，含“引号”与 emoji 🌾"


def until(condition: Callable[[], Any], seconds: float = 60) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError("did not happen in time")


def children(pid: int) -> list[int]:
    with contextlib.suppress(FileNotFoundError):
        return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


@dataclass
class Portal:
    """A portal served on a port of its own by `saishang serve`, as a person meets it."""

    var: Path
    url: str
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("SAISHANG_", "DJANGO_", "DATABASE_"))}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "saishang", "serve", "--port", str(self.port), "--workers", "2", "--no-worker"],
            env=clean | {"DATABASE_URL": self.url, "SAISHANG_VAR": str(self.var)}, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until(self.answers, 120)

    def answers(self) -> bool:
        with contextlib.suppress(requests.RequestException):
            return requests.get(f"{self.address}/health/", timeout=10).ok
        return False

    def servers(self) -> list[int]:
        """Master of the web server, and its workers."""
        assert self.process is not None
        masters = children(self.process.pid)
        return [*masters, *(worker for master in masters for worker in children(master))]

    def kill_workers(self) -> None:
        """As the kernel does when memory runs out: the master starts others."""
        for pid in self.servers()[1:]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill(self) -> None:
        """As a power cut does: everything at once."""
        assert self.process is not None
        for pid in (self.process.pid, *self.servers()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        until(lambda: not self.answers(), 20)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
            if self.process.poll() is None:
                self.kill()

    def signed_in(self, name: str) -> requests.Session:
        session = requests.Session()
        session.headers["Accept-Language"] = "zh-hans"
        page = session.get(f"{self.address}/account/sign-in/", timeout=60)
        answer = session.post(
            f"{self.address}/account/sign-in/", timeout=60, allow_redirects=False,
            data={"username": name, "password": WORDS, "csrfmiddlewaretoken": token(page.text)},
        )  # fmt: skip
        assert answer.status_code == 302, answer.text[:2000]
        return session


def token(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert found is not None, page[:2000]
    return found[1]


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Iterator[Portal]:
    """A portal with people and reports that wait; everything is committed, and gone at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with django_db_blocker.unblock():
        made = Portal(tmp_path_factory.mktemp("served"), url_of_test_database(), port)
        try:
            make_tree()
            hasher = PBKDF2PasswordHasher()
            for person in make_people("640100", ("reporter", "reviewer")).values():
                person.password = hasher.encode(WORDS, hasher.salt())
                person.save()
            for name in REPORTS:
                make_report(make_item(f"T11-640100-{name}", "640100"), *OCTOBER)
            made.start()
            yield made
        finally:
            made.stop()
            empty_database()


def report_of(name: str) -> ProgressReport:
    return ProgressReport.objects.get(item__code=f"T11-640100-{name}")


class Form:
    """The form of a report in somebody's browser."""

    def __init__(self, portal: Portal, session: requests.Session, report: ProgressReport) -> None:
        self.session, self.base = session, f"{portal.address}/work/reports/{report.pk}/"
        self.open()

    def open(self) -> str:
        self.page = self.session.get(self.base, timeout=60).text
        self.token = token(self.page)
        return self.page

    def autosave(self, text: str, version: int) -> requests.Response:
        return self.session.post(
            f"{self.base}save/", timeout=60, headers={"Accept": "application/json"},
            data={"csrfmiddlewaretoken": self.token, "version": version, "done": text},
        )  # fmt: skip

    def step(self, action: str, version: int | None = None) -> requests.Response:
        return self.session.post(
            f"{self.base}step/", timeout=60, allow_redirects=False,
            data={"csrfmiddlewaretoken": self.token, "version": "" if version is None else version, "action": action,
                  "reason": "试验"},
        )  # fmt: skip

    def attach(self, name: str, data: bytes) -> requests.Response:
        return self.session.post(
            f"{self.base}evidence/", timeout=60, allow_redirects=False, files={"file": (name, data)},
            data={"csrfmiddlewaretoken": self.token},
        )  # fmt: skip


def logged(report: ProgressReport, *verbs: str) -> int:
    names = [f"execution.{verb}" for verb in verbs]
    return ActionLogEntry.objects.filter(verb__in=names, object_id=str(report.pk)).count()


@contextlib.contextmanager
def stopped_half_way(portal: Portal, work: Callable[[], Any]) -> Iterator[threading.Thread]:
    """Start a request and hold it where its change is made and its entry of the log is not; yields when it waits."""
    with psycopg.connect(portal.url, autocommit=True) as holder:
        holder.execute("select pg_advisory_lock(%s)", (CHAIN,))

        def send() -> None:
            with contextlib.suppress(requests.RequestException):
                work()

        thread = threading.Thread(target=send, daemon=True)
        thread.start()
        waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted and objid = %s"
        until(lambda: (holder.execute(waiting, (CHAIN,)).fetchone() or (0,))[0])
        yield thread
    thread.join(60)
    # The dead one's connection learns of it when it is its turn; then its transaction is gone.
    with psycopg.connect(portal.url, autocommit=True) as watch:
        watch.execute("select pg_advisory_lock(%s)", (CHAIN,))


def test_an_autosaved_draft_survives_the_death_of_everything(portal: Portal) -> None:
    report = report_of("autosave")
    form = Form(portal, portal.signed_in("640100-reporter"), report)
    answer = form.autosave(TEXT, 0)
    assert (answer.status_code, answer.json()["version"]) == (200, 1), answer.text[:500]
    portal.kill()
    with pytest.raises(requests.RequestException):
        form.autosave("nobody hears this", 1)
    portal.start()
    row = ProgressReport.objects.get(pk=report.pk)
    assert (row.done, row.version, row.state) == (TEXT, 1, "draft")
    # The same browser goes on where it was: still signed in, its words in the form, the next save taken.
    assert "第二行，含“引号”与 emoji 🌾" in form.open()
    assert form.autosave(TEXT + "\n第三行", 1).json()["version"] == 2
    # A window that slept through it overwrites nothing.
    assert form.autosave("old", 1).status_code == 409
    assert ProgressReport.objects.get(pk=report.pk).done == TEXT + "\n第三行"


def test_a_move_killed_half_way_is_not_there_at_all(portal: Portal) -> None:
    report = report_of("move")
    form = Form(portal, portal.signed_in("640100-reporter"), report)
    assert form.autosave(TEXT, 0).json()["version"] == 1
    with stopped_half_way(portal, lambda: form.step("hand_over", 1)) as request:
        portal.kill_workers()
    assert not request.is_alive()
    row = ProgressReport.objects.get(pk=report.pk)
    assert (row.state, row.version, row.done) == ("draft", 1, TEXT)
    assert (report.versions.count(), logged(report, "hand_over_report")) == (0, 0)
    # The master has started others by itself; the person presses the button again.
    until(portal.answers)
    answer = form.step("hand_over", 1)
    assert answer.status_code == 302, answer.text[:2000]
    row.refresh_from_db()
    assert (row.state, row.version) == ("in_review", 2)
    assert [(v.number, v.action, v.done) for v in row.versions.all()] == [(1, "hand_over", TEXT)]
    assert logged(report, "hand_over_report") == 1
    # Pressed once more, because nobody was sure: refused, nothing twice.
    assert form.step("hand_over", 1).status_code in {409, 422}
    assert (report.versions.count(), logged(report, "hand_over_report")) == (1, 1)
    assert verify_chain() == []


def test_evidence_killed_half_way_leaves_no_row_and_what_was_taken_stays(portal: Portal) -> None:
    report = report_of("evidence")
    pdf = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    form = Form(portal, portal.signed_in("640100-reporter"), report)
    with stopped_half_way(portal, lambda: form.attach("照片.pdf", pdf)):
        portal.kill_workers()
    assert Evidence.objects.count() == 0
    until(portal.answers)
    answer = form.attach("照片.pdf", pdf)
    assert answer.status_code == 302, answer.text[:2000]
    portal.kill()
    (row,) = Evidence.objects.all()
    assert (row.name, row.size, row.report_id) == ("照片.pdf", len(pdf), report.pk)
    assert Archive(portal.var / "archive").verify(row.sha256).read_bytes() == pdf
    portal.start()
    assert "照片.pdf" in form.open()


def hammered(portal: Portal, report: ProgressReport, rounds: int, seed: int) -> dict[str, int]:
    """Save and move while workers are killed at random moments; counts of what became of the requests.

    How long a request takes says how busy the machine is: the span of the moments follows what became of the last one,
    so that deaths crowd around the commit.
    """
    chance = random.Random(seed)
    form = Form(portal, portal.signed_in("640100-reporter"), report)
    told = {"answered": 0, "cut off": 0, "done though cut off": 0}
    span = 0.1
    for number in range(rounds):
        before = ProgressReport.objects.get(pk=report.pk)
        versions = before.versions.count()
        entries = logged(report, *MOVES)
        moves = "hand_over" if before.state == "draft" else "take_back"
        writing = before.state == "draft" and number % 2 == 0
        timer = threading.Timer(chance.uniform(0.0, span), portal.kill_workers)
        timer.start()
        answer: requests.Response | None = None
        try:
            text = f"{TEXT} {number}"
            answer = form.autosave(text, before.version) if writing else form.step(moves, before.version)
        except requests.RequestException:
            told["cut off"] += 1
            span *= 1.3
        else:
            told["answered"] += 1
            span /= 1.3
        timer.join()
        until(lambda: not _busy(portal))
        after = ProgressReport.objects.get(pk=report.pk)
        changed = after.version != before.version
        if answer is not None:
            assert answer.status_code in {200, 302}, (number, answer.status_code, answer.text[:2000])
            assert changed, number  # acknowledged: it is there
        elif changed:
            told["done though cut off"] += 1
        # Wholly or not at all.
        assert after.version == before.version + changed
        if writing:
            assert after.done == (text if changed else before.done)
        else:
            assert (after.state != before.state) == changed
        assert before.versions.count() == versions + (changed and not writing)
        assert logged(report, *MOVES) == entries + (changed and not writing)
        until(portal.answers)
    row = ProgressReport.objects.get(pk=report.pk)
    kept = list(row.versions.order_by("number"))
    assert [v.number for v in kept] == list(range(1, len(kept) + 1))
    assert [v.before for v in kept] == ["draft", "in_review"] * (len(kept) // 2) + ["draft"] * (len(kept) % 2)
    assert logged(report, *MOVES) == len(kept)
    assert (kept[-1].after if kept else "draft") == row.state
    assert verify_chain() == []
    return told


def _busy(portal: Portal) -> bool:
    """Whether a transaction of the portal is still open in the database: a killed process leaves it for a moment."""
    ours = connection.connection.info.backend_pid  # the transaction around this test
    with psycopg.connect(portal.url, autocommit=True) as watch:
        row = watch.execute(
            "select count(*) from pg_stat_activity where datname = current_database() and state <> 'idle' "
            "and pid not in (pg_backend_pid(), %s) and backend_type = 'client backend'",
            (ours,),
        ).fetchone()
    return row is not None and row[0] > 0


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_hundred_deaths_at_random_moments(portal: Portal) -> None:
    report = report_of("soak")
    form = Form(portal, portal.signed_in("640100-reporter"), report)
    assert form.autosave(TEXT, 0).status_code == 200
    told = hammered(portal, report, 100, seed=20261130)
    # The deaths must have met requests before and after, or the test has shown nothing.
    assert told["answered"] > 0
    assert told["cut off"] > 0


@pytest.mark.soak
def test_five_deaths_at_random_moments(portal: Portal) -> None:
    report = report_of("deaths")
    form = Form(portal, portal.signed_in("640100-reporter"), report)
    assert form.autosave(TEXT, 0).status_code == 200
    hammered(portal, report, 5, seed=1)
