"""Which account an OpenID Connect provider speaks of: one that is here already, tied at its first sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from saishang.apps.core.actions import record
from saishang.apps.organisations.models import OutsideIdentity, User
from saishang.apps.organisations.refusals import ChangeRefused

__all__ = ["person_of"]


def person_of(issuer: str, claims: Mapping[str, Any], claim: str, *, address: str | None = None) -> User:
    """Check → change → log: the active account of a subject; it makes no account and grants nothing.

    A subject that was tied before is that account, whatever its name is now. A new one is tied to the account that the
    claim names, once per account: a second subject with the same name is refused.

    Raises
    ------
    ChangeRefused
        When the claim is missing, an e-mail address is not verified, no single active account bears it, or the account
        is tied to another subject.
    """
    subject = str(claims.get("sub") or "")
    if not subject:
        raise ChangeRefused("the provider named no subject", fix="ask whoever runs the provider")
    with transaction.atomic():
        tied = OutsideIdentity.objects.select_related("user").filter(issuer=issuer, subject=subject).first()
        if tied is not None:
            if not tied.user.is_active:
                raise ChangeRefused("this account is not active", fix="ask an administrator")
            return tied.user
        said = claims.get(claim)
        if not isinstance(said, str) or not said.strip():
            raise ChangeRefused(f"the provider gave no {claim}", fix="ask whoever runs the provider to give it")
        if claim == "email":
            if claims.get("email_verified") is not True:
                raise ChangeRefused("the provider has not verified the e-mail address", fix="verify it there first")
            found = list(User.objects.select_for_update().filter(email__iexact=said.strip())[:2])
        else:
            found = list(User.objects.select_for_update().filter(username=said.strip()))
        if len(found) != 1:
            raise ChangeRefused("no account here belongs to this person", fix="ask an administrator to make one")
        user = found[0]
        if not user.is_active:
            raise ChangeRefused("this account is not active", fix="ask an administrator")
        if OutsideIdentity.objects.filter(issuer=issuer, user=user).exists():
            raise ChangeRefused("this account is tied to somebody else at the provider", fix="ask an administrator")
        OutsideIdentity.objects.create(user=user, issuer=issuer, subject=subject, tied=timezone.now())
        told = {"issuer": issuer, "subject": subject, "claim": claim}
        record(user, "organisations.tie_outside_identity", user, None, told, address=address)
    return user
