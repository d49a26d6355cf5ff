"""Entries of a migration written a batch at a time: one statement changes the entries and adds their versions.

What is read of them comes from `planning`; nothing is checked here. The caller has the register alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone

from saishang.apps.core.actions import Logged
from saishang.apps.registers.making import due_day
from saishang.apps.registers.planning import Looked, Outcome
from saishang.apps.registers.seals import SEALED, seal_of
from saishang.apps.registers.sought import words_of
from saishang.science.register.figures import Standing
from saishang.science.register.kind import Kind
from saishang.science.register.values import as_text

__all__ = ["Carrying", "Target", "checked_at_once", "next_description"]

#: Keys that entries have for a moment, while another one gets theirs; no key begins so.
_ASIDE = "\x7f"
_WRITE = """
with given as (
  select * from json_to_recordset(%(rows)s::json) as g (
    id bigint, number int, key text, title text, region text, state text, effective date, "values" jsonb, words text,
    due date, invented bool, drops bool)
), changed as (
  update registers_entry e set
    number = g.number + 1, key = g.key, title = g.title, region = g.region, state = g.state, effective = g.effective,
    "values" = g."values", words = g.words, due = g.due, invented = g.invented, recorded_at = %(now)s,
    description_id = %(description)s, epoch = %(epoch)s,
    place = case when g.drops then null else e.place end, west = case when g.drops then null else e.west end,
    south = case when g.drops then null else e.south end, east = case when g.drops then null else e.east end,
    north = case when g.drops then null else e.north end, cell = case when g.drops then null else e.cell end
  from given g where e.id = g.id and e.number = g.number
  returning e.*
), written as (
  insert into registers_version (entry_id, number, key, title, region, state, since, effective, withdrawn, "values",
    place, description_id, epoch, action, reason, evidence, batch, actor_id, actor_name, recorded_at)
  select id, number, key, title, region, state, since, effective, withdrawn, "values", place, description_id, epoch,
    'migrate', %(reason)s, '[]', '', %(actor)s, %(name)s, recorded_at
  from changed order by id
  returning id
)
select count(*), min(id), max(id) from written
"""
#: Foreign keys of what is written, and whether they lead to descriptions.
_KEYS = """
select quote_ident(conname), confrelid = 'registers_description'::regclass from pg_constraint
where contype = 'f' and condeferrable and conrelid in ('registers_entry'::regclass, 'registers_version'::regclass)
"""


@dataclass(frozen=True)
class Target:
    """What entries come under: the kind, number of its description in the database and in the kind, the period."""

    kind: Kind
    description: int
    number: int
    epoch: int


class Carrying:
    """Writes entries under another description, within the caller's transaction; the log waits in `logged`."""

    def __init__(
        self, actor: Any, target: Target, *, today: date, reason: str, address: str | None, moves_keys: bool
    ) -> None:
        user = None if isinstance(actor, str) else actor
        self._actor, self._address, self._target, self._today = actor, address, target, today
        self._moves_keys = moves_keys
        self._said = {
            "reason": reason, "actor": None if user is None else user.pk,
            "name": str(actor) if user is None else user.get_username(), "description": target.description,
            "epoch": target.epoch,
        }  # fmt: skip
        self.logged: list[Logged] = []

    def write(self, rows: Sequence[tuple[Looked, Outcome]]) -> None:
        """Write some entries, each with its new version."""
        if not rows:
            return
        given = [self._row(row, told) for row, told in rows]
        if self._moves_keys:
            self._step_aside(given)
        said = self._said | {"rows": json.dumps(given, ensure_ascii=False), "now": timezone.now()}
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, said)
            count, first, last = cursor.fetchone()
        if count != len(given):  # cannot be: the register is ours alone
            raise RuntimeError(f"expected {len(given)} entries to be written, {count} were")
        target = self._target
        versions, digest = seal_of(target.description, first, last)
        told = {"description": target.description, "first": first, "last": last, "versions": versions, "sha256": digest}
        about = (SEALED, f"{target.kind.id}/{target.number}")
        self.logged.append(
            Logged(self._actor, "registers.migrate", about, None, told, str(said["reason"]), self._address)
        )

    def _row(self, row: Looked, told: Outcome) -> Mapping[str, Any]:
        kind, carried = self._target.kind, told.carried
        values, state = carried.values, carried.state
        key = as_text(values[kind.key])
        region = as_text(values.get(kind.region_field)) if kind.region_field else ""
        standing = Standing(key, state, row.since, values, region, self._target.epoch)
        due = None if row.withdrawn else due_day(kind, standing)
        return {
            "id": row.pk, "number": row.number, "key": key, "title": as_text(values[kind.title]) or key,
            "region": region, "state": state, "effective": max(self._today, row.effective).isoformat(),
            "values": values, "words": words_of(kind, values, row.hidden),
            "due": None if due is None else due.isoformat(), "invented": not row.withdrawn and standing.invented,
            "drops": carried.drops_place,
        }  # fmt: skip

    def _step_aside(self, given: Sequence[Mapping[str, Any]]) -> None:
        """Free the keys that these entries get: another one may have them until its own turn."""
        with connection.cursor() as cursor:
            cursor.execute(
                "update registers_entry e set key = %s || e.id from unnest(%s::bigint[], %s::text[]) as g (id, key)"
                " where e.kind = %s and e.key = g.key and e.id <> g.id",
                [_ASIDE, [row["id"] for row in given], [row["key"] for row in given], self._target.kind.id],
            )


def next_description() -> int:
    """A number for a description that is written down later in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval(pg_get_serial_sequence('registers_description', 'id'))")
        return int(cursor.fetchone()[0])


def checked_at_once(descriptions: bool) -> None:
    """Check what was written against the rows that it names now, not when the transaction ends: by then the log waits.

    Parameters
    ----------
    descriptions:
        Those too, which are written down last; from then on things are as they were before.
    """
    with connection.cursor() as cursor:
        cursor.execute(_KEYS)
        keys = cursor.fetchall()
        mine = ", ".join(name for name, about in keys if descriptions or not about)
        cursor.execute(f"set constraints {mine} immediate")
        if descriptions:
            cursor.execute(f"set constraints {mine} deferred")
