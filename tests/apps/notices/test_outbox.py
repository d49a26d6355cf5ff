"""E-mails: sent by a server or kept, tried again, given up with the reason; a killed worker loses none."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from email.header import decode_header, make_header
from typing import Any

import pytest
from django.core import mail as box
from django.test import override_settings
from django.utils import timezone
from psycopg.conninfo import conninfo_to_dict

from saishang.apps.jobs.work import STOPPING
from saishang.apps.notices.actions import mark_all_read, notify
from saishang.apps.notices.models import Mail, Notice
from saishang.apps.notices.outbox import ATTEMPTS, LEASE, WAITS, Sent, send_waiting
from saishang.apps.organisations.models import User
from tests.apps.notices.smtp import SmtpServer, smtp_server

pytestmark = pytest.mark.django_db
#: What stands in the notices, and must never stand in an e-mail.
SECRET = "机密标题"


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with (
        smtp_server() as made,
        override_settings(
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=made.port, EMAIL_TIMEOUT=5, DEFAULT_FROM_EMAIL="portal@example.org",
        ),
    ):  # fmt: skip
        yield made


def tell(person: User, key: str = "a") -> Mail:
    notify([person], "k-once", key, {"n": SECRET}, subject=("t", "1"), url=f"/plan/{key}/")
    return Mail.objects.filter(person=person).latest("pk")


def state(mail: Mail) -> tuple[str, int, str]:
    found = Mail.objects.get(pk=mail.pk)
    return found.state, found.attempts, found.reason


def test_a_mail_leads_to_the_notice_and_says_nothing_of_it(two: tuple[User, User], server: SmtpServer) -> None:
    mail = tell(two[0])
    assert send_waiting() == Sent(sent=1)
    ((sender, people, message),) = server.taken
    assert (sender, people) == ("portal@example.org", ["wang@example.org"])
    body = message.get_payload(decode=True)
    assert isinstance(body, bytes)
    text = body.decode()
    assert f"http://127.0.0.1:8000/notices/{Notice.objects.get().pk}/" in text and "类once" in text
    whole = text + str(make_header(decode_header(message["Subject"])))
    assert SECRET not in whole and "/plan/" not in whole and "1 条新通知" in whole and "1 new notice for" in whole
    assert (message["To"], message["Auto-Submitted"]) == ("wang@example.org", "auto-generated")
    assert message["Message-ID"] == mail.message_id
    assert state(mail) == ("sent", 1, "") and Mail.objects.get().sent is not None
    assert send_waiting() == Sent() and len(server.taken) == 1


def test_without_a_server_mails_are_written_down_all_the_same(two: tuple[User, User]) -> None:
    tell(two[0])
    tell(two[0], "b")
    tell(two[1])
    assert send_waiting() == Sent(sent=2)
    assert [message.to for message in box.outbox] == [["wang@example.org"], ["li@example.org"]]
    assert "2 条新通知" in box.outbox[0].subject and "/notices/?show=unread" in str(box.outbox[0].body)


def test_many_are_sent_over_one_connection(two: tuple[User, User], server: SmtpServer) -> None:
    tell(two[0])
    tell(two[1])
    assert send_waiting() == Sent(sent=2)
    assert sum(line.upper().startswith("EHLO") for line in server.asked) == 1


def test_what_was_read_meanwhile_is_not_sent(two: tuple[User, User]) -> None:
    mail = tell(two[0])
    mark_all_read(two[0], Notice.objects.latest("pk").pk)
    assert send_waiting() == Sent(spared=1)
    assert state(mail)[0] == "spared" and not box.outbox


def test_an_address_that_the_server_does_not_know_is_given_up_and_the_rest_goes_on(
    two: tuple[User, User], server: SmtpServer
) -> None:
    server.answers["RCPT wang@example.org"] = "550 5.1.1 no such user"
    lost, good = tell(two[0]), tell(two[1])
    assert send_waiting() == Sent(sent=1, given_up=1)
    assert state(lost) == ("given_up", 1, "550 5.1.1 no such user")
    assert state(good)[0] == "sent" and len(server.taken) == 1


@pytest.mark.parametrize(
    ("word", "reply", "outcome"),
    [
        ("RCPT wang@example.org", "450 mailbox busy", "queued"),
        (".", "451 try later", "queued"),
        (".", "554 no content wanted", "given_up"),
        ("MAIL", "550 who are you", "queued"),  # the sender is a setting: it can be mended
        ("connect", "421 too busy", "queued"),
    ],
)
def test_what_a_server_says(two: tuple[User, User], server: SmtpServer, word: str, reply: str, outcome: str) -> None:
    server.answers[word] = reply
    mail = tell(two[0])
    send_waiting()
    found = state(mail)
    assert (found[0], found[1]) == (outcome, 1) and reply.partition(" ")[2] in found[2]


def test_a_server_in_trouble_is_asked_once_and_again_later(two: tuple[User, User], server: SmtpServer) -> None:
    server.answers["connect"] = "421 too busy"
    first, second = tell(two[0]), tell(two[1])
    assert send_waiting() == Sent(put_off=1)
    assert (state(first)[1], state(second)[1]) == (1, 0)  # the second one was spared the attempt
    server.answers.clear()
    assert send_waiting() == Sent(sent=1)  # the second; the first waits for its minute
    now = timezone.now()
    assert send_waiting(now + timedelta(minutes=WAITS[0])) == Sent(sent=1)
    assert state(first) == ("sent", 2, "")


def test_after_eight_attempts_it_is_given_up_with_the_reason(two: tuple[User, User]) -> None:
    # Nobody listens on this port: it was free a moment ago.
    with smtp_server() as gone:
        port = gone.port
    mail, now = tell(two[0]), timezone.now()
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    with override_settings(EMAIL_BACKEND=smtp, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port):
        for number, wait in enumerate((1, 5, 15, 60, 240, 720, 1440), start=1):
            assert send_waiting(now) == Sent(put_off=1)
            assert state(mail)[:2] == ("queued", number)
            # Just before its time it waits, at its time it goes.
            assert send_waiting(now + timedelta(minutes=wait, seconds=-1)) == Sent()
            now += timedelta(minutes=wait)
        assert send_waiting(now) == Sent(given_up=1)
    found = state(mail)
    assert found[:2] == ("given_up", 8) and "ConnectionRefusedError" in found[2]
    assert ATTEMPTS == 8 and send_waiting(now + timedelta(days=30)) == Sent()


@pytest.mark.parametrize("address", ["wang@example.org\nBcc: all@example.org", "wang", "a@example.org, b@example.org"])
def test_nothing_gets_into_the_headers(two: tuple[User, User], address: str, server: SmtpServer) -> None:
    mail = tell(two[0])
    User.objects.filter(pk=two[0].pk).update(email=address)
    assert send_waiting() == Sent(given_up=1)
    assert state(mail) == ("given_up", 1, "the account has no usable address") and not server.asked


def test_a_closed_account_gets_none(two: tuple[User, User]) -> None:
    mail = tell(two[0])
    User.objects.filter(pk=two[0].pk).update(is_active=False)
    assert send_waiting() == Sent(given_up=1)
    assert state(mail) == ("given_up", 1, "the account is closed") and not box.outbox


def test_a_worker_that_has_to_stop_begins_no_new_one(two: tuple[User, User]) -> None:
    mail = tell(two[0])
    STOPPING.set()
    assert send_waiting() == Sent()
    assert state(mail) == ("queued", 0, "")


def test_one_that_kills_its_workers_ends(two: tuple[User, User]) -> None:
    mail = tell(two[0])
    Mail.objects.update(attempts=ATTEMPTS)  # eight workers died over it
    assert send_waiting() == Sent(given_up=1)
    assert state(mail) == ("given_up", ATTEMPTS + 1, "the worker died over it")


def test_the_queue_asks_every_minute() -> None:
    from procrastinate.contrib.django import app

    found = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    assert found["saishang.mail"] == "* * * * *"


@pytest.mark.django_db(transaction=True)
def test_kill_9_loses_nothing_and_what_may_come_twice_is_the_same_mail(dsn: str, tmp_path: Any) -> None:
    """The server has taken the e-mail, the worker dies before it hears so: the only case that SMTP leaves open."""
    wang = User.objects.create_user("wang", email="wang@example.org", role="member")
    notify([wang], "k-once", "a", {"n": 1}, subject=("t", "1"), url="/plan/")
    (mail,) = Mail.objects.all()
    parts = conninfo_to_dict(dsn)
    host = str(parts["host"]).replace("/", "%2F")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("SAISHANG_", "DJANGO_", "DATABASE_"))}
    code = "import django; django.setup(); from saishang.apps.notices.outbox import send_waiting as send; send()"
    with smtp_server() as server:
        server.answers["."] = ""
        settings = {
            "DJANGO_SETTINGS_MODULE": "saishang.web.settings", "SAISHANG_VAR": str(tmp_path),
            "DATABASE_URL": f"postgresql://{parts['user']}:{parts['password']}@{host}/{parts['dbname']}",
            "SAISHANG_SMTP_HOST": "127.0.0.1", "SAISHANG_SMTP_PORT": str(server.port), "SAISHANG_SMTP_STARTTLS": "0",
            "SAISHANG_SMTP_FROM": "portal@example.org", "SAISHANG_URL": "https://portal.example.org",
        }  # fmt: skip
        first = subprocess.Popen([sys.executable, "-c", code], env=clean | settings)
        try:
            assert server.silent.wait(60)
            # While it is at it, nobody else takes the e-mail.
            assert send_waiting() == Sent()
            first.send_signal(signal.SIGKILL)
        finally:
            first.kill()
            first.wait()
        assert state(mail) == ("queued", 1, "")
        now = timezone.now()
        assert send_waiting(now + LEASE - timedelta(minutes=1)) == Sent()
        server.answers.clear()
        Mail.objects.update(next_try=now)  # the lease is over
        done = subprocess.run([sys.executable, "-c", code], env=clean | settings, check=False, timeout=60)
        assert done.returncode == 0 and state(mail) == ("sent", 2, "")
        assert [message["Message-ID"] for _from, _to, message in server.taken] == [mail.message_id] * 2
        body = server.taken[1][2].get_payload(decode=True)
        assert isinstance(body, bytes) and b"https://portal.example.org/notices/" in body
