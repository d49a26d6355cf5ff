"""Kinds of jobs: look at every entry of a large register under a changed description; bring all of them under it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from saishang.apps.jobs.kinds import Kind, Step, register
from saishang.apps.jobs.queries import JobRow, jobs
from saishang.apps.jobs.work import Work
from saishang.apps.registers.closing import MIGRATE_JOB
from saishang.lake.archive import Archive
from saishang.rules import Rules, load_rules

if TYPE_CHECKING:
    from saishang.apps.registers.planning import Looked, Outcome, Plan

__all__ = ["MIGRATE", "MOST_LISTED", "PLAN", "latest", "open_job", "params_of", "plan_told"]

#: Misfits that the list of a plan holds: as many rows as a table that is loaded may have.
MOST_LISTED = 200_000
#: Jobs of a kind that are looked through for the last one of a register.
_MOST = 500


def params_of(rules: Rules, name: str) -> dict[str, Any] | None:
    """What the jobs of a register's change are started with: from which description in force to which of the rules, and
    how (`changes` of the file is no part of the description). None where there is nothing to migrate.
    """
    from saishang.apps.registers.kinds import description_digest, held
    from saishang.apps.registers.planning import change_of

    found = change_of(rules, name)
    if found is None or found[1] is None:
        return None
    how = sha256(repr(found[1].changes).encode()).hexdigest()
    return {"register": name, "number": held()[name][-1].number, "to": description_digest(found[1]), "how": how}


def open_job(name: str) -> JobRow | None:
    """The plan or migration of a register that waits or runs; the migration before the plan."""
    for kind in (MIGRATE_JOB, PLAN.id):
        for state in ("running", "queued"):
            for row in jobs(kind=kind, state=state, limit=_MOST)[0]:
                if row.params.get("register") == name:
                    return row
    return None


def latest(kind: str, params: Mapping[str, Any]) -> JobRow | None:
    """The last job of a kind whose parameters are these among others."""
    for row in jobs(kind=kind, limit=_MOST)[0]:
        if all(row.params.get(name) == value for name, value in params.items()):
            return row
    return None


def plan_told(rules: Rules, row: JobRow) -> Plan | None:
    """The plan that a job has made; None where it has not, or another change waits by now."""
    from saishang.apps.registers.planning import Plan, change_of, listed_first

    found, result = change_of(rules, str(row.params["register"])), row.result
    if row.state != "succeeded" or result is None or found is None or params_of(rules, found[0].id) != row.params:
        return None
    counts = {effect: int(result[effect]) for effect in ("stays", "written", "kept", "refused")}
    plan = Plan(*found, entries=int(result["entries"]), counts=counts, listed=lambda: _lines(str(result["told"])))
    plan.misfits = listed_first(plan)
    return plan


def _plan(work: Work) -> Mapping[str, Any]:
    from saishang.apps.registers.planning import plan_of

    with tempfile.TemporaryDirectory(prefix="saishang-plan-") as folder:
        path, listed = Path(folder) / "misfits.jsonl", 0
        with path.open("w", encoding="utf-8") as file:

            def tell(row: Looked, told: Outcome) -> None:
                nonlocal listed
                if listed < MOST_LISTED:
                    faults = [[one.field, one.content, one.message, one.fix] for one in told.faults]
                    file.write(json.dumps([row.pk, told.effect == "kept", faults], ensure_ascii=False) + "\n")
                    listed += 1

            name = str(work.params["register"])
            plan = plan_of(load_rules(settings.CONFIG.rules_overlay), name, _looked(work, "look"), tell)
        if plan is None:
            return {"register": name, "nothing": True}
        told = Archive(settings.CONFIG.archive).put(path).sha256
    return {"register": name, "entries": plan.entries, **plan.counts, "listed": listed, "told": told}


def _migrate(work: Work) -> Mapping[str, Any]:
    from saishang.apps.core.queries import changes_of
    from saishang.apps.registers.actions.migrate import MigrationRefused, migrate_kind
    from saishang.apps.registers.kinds import held

    name, rules = str(work.params["register"]), load_rules(settings.CONFIG.rules_overlay)
    last = held()[name][-1]
    if last.number > work.params["number"] and last.digest == work.params["to"]:
        # A worker can die after the work and before the job says so: it is not done again.
        adopted = [entry.after for entry in changes_of("register").filter(verb="registers.adopt", object_id=name)]
        after: Mapping[str, Any] = next((one for one in adopted if one and one["number"] == last.number), {})
        return {"register": name, "number": last.number} | {
            key: after.get(key, 0) for key in ("entries", "written", "kept")
        }
    now = params_of(rules, name)
    if now is None or any(work.params[key] != value for key, value in now.items()):
        raise MigrationRefused("the description of this register changed after the plan was seen",
                               fix="look at the plan again")  # fmt: skip
    work.progress("wait")
    done = migrate_kind(
        work.actor, rules, name, today=timezone.localdate(), reason=work.reason, address=work.params.get("address"),
        progress=_looked(work, "write"), waiting=lambda: work.progress("wait"),
    )  # fmt: skip
    return {"register": name, "number": done.number, "entries": done.entries, "written": done.written,
            "kept": done.kept}  # fmt: skip


def _looked(work: Work, step: str) -> Any:
    return lambda done, of: work.progress(step, done=done / max(of, 1), rows=done)


def _lines(told: str) -> Iterator[tuple[int, bool, list[list[str]]]]:
    """Number of the entry, whether it is kept, its faults, of everything that a plan has listed."""
    with Archive(settings.CONFIG.archive).verify(told).open(encoding="utf-8") as file:
        for line in file:
            pk, kept, faults = json.loads(line)
            yield pk, kept, faults


def _about(params: Mapping[str, Any]) -> tuple[str, str]:
    from saishang.apps.registers.kinds import names_of

    return names_of(str(params.get("register")))


PLAN = register(
    Kind(
        "plan_register", "核对名录说明的变更", "Look at a changed register", _plan,
        {"look": Step("逐条核对", "look at each entry")}, permission="edit_registers", single=True, title=_about,
    )
)  # fmt: skip
MIGRATE = register(
    Kind(
        MIGRATE_JOB, "按新说明改写名录", "Bring a register under its new description", _migrate,
        {
            "wait": Step("等正在登记的人完成", "waiting for those who write"),
            "write": Step("逐条改写", "write each entry", 1),
        },
        permission="edit_registers", single=True, title=_about,
    )
)  # fmt: skip
