"""One-time codes as a second factor (动态口令, RFC 6238): begin, confirm, check, give up, recovery codes.

A code holds for its step of 30 seconds and one step before and after, as RFC 6238 §5.2 allows for clocks and slow
fingers, and it is taken once. Of a recovery code only a keyed hash is kept: fifty bits are nothing to guess, so that it
need not be slow.
"""

from __future__ import annotations

import secrets

import pyotp
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from saishang.apps.core.actions import record
from saishang.apps.organisations.actions.doing import Doing, lock, log
from saishang.apps.organisations.actions.end_sign_in import end_all
from saishang.apps.organisations.actions.set_active import managed_person
from saishang.apps.organisations.models import RecoveryCode, SecondFactor, User
from saishang.apps.organisations.refusals import ChangeRefused, refuse
from saishang.apps.organisations.secrets_kept import opened, sealed

__all__ = [
    "CODES", "begin", "check", "confirm", "drop", "has_second_factor", "new_recovery_codes", "pending_secret",
    "reset_second_factor",
]  # fmt: skip

_PURPOSE = "second factor"
#: How many recovery codes somebody gets: 50 bits each.
CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_STEP = 30


def has_second_factor(person: User) -> bool:
    """Whether a code is asked of this person at sign-in."""
    return SecondFactor.objects.filter(user=person, confirmed__isnull=False).exists()


def begin(person: User) -> str:
    """A new secret that waits to be confirmed; the one that waited before holds no more.

    Raises
    ------
    ChangeRefused
        When one is confirmed already: it is never shown again, only given up.
    """
    if has_second_factor(person):
        raise ChangeRefused("one-time codes are set up already", fix="give them up first to set them up anew")
    secret = pyotp.random_base32()
    SecondFactor.objects.update_or_create(
        user=person, defaults={"secret": sealed(secret, _PURPOSE), "begun": timezone.now(), "last_step": 0}
    )
    return secret


def pending_secret(person: User) -> str | None:
    """The secret that waits to be confirmed; None without one, and for ever once it is confirmed."""
    row = SecondFactor.objects.filter(user=person, confirmed__isnull=True).first()
    return None if row is None else opened(row.secret, _PURPOSE)


def confirm(person: User, code: str, *, keep: int | None = None, address: str | None = None) -> list[str]:
    """Check → change → log: the first right code sets it up; the recovery codes, told this once.

    Raises
    ------
    ChangeRefused
        When nothing waits, or the code is wrong.
    """
    with transaction.atomic():
        row = SecondFactor.objects.select_for_update().filter(user=person, confirmed__isnull=True).first()
        if row is None:
            raise ChangeRefused("no one-time codes wait to be confirmed", fix="begin again")
        step = _step_of(row, code)
        if step is None:
            raise ChangeRefused("this code is wrong or has passed", fix="enter the code that the app shows now")
        row.confirmed, row.last_step = timezone.now(), step
        row.save(update_fields=["confirmed", "last_step"])
        codes = _make_codes(person)
        ended = end_all(person, "second_factor", but=keep)
        record(person, "organisations.set_second_factor", person, None, {"sessions_ended": ended}, address=address)
    return codes


def check(person: User, code: str, *, address: str | None = None) -> str | None:
    """Whether a code opens: `code` for one of the app, `recovery` for a recovery code, which is used up; else None."""
    said = "".join(code.split()).lower()
    with transaction.atomic():
        row = SecondFactor.objects.select_for_update().filter(user=person, confirmed__isnull=False).first()
        if row is None:
            return None
        if said.isascii() and said.isdigit():
            step = _step_of(row, said)
            if step is None:
                return None
            row.last_step = step
            row.save(update_fields=["last_step"])
            return "code"
        said = said.replace("-", "")
        rows = RecoveryCode.objects.filter(user=person, used__isnull=True)
        if rows.filter(hash=_hash(said)).update(used=timezone.now()):
            record(person, "organisations.use_recovery_code", person, None, {"left": rows.count()}, address=address)
            return "recovery"
    return None


def new_recovery_codes(person: User, code: str, *, address: str | None = None) -> list[str]:
    """Check → change → log: new recovery codes, told once; the old ones open no more.

    Raises
    ------
    ChangeRefused
        When the code of the app is wrong.
    """
    with transaction.atomic():
        if not code.strip().isdigit() or check(person, code) is None:
            raise ChangeRefused("this code is wrong or has passed", fix="enter the code that the app shows now")
        codes = _make_codes(person)
        record(person, "organisations.new_recovery_codes", person, address=address)
    return codes


def drop(person: User, code: str, *, address: str | None = None) -> None:
    """Check → change → log: no code is asked any more.

    Raises
    ------
    ChangeRefused
        When the code (of the app, or a recovery code) is wrong.
    """
    with transaction.atomic():
        if check(person, code, address=address) is None:
            raise ChangeRefused("this code is wrong or has passed", fix="enter the code that the app shows now")
        _forget(person)
        record(person, "organisations.drop_second_factor", person, address=address)


def reset_second_factor(doing: Doing, username: str) -> User:
    """Permission → check → change → log: for somebody who lost telephone and recovery codes; every session ends.

    Raises
    ------
    NotAllowed, ChangeRefused
        As `managed_person`; without reason; one's own; where none is set up.
    """
    with transaction.atomic():
        lock()
        person = managed_person(doing, username)
        refuse(doing.faults())
        if doing.is_self(person):
            raise ChangeRefused("one's own codes are given up, not reset", fix="give them up on your account's page")
        if not has_second_factor(person):
            raise ChangeRefused(f"{person.username} has no one-time codes set up", fix="nothing is to be done")
        _forget(person)
        ended = end_all(person, "reset")
        log(doing, "drop_second_factor", person, None, {"sessions_ended": ended})
    return person


def _step_of(row: SecondFactor, code: str) -> int | None:
    """The time step of a code, when it is one of now, just before or just after, and later than the last one taken."""
    said = "".join(code.split())
    if len(said) != 6 or not (said.isascii() and said.isdigit()):
        return None
    clock = pyotp.TOTP(opened(row.secret, _PURPOSE), interval=_STEP)
    now = int(timezone.now().timestamp()) // _STEP
    found = None
    for step in (now - 1, now, now + 1):
        # Every step is compared, right or not, so that the time it takes tells nothing.
        if secrets.compare_digest(clock.generate_otp(step), said) and step > row.last_step:
            found = step
    return found


def _make_codes(person: User) -> list[str]:
    RecoveryCode.objects.filter(user=person).delete()
    codes = ["".join(secrets.choice(_ALPHABET) for _sign in range(10)) for _code in range(CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=person, hash=_hash(code)) for code in codes)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _hash(code: str) -> str:
    return salted_hmac("saishang recovery code", code, algorithm="sha256").hexdigest()


def _forget(person: User) -> None:
    SecondFactor.objects.filter(user=person).delete()
    RecoveryCode.objects.filter(user=person).delete()
