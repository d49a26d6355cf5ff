"""Under which description something is written: the one in force, taken up where no entry could feel the difference.

Writers of a register share a lock until their transaction ends; a migration has it alone (`alone`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from saishang.apps.core.actions import Logged
from saishang.apps.registers.kinds import description_digest, is_harmless
from saishang.apps.registers.models import Description, Entry
from saishang.errors import SaishangError
from saishang.science.register.kind import Kind
from saishang.science.register.stored import canonical, from_document, to_document

__all__ = ["EntryRefused", "adopt", "alone", "hold", "in_force", "kind_held", "signed"]

#: First half of the lock of a register's description; the second is made of its name.
_LOCK = 0x5A16


class EntryRefused(SaishangError):
    """A change of a register that cannot be made."""

    code = "entry-refused"


def hold(kind: Kind) -> None:
    """Let the description stay in force until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock_shared(%s, hashtext(%s))", [_LOCK, kind.id])


def alone(name: str) -> None:
    """Wait until nobody writes into a register, and let nobody begin until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, name])


def in_force(name: str) -> Description | None:
    """The last description of a register, as the database has it now."""
    return Description.objects.filter(kind=name).order_by("-number").first()


def kind_held(row: Description, calendar: Any) -> Kind:
    """The kind of a row."""
    return from_document(json.loads(row.document), calendar)


def signed(kind: Kind, actor: Any) -> tuple[int, list[Logged]]:
    """The description that a version is written under, and what the log has to say when it is taken up by this.

    Raises
    ------
    EntryRefused
        When another description is in force than the one by which the change was checked.
    """
    hold(kind)
    digest = description_digest(kind)
    for _again in range(3):
        last = in_force(kind.id)
        if last is not None and last.digest == digest:
            return last.pk, []
        if last is not None and not _may_follow(last, kind, digest):
            raise EntryRefused(
                "the description of this register changed meanwhile", fix="open the page again and repeat the change",
                code="description-changed",
            )  # fmt: skip
        made = adopt(kind, last, actor, reason="", assumed=last is None and Entry.objects.filter(kind=kind.id).exists())
        if made is not None:
            return made.pk, [] if last is None else [told(made, last, actor, "")]
    raise EntryRefused("the description of this register changes just now", fix="repeat the change",
                       code="description-changed")  # fmt: skip


def _may_follow(last: Description, kind: Kind, digest: str) -> bool:
    """Whether a description follows by itself: never one that was replaced before, by a process that is behind."""
    if kind.pending or kind.closed or Description.objects.filter(kind=kind.id, digest=digest).exists():
        return False
    return is_harmless(kind_held(last, kind.calendar), kind)


def adopt(
    kind: Kind, last: Description | None, actor: Any, *, reason: str, assumed: bool = False, begins: date | None = None,
    factors: Mapping[str, tuple[str, str]] | None = None,
) -> Description | None:  # fmt: skip
    """Write a description down as the one in force; None when somebody else was faster.

    Parameters
    ----------
    begins:
        First day of a new period of meaning; None: the running one goes on.
    factors:
        New field → former one, and by what its numbers were multiplied.
    """
    document = to_document(kind)
    now: datetime = timezone.now()
    user = None if isinstance(actor, str) else actor
    made = Description(
        kind=kind.id, number=1 if last is None else last.number + 1, digest=description_digest(kind),
        document=canonical(document), rules=kind.rules,
        epoch=(1 if last is None else last.epoch) + (begins is not None),
        begins=begins or (None if last is None else last.begins),
        factors={name: list(told) for name, told in (factors or {}).items()},
        assumed=assumed, reason=reason, actor=user, actor_name=str(actor) if user is None else user.get_username(),
        adopted_at=now,
    )  # fmt: skip
    Description.objects.bulk_create([made], ignore_conflicts=True)
    row = Description.objects.filter(kind=kind.id, number=made.number).first()
    return row if row is not None and row.digest == made.digest and row.adopted_at == now else None


def told(made: Description, last: Description, actor: Any, reason: str, **more: Any) -> Logged:
    """What the log has to say of a description that is in force from now on."""
    before = {"number": last.number, "digest": last.digest, "epoch": last.epoch}
    after = {"number": made.number, "digest": made.digest, "epoch": made.epoch, "rules": made.rules, **more}
    return Logged(actor, "registers.adopt", ("register", made.kind), before, after, reason)
