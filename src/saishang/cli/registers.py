"""Command `saishang registers`: kinds begun and looked at; changed descriptions, what they mean, their migration."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from saishang.cli import registers_kind, registers_rebuild
from saishang.cli.console import JsonOption, actor_name, console, emit_json, print_table
from saishang.config import load_config
from saishang.errors import CheckFailed, SaishangError

__all__ = ["register"]

_registers = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
NameOption = Annotated[str, typer.Argument(help="名录代号，默认全部 · register, default all.")]


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    registers_kind.register(_registers)
    registers_rebuild.register(_registers)
    app.add_typer(
        _registers,
        name="registers",
        help="名录定义：新建、预览；变更：计划、迁移；重建汇总 · kinds of registers, changes, sums.",
    )


def _rules() -> Any:
    from saishang.web.boot import setup_django

    setup_django()
    from saishang.rules import load_rules

    return load_rules(load_config().rules_overlay)


@_registers.command("plan")
def plan(
    name: NameOption = "",
    file: Annotated[
        Path | None,
        typer.Option(help="把不符合的条目写成填报表（.xlsx 或 .csv） · write those that do not fit, as the form."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """名录说明有变时逐条比对已有条目；有不符合的退出码 3 · look at every entry; exit 3 when some do not fit."""
    rules = _rules()
    from saishang.apps.registers.kinds import kinds
    from saishang.apps.registers.planning import plan_of

    names = [name] if name else list(kinds(rules))
    plans = [found for found in (plan_of(rules, one, _told(one, as_json)) for one in names) if found is not None]
    if as_json:
        emit_json([_json(found) for found in plans])
    elif not plans:
        console.print("名录说明没有变更 · no description changed", highlight=False)
    for found in plans if not as_json else ():
        _print(found)
    if file is not None and plans:
        _write(file, rules, plans[0])
        console.print(f"已写 · written: {file}", highlight=False, markup=False)
    bad = [found.old.id for found in plans if not found.possible and found.new is not None]
    if bad:
        raise CheckFailed(f"{len(bad)} registers cannot be migrated: {', '.join(bad)}",
                          fix="mend the entries, or say under `changes` what becomes of them")  # fmt: skip


@_registers.command("migrate")
def migrate(
    name: Annotated[str, typer.Argument(help="名录代号 · register.")],
    reason: Annotated[str, typer.Option(help="事由，含依据文件 · why, with the document.")] = "",
    as_json: JsonOption = False,
) -> None:
    """按新的名录说明改写已有条目，全部或一条也不 · bring all entries under the new description, or none."""
    rules = _rules()
    from django.utils import timezone

    from saishang.apps.registers.actions import migrate_kind
    from saishang.apps.registers.migration_jobs import params_of
    from saishang.apps.registers.planning import is_small

    params = None if is_small(name) or not reason.strip() else params_of(rules, name)
    if params is None:
        done = vars(migrate_kind(actor_name(), rules, name, today=timezone.localdate(), reason=reason))
    else:
        done = _by_job(name, params, reason, silent=as_json)
    if as_json:
        emit_json(done)
        return
    console.print(
        "{kind}：说明第 {number} 版生效；条目 {entries}，改写 {written}，保留原样 {kept}"
        " · description {number} in force; entries {entries}, written {written}, kept {kept}".format(**done),
        highlight=False,
    )


@_registers.command("settle")
def settle(as_json: JsonOption = False) -> None:
    """采用无需改动条目的新说明 · adopt the descriptions that need nothing of the entries."""
    rules = _rules()
    from saishang.apps.registers.actions import settle as adopt_all

    done = adopt_all(actor_name(), rules, most=10**9)
    if as_json:
        emit_json(done)
        return
    console.print(f"已采用 adopted：{', '.join(done) or '无 none'}", highlight=False)


def _by_job(name: str, params: dict[str, Any], reason: str, *, silent: bool) -> dict[str, Any]:
    """The migration as a job, so that pages show how far it is; done here, unless a worker takes it first."""
    from saishang.apps.jobs.actions import Job, start
    from saishang.apps.jobs.queries import job
    from saishang.apps.jobs.recovery import recover
    from saishang.apps.jobs.runner import perform
    from saishang.apps.registers.migration_jobs import MIGRATE

    number = start(actor_name(), MIGRATE.id, params, reason=reason).pk
    over = threading.Event()

    def watch() -> None:
        from django.db import connection

        while not over.wait(5.0):
            if not silent:
                row = job(number)
                console.print(f"{name} {row.percent} % {row.rows or 0:,}", highlight=False)
        connection.close()

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        perform(number)
        while not (row := job(number)).over:
            time.sleep(1.0)
    except KeyboardInterrupt:  # nothing was written; nobody is to do it again either
        Job.objects.filter(pk=number).update(cancel_wanted=True)
        recover()
        raise
    finally:
        over.set()
        watching.join()
    if row.state != "succeeded":
        error = row.error or {}
        raise SaishangError(
            str(error.get("message", row.state)), fix=str(error.get("fix") or ""), where=error.get("where"),
            code=str(error.get("code", row.state)),
        )  # fmt: skip
    return {"kind": name, **{key: (row.result or {})[key] for key in ("number", "entries", "written", "kept")}}


def _write(file: Path, rules: Any, found: Any) -> None:
    from saishang.apps.registers.migration_jobs import MOST_LISTED
    from saishang.web.pages.exports import to_csv, to_xlsx
    from saishang.web.pages.registers_changes import form_of

    if file.suffix.lower() not in (".xlsx", ".csv"):
        raise SaishangError(f"expected a file that ends in .xlsx or .csv; got {file.name}", fix="name it so")
    if found.new is None:
        raise SaishangError("expected a changed description, the rules have none of this register", fix="name another")
    table = form_of(rules, found)
    # Rows that are made on the way can be walked once only, and a file walks them several times.
    table = replace(table, rows=list(islice(table.all_rows(), MOST_LISTED)), everything=None)
    file.write_bytes(to_csv(table) if file.suffix.lower() == ".csv" else to_xlsx(table))


def _told(name: str, silent: bool) -> Any:
    def progress(done: int, of: int) -> None:
        if not silent and of > 10_000:
            console.print(f"{name} {done:,}/{of:,}", highlight=False)

    return progress


def _json(found: Any) -> dict[str, Any]:
    return {
        "register": found.old.id, "possible": found.possible, "closed": found.new is None, "entries": found.entries,
        **found.counts,
        "changes": [
            {"what": change.what, "name": change.name, "grade": change.grade, "zh": change.zh, "en": change.en}
            for change in found.changes
        ],
        "misfits": [
            {"key": one.key, "kept": one.kept,
             "faults": [vars(fault) for fault in one.faults]}
            for one in found.misfits
        ],
    }  # fmt: skip


def _print(found: Any) -> None:
    counts = found.counts
    console.print(f"\n{found.old.zh} · {found.old.en}（{found.old.id}）", highlight=False, markup=False)
    if found.new is None:
        console.print(
            f"规则中已没有此名录：只读，{found.entries} 条保留 · closed: the rules have no file of it", highlight=False
        )
        return
    print_table("变化 · changes", ("等级 grade", "类别 class", "内容 what"),
                ((change.grade, change.what, f"{change.zh} {change.en}") for change in found.changes))  # fmt: skip
    console.print(
        f"条目 entries {found.entries}：不动 stay {counts['stays']}，改写 written {counts['written']}，"
        f"保留原样 kept {counts['kept']}，不符合 do not fit {counts['refused']}", highlight=False,
    )  # fmt: skip
    if found.misfits:
        print_table(
            "不符合的内容 · what does not fit", ("条目 entry", "项目 field", "内容 content", "原因 reason", "处理 fix"),
            ((one.key, fault.field, fault.content[:40], fault.message, fault.fix)
             for one in found.misfits for fault in one.faults),
        )  # fmt: skip
