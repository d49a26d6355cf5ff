"""Bring the entries of a register under the description that the rules hold now; all of them, or none.

One transaction that has the register alone: killed half-way it leaves everything as it was, and whoever writes
meanwhile waits and is then told that the description changed. docs/decisions/2026-11-30-kinds-that-change.md
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from saishang.apps.core.actions import record_all
from saishang.apps.registers import book
from saishang.apps.registers.actions.adopting import EntryRefused, adopt, alone, in_force, kind_held, signed, told
from saishang.apps.registers.actions.write import Draft, draft_of, keep, logged_of, step
from saishang.apps.registers.kinds import description_digest, held, is_harmless, rule_kinds
from saishang.apps.registers.models import Description, Entry, Version
from saishang.apps.registers.permits import may_write
from saishang.apps.registers.planning import AT_ONCE, Looking, Progress, entries_of, plan_of
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
    progress: Progress = lambda done, of: None,
) -> Migrated:  # fmt: skip
    """Permission → alone → check every entry → new versions → log → in force.

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
        alone(name)
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
        made = adopt(new, last, actor, reason=reason, begins=starts, factors=_factors(old, new))
        if made is None:  # cannot be: the register is ours alone
            raise MigrationRefused("somebody else changed the description just now", fix="look at the plan again")
        counts = _carry(actor, old, new, rules, made, today, reason, progress)
        book.forget(name)
        _log(actor, made, reason, address)
        record_all([
            told(made, last, actor, reason, entries=sum(counts.values()), written=counts["written"],
                 kept=counts["kept"], changes=[f"{change.what}:{change.name}" for change in found])
        ])  # fmt: skip
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
                continue
        if entries_of(name)[most : most + 1].exists():
            continue
        plan = plan_of(rules, name)
        if plan is not None and plan.needs_nothing:
            migrate_kind(actor, rules, name, today=timezone.localdate(), reason="the entries fit as they are")
            done.append(name)
    for name, new in rule_kinds(rules).items():
        if name not in held() and Entry.objects.filter(kind=name).exists():
            with transaction.atomic():
                signed(new, actor)
            done.append(name)
    return done


def _carry(
    actor: Any, old: Kind, new: Kind, rules: Rules, made: Description, today: date, reason: str, progress: Progress
) -> Counter[str]:
    """Write every entry anew that has to be; raise with the first one that does not fit."""
    looking = Looking(old, new, rules)
    counts: Counter[str] = Counter({"written": 0, "kept": 0})
    entries = entries_of(made.kind)
    total, last = entries.count(), 0
    while rows := list(entries.filter(pk__gt=last).select_for_update()[:AT_ONCE]):
        steps = []
        for row in rows:
            outcome = looking.outcome(row)
            counts[outcome.effect] += 1
            if outcome.effect == "refused":
                fault = outcome.faults[0]
                raise MigrationRefused(
                    f"the entry {row.key} does not fit the new description, {fault.field}: {fault.message}",
                    fix=f"{fault.fix}; the plan lists all of them", where=fault.field,
                )  # fmt: skip
            if outcome.effect == "written":
                place = None if outcome.carried.drops_place else draft_of(row).place
                told_now, day = outcome.carried, max(today, row.effective)
                draft = Draft(told_now.state, row.since, day, told_now.values, place, row.withdrawn)
                steps.append(step(actor, new, row, draft, action="migrate", reason=reason, epoch=made.epoch))
        keep(new, steps, made.pk)
        last = rows[-1].pk
        progress(sum(counts.values()), total)
    return counts


def _log(actor: Any, made: Description, reason: str, address: str | None) -> None:
    """The log of all versions of a migration, read again from the table: thousands need not be held meanwhile."""
    written = Version.objects.filter(description=made, action="migrate").order_by("pk")
    last = 0
    while rows := list(written.filter(pk__gt=last)[:AT_ONCE]):
        ids = [row.entry_id for row in rows]
        before = Version.objects.filter(entry_id__in=ids, number=F("entry__number") - 1)
        were = {row.entry_id: row for row in before}
        record_all([logged_of(actor, made.kind, were[row.entry_id], row, reason, address) for row in rows])
        last = rows[-1].pk


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
