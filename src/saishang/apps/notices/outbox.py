"""Send what waits in the outbox: claim, send, write down; again later when it did not work, not for ever.

Nothing is lost when a worker is killed: an e-mail stays queued until the server has said that it took it. It can go
out twice in one case only, which SMTP leaves open: the server has taken it, and the worker dies before that is written
down. Both carry the same Message-ID, by which mail programs know a double. No transaction is open while a server is
talked to.
"""

from __future__ import annotations

import logging
import smtplib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from saishang.apps.jobs.work import STOPPING
from saishang.apps.notices.kinds import families, kinds
from saishang.apps.notices.models import Mail, Notice

__all__ = ["ATTEMPTS", "LEASE", "WAITS", "Sent", "send_waiting"]

_log = logging.getLogger(__name__)
#: Time to the next attempt after the first, second, … that did not work [minutes].
WAITS = (1, 5, 15, 60, 240, 720, 1440)
#: After so many attempts, some 41 hours, an e-mail is given up.
ATTEMPTS = len(WAITS) + 1
#: A worker that has not written down after this how an attempt ended is taken for dead; longer than any attempt takes.
LEASE = timedelta(minutes=10)
_PERMANENT = range(500, 600)


@dataclass
class Sent:
    """What became of the e-mails that were looked at."""

    sent: int = 0
    put_off: int = 0
    given_up: int = 0
    spared: int = 0


class _Refused(Exception):
    """This e-mail will never be taken."""


class _Trouble(Exception):
    """The server cannot take anything now."""


def send_waiting(now: datetime | None = None, most: int = 200) -> Sent:
    """Send what is due, the longest waiting first; ends early when the server is in trouble or the worker must stop."""
    done, server = Sent(), get_connection()
    try:
        for _number in range(most):
            moment = now or timezone.now()
            mail = None if STOPPING.is_set() else _claim(moment)
            if mail is None:
                break
            if not _attempt(mail, server, moment, done):
                break
    finally:
        _close(server)
    return done


def _claim(now: datetime) -> Mail | None:
    """Take one e-mail: the attempt is written down before it begins, so that one which kills workers ends, too."""
    with transaction.atomic():
        rows = Mail.objects.select_for_update(skip_locked=True, of=("self",)).select_related("person")
        mail = rows.filter(state="queued", next_try__lte=now).order_by("next_try", "pk").first()
        if mail is not None:
            mail.attempts += 1
            mail.next_try = now + LEASE
            mail.save(update_fields=["attempts", "next_try"])
    return mail


def _attempt(mail: Mail, server: BaseEmailBackend, now: datetime, done: Sent) -> bool:
    """Whether to go on with the next one."""
    rows = list(mail.notices.order_by("pk"))
    if all(row.read is not None for row in rows):
        _settle(mail, "spared")
        done.spared += 1
        return True
    if mail.attempts > ATTEMPTS:
        # A worker died over the last one; what it said before is in `reason`.
        _settle(mail, "given_up", mail.reason or "the worker died over it")
        done.given_up += 1
        return True
    try:
        _hand_over(_message(mail, rows), server)
    except _Refused as error:
        _settle(mail, "given_up", str(error))
        done.given_up += 1
        return True
    except _Trouble as error:
        if mail.attempts >= ATTEMPTS:
            _settle(mail, "given_up", str(error))
            done.given_up += 1
        else:
            later = now + timedelta(minutes=WAITS[mail.attempts - 1])
            _mine(mail).update(next_try=later, reason=str(error)[:500])
            done.put_off += 1
        _log.warning("e-mail %s: %s", mail.pk, error)
        _close(server)
        return False
    if _mine(mail).update(state="sent", sent=timezone.now(), reason=""):
        done.sent += 1
    return True


def _mine(mail: Mail) -> QuerySet[Mail]:
    """The row, unless another worker has taken it since: whoever is late does not speak for it."""
    return Mail.objects.filter(pk=mail.pk, state="queued", attempts=mail.attempts)


def _settle(mail: Mail, state: str, reason: str = "") -> None:
    _mine(mail).update(state=state, reason=reason[:500])


def _hand_over(message: EmailMessage, server: BaseEmailBackend) -> None:
    """Give an e-mail to the server, and sort what it says when it does not take it."""
    try:
        server.open()
        taken = server.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise (_Refused if code in _PERMANENT else _Trouble)(_told(code, said)) from error
    except smtplib.SMTPDataError as error:
        raise (_Refused if error.smtp_code in _PERMANENT else _Trouble)(
            _told(error.smtp_code, error.smtp_error)
        ) from error
    except smtplib.SMTPResponseException as error:  # sender, sign-in, greeting: settings can mend it
        raise _Trouble(_told(error.smtp_code, error.smtp_error)) from error
    except (smtplib.SMTPException, OSError) as error:
        raise _Trouble(f"{type(error).__name__}: {error}") from error
    except ValueError as error:  # a header that would break the message: Django's BadHeaderError, encodings
        raise _Refused(f"{type(error).__name__}: {error}") from error
    if not taken:
        raise _Trouble("the server took nothing and said nothing")


def _told(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {' '.join(text.split())}"


def _close(server: BaseEmailBackend) -> None:
    try:
        server.close()
    except (smtplib.SMTPException, OSError):
        _log.info("the server for e-mails went away")


def _message(mail: Mail, rows: list[Notice]) -> EmailMessage:
    """Word that there is something, and where: never what; e-mails pass through other people's hands."""
    person = mail.person
    if not person.is_active:
        raise _Refused("the account is closed")
    try:
        validate_email(person.email)
    except ValidationError:
        raise _Refused("the account has no usable address") from None
    left = [row for row in rows if row.read is None]
    named = [kinds()[row.kind].family for row in left if row.kind in kinds()]
    listed = [families()[name] for name in dict.fromkeys(named)]
    portal = settings.CONFIG.url
    where = f"{portal}/notices/{left[0].pk}/" if len(left) == 1 else f"{portal}/notices/?show=unread"
    zh, en = "、".join(family.zh for family in listed), ", ".join(family.en for family in listed)
    count = f"{len(left)} new notice{'' if len(left) == 1 else 's'}"
    body = (
        f"塞上有 {len(left)} 条给您的新通知{f'（{zh}）' if zh else ''}，登录后查看：\n{where}\n\n"
        f"Saishang has {count} for you{f' ({en})' if en else ''}. Sign in to read:\n{where}\n\n"
        f"邮件的频率在此设置 · How often e-mails come is set here:\n{portal}/account/notices/\n"
    )
    return EmailMessage(
        subject=f"塞上：{len(left)} 条新通知 · Saishang: {count}", body=body, to=[person.email],
        headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},
    )  # fmt: skip
