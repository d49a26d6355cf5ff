"""Change one's own password, or give a person a temporary one."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from saishang.apps.core.actions import record
from saishang.apps.organisations.actions.doing import Doing, lock, log
from saishang.apps.organisations.actions.end_sign_in import end_all
from saishang.apps.organisations.actions.make_person import Made, temporary_password
from saishang.apps.organisations.actions.set_active import managed_person
from saishang.apps.organisations.models import User
from saishang.apps.organisations.refusals import ChangeRefused, refuse

__all__ = ["change_own_password", "reset_password"]


def change_own_password(person: User, new: str, *, keep: int | None = None, address: str | None = None) -> int:
    """Check → change → log: a new password by the rules; every sign-in but `keep` ends. How many ended.

    Raises
    ------
    ChangeRefused
        When the password breaks a rule, or is the one that has to be changed.
    """
    try:
        validate_password(new, person)
    except ValidationError as error:
        raise ChangeRefused(" ".join(error.messages), fix="choose a longer, less common password") from error
    if person.check_password(new):
        raise ChangeRefused("this is the password that it replaces", fix="choose another one")
    with transaction.atomic():
        person.set_password(new)
        person.must_change_password = False
        person.save(update_fields=["password", "must_change_password"])
        ended = end_all(person, "password", but=keep)
        record(person, "organisations.change_password", person, None, {"sessions_ended": ended}, address=address)
    return ended


def reset_password(doing: Doing, username: str) -> Made:
    """Permission → check → change → log: a temporary password, told once; every session ends.

    Raises
    ------
    NotAllowed, ChangeRefused
        As `managed_person`; without reason; for one's own, which is changed on the account's page.
    """
    with transaction.atomic():
        lock()
        person = managed_person(doing, username)
        refuse(doing.faults())
        if doing.is_self(person):
            raise ChangeRefused("one's own password is changed, not reset", fix="change it on your account's page")
        secret = temporary_password()
        person.set_password(secret)
        person.must_change_password = True
        person.save(update_fields=["password", "must_change_password"])
        ended = end_all(person, "reset")
        log(doing, "reset_password", person, None, {"sessions_ended": ended})
    return Made(person, secret)
