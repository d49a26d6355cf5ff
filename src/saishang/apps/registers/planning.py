"""The plan of a changed description: which entries fit, which do not and why, and what would become of them.

`outcome` is asked by the plan and by the migration alike: the plan is what the migration would do, or refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db.models import QuerySet

from saishang.apps.registers.kinds import described, description_digest, held, kinds, rule_kinds, stored
from saishang.apps.registers.models import Entry
from saishang.rules import Rules
from saishang.science.register.carrying import Carried, carried
from saishang.science.register.changes import Change, begins, differences, grade_of
from saishang.science.register.kind import Kind
from saishang.science.register.values import FieldFault

__all__ = ["MOST_TOLD", "Looking", "Misfit", "Outcome", "Plan", "Progress", "change_of", "entries_of", "misfits",
           "plan_of", "waiting"]  # fmt: skip

Effect = Literal["stays", "written", "kept", "refused"]
Progress = Callable[[int, int], None]
#: Misfits that a plan lists; all of them stand in the file.
MOST_TOLD = 200
#: Entries that are read together.
AT_ONCE = 1000


@dataclass(frozen=True)
class Outcome:
    """What becomes of an entry: it stays as it is, gets a version, is kept under its own description, or is refused."""

    effect: Effect
    carried: Carried
    faults: tuple[FieldFault, ...]


@dataclass(frozen=True)
class Misfit:
    """An entry that does not fit, with everything that is wrong with it; `kept` = it may stay as it is."""

    pk: int
    key: str
    title: str
    faults: tuple[FieldFault, ...]
    kept: bool


@dataclass
class Plan:
    """What a changed description means for the entries of a register."""

    old: Kind
    new: Kind | None
    changes: list[Change]
    entries: int = 0
    counts: dict[str, int] = field(default_factory=lambda: {"stays": 0, "written": 0, "kept": 0, "refused": 0})
    misfits: list[Misfit] = field(default_factory=list)

    @property
    def possible(self) -> bool:
        """Whether it can be carried out."""
        return self.new is not None and grade_of(self.changes) != "refused" and not self.counts["refused"]

    @property
    def needs_nothing(self) -> bool:
        """Whether no entry is written anew or kept: it is adopted by itself."""
        return self.possible and not self.counts["written"] and not self.counts["kept"]


def waiting(rules: Rules) -> list[Kind]:
    """Registers whose entries are not under the description of the rules, as they are in force."""
    return [kind for kind in kinds(rules).values() if kind.pending or kind.closed]


def change_of(rules: Rules, name: str) -> tuple[Kind, Kind | None, list[Change]] | None:
    """What is in force, what the rules hold (None: nothing), and the differences; None where both are the same."""
    rows, new = held().get(name, []), rule_kinds(rules).get(name)
    if not rows:
        return None
    old = stored(rows[-1], rules)
    if new is None:
        return old, None, []
    if description_digest(new) == rows[-1].digest:
        return None
    return old, new, differences(old, new)


def plan_of(rules: Rules, name: str, progress: Progress = lambda done, of: None) -> Plan | None:
    """The plan of a register; None where the entries stand under the description of the rules already."""
    found = change_of(rules, name)
    if found is None:
        return None
    plan = Plan(*found)
    entries = entries_of(name)
    total = entries.count()
    if plan.new is None:
        plan.entries = plan.counts["stays"] = total
        return plan
    looking = Looking(kinds(rules)[name], plan.new, rules)
    for row in entries.iterator(chunk_size=AT_ONCE):
        told = looking.outcome(row)
        plan.counts[told.effect] += 1
        if told.faults and len(plan.misfits) < MOST_TOLD:
            plan.misfits.append(Misfit(row.pk, row.key, row.title, told.faults, told.effect == "kept"))
        plan.entries += 1
        if plan.entries % AT_ONCE == 0:
            progress(plan.entries, total)
    return plan


def misfits(rules: Rules, plan: Plan) -> Iterator[tuple[Entry, tuple[FieldFault, ...]]]:
    """Every entry that does not fit, as it stands, one by one."""
    if plan.new is None:
        return
    looking = Looking(kinds(rules)[plan.old.id], plan.new, rules)
    for row in entries_of(plan.old.id).iterator(chunk_size=AT_ONCE):
        told = looking.outcome(row)
        if told.faults:
            yield row, told.faults


def entries_of(name: str) -> QuerySet[Entry]:
    """Every entry of a register in the order in which they are looked at, withdrawn ones too: they may be restored."""
    return Entry.objects.filter(kind=name).order_by("pk")


class Looking:
    """Looks at the entries of one register, one after the other; remembers what only one of them may have."""

    def __init__(self, old: Kind, new: Kind, rules: Rules) -> None:
        self.old, self.new, self.rules = old, new, rules
        self._found: dict[int | None, tuple[Kind, list[Change]]] = {}
        self._seen: dict[tuple[str, Any], str] = {}
        total = differences(old, new)
        self.begins = begins(total)
        self._once = [change.name for change in total if change.what == "unique"]
        self._named = [change.name for change in total if change.what == "of"]
        if any(change.what == "key" or (change.name == new.key and change.grade == "plan") for change in total):
            self._once.append(new.key)
        self._once += [name for name, one in new.fields.items() if one.unique and new.changes.of(name).becomes]

    def outcome(self, row: Entry) -> Outcome:
        """What becomes of one entry."""
        old, found = self._own(row.description_id)
        told = carried(old, self.new, found, row.values, row.state, self.rules.regions, placed=row.place is not None)
        faults = told.faults + tuple(self._others(row, told))
        if faults:
            keeps = self.new.changes.old_entries == "keep" and told.can_keep
            return Outcome("kept" if keeps else "refused", told, faults)
        same = _given(told.values) == _given(row.values) and told.state == row.state
        return Outcome("stays" if same and not self.begins else "written", told, ())

    def _own(self, description: int | None) -> tuple[Kind, list[Change]]:
        if description not in self._found:
            own = described(self.old, self.rules, description)
            self._found[description] = own, differences(own, self.new)
        return self._found[description]

    def _others(self, row: Entry, told: Carried) -> Iterator[FieldFault]:
        wrong = {fault.field for fault in told.faults}
        for name in self._once:
            value = told.values.get(name)
            if value is None or name in wrong or (row.withdrawn and name != self.new.key):
                continue
            first = self._seen.setdefault((name, value), row.key)
            if first != row.key:
                message = f"the entry {first} has this value already, and only one may"
                yield FieldFault(name, str(value), message, "correct the value here or there")
        for name in self._named:
            value, register = told.values.get(name), self.new.fields[name].of
            if value is None or name in wrong or not register:
                continue
            if not Entry.objects.filter(kind=register, key=str(value), withdrawn=False).exists():
                message = f"expected the key of an entry of the register {register}, got {value!r}"
                yield FieldFault(name, str(value), message, "look it up in that register, or enter it there first")


def _given(values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
