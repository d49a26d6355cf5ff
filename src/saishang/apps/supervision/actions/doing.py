"""What every change of supervision begins and ends with: numbers, the row under lock, the act, the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from django.db import connection, models
from django.utils import timezone

from saishang.apps.core.actions import record
from saishang.apps.execution.actions.doing import check_version
from saishang.apps.organisations.actions import Doing
from saishang.apps.supervision.models import Case, Coordination, Finding
from saishang.apps.supervision.refusals import SupervisionRefused
from saishang.errors import Fault
from saishang.science.clocks import DueDay

__all__ = ["act", "chosen_due", "files_of", "lock_numbers", "locked", "log", "needs_text", "next_number", "touch"]

#: One writer of numbers at a time: they have no gaps.
_NUMBERS = 0x5A15_0008
_LONG_TEXT = 20_000
Row = TypeVar("Row", Case, Finding, Coordination)


def lock_numbers() -> None:
    """Take the one place of who gives numbers, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_NUMBERS])


def next_number(given: Iterable[int | None]) -> int:
    """The number after the highest that was given; the first is 1. Call under `lock_numbers`."""
    return max((number for number in given if number is not None), default=0) + 1


def locked(model: type[Row], field: str, key: object, seen: int | None) -> Row:
    """A row under lock, inside a transaction.

    Raises
    ------
    SupervisionRefused
        When there is none.
    OldVersion
        When somebody else was faster.
    """
    rows = model._default_manager.select_for_update(of=("self",)).select_related("organisation")
    row = rows.filter(**{field: key}).first()
    if row is None:
        raise SupervisionRefused("there is no such case, finding or matter", fix="load the page again")
    check_version(row, seen)
    return row


def needs_text(field: str, text: str, what: str) -> list[Fault]:
    """A text that has to be there, and not endless."""
    if not text.strip():
        return [Fault(field, f"expected {what}; got nothing", "write it")]
    if len(text) > _LONG_TEXT:
        return [Fault(field, f"expected at most {_LONG_TEXT} characters; got {len(text)}", "say it shorter")]
    return []


def chosen_due(wanted: date | None, usual: DueDay, today: date) -> tuple[DueDay, list[Fault]]:
    """The due day that somebody chose, else the usual one; not before today."""
    if wanted is None:
        return usual, []
    if wanted < today:
        return usual, [Fault("due", f"expected a day from today on; got {wanted}", "choose a later day")]
    return DueDay(wanted, True), []


def files_of(row: Case | Finding | Coordination) -> list[dict[str, Any]]:
    """Files that lie beside it now, as an act keeps them."""
    return [dict(file) for file in row.files.filter(struck_at__isnull=True).values("name", "sha256", "size")]


def touch(row: Case | Finding | Coordination, doing: Doing) -> None:
    """Count the change and write it."""
    row.version += 1
    row.changed_at, row.changed_by = timezone.now(), doing.name
    row.save()


def act(
    doing: Doing, row: Case | Finding | Coordination, action: str, before: str, text: str = "", **more: Any
) -> models.Model:
    """Keep a move with what was said; `more` holds the fields that only this kind of act has."""
    acts: Any = row.acts
    made: models.Model = acts.create(
        number=acts.count() + 1, action=action, before=before, after=row.state, text=text.strip(),
        reason=doing.reason.strip(), files=files_of(row), at=timezone.now(),
        actor=None if isinstance(doing.actor, str) else doing.actor, actor_name=doing.name, **more,
    )  # fmt: skip
    return made


def log(
    doing: Doing, verb: str, obj: models.Model | tuple[str, str], before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> None:  # fmt: skip
    """One entry of the action log."""
    record(doing.actor, f"supervision.{verb}", obj, before, after, doing.reason.strip(), address=doing.address)
