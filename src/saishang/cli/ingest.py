"""Command `saishang ingest`: load files, look at the ledger, run the lake's jobs."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from saishang.cli.console import JsonOption, console, emit_json, errors, print_table
from saishang.errors import CheckFailed, SaishangError

if TYPE_CHECKING:
    from saishang.lake import Batch, Lake

__all__ = ["register"]


class _FilesOrCommand(typer.core.TyperGroup):
    """`saishang ingest FILE…` is short for `saishang ingest load FILE…`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `load` before arguments that name no command."""
        words = [word for word in args if not word.startswith("-")]
        if args and words and words[0] not in self.commands:
            args = ["load", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_FilesOrCommand,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="导入监测数据；查看台账 · load measurements, look at the ledger.\n\nsaishang ingest FILE… [--source ID]",
)


def register(parent: typer.Typer) -> None:
    """Add the command to the command line."""
    parent.add_typer(app, name="ingest")


def _lake() -> Lake:
    from saishang.config import load_config
    from saishang.lake import Lake
    from saishang.web.boot import setup_django

    setup_django()  # the ledger's tables come with the migrations
    return Lake.open(load_config())


@contextmanager
def _progress(quiet: bool) -> Iterator[Any]:
    """Show one line per file: its name, the step, rows so far, seconds."""
    if quiet:
        yield None
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.fields[step]}"),
        TextColumn("{task.fields[rows]:,} 行"), TimeElapsedColumn(), console=errors, transient=True,
    ) as progress:  # fmt: skip
        yield progress


_STEPS = {"archive": "归档 archive", "read": "读取 read", "compare": "比对 compare", "commit": "提交 commit"}


@app.command()
def load(
    files: Annotated[list[Path], typer.Argument(help="CSV、Excel 或 Parquet 文件 · files.")],
    source: Annotated[str | None, typer.Option(help="来源说明的 id，不写则按表头识别 · id of the source.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="自有格式的映射文件（YAML）· mapping file.")] = None,
    collected: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="采集日期（时间不带年份时）· day of collection, for stamps without year."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """导入文件；同一文件导入两次不会改变任何数据 · load files; loading the same file twice changes nothing."""
    from saishang.lake.errors import readable
    from saishang.lake.remarks import remarks as tell_of

    lake = _lake()
    done: list[dict[str, Any]] = []
    failed = 0
    with _progress(as_json or not sys.stderr.isatty()) as progress:
        for path in files:
            task = progress.add_task(readable(path.name), step="", rows=0, total=None) if progress else None

            def tell(step: str, rows: int, done: float | None, task: Any = task) -> None:
                if progress is not None:
                    progress.update(task, step=_STEPS.get(step, step), rows=rows, completed=done, total=1.0)

            try:
                batch = lake.ingest(
                    path, source, mapping=mapping, actor="saishang ingest", progress=tell,
                    collected=None if collected is None else collected.date(),
                )  # fmt: skip
                done.append({"file": readable(str(path)), "ok": True, **batch.to_dict(), "remarks": tell_of(batch)})
            except SaishangError as error:
                failed += 1
                done.append(
                    {"file": readable(str(path)), "ok": False, "code": error.code, "error": error.message,
                     "fix": error.fix, "where": error.where}
                )  # fmt: skip
            finally:
                if progress is not None and task is not None:
                    progress.remove_task(task)
    if as_json:
        emit_json(done)
    else:
        _show_loaded(done)
    if failed:
        raise CheckFailed(
            f"{failed} of {len(files)} files were not loaded", fix="see the reasons above; the others are loaded"
        )


_COUNTS = ("added", "replaced", "identical", "rejected", "empty")


def _show_loaded(done: list[dict[str, Any]]) -> None:
    loaded = [row for row in done if row["ok"]]
    if loaded:
        print_table(
            "已导入 · loaded",
            ["文件 file", "批次 batch", "新增 new", "替换 replaced", "相同 same", "拒绝 rejected", "空值 empty"],
            [(Path(row["file"]).name, row["id"], *(f"{row[key]:,}" for key in _COUNTS)) for row in loaded],
        )
        for row in loaded:
            for remark in _remarks(row):
                console.print(f"{Path(row['file']).name}: {remark}", markup=False, highlight=False, soft_wrap=True)
    for row in done:
        if not row["ok"]:
            errors.print(f"[red]未导入 not loaded[/] {Path(row['file']).name}", highlight=False)
            place = f"{row['where']}: " if row["where"] else ""
            errors.print(
                f"  {place}{row['error']} How to mend: {row['fix']}", markup=False, highlight=False, soft_wrap=True
            )


def _remarks(row: dict[str, Any]) -> list[str]:
    remarks = []
    if row["rejected"]:
        remarks.append(f"查看拒绝原因 · see the reasons: saishang ingest rejects {row['id']}")
    if row["replaced"]:
        remarks.append(f"查看更正 · see what was replaced: saishang ingest superseded {row['id']}")
    if row["no_op"]:
        remarks.append(f"此前已由批次 {row['id']} 导入 · loaded before by this batch; nothing was done")
    return remarks + [f"{remark.zh} · {remark.en}" for remark in row["remarks"]]


def _batch_row(batch: Batch) -> tuple[object, ...]:
    return (
        batch.id, batch.status, batch.file_name, f"{batch.started_at:%Y-%m-%d %H:%M}", batch.added,
        batch.replaced, batch.rejected, batch.table_version, batch.error[:80],
    )  # fmt: skip


@app.command()
def history(
    limit: Annotated[int, typer.Option(min=1, help="条数 · how many.")] = 30,
    table: Annotated[bool, typer.Option("--table", help="数据表各版本 · versions of the table instead.")] = False,
    as_json: JsonOption = False,
) -> None:
    """台账：各批次，或数据表的各个版本 · batches, or versions of the table."""
    lake = _lake()
    if table:
        versions = lake.table.history(limit)
        if as_json:
            emit_json(
                [{"version": v.version, "at": v.at, "operation": v.operation, "batch": v.batch} for v in versions]
            )
            return
        print_table(
            "数据表版本 · table versions", ["版本 version", "时间 at", "操作 operation", "批次 batch", "行 rows"],
            [(v.version, f"{v.at:%Y-%m-%d %H:%M:%S} UTC", v.operation, v.batch, v.rows) for v in versions],
        )  # fmt: skip
        return
    batches = lake.ledger.batches(limit=limit)
    if as_json:
        emit_json([batch.to_dict() for batch in batches])
        return
    print_table(
        "批次 · batches",
        ["批次", "状态 status", "文件 file", "开始 started", "新增", "替换", "拒绝", "版本", "错误 error"],
        [_batch_row(batch) for batch in batches],
    )


@app.command()
def rejects(
    batch: Annotated[int, typer.Argument(help="批次号 · batch.")],
    output: Annotated[Path | None, typer.Option("--csv", help="写出全部拒绝记录 · write all of them.")] = None,
    limit: Annotated[int, typer.Option(min=1)] = 50,
    as_json: JsonOption = False,
) -> None:
    """某批次被拒绝的单元格：行、列、原因 · cells that were not taken: line, cell, reason."""
    from saishang.lake.reasons import explain
    from saishang.lake.stage import REJECT_COLUMNS

    lake = _lake()
    found = lake.ledger.batch(batch)
    if output is not None:
        file = lake.folders.rejects(batch)
        if file.exists():
            output.write_bytes(file.read_bytes())
        else:
            with output.open("w", encoding="utf-8-sig", newline="") as handle:
                csv.writer(handle).writerow(REJECT_COLUMNS)
        console.print(f"{found.rejected:,} → {output}", highlight=False)
        return
    rows = lake.ledger.rejects(batch, limit=limit)
    if as_json:
        emit_json({"batch": batch, "file": found.file_name, "rejected": found.rejected, "rejects": [
            {**row._asdict(), "message_zh": explain(row.params, row.message, "zh")} for row in rows]})  # fmt: skip
        return
    print_table(
        f"批次 {batch} 的拒绝记录 · rejects of {found.file_name}: {found.rejected:,}",
        ["行 line", "列 cell", "列名 column", "内容 content", "代码 code", "原因", "reason"],
        [(*row[:5], explain(row.params, row.message, "zh"), row.message) for row in rows],
        caption="全部见 --csv FILE · all of them with --csv FILE" if found.rejected > len(rows) else "",
    )


@app.command()
def rows(
    station: Annotated[str, typer.Option(help="站点编码 · station code.")],
    parameter: Annotated[str, typer.Option(help="参数代码 · parameter code.")],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="起 · first day.")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="止，含当日 · last day.")],
    version: Annotated[int | None, typer.Option(help="数据表版本，不写则最新 · version of the table.")] = None,
    as_json: JsonOption = False,
) -> None:
    """查看某站某参数的数据，可指定旧版本 · values of a station, also as an older version of the table had them."""
    import pyarrow.compute as pc

    span = (pc.field("start") >= first) & (pc.field("start") < last + timedelta(days=1))
    wanted = (pc.field("station") == station) & (pc.field("parameter") == parameter) & span
    lake = _lake()
    found = lake.observations(version).to_table(filter=wanted).sort_by([("start", "ascending")]).to_pylist()
    keys = ("source", "start", "end", "value", "qualifier", "batch", "line", "cell")
    if as_json:
        emit_json([{key: row[key] for key in keys} for row in found])
        return
    shown = lake.version if version is None else version
    print_table(
        f"{station} {parameter}，版本 version {shown}",
        ["来源 source", "开始 start", "结束 end", "值 value", "标记 mark", "批次 batch", "行 line", "列 cell"],
        [[row[key] for key in keys] for row in found],
        caption="" if found else "没有数据 · no rows",
    )


@app.command()
def superseded(
    batch: Annotated[int, typer.Argument(help="批次号 · batch.")],
    limit: Annotated[int, typer.Option(min=1)] = 50,
    as_json: JsonOption = False,
) -> None:
    """某批次更正了哪些值 · which values a corrected file replaced."""
    rows = _lake().ledger.supersessions(batch, limit=limit)
    if as_json:
        emit_json(rows)
        return
    print_table(
        f"批次 {batch} 更正的值 · values replaced by batch {batch}",
        ["站点 station", "参数 parameter", "开始 start", "原值 old", "批次 batch", "行 line", "新值 new", "行 line"],
        [
            (r["station"], r["parameter"], r["start"], r["old_value"], r["old_batch"], r["old_line"], r["new_value"],
             r["new_line"])
            for r in rows
        ],
    )  # fmt: skip


@app.command()
def compact(
    month: Annotated[list[str] | None, typer.Option(help="只处理这些月份，如 2019-05 · only these months.")] = None,
    as_json: JsonOption = False,
) -> None:
    """合并小文件；不影响正在读取者 · join small files; readers are not disturbed."""
    result = _lake().table.compact(months=month)
    if as_json:
        emit_json(result)
    else:
        console.print(f"{result['files_removed']} → {result['files_added']} 个文件 files", highlight=False)


@app.command()
def vacuum(
    older_than: Annotated[int, typer.Option("--older-than", min=7, help="保留天数 · days to keep.")],
    apply: Annotated[
        bool, typer.Option("--apply", help="真正删除；否则只列出 · really remove; else only list.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """删除旧版本的数据文件；原始文件档案不受影响 · remove files of old versions; the raw archive stays."""
    lake = _lake()
    from saishang.apps.observations.actions.maintain import vacuum as remove

    done = remove(lake, timedelta(days=older_than), dry_run=not apply)
    if as_json:
        emit_json({"removed" if apply else "would_remove": done.files, "kept_versions": done.kept_versions})
        return
    word = "已删除 removed" if apply else "将删除（加 --apply 执行）would remove (with --apply)"
    console.print(f"{word}: {len(done.files)}", highlight=False)
    if done.kept_versions:
        console.print(
            f"评估运行所用的 {len(done.kept_versions)} 个版本保留 · versions of evaluation runs stay readable",
            highlight=False,
        )


@app.command()
def reconcile(as_json: JsonOption = False) -> None:
    """了结中断的批次 · settle batches whose process died."""
    settled = _lake().reconcile()
    if as_json:
        emit_json({str(number): status for number, status in settled.items()})
    elif settled:
        print_table("已了结 · settled", ["批次 batch", "状态 status"], list(settled.items()))
    else:
        console.print("没有中断的批次 · no interrupted batches")


@app.command()
def check(as_json: JsonOption = False) -> None:
    """核对：每个键只有一行，台账与数据表一致，归档文件完好 · one row per key, ledger and table agree, archive sound."""
    from saishang.lake.audit import audit

    findings = audit(_lake())
    if as_json:
        emit_json([finding.__dict__ for finding in findings])
    else:
        print_table("核对 · check", ["项目 what", "结果 result", "问题数 faults"], [
            (f.what, "通过 passed" if not f.faults else f.detail, f.faults) for f in findings])  # fmt: skip
    if any(finding.faults for finding in findings):
        raise CheckFailed("the lake has faults", fix="see the lines above")


@app.command()
def gaps(
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"])] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"])] = None,
    everywhere: Annotated[bool, typer.Option("--everywhere", help="也含规则之外的站点 · other stations too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """重算缺测台账 · compute the gap ledger anew."""
    from saishang.lake.gaps import update_gaps

    lake = _lake()
    counts = update_gaps(
        lake.table, lake.ledger, lake.folders, lake.rules, lake.described(), first=_date(first), last=_date(last),
        everywhere=everywhere,
    )  # fmt: skip
    if as_json:
        emit_json([count.__dict__ for count in counts])
        return
    print_table(
        "缺测台账 · gap ledger",
        ["序列 series", "起 from", "止 to", "应有小时 expected", "实有 present", "未报 not sent", "空值 empty",
         "有标记 marked", "拒绝 rejected", "质控剔除 removed"],
        [
            (c.source, c.first, c.last, c.expected, c.present,
             *(c.missing[k] for k in ("not_sent", "empty", "marked", "rejected", "removed_by_qc")))
            for c in counts
        ],
    )  # fmt: skip


@app.command()
def quality(
    action: Annotated[str, typer.Argument(help="run 执行检验 · run the tests.")] = "run",
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"])] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="含当日 · inclusive.")] = None,
    as_json: JsonOption = False,
) -> None:
    """质量控制检验：只加标记，不改数据 · quality tests: flags are added, data are not changed."""
    from saishang.lake.quality import run_quality

    if action != "run":
        raise typer.BadParameter("expected: run")
    lake = _lake()
    run = run_quality(
        lake.table, lake.ledger, lake.rules, first=first, last=None if last is None else last + timedelta(days=1),
        actor="saishang ingest quality",
    )  # fmt: skip
    if as_json:
        emit_json({**run.__dict__, "results": [result.__dict__ for result in run.results]})
        return
    print_table(
        f"质控 {run.id} · quality run {run.id}, {run.first:%Y-%m-%d} – {run.last:%Y-%m-%d}",
        ["检验 test", "通过 passed", "标记 flagged", "未评价 not evaluated"],
        [(r.test, r.passed, r.flagged, r.not_evaluated) for r in run.results],
    )


@app.command()
def sources(as_json: JsonOption = False) -> None:
    """已知的数据来源 · known sources."""
    known = _lake().sources.values()
    if as_json:
        emit_json([{"id": s.id, "zh": s.zh, "en": s.en, "layout": s.layout, "label": s.label} for s in known])
        return
    print_table("来源 · sources", ["id", "名称 name", "布局 layout", "时标 label"], [
        (s.id, s.zh, s.layout, s.label) for s in known])  # fmt: skip


def _date(stamp: datetime | None) -> date | None:
    return None if stamp is None else stamp.date()
