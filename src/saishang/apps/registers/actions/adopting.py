"""Under which description something is written: the one in force, taken up where no entry could feel the difference.

Writers of a register share a lock until their transaction ends; a migration has it alone (`alone`). Nobody waits for it
longer than some seconds: whoever comes while entries are migrated is told so, by whom, since when and how far it is.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from saishang.apps.core.actions import Logged
from saishang.apps.registers.closing import closing_of
from saishang.apps.registers.kinds import description_digest, is_harmless
from saishang.apps.registers.models import Description, Entry
from saishang.errors import SaishangError
from saishang.science.register.kind import Kind
from saishang.science.register.stored import canonical, from_document, to_document

__all__ = ["EntryRefused", "adopt", "alone", "hold", "in_force", "kind_held", "signed"]

#: First half of the lock of a register's description; the second is made of its name.
_LOCK = 0x5A16
#: How long somebody waits for a change of the description that is about to be over, and between two looks [s].
_PATIENCE, _PAUSE = 5.0, 0.05
#: How long one attempt to have the register alone waits [PostgreSQL's lock_timeout]: then whoever waits is asked.
_ATTEMPT = "1s"
_LOCK_NOT_AVAILABLE = "55P03"


class EntryRefused(SaishangError):
    """A change of a register that cannot be made."""

    code = "entry-refused"


def hold(kind: Kind) -> None:
    """Let the description stay in force until the transaction ends.

    Raises
    ------
    EntryRefused
        While the entries come under a new description; a short change is waited for.
    """
    begun = time.monotonic()
    while not _shared(kind.id):
        closing = closing_of(kind.id)
        if closing is not None:
            since = timezone.localtime(closing.since)
            raise EntryRefused(
                f"this register is closed to changes since {since:%Y-%m-%d %H:%M}: {closing.actor} brings its entries"
                f" under a new description, {closing.percent} % are done",
                fix="wait until that is done, then open the page again and repeat the change",
                code="register-migrating",
            )  # fmt: skip
        if time.monotonic() - begun > _PATIENCE:
            raise EntryRefused("the description of this register changes just now", fix="repeat the change",
                               code="description-changed")  # fmt: skip
        time.sleep(_PAUSE)


def _shared(name: str) -> bool:
    """Share the lock of writers; False while somebody has it alone, or waits for it."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock_shared(%s, hashtext(%s))", [_LOCK, name])
        return bool(cursor.fetchone()[0])


def alone(name: str, waiting: Callable[[], None] | None = None) -> None:
    """Wait until nobody writes into a register, and let nobody begin until the transaction ends.

    Parameters
    ----------
    waiting:
        Called about once a second meanwhile; what it raises ends the waiting. None: some seconds are waited.

    Raises
    ------
    EntryRefused
        When somebody still writes after that time.
    """
    begun = time.monotonic()
    while not _alone(name):
        if waiting is not None:
            waiting()
        elif time.monotonic() - begun > _PATIENCE:
            raise EntryRefused(
                "somebody writes into this register, an import for example, and has not ended",
                fix="try again when that is done", code="register-busy",
            )  # fmt: skip


def _alone(name: str) -> bool:
    """Have the register alone after at most one attempt; whoever wants to begin to write meanwhile stands behind."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select set_config('lock_timeout', %s, true)", [_ATTEMPT])
            cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, name])
            cursor.execute("select set_config('lock_timeout', '0', true)")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        return False
    return True


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
    factors: Mapping[str, tuple[str, str]] | None = None, pk: int | None = None,
) -> Description | None:  # fmt: skip
    """Write a description down as the one in force; None when somebody else was faster.

    Parameters
    ----------
    begins:
        First day of a new period of meaning; None: the running one goes on.
    factors:
        New field → former one, and by what its numbers were multiplied.
    pk:
        Its number in the database, where versions name it already.
    """
    document = to_document(kind)
    now: datetime = timezone.now()
    user = None if isinstance(actor, str) else actor
    made = Description(
        pk=pk, kind=kind.id, number=1 if last is None else last.number + 1, digest=description_digest(kind),
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
