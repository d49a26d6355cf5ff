"""A register of a million comes under a changed description: seconds, memory, and the same rows by bare SQL.

    python bench/migrate_registers.py --var FOLDER [--entries 1000000]

Fills the folder first when it is empty (see `fill_registers.py`). The change: a field gets another name, one another
unit, one that is required is new; so every entry is written anew and gets a version. Done again it goes the other
way, so that a folder serves as often as one likes; its versions grow by one per entry each time.

First the bare SQL: one UPDATE of the entries and one INSERT of their versions, which is taken back. Then the plan, and
the migration as the worker does it, with the job and its progress. Meanwhile one thread reads a list again and again,
another wants to change an entry: how long did each wait at most, and what was he told.

Beside the seconds of the clock stand those of the processor, of this process and of its server process: on a machine
that others use, too, the ratio of these says more.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fill_registers import KIND, options, prepare, sizes_of

_UPDATE = """
update registers_entry set number = number + 1, "values" = ("values" - 'river') || jsonb_build_object(
    'water', "values"->'river', 'steward', '未登记'), effective = current_date, recorded_at = now(), epoch = epoch + 1
where kind = %s
"""
_INSERT = """
insert into registers_version (entry_id, number, key, title, region, state, since, effective, withdrawn, "values",
  place, description_id, epoch, action, reason, evidence, batch, actor_name, recorded_at)
select id, number, key, title, region, state, since, effective, withdrawn, "values", place, description_id, epoch,
  'migrate', 'bench', '[]', 'bare', 'bench', recorded_at from registers_entry where kind = %s
"""


def changed(document: Mapping[str, Any], back: bool) -> dict[str, Any]:
    """The other description, and what it says of entries; `back` = the shipped one again."""
    made: dict[str, Any] = json.loads(json.dumps(document, default=_plain))
    if back:
        return made | {
            "changes": {"fields": {"river": {"was": "water"}, "flow": {"factor": "1/365"}}, "gone": ["steward"]}
        }
    for field in made["fields"]:
        if field["id"] == "river":
            field["id"] = "water"
        if field["id"] == "flow":
            field["unit"] = "m³/a"
    made["fields"].append({"id": "steward", "zh": "管护人", "en": "Steward", "type": "text", "required": True})
    fields = {"water": {"was": "river"}, "flow": {"factor": "365"}, "steward": {"for_existing": "未登记"}}
    return made | {"changes": {"fields": fields}}


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else str(value)


def overlay(folder: Path, rules: Any) -> str:
    """Write the description that is not in force into the overlay of the rules; its name."""
    from saishang.apps.registers.kinds import held, stored
    from saishang.rules import load_rules, loader

    place = folder / "rules" / "registers" / f"{KIND}.yaml"
    rows = held().get(KIND, [])
    back = bool(rows) and "steward" in stored(rows[-1], rules).fields
    place.unlink(missing_ok=True)
    loader._load.cache_clear()
    document = changed(load_rules().documents_under("registers")[f"registers/{KIND}"], back)
    place.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")  # JSON is YAML, too
    loader._load.cache_clear()  # rules are read once in a process; here they change while it runs
    return "back to the shipped one" if back else "another name, another unit, a new required field"


@dataclass(frozen=True)
class Cost:
    """Seconds: of the clock, of this process, of the server process behind it."""

    clock: float
    here: float
    server: float

    @property
    def work(self) -> float:
        """Seconds of both processes."""
        return self.here + self.server

    def __str__(self) -> str:
        return f"{self.clock:.1f} s, processor {self.here:.1f} s here and {self.server:.1f} s in the server"


def measured(work: Callable[[], Any]) -> tuple[Any, Cost]:
    """Do something; what it gave and what it cost."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    before = (time.perf_counter(), time.process_time(), _ticks(stat))
    made = work()
    after = (time.perf_counter(), time.process_time(), _ticks(stat))
    return made, Cost(*(later - earlier for earlier, later in zip(before, after, strict=True)))


def _ticks(stat: Path) -> float:
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def bare() -> None:
    """The bare SQL, taken back."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_UPDATE, [KIND])
        cursor.execute(_INSERT, [KIND])
        cursor.execute("set constraints all immediate")
        transaction.set_rollback(True)


def vacuum() -> None:
    """Take away what was left, so that the next one does not pay for it."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze registers_entry")
        cursor.execute("vacuum analyze registers_version")


class Beside(threading.Thread):
    """Asks something again and again until it is told to stop; longest wait, and what was said."""

    def __init__(self, ask: Callable[[], str]) -> None:
        super().__init__(daemon=True)
        self.ask, self.over = ask, threading.Event()
        self.longest, self.times = 0.0, 0
        self.said: dict[str, int] = {}

    def run(self) -> None:
        from django.db import connection

        while not self.over.wait(0.5):
            begun = time.perf_counter()
            said = self.ask()
            self.longest = max(self.longest, time.perf_counter() - begun)
            self.times += 1
            self.said[said] = self.said.get(said, 0) + 1
        connection.close()


def reads() -> str:
    """A page of the list, by the description in force."""
    from django.conf import settings

    from saishang.apps.registers.kinds import kind_of
    from saishang.apps.registers.models import Entry
    from saishang.rules import load_rules

    kind = kind_of(load_rules(settings.CONFIG.rules_overlay), KIND)
    rows = list(Entry.objects.filter(kind=KIND).order_by("key")[:50])
    # Half of it would be seen here: names of fields by one description, values by the other.
    fits = all(set(row.values) == set(kind.fields) for row in rows)
    return f"by {'the new' if 'steward' in kind.fields else 'the shipped'} description, {'whole' if fits else 'HALF'}"


def writes() -> str:
    """Somebody wants to write."""
    from django.conf import settings
    from django.db import transaction

    from saishang.apps.registers.actions.adopting import EntryRefused, hold
    from saishang.apps.registers.kinds import kind_of
    from saishang.rules import load_rules

    try:
        with transaction.atomic():
            hold(kind_of(load_rules(settings.CONFIG.rules_overlay), KIND))
    except EntryRefused as error:
        return error.code
    return "may write"


def migrate(params: Mapping[str, Any]) -> Any:
    """The job, done here as the worker does it; its row."""
    from saishang.apps.jobs.actions import start
    from saishang.apps.jobs.queries import job
    from saishang.apps.jobs.runner import perform
    from saishang.apps.registers.migration_jobs import MIGRATE

    made = start("bench", MIGRATE.id, params, reason="bench")
    perform(made.pk)
    return job(made.pk)


def main() -> None:
    """Fill, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options(parser)
    parser.set_defaults(entries=1_000_000, kinds=3, small=20, searched=1000)
    chosen = parser.parse_args()
    prepare(chosen.var, sizes_of(chosen))
    from django.conf import settings
    from django.db import transaction

    from saishang.apps.registers.actions.adopting import signed
    from saishang.apps.registers.kinds import held, kind_of
    from saishang.apps.registers.migration_jobs import params_of
    from saishang.apps.registers.planning import plan_of
    from saishang.apps.registers.queries import size
    from saishang.rules import load_rules

    rules = load_rules(settings.CONFIG.rules_overlay)
    if KIND not in held():
        with transaction.atomic():
            signed(kind_of(rules, KIND), "bench")
    what = overlay(chosen.var, rules)
    rules = load_rules(settings.CONFIG.rules_overlay)
    entries = size(kind_of(rules, KIND))
    print(f"{entries:,} entries: {what}", flush=True)
    _none, sql = measured(bare)
    print(f"bare SQL: {sql}", flush=True)
    vacuum()
    before = _peak()
    plan, cost = measured(lambda: plan_of(rules, KIND))
    assert plan is not None and plan.possible, plan
    print(f"plan: {cost}, memory {before} → {_peak()} MB", flush=True)
    params = params_of(rules, KIND)
    assert params is not None
    beside = {"reads": Beside(reads), "writes": Beside(writes)}
    for thread in beside.values():
        thread.start()
    before = _peak()
    row, cost = measured(lambda: migrate(params))
    for thread in beside.values():
        thread.over.set()
        thread.join()
    print(f"migration: {row.state} {row.result or row.error}")
    print(f"migration: {cost}, memory {before} → {_peak()} MB")
    clock, work = cost.clock / sql.clock, cost.work / sql.work
    print(f"migration: {clock:.2f} times the bare SQL by the clock, {work:.2f} times by the processor,"
          f" {cost.work / entries * 1e6:.0f} µs an entry")  # fmt: skip
    for name, thread in beside.items():
        print(f"who {name} meanwhile: {thread.times} times, waited {thread.longest:.2f} s at most, {thread.said}")
    vacuum()


def _peak() -> int:
    """Most memory that this process ever held [MB]."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
