"""Make the account of a person with a first role; the password is told once, to be changed at the first sign-in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from saishang.apps.organisations.actions.doing import Doing, find_organisation, lock, log
from saishang.apps.organisations.actions.grant_role import add_role, role_faults
from saishang.apps.organisations.models import User
from saishang.apps.organisations.refusals import refuse
from saishang.errors import Fault

__all__ = ["Made", "make_person", "temporary_password"]


@dataclass(frozen=True)
class Made:
    """A new account, or one with a new password; nobody can read the password again."""

    person: User
    password: str


def temporary_password() -> str:
    """Sixteen signs that nobody guesses: 96 bits."""
    return secrets.token_urlsafe(12)


def make_person(
    doing: Doing, username: str, display_name: str, organisation: str, role: str, *, email: str = "",
    first: date | None = None, password: str | None = None,
) -> Made:  # fmt: skip
    """Permission → check → change → log: an account without a post in the data workshop, and its first role.

    Parameters
    ----------
    password:
        For demonstrations and tests: this password, which need not be changed. Left out: a temporary one.

    Raises
    ------
    ChangeRefused
        Without reason or display name; for a name that is taken or cannot be one; and as `grant_role`.
    """
    with transaction.atomic():
        lock()
        where, day = find_organisation(organisation), first or doing.today
        faults = doing.faults() + role_faults(doing, where, role, day)
        name = username.strip()
        try:
            UnicodeUsernameValidator()(name)
        except ValidationError:
            faults.append(Fault("username", f"expected letters, digits and @ . + - _; got {name!r}",
                                "choose a name such as zhang.san"))  # fmt: skip
        if len(name) > 150:
            faults.append(
                Fault("username", f"expected at most 150 characters; got {len(name)}", "choose a shorter one")
            )
        if User.objects.filter(username__iexact=name).exists():
            faults.append(Fault("username", f"the account {name} is there already",
                                "grant that person the role, or choose another name"))  # fmt: skip
        if not display_name.strip() or len(display_name.strip()) > 80:
            faults.append(Fault("display_name", "expected a person's name of 1 to 80 characters", "enter the name"))
        if email.strip():
            try:
                validate_email(email.strip())
            except ValidationError:
                faults.append(Fault("email", f"expected an e-mail address; got {email!r}", "correct it"))
        refuse(faults)
        secret = password or temporary_password()
        person = User(
            username=name, display_name=display_name.strip(), email=email.strip(), role="member",
            must_change_password=password is None,
        )  # fmt: skip
        person.set_password(secret)
        person.save()
        log(doing, "make_person", person, None, {
            "username": name, "display_name": person.display_name, "organisation": where.code, "role": role,
        })  # fmt: skip
        add_role(doing, person, where, role, day, None)
    return Made(person, secret)
