"""Write an entry of the action log, and prove later that nobody touched the chain."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction
from django.dispatch import Signal
from django.utils import timezone

from saishang.apps.core.copying import Blank, create_many
from saishang.apps.core.models import ActionLogEntry

__all__ = ["Break", "Logged", "changed", "record", "record_all", "verify_chain"]

#: Sent within the transaction of every logged change (`entries`), for who keeps what follows from the objects.
changed = Signal()

#: Advisory lock that lets one writer at a time append, so that the chain has one order.
_CHAIN_LOCK = 0x5A15_0001
_FIRST = "0" * 64
#: Types that JSON gives back as they are.
_PLAIN = frozenset({str, int, bool, type(None)})
_BLANK = Blank(ActionLogEntry)
_SEALED = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True)
class Logged:
    """What `record` takes, for several entries at once."""

    actor: Any
    verb: str
    obj: models.Model | tuple[str, str]
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    reason: str = ""
    address: str | None = None


@dataclass(frozen=True)
class Break:
    """A place where the chain does not hold."""

    sequence: int
    what: str


def record(
    actor: Any,
    verb: str,
    obj: models.Model | tuple[str, str],
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    address: str | None = None,
) -> ActionLogEntry:
    """Append one entry within the caller's transaction.

    Parameters
    ----------
    actor:
        A signed-in user, or a text such as "saishang ingest" for what a command did.
    verb:
        Stable name of the action, `app.action`.
    obj:
        The changed object, or (type, id) where it is no model.
    before, after:
        JSON-ready states; None where there is none.
    """
    return record_all([Logged(actor, verb, obj, before, after, reason, address)])[0]


def record_all(logged: Iterable[Logged]) -> list[ActionLogEntry]:
    """Append several entries in their order within the caller's transaction: the chain is taken once for all."""
    entries = [_entry(one) for one in logged]
    if not entries:
        return []
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])
        last = ActionLogEntry.objects.order_by("-sequence").values_list("hash", flat=True).first() or _FIRST
        for entry in entries:
            entry.at, entry.previous_hash = timezone.now(), last
            last = entry.hash = _seal(entry)
        create_many(entries)
        changed.send(ActionLogEntry, entries=entries)
    return entries


def _entry(logged: Logged) -> ActionLogEntry:
    actor, obj = logged.actor, logged.obj
    user = actor if isinstance(actor, models.Model) else None
    name = str(actor) if user is None else user.get_username()  # type: ignore[attr-defined]
    kind, key = (obj._meta.label, str(obj.pk)) if isinstance(obj, models.Model) else obj
    return _BLANK(
        actor_id=None if user is None else user.pk,
        actor_name=name[:150],
        verb=logged.verb,
        object_type=kind,
        object_id=key,
        before=_json(logged.before),
        after=_json(logged.after),
        reason=logged.reason,
        address=logged.address,
    )


def verify_chain() -> list[Break]:
    """Recompute every seal; an empty list means that the log is whole."""
    breaks: list[Break] = []
    previous = _FIRST
    for entry in ActionLogEntry.objects.order_by("sequence").iterator(chunk_size=2000):
        if entry.previous_hash != previous:
            breaks.append(Break(entry.sequence, "does not follow the entry before it"))
        if _seal(entry) != entry.hash:
            breaks.append(Break(entry.sequence, "content does not fit its seal"))
        previous = entry.hash
    return breaks


def _json(value: Mapping[str, Any] | None) -> Any:
    return None if value is None else _plain(value)


def _plain(value: Any) -> Any:
    """A state as JSON gives it back; what is plain already is not written and read for it."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is dict and all(type(key) is str for key in value):
        return {key: one if type(one) in _PLAIN else _plain(one) for key, one in value.items()}
    if kind is list or kind is tuple:
        return [_plain(one) for one in value]
    return json.loads(json.dumps(value, ensure_ascii=False, default=str))


def _seal(entry: ActionLogEntry) -> str:
    content = [
        entry.previous_hash,
        entry.at.astimezone(timezone.get_fixed_timezone(0)).isoformat(timespec="microseconds"),
        entry.actor_name,
        entry.verb,
        entry.object_type,
        entry.object_id,
        entry.before,
        entry.after,
        entry.reason,
        entry.address,
    ]
    text = _SEALED.encode(content)
    return hashlib.sha256(text.encode()).hexdigest()
