"""Kinds of jobs: change many entries at once; take a long table of entries, on trial or for good; undo it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from saishang.apps.jobs.kinds import Kind, Step, register
from saishang.apps.jobs.work import Work

if TYPE_CHECKING:
    from saishang.apps.registers.actions import TableOutcome
    from saishang.lake.archive import Archive

__all__ = ["BULK_EDIT", "LOAD_REGISTER", "MOST_TOLD", "UNDO_REGISTER", "told_of"]

#: Changes of a trial that its page lists; those of a real run are versions, and all are listed.
MOST_TOLD = 2000


def _bulk(work: Work) -> Mapping[str, Any]:
    from saishang.apps.registers.actions.bulk import BulkWish, bulk_edit
    from saishang.apps.registers.kinds import kind_of
    from saishang.rules import load_rules

    params = work.params
    done = _written(params["batch"])
    if done is not None:
        return done
    rules = load_rules(settings.CONFIG.rules_overlay)
    wish = BulkWish(params["field"], params["value"], params["move"], _day(params["effective"]))
    outcome = bulk_edit(
        work.actor, kind_of(rules, params["register"]), rules, [(pk, number) for pk, number in params["chosen"]], wish,
        today=timezone.localdate(), reason=work.reason, batch=params["batch"], address=params.get("address"),
        progress=lambda row, rows: work.progress("write", done=row / rows, rows=row),
    )  # fmt: skip
    told = {
        "changes": [],
        "refusals": [[0, one.key, one.title, one.message, one.fix, one.field] for one in outcome.refusals],
    }
    return {
        "register_batch": outcome.batch if outcome.changes else "", "changed": len(outcome.changes),
        "unchanged": outcome.unchanged, "refused": len(outcome.refusals), "told": _kept(told), "dry_run": False,
    }  # fmt: skip


def _load(work: Work) -> Mapping[str, Any]:
    from saishang.apps.registers.actions import load_table
    from saishang.apps.registers.kinds import kind_of
    from saishang.rules import load_rules

    params = work.params
    done = None if params["dry_run"] else _written(params["batch"])
    if done is not None:
        return done
    archive = _archive()
    rules = load_rules(settings.CONFIG.rules_overlay)
    work.progress("read")
    outcome = load_table(
        work.actor, kind_of(rules, params["register"]), rules, archive, archive.verify(params["sha256"]),
        params["file"], today=timezone.localdate(), reason=work.reason, effective=_day(params["effective"]),
        dry_run=params["dry_run"], batch=params["batch"], address=params.get("address"),
        progress=lambda row, rows: work.progress("rows", done=row / rows, rows=row),
    )  # fmt: skip
    effects = {effect: outcome.count(effect) for effect in ("added", "changed", "unchanged")}
    return {
        "register_batch": outcome.batch if effects["added"] + effects["changed"] else "", **effects,
        "refused": len(outcome.refusals), "rows": outcome.rows, "dry_run": outcome.dry_run,
        "told": _kept(_told(outcome)),
    }  # fmt: skip


def _undo(work: Work) -> Mapping[str, Any]:
    from saishang.apps.registers.actions import undo_batch
    from saishang.apps.registers.kinds import kind_of
    from saishang.rules import load_rules

    params = work.params
    kind = kind_of(load_rules(settings.CONFIG.rules_overlay), params["register"])
    # Done again it leaves what it has taken back already: those entries have a later version.
    undone, left = undo_batch(
        work.actor, kind, params["batch"], today=timezone.localdate(), reason=work.reason,
        address=params.get("address"),
        progress=lambda row, rows: work.progress("write", done=row / rows, rows=row),
    )  # fmt: skip
    return {"undone": undone, "left": left, "register_batch": params["batch"]}


def _told(outcome: TableOutcome) -> dict[str, Any]:
    changes = [one for one in outcome.changes if one.effect != "unchanged"] if outcome.dry_run else []
    return {
        "changes": [
            [one.line, one.key, one.effect, {name: list(pair) for name, pair in one.fields.items()}]
            for one in changes[:MOST_TOLD]
        ],
        "refusals": [
            [one.line, one.column, one.content, one.message, one.fix, one.field] for one in outcome.refusals
        ],
    }  # fmt: skip


def _kept(told: Mapping[str, Any]) -> str:
    """Keep what a page tells in the archive; its rows can be too many for the row of a job."""
    with tempfile.TemporaryDirectory(prefix="saishang-told-") as folder:
        path = Path(folder) / "told.json"
        path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        return _archive().put(path).sha256


def told_of(sha256: str) -> Mapping[str, Any]:
    """What a job had to tell: `changes` and `refusals`, row by row."""
    found: Mapping[str, Any] = json.loads(_archive().verify(sha256).read_text(encoding="utf-8"))
    return found


def _archive() -> Archive:
    from saishang.lake.archive import Archive

    return Archive(settings.CONFIG.archive)


def _written(batch: str) -> Mapping[str, Any] | None:
    """A worker can die after the work and before the job says so: what was written is not written again."""
    from saishang.apps.registers.models import Version

    rows = Version.objects.filter(batch=batch)
    added = rows.filter(action="add").count()
    changed = rows.count() - added
    if not added + changed:
        return None
    return {"register_batch": batch, "added": added, "changed": changed, "dry_run": False}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _about(params: Mapping[str, Any]) -> tuple[str, str]:
    from saishang.apps.registers.kinds import names_of

    zh, en = names_of(str(params.get("register")))
    file = f" · {params['file']}" if params.get("file") else ""
    return f"{zh}{file}", f"{en}{file}"


BULK_EDIT = register(
    Kind(
        "bulk_edit_register", "名录批量修改", "Change many entries of a register", _bulk,
        {"write": Step("逐条核对并写入", "check and write each")}, permission="edit_registers", title=_about,
    )
)  # fmt: skip
UNDO_REGISTER = register(
    Kind(
        "undo_register", "撤回名录的一批改动", "Take a batch of a register back", _undo,
        {"write": Step("逐条撤回", "take each back")}, permission="edit_registers", title=_about,
    )
)  # fmt: skip
LOAD_REGISTER = register(
    Kind(
        "load_register", "名录批量导入", "Import into a register", _load,
        {"read": Step("读取文件", "read the file"), "rows": Step("逐行核对", "check every row", 10)},
        permission="edit_registers", title=_about,
    )
)  # fmt: skip
