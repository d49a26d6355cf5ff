"""Bring the entries of a register under the description that the rules hold now; all of them, or none.

One transaction that has the register alone: killed or cancelled half-way it leaves everything as it was, readers see
the former entries until it ends, and whoever writes meanwhile is told so. What others wait for (the log, the row that
says which descriptions are in force) is written last. docs/decisions/2026-11-30-kinds-that-change.md
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from saishang.apps.core.actions import record_all
from saishang.apps.registers import book
from saishang.apps.registers.actions.adopting import EntryRefused, adopt, alone, in_force, kind_held, signed, told
from saishang.apps.registers.actions.carry import Carrying, Target, checked_at_once, next_description
from saishang.apps.registers.kinds import description_digest, held, is_harmless, kinds, rule_kinds
from saishang.apps.registers.models import Entry
from saishang.apps.registers.permits import may_write
from saishang.apps.registers.planning import Looking, Progress, entries_of, looked_at, plan_of
from saishang.rules import Rules
from saishang.science.clocks import working_days
from saishang.science.register.changes import begins, differences, former_id
from saishang.science.register.kind import Kind

__all__ = ["Migrated", "MigrationRefused", "migrate_kind", "settle"]

#: With more entries than this a start of the portal does not look at them: the command does.
_MOST_AT_START = 20_000


class MigrationRefused(EntryRefused):
    """A migration that cannot be carried out; nothing was written."""

    code = "migration-refused"


@dataclass(frozen=True)
class Migrated:
    """What a migration did: description now in force, entries looked at, written anew, kept as they were."""

    kind: str
    number: int
    entries: int
    written: int
    kept: int


def migrate_kind(
    actor: Any, rules: Rules, name: str, *, today: date, reason: str, address: str | None = None,
    progress: Progress = lambda done, of: None, waiting: Callable[[], None] | None = None,
) -> Migrated:  # fmt: skip
    """Permission → alone → check every entry → new versions → in force → log.

    Parameters
    ----------
    waiting:
        Called while others still write into the register; None: they are waited for some seconds only.

    Raises
    ------
    MigrationRefused
        When the actor may not, there is no reason or nothing to do, a change cannot be made, or an entry does not fit.
    """
    if not may_write(actor):
        raise MigrationRefused("this account may not change registers", fix="ask an administrator for the role editor",
                               code="not-permitted")  # fmt: skip
    if not reason.strip():
        raise MigrationRefused("a migration needs a reason", fix="name the document that changed", where="reason")
    new = rule_kinds(rules).get(name)
    if new is None:
        raise MigrationRefused(
            f"the rules have no register {name!r}", fix="a register without its file is closed and stays readable"
        )
    with transaction.atomic():
        alone(name, waiting)
        last = in_force(name)
        if last is None or last.digest == description_digest(new):
            raise MigrationRefused(f"the entries of {name} stand under the description of the rules already",
                                   fix="nothing is left to do", code="nothing-to-do")  # fmt: skip
        old = kind_held(last, working_days(rules))
        found = differences(old, new)
        refused = [change for change in found if change.grade == "refused"]
        if refused:
            raise MigrationRefused(f"this change cannot be made: {refused[0].en}",
                                   fix="correct the file of the register",
                                   where=refused[0].name)  # fmt: skip
        starts = today if begins(found) else None
        target = Target(new, next_description(), last.number + 1, last.epoch + (starts is not None))
        with Looking(old, new, rules) as looking:
            carrying = Carrying(actor, target, today=today, reason=reason, address=address,
                                moves_keys=looking.moves_keys)  # fmt: skip
            counts = _carry(looking, carrying, name, progress)
        # From here on others wait: who takes up another description, then whoever writes into the log.
        made = adopt(new, last, actor, reason=reason, begins=starts, factors=_factors(old, new), pk=target.description)
        if made is None:  # cannot be: the register is ours alone
            raise MigrationRefused("somebody else changed the description just now", fix="look at the plan again")
        checked_at_once(descriptions=True)
        book.forget(name)
        record_all([
            *carrying.logged,
            told(made, last, actor, reason, entries=sum(counts.values()), written=counts["written"],
                 kept=counts["kept"], changes=[f"{change.what}:{change.name}" for change in found])
        ])  # fmt: skip
    book.ready([kinds(rules)[name]])  # a small one at once, a large one by a job
    return Migrated(name, made.number, sum(counts.values()), counts["written"], counts["kept"])


def settle(actor: Any, rules: Rules, most: int = _MOST_AT_START) -> list[str]:
    """Adopt every description that needs nothing of the entries, write down first ones; returns the registers."""
    done = []
    for name, rows in held().items():
        new = rule_kinds(rules).get(name)
        if new is None or description_digest(new) in {row.digest for row in rows}:
            continue
        with transaction.atomic():
            last = in_force(name)
            if last is not None and is_harmless(kind_held(last, working_days(rules)), new):
                _number, logged = signed(new, actor)
                record_all(logged)
                done += [name] if logged else []
                # What follows from the description follows at once: a field that is not public any more is not found.
                book.make(kinds(rules)[name])
                continue
        if entries_of(name)[most : most + 1].exists():
            continue
        plan = plan_of(rules, name)
        if plan is not None and plan.needs_nothing:
            try:
                migrate_kind(actor, rules, name, today=timezone.localdate(), reason="the entries fit as they are")
            except EntryRefused as error:
                if error.code != "register-busy":
                    raise
                continue  # an import runs; the next start, or the command, does it
            done.append(name)
    for name, new in rule_kinds(rules).items():
        if name not in held() and Entry.objects.filter(kind=name).exists():
            with transaction.atomic():
                signed(new, actor)
            done.append(name)
    return done


def _carry(looking: Looking, carrying: Carrying, name: str, progress: Progress) -> Counter[str]:
    """Write every entry anew that has to be; raise with the first one that does not fit."""
    counts: Counter[str] = Counter({"written": 0, "kept": 0})
    total = entries_of(name).count()
    checked_at_once(descriptions=False)
    for rows in looked_at(name):
        outcomes = list(zip(rows, looking.outcomes(rows), strict=True))
        for row, outcome in outcomes:
            counts[outcome.effect] += 1
            if outcome.effect == "refused":
                fault = outcome.faults[0]
                raise MigrationRefused(
                    f"the entry {looking.key_of(row)} does not fit the new description, {fault.field}: {fault.message}",
                    fix=f"{fault.fix}; the plan lists all of them", where=fault.field,
                )  # fmt: skip
        carrying.write([pair for pair in outcomes if pair[1].effect == "written"])
        progress(sum(counts.values()), total)
    return counts


def _factors(old: Kind, new: Kind) -> dict[str, tuple[str, str]]:
    """New field → former one and factor, of fields that have another name or unit."""
    return dict(_factors_of(old, new))


def _factors_of(old: Kind, new: Kind) -> Iterator[tuple[str, tuple[str, str]]]:
    for name, field in new.fields.items():
        former = former_id(old, new, name)
        if former is None:
            continue
        factor = new.changes.of(name).factor
        converted = factor is not None and old.fields[former].unit != field.unit
        if former != name or converted:
            yield name, (former, str(factor) if converted else "1")
