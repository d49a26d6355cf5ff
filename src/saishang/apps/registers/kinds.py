"""The kinds of a site: the one door through which pages, forms, imports and evaluations get a register's description.

What the rules say is in force where the table of descriptions says so, or where no entry could feel the difference.
Else the description in force is read from the table and marked `pending`, until the entries come under the new one
(`actions.migrate`). docs/decisions/2026-11-30-kinds-that-change.md
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise

from django.conf import settings
from django.db import connection

from saishang.apps.core.generations import kept
from saishang.errors import SaishangError
from saishang.rules import Rules, load_rules
from saishang.science.clocks import WorkingDays, working_days
from saishang.science.register.changes import differences, grade_of
from saishang.science.register.kind import Choice, Field, Figure, Kind, read_kinds
from saishang.science.register.stored import digest_of_document, from_document, to_document

__all__ = [
    "Held", "UnknownKindError", "described", "description_digest", "held", "kind_of", "kind_on", "kinds",
    "names_of", "rule_kinds",
]  # fmt: skip


#: Digest of the rules → kinds as they describe them.
_READ: dict[str, Mapping[str, Kind]] = {}
#: Kind (by identity, which is kept alive) → digest of its description.
_DIGESTS: dict[int, tuple[Kind, str]] = {}
#: Digest of a description, digest of the rules at hand → kind.
_STORED: dict[tuple[str, str], Kind] = {}
#: Kind of the rules, their digest, its rows → the kind in force; the first is kept alive.
_FORCED: dict[tuple[str, int, str, tuple[Held, ...]], tuple[Kind | None, Kind]] = {}
#: The rows of the table as they were read last, by kind.
_HELD: dict[int, tuple[tuple[Held, ...], dict[str, list[Held]]]] = {}
#: What was answered last, for what was read: asked for each entry that is shown.
_NOW: dict[int, tuple[Mapping[str, Kind], dict[str, list[Held]], Mapping[str, Kind]]] = {}
_MOST = 2000


class UnknownKindError(SaishangError):
    """There is no register of that name."""

    code = "unknown-register"


@dataclass(frozen=True)
class Held:
    """A row of the table of descriptions, without its text."""

    pk: int
    kind: str
    number: int
    digest: str
    epoch: int
    begins: date | None
    adopted_at: datetime
    factors: tuple[tuple[str, str, str], ...]


def kinds(rules: Rules, known_at: datetime | None = None) -> Mapping[str, Kind]:
    """Every kind by its id, as its entries stand under it now, or stood at a moment."""
    read, rows_of = rule_kinds(rules), held()
    last = _NOW.get(0)
    if known_at is None and last is not None and last[0] is read and last[1] is rows_of:
        return last[2]
    found = dict(read)
    for name, rows in rows_of.items():
        told = rows if known_at is None else [row for row in rows if row.adopted_at <= known_at]
        if not told:
            continue
        found[name] = _in_force(read.get(name), told, rules)
    if known_at is None:
        _NOW[0] = (read, rows_of, found)
    return found


def kind_of(rules: Rules, name: str) -> Kind:
    """One kind.

    Raises
    ------
    UnknownKindError
        When neither the rules nor the table of descriptions have one of that name; all are named.
    """
    known = kinds(rules)
    if name not in known:
        raise UnknownKindError(f"expected a register, got {name!r}", fix=f"use one of {', '.join(known) or 'none'}")
    return known[name]


def kind_on(kind: Kind, rules: Rules, on: date | None) -> Kind:
    """The description by which a day is read: what was written in an earlier period keeps its words."""
    rows = held().get(kind.id, [])
    if on is None or not rows:
        return kind
    then = [row for row in rows if row.begins is None or row.begins <= on]
    if not then or then[-1].epoch == rows[-1].epoch:
        return kind
    # All rows: what was entered late for that day may have a state or choice that came later.
    return replace(_standing(_stored(then[-1], rules), rows, rules), pending=kind.pending, closed=kind.closed)


def names_of(name: str) -> tuple[str, str]:
    """What a register is called in Chinese and English; its id where there is none any more."""
    kind = kinds(load_rules(settings.CONFIG.rules_overlay)).get(name)
    return (kind.zh, kind.en) if kind is not None else (name, name)


def rule_kinds(rules: Rules) -> Mapping[str, Kind]:
    """Every kind as the rules describe it, in force or not."""
    if rules.digest not in _READ:
        _READ.clear()  # a process serves one site: older readings are of no use
        _READ[rules.digest] = read_kinds(rules)
    return _READ[rules.digest]


def described(kind: Kind, rules: Rules, description: int | None) -> Kind:
    """The description that a version was written under; the first one for what is older than the table."""
    rows = held().get(kind.id, [])
    for row in rows if description is not None else rows[:1]:
        if description in (None, row.pk):
            return kind if row.digest == description_digest(kind) else _stored(row, rules)
    return kind


def description_digest(kind: Kind) -> str:
    """Digest of the description of a kind, without how it stands in this site."""
    known = _DIGESTS.get(id(kind))
    if known is None or known[0] is not kind:
        if len(_DIGESTS) > _MOST:
            _DIGESTS.clear()
        known = _DIGESTS[id(kind)] = (kind, digest_of_document(to_document(kind)))
    return known[1]


def is_harmless(old: Kind, new: Kind) -> bool:
    """Whether no entry could feel the difference of two descriptions."""
    return grade_of(differences(old, new)) == "harmless"


def stored(row: Held, rules: Rules) -> Kind:
    """The kind of a row of the table."""
    return _stored(row, rules)


def held() -> dict[str, list[Held]]:
    """Kind → its descriptions, the first one first; shared, not to be changed."""
    rows = _rows()
    last = _HELD.get(0)
    if last is None or last[0] is not rows:
        found: dict[str, list[Held]] = {}
        for row in rows:
            found.setdefault(row.kind, []).append(row)
        last = _HELD[0] = (rows, found)
    return last[1]


def _in_force(said: Kind | None, rows: list[Held], rules: Rules) -> Kind:
    """What the entries of a kind stand under, with what earlier descriptions had."""
    key = (rows[-1].kind, id(said), rules.digest, tuple(rows))
    if key not in _FORCED or _FORCED[key][0] is not said:
        if len(_FORCED) > _MOST:
            _FORCED.clear()
        _FORCED[key] = (said, _weighed(said, rows, rules))
    return _FORCED[key][1]


def _weighed(said: Kind | None, rows: list[Held], rules: Rules) -> Kind:
    last = rows[-1]
    if said is None:
        return _standing(replace(_stored(last, rules), closed=True), rows, rules)
    digest = description_digest(said)
    if digest == last.digest:
        return _standing(said, rows, rules)
    # What was replaced is not taken up again by itself: a process with older rules follows the table.
    if digest not in {row.digest for row in rows} and is_harmless(_stored(last, rules), said):
        return _standing(said, rows, rules)
    return _standing(replace(_stored(last, rules), pending=True), rows, rules)


def _standing(kind: Kind, rows: list[Held], rules: Rules) -> Kind:
    """The kind with its period, and what is gone: choices, states, figures of earlier periods."""
    if len(rows) == 1:
        return kind
    digests = [row.digest for row in rows if row.digest != description_digest(kind)]
    earlier = [_stored(row, rules) for row in reversed(rows) if row.digest in digests]
    states = dict(kind.former_states)
    for old in earlier:
        for state in old.life.states.values() if old.life is not None else ():
            if kind.life is None or state.id not in kind.life.states:
                states.setdefault(state.id, state)
    fields = {name: _with_former(field, name, earlier) for name, field in kind.fields.items()}
    figures = {name: replace(figure, earlier=_earlier(figure, rows, rules)) for name, figure in kind.figures.items()}
    told = "|".join([kind.digest, *(f"{row.epoch} {row.digest}" for row in rows if row.epoch != rows[-1].epoch)])
    return replace(
        kind, fields=fields, figures=figures, former_states=states, epoch=rows[-1].epoch,
        digest=sha256(told.encode()).hexdigest() if rows[-1].epoch > 1 else kind.digest,
    )  # fmt: skip


def _with_former(field: Field, name: str, earlier: list[Kind]) -> Field:
    known = {choice.id for choice in field.choices}
    gone: dict[str, Choice] = {}
    for old in earlier:
        for choice in old.fields[name].choices if name in old.fields else ():
            if choice.id not in known:
                gone.setdefault(choice.id, choice)
    return replace(field, former=tuple(gone.values())) if gone else field


def _earlier(figure: Figure, rows: list[Held], rules: Rules) -> dict[int, tuple[Figure | None, Fraction]]:
    """Each earlier period's figure of the name, by its last description, and the factor to the unit of today."""
    lasts = [first for first, second in pairwise(rows) if first.epoch != second.epoch]
    starts = [second for first, second in pairwise(rows) if first.epoch != second.epoch]
    found: dict[int, tuple[Figure | None, Fraction]] = {}
    name, factor = figure.field, Fraction(1)
    for last, start in zip(reversed(lasts), reversed(starts), strict=True):
        for new, former, by in start.factors:
            if new == name:
                name, factor = former, factor * Fraction(by)
                break
        old = _stored(last, rules).figures.get(figure.id)
        found[last.epoch] = (old, factor if old is not None and old.field == name else Fraction(1))
    return found


def _stored(row: Held, rules: Rules) -> Kind:
    key = (row.digest, rules.digest)
    if key not in _STORED:
        if len(_STORED) > _MOST:
            _STORED.clear()
        with connection.cursor() as cursor:
            cursor.execute("select document from registers_description where id = %s", [row.pk])
            text = str(cursor.fetchone()[0])
        _STORED[key] = from_document(json.loads(text), _calendar(rules))
    return _STORED[key]


def _calendar(rules: Rules) -> WorkingDays:
    return working_days(rules)


@kept("registers", most=2)
def _rows() -> tuple[Held, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, kind, number, digest, epoch, begins, adopted_at, factors::text from registers_description"
            " order by kind, number"
        )
        return tuple(
            Held(pk, kind, number, digest, epoch, begins, adopted_at, _factors(factors))
            for pk, kind, number, digest, epoch, begins, adopted_at, factors in cursor.fetchall()
        )


def _factors(text: str) -> tuple[tuple[str, str, str], ...]:
    return tuple((new, former, by) for new, (former, by) in json.loads(text).items())
