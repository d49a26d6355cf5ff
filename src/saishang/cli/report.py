"""Commands `saishang report`: the targets of a run, annual reports, handing one over, the proof that it is the same."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from saishang.cli.console import JsonOption, actor_name, console, emit_json, print_table
from saishang.errors import CheckFailed, SaishangError

__all__ = ["register"]

_FIRST = "targets"


class _TargetsFirst(TyperGroup):
    """`saishang report RUN` is `saishang report targets RUN`, as it was before there were more reports."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        told = args if args and (args[0] in self.commands or args[0] == "--help") else [_FIRST, *args]
        return super().parse_args(ctx, told)


_report = typer.Typer(cls=_TargetsFirst, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add `report`."""
    app.add_typer(
        _report,
        name="report",
        help="报告：目标简报、年度报告、复核 · reports: bulletin of targets, annual reports, made again.",
    )


@_report.command(_FIRST)
def targets(
    run: Annotated[str, typer.Argument(help="运行号，或 latest · run id, or latest.")] = "latest",
    out: Annotated[Path, typer.Option(help="输出文件（.docx 或 .xlsx）· file to write.")] = Path("目标进展简报.docx"),
) -> None:
    """把一次评估的结果写成 Word 或 Excel · write the results of a run as Word or Excel."""
    from saishang.web.boot import setup_django

    setup_django()
    from saishang.apps.indicators import queries
    from saishang.apps.reports import bulletin

    writers = {".docx": bulletin.write_docx, ".xlsx": bulletin.write_xlsx}
    if out.suffix.lower() not in writers:
        raise SaishangError(
            f"expected a file ending in .docx or .xlsx, got {out.name!r}",
            fix="choose one of the two",
            where="--out",
        )
    facts = queries.run_facts(run)
    writers[out.suffix.lower()](out, facts, queries.target_rows(facts.id))
    console.print(f"已写出 · written: {out}", highlight=False)


@_report.command("annual")
def annual(
    organisation: Annotated[str, typer.Argument(help="机构编码 · code of the organisation.")],
    year: Annotated[int, typer.Option(help="年度 · year.")],
    out: Annotated[Path, typer.Option(help="输出文件（.docx）· file to write.")],
    run: Annotated[str, typer.Option(help="运行号，或 latest · run id, or latest.")] = "latest",
    consolidated: Annotated[
        bool, typer.Option("--consolidated", help="全区综合报告 · the whole region's; the organisation is the top.")
    ] = False,
    reason: Annotated[str, typer.Option(help="事由 · why.")] = "",
) -> None:
    """编制并存档一份年度报告（GB/T 9704-2012 版式）· make and keep an annual report as an official document."""
    if out.suffix.lower() != ".docx":
        raise SaishangError(f"expected a file ending in .docx, got {out.name!r}", fix="name it so", where="--out")
    if not out.resolve().parent.is_dir():
        raise SaishangError(f"there is no folder {out.parent}", fix="make it, or name another one", where="--out")
    from saishang.web.boot import setup_django

    setup_django()
    from saishang.apps.organisations.actions import Doing
    from saishang.apps.reports.actions import make_report

    made = make_report(
        Doing(actor_name(), reason), "consolidated" if consolidated else "organisation", organisation, year, run
    )
    out.write_bytes(made.file)
    console.print(
        f"已写出 · written: {out}\n编号 number {made.number}，评估 run {made.facts.run}，"
        f"统计时刻 counted {made.facts.counted:%Y-%m-%d %H:%M}\nsha256 {made.sha256}",
        highlight=False,
    )


@_report.command("deliver")
def deliver(
    number: Annotated[int, typer.Argument(help="报告编号 · number of the report.")],
    reason: Annotated[str, typer.Option(help="事由 · why.")] = "",
    as_json: JsonOption = False,
) -> None:
    """报送一份单位年度报告：存为佐证，定期事项记为已落实 · hand a report over: its duty is fulfilled."""
    from saishang.web.boot import setup_django

    setup_django()
    from saishang.apps.organisations.actions import Doing
    from saishang.apps.reports.actions import deliver_report
    from saishang.config import load_config
    from saishang.lake.archive import Archive
    from saishang.rules import load_rules

    config = load_config()
    done = deliver_report(
        Doing(actor_name(), reason), load_rules(config.rules_overlay), Archive(config.archive), number
    )
    if as_json:
        emit_json({"report": number, "duty": done.duty, "on": done.on, "due": done.due})
        return
    due = f"，期限 due {done.due}" if done.due else ""
    console.print(f"已报送 · handed over: {number}，定期事项 duty {done.duty}，{done.on}{due}", highlight=False)


@_report.command("list")
def list_(
    organisation: Annotated[str, typer.Argument(help="机构编码 · code of the organisation.")] = "",
    as_json: JsonOption = False,
) -> None:
    """列出已编制的年度报告 · annual reports that were made."""
    from saishang.web.boot import setup_django

    setup_django()
    from dataclasses import asdict

    from saishang.apps.organisations.access import Span
    from saishang.apps.reports.queries import reports

    rows = reports(Span(everything=True), organisation)
    if as_json:
        emit_json([asdict(row) for row in rows])
        return
    print_table(
        "年度报告 · annual reports",
        ("编号 number", "类别 kind", "单位 organisation", "年度 year", "评估 run", "统计时刻 counted", "sha256"),
        ((row.number, row.kind, row.organisation, row.year, row.run, row.counted, row.sha256[:12]) for row in rows),
    )


@_report.command("again")
def again(number: Annotated[int, typer.Argument(help="报告编号 · number of the report.")]) -> None:
    """重新生成一份已存档的报告，逐字节比较 · make a kept report again and compare every byte."""
    from saishang.web.boot import setup_django

    setup_django()
    from saishang.apps.reports.queries import made_again

    found = made_again(number)
    console.print(f"存档 kept {found.kept}\n重做 made {found.made}", highlight=False)
    if not found.same:
        why, fix = "the program that writes differs", f"use the one that wrote it: {found.writer}"
        if not found.same_facts:
            why, fix = "the run tells its targets otherwise", "`saishang audit verify` says whether it was touched"
        raise CheckFailed(f"report {number} does not come out the same: {why}", fix=fix)
    console.print("逐字节相同 · the same, byte by byte")
