"""The plan of a changed description: which entries fit, which do not and why, and what would become of them.

`Looking` is asked by the plan and by the migration alike: the plan is what the migration would do, or refuse. Entries
are looked at a thousand at a time, and what only one of them may have is remembered in the database: a plan of millions
needs no more memory than one of a thousand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from itertools import islice
from types import TracebackType
from typing import Any, Literal
from uuid import uuid4

from django.db import connection
from django.db.models import QuerySet

from saishang.apps.registers.kinds import described, description_digest, held, kinds, rule_kinds, stored
from saishang.apps.registers.models import Entry
from saishang.rules import Rules
from saishang.science.register.carrying import Carried, carried
from saishang.science.register.changes import Change, begins, differences, grade_of
from saishang.science.register.kind import Kind
from saishang.science.register.values import FieldFault, as_text

__all__ = ["AT_ONCE", "MOST_TOLD", "SMALL", "Looked", "Looking", "Misfit", "Outcome", "Plan", "Progress", "change_of",
           "entries_of", "is_small", "listed_first", "looked_at", "misfits", "plan_of", "waiting"]  # fmt: skip

Effect = Literal["stays", "written", "kept", "refused"]
#: Told how many entries are done, of how many; what it raises ends the work.
Progress = Callable[[int, int], None]
#: Misfits that a plan lists; all of them stand in the file.
MOST_TOLD = 200
#: Entries that are read together.
AT_ONCE = 1000
#: Registers of so many entries are looked at, and migrated, while somebody waits for the page; larger ones by a job.
SMALL = 2000
#: Longer values are remembered by their digest: an index takes no text of any length.
_LONG = 200


@dataclass(frozen=True, slots=True)
class Looked:
    """An entry as far as it is looked at."""

    pk: int
    number: int
    key: str
    title: str
    region: str
    state: str
    since: date
    effective: date
    withdrawn: bool
    values: Mapping[str, Any]
    epoch: int
    description_id: int | None
    hidden: Sequence[str]
    west: float | None

    @property
    def placed(self) -> bool:
        """Whether it has a place: that has a box."""
        return self.west is not None


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


Listed = tuple[int, bool, Sequence[Sequence[str]]]


@dataclass
class Plan:
    """What a changed description means for the entries of a register."""

    old: Kind
    new: Kind | None
    changes: list[Change]
    entries: int = 0
    counts: dict[str, int] = field(default_factory=lambda: {"stays": 0, "written": 0, "kept": 0, "refused": 0})
    misfits: list[Misfit] = field(default_factory=list)
    #: Number, whether it is kept, faults of what does not fit, where a job has listed it; None: it is looked for.
    listed: Callable[[], Iterator[Listed]] | None = None

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


def plan_of(
    rules: Rules, name: str, progress: Progress = lambda done, of: None,
    tell: Callable[[Looked, Outcome], None] = lambda row, told: None,
) -> Plan | None:  # fmt: skip
    """The plan of a register; None where the entries stand under the description of the rules already.

    Parameters
    ----------
    tell:
        Gets every entry that does not fit, also those that the plan does not list.
    """
    found = change_of(rules, name)
    if found is None:
        return None
    plan = Plan(*found)
    total = entries_of(name).count()
    if plan.new is None:
        plan.entries = plan.counts["stays"] = total
        return plan
    with Looking(kinds(rules)[name], plan.new, rules) as looking:
        for rows in looked_at(name):
            progress(plan.entries, total)
            for row, told in zip(rows, looking.outcomes(rows), strict=True):
                plan.counts[told.effect] += 1
                if told.faults:
                    tell(row, told)
                    if len(plan.misfits) < MOST_TOLD:
                        plan.misfits.append(Misfit(row.pk, row.key, row.title, told.faults, told.effect == "kept"))
            plan.entries += len(rows)
    return plan


def misfits(rules: Rules, plan: Plan) -> Iterator[tuple[Entry, tuple[FieldFault, ...]]]:
    """Every entry that does not fit, as it stands, one by one."""
    if plan.new is None:
        return
    if plan.listed is not None:
        listed = plan.listed()
        while some := {pk: faults for pk, _kept, faults in islice(listed, AT_ONCE)}:
            for row in Entry.objects.filter(pk__in=list(some)).order_by("pk"):
                yield row, tuple(FieldFault(*fault) for fault in some[row.pk])
        return
    with Looking(kinds(rules)[plan.old.id], plan.new, rules) as looking:
        for rows in looked_at(plan.old.id):
            wrong = {row.pk: told.faults for row, told in zip(rows, looking.outcomes(rows), strict=True) if told.faults}
            for row in Entry.objects.filter(pk__in=list(wrong)).order_by("pk"):
                yield row, wrong[row.pk]


def listed_first(plan: Plan) -> list[Misfit]:
    """The first of what a job has listed, as a plan shows it."""
    first = list(islice(plan.listed(), MOST_TOLD)) if plan.listed is not None else []
    rows = Entry.objects.in_bulk([pk for pk, _kept, _faults in first])
    return [
        Misfit(pk, rows[pk].key, rows[pk].title, tuple(FieldFault(*fault) for fault in faults), kept)
        for pk, kept, faults in first
    ]


def entries_of(name: str) -> QuerySet[Entry]:
    """Every entry of a register in the order in which they are looked at, withdrawn ones too: they may be restored."""
    return Entry.objects.filter(kind=name).order_by("pk")


def is_small(name: str) -> bool:
    """Whether a register is looked at, and migrated, at once: larger ones take a job."""
    return not entries_of(name)[SMALL : SMALL + 1].exists()


def looked_at(name: str) -> Iterator[list[Looked]]:
    """The same entries, `AT_ONCE` at a time; each batch is read when it is asked for."""
    fields = ("pk", "number", "key", "title", "region", "state", "since", "effective", "withdrawn", "values", "epoch",
              "description_id", "hidden", "west")  # fmt: skip
    entries, last = entries_of(name), 0
    rows: list[Any]
    while rows := list(entries.filter(pk__gt=last).values_list(*fields)[:AT_ONCE]):
        yield [Looked(*row) for row in rows]
        last = rows[-1][0]


class Looking:
    """Looks at the entries of one register, batch after batch; remembers what only one of them may have."""

    def __init__(self, old: Kind, new: Kind, rules: Rules) -> None:
        self.old, self.new, self.rules = old, new, rules
        self._found: dict[int | None, tuple[Kind, list[Change]]] = {}
        total = differences(old, new)
        self.begins = begins(total)
        once = [change.name for change in total if change.what == "unique"]
        self._named = [change.name for change in total if change.what == "of"]
        #: Whether an entry can get another key.
        self.moves_keys = any(
            change.what == "key" or (change.name == new.key and change.grade == "plan") for change in total
        )
        once += [new.key] if self.moves_keys else []
        once += [name for name, one in new.fields.items() if one.unique and new.changes.of(name).becomes]
        self._once = list(dict.fromkeys(once))
        self._table = ""

    def __enter__(self) -> Looking:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # In a transaction that failed the table is gone with it, and nothing else can be said there.
        failed = error is not None and connection.in_atomic_block
        if self._table and connection.connection is not None and not failed:
            with connection.cursor() as cursor:
                cursor.execute(f"drop table if exists {self._table}")
        self._table = ""

    def outcomes(self, rows: Sequence[Looked]) -> list[Outcome]:
        """What becomes of some entries, in their order; each entry is asked for once."""
        told = []
        for row in rows:
            old, found = self._own(row.description_id)
            told.append(
                carried(old, self.new, found, row.values, row.state, self.rules.regions, placed=row.placed)
            )  # fmt: skip
        others: Mapping[int, list[FieldFault]] = self._others(rows, told) if self._once or self._named else {}
        return [self._outcome(row, one, others.get(row.pk, ())) for row, one in zip(rows, told, strict=True)]

    def _outcome(self, row: Looked, told: Carried, others: Sequence[FieldFault]) -> Outcome:
        faults = (*told.faults, *others)
        if faults:
            keeps = self.new.changes.old_entries == "keep" and told.can_keep
            return Outcome("kept" if keeps else "refused", told, faults)
        if self.begins or told.state != row.state or _given(told.values) != _given(row.values):
            return Outcome("written", told, ())
        return Outcome("stays", told, ())

    def _own(self, description: int | None) -> tuple[Kind, list[Change]]:
        if description not in self._found:
            own = described(self.old, self.rules, description)
            self._found[description] = own, differences(own, self.new)
        return self._found[description]

    def _others(self, rows: Sequence[Looked], told: Sequence[Carried]) -> dict[int, list[FieldFault]]:
        """What is wrong with entries only because of others, by the number of the entry."""
        found: dict[int, list[FieldFault]] = defaultdict(list)
        values: dict[str, list[tuple[Looked, str]]] = defaultdict(list)
        for row, one in zip(rows, told, strict=True):
            wrong = {fault.field for fault in one.faults}
            for name in (*self._once, *self._named):
                if one.values.get(name) is not None and name not in wrong:
                    values[name].append((row, as_text(one.values[name])))
        for name in self._once:
            mine = [pair for pair in values[name] if not pair[0].withdrawn or name == self.new.key]
            for (row, value), (first, key) in zip(mine, self._firsts(name, mine), strict=True):
                if first != row.pk:
                    message = f"the entry {key} has this value already, and only one may"
                    found[row.pk].append(FieldFault(name, value, message, "correct the value here or there"))
        for name in self._named:
            register = self.new.fields[name].of
            if not register:
                continue
            asked = {value for _row, value in values[name]}
            there = set(
                Entry.objects.filter(kind=register, key__in=asked, withdrawn=False).values_list("key", flat=True)
            )  # fmt: skip
            for row, value in values[name]:
                if value not in there:
                    message = f"expected the key of an entry of the register {register}, got {value!r}"
                    found[row.pk].append(
                        FieldFault(name, value, message, "look it up in that register, or enter it there first")
                    )
        return found

    def _firsts(self, name: str, pairs: Sequence[tuple[Looked, str]]) -> list[tuple[int, str]]:
        """Number and key of the entry that had each value first; it may be the same one."""
        if not pairs:
            return []
        if not self._table:
            self._table = f"registers_looked_{uuid4().hex}"
            with connection.cursor() as cursor:
                cursor.execute(
                    f"create temporary table {self._table}"
                    " (field text, value text, id bigint, key text, primary key (field, value))"
                )
        marks = [value if len(value) <= _LONG else sha256(value.encode()).hexdigest() for _row, value in pairs]
        with connection.cursor() as cursor:
            cursor.execute(
                f"insert into {self._table} select %s, * from unnest(%s::text[], %s::bigint[], %s::text[])"  # noqa: S608
                " on conflict do nothing",
                [name, marks, [row.pk for row, _value in pairs], [self.key_of(row) for row, _value in pairs]],
            )
            cursor.execute(
                f"select value, id, key from {self._table} where field = %s and value = any(%s)",  # noqa: S608
                [name, marks],
            )
            firsts = {value: (int(pk), str(key)) for value, pk, key in cursor.fetchall()}
        return [firsts[mark] for mark in marks]

    def key_of(self, row: Looked) -> str:
        """The key that people know an entry by: a migration may have put another one in its place for a moment."""
        return as_text(row.values.get(self.old.key)) or row.key


def _given(values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
