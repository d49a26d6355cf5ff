"""Command `saishang plan`: read, import, show, compare and export plans."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from saishang.cli.console import JsonOption, actor_name, console, emit_json, print_table
from saishang.errors import SaishangError

if TYPE_CHECKING:
    from saishang.apps.plan.diff import PlanDiff
    from saishang.apps.plan.importer.agencies import Agency
    from saishang.apps.plan.importer.document import Owner, PlanDocument, Target

__all__ = ["register"]

_OWNER = {"lead": "牵头", "responsible": "责任", "support": "配合", "guide": "指导"}

plan_app = typer.Typer(
    name="plan",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="方案：解析、导入、查看、比较、导出 · plans: parse, import, show, compare, export.",
)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.add_typer(plan_app)


def _overlay() -> Path | None:
    from saishang.config import load_config

    return load_config().rules_overlay


def _agencies() -> tuple[Agency, ...]:
    """The agency table with the site's own rows laid over it."""
    from saishang.apps.plan.importer.agencies import site_agencies

    return site_agencies(_overlay())


def _django() -> None:
    from saishang.web.boot import setup_django

    setup_django()


@plan_app.command("parse")
def parse(
    file: Annotated[Path, typer.Argument(help="方案文件 .docx 或 .txt · plan document.")],
    as_json: JsonOption = False,
) -> None:
    """只读取文件、不入库 · read a document without storing it."""
    from saishang.apps.plan.importer.parse import parse_document

    document = parse_document(file, _agencies())
    if as_json:
        emit_json(document.to_dict())
    else:
        _print_document(document)


@plan_app.command("import")
def import_(
    file: Annotated[Path | None, typer.Argument(help="方案文件 .docx 或 .txt · plan document.")] = None,
    from_rules: Annotated[str | None, typer.Option(help="规则目录中的方案，如 ningxia · a plan in the rules.")] = None,
    name: Annotated[str | None, typer.Option(help="方案短名，如 ningxia · short name of the plan.")] = None,
    version: Annotated[str | None, typer.Option(help="版本名，如 final-2024 · name of the version.")] = None,
    title: Annotated[str | None, typer.Option(help="标题（文件里读不出时） · title, where the file has none.")] = None,
    as_json: JsonOption = False,
) -> None:
    """把方案存为新版本 · store a plan as a new version."""
    if (file is None) == (from_rules is None):
        raise typer.BadParameter("give a file, or --from-rules NAME / 请给出文件或 --from-rules 名称")
    _django()
    from saishang.apps.plan import queries
    from saishang.apps.plan.actions import import_plan_from_file, import_plan_from_rules

    if from_rules is not None:
        stored = import_plan_from_rules(actor_name("plan"), from_rules, overlay=_overlay())
    else:
        assert file is not None  # noqa: S101 - checked above, for the type checker
        stored = import_plan_from_file(
            actor_name("plan"), file, plan=name, label=version, title=title, agencies=_agencies()
        )
    view = queries.version(str(stored))
    open_units = queries.unresolved(view.id)
    if as_json:
        emit_json({"version": view.name, "title": view.title, "tasks": view.tasks, "targets": view.targets,
                   "unresolved": [u for u, _, _ in open_units]})  # fmt: skip
        return
    console.print(
        f"{view.name}  {view.title}\n任务 {view.tasks} · 量化目标 {view.targets} · 待认定单位 {len(open_units)}",
        markup=False,
    )
    if open_units:
        print_table("待认定单位 · units to settle", ["单位", "出现于"], [(u, "、".join(at)) for u, at, _ in open_units])


@plan_app.command("versions")
def versions(as_json: JsonOption = False) -> None:
    """列出全部版本 · list all versions."""
    _django()
    from saishang.apps.plan import queries

    found = queries.versions()
    if as_json:
        emit_json([{"version": v.name, "title": v.title, "draft": v.draft, "tasks": v.tasks, "targets": v.targets,
                    "unresolved": v.unresolved, "imported_at": v.imported_at, "imported_by": v.imported_by,
                    "origin": v.origin, "digest": v.digest} for v in found])  # fmt: skip
        return
    print_table(
        "方案版本 · plan versions", ["版本", "标题", "任务", "目标", "待认定", "导入时间", "来源"],
        [(v.name, v.title + (f"（{v.draft}）" if v.draft else ""), v.tasks, v.targets, v.unresolved,
          f"{v.imported_at:%Y-%m-%d %H:%M}",
          v.origin) for v in found],
        caption="" if found else "还没有方案：saishang plan import 文件 · none yet",
    )  # fmt: skip


@plan_app.command("show")
def show(
    version: Annotated[
        str | None, typer.Argument(help="版本，如 ningxia@draft-2024；缺省为最新 · default: newest.")
    ] = None,
    item: Annotated[str | None, typer.Option(help="只看一条，如 T10 · one item.")] = None,
    text: Annotated[str, typer.Option(help="查找文字 · search words.")] = "",
    owner: Annotated[str, typer.Option(help="单位代码或名称 · agency code or name.")] = "",
    as_json: JsonOption = False,
) -> None:
    """查看一个版本的任务 · show the tasks of a version."""
    _django()
    from saishang.apps.plan import queries

    view = queries.version(version) if version else queries.current_version()
    if view is None:
        raise queries.PlanNotFoundError("expected a plan, got none yet", fix="import one: saishang plan import FILE")
    document = queries.document_of(view.name)
    if item:
        queries.item(view.id, item)
    keep = {i.id for i in queries.items(view.id, text=text, owner=owner) if item in (None, i.id)}
    document.items = [i for i in document.items if i.id in keep]
    document.targets = [t for t in document.targets if t.at in keep]
    document.duties = [d for d in document.duties if d.at in keep]
    document.commitments = [c for c in document.commitments if c.at in keep]
    if as_json:
        emit_json({"version": view.name} | document.to_dict())
    else:
        _print_document(document, measures=item is not None)


@plan_app.command("diff")
def diff(
    before: Annotated[str, typer.Argument(help="旧版本，或文件 · old version, or a file.")],
    after: Annotated[str, typer.Argument(help="新版本，或文件 · new version, or a file.")],
    as_json: JsonOption = False,
) -> None:
    """比较两个版本 · compare two versions (or files)."""
    from saishang.apps.plan.diff import diff_plans

    found = diff_plans(_load(before), _load(after), (before, after))
    if as_json:
        emit_json(found.to_dict())
        return
    _print_diff(found)


_KINDS = {
    "added": "新增", "dropped": "删除", "merged": "合并", "split": "拆分", "renamed": "改名", "moved": "移动",
    "owners": "责任单位", "measures": "措施", "targets": "目标",
}  # fmt: skip
_TARGET_CHANGES = {
    "added": "新增", "dropped": "删除", "tightened": "收紧", "loosened": "放宽", "settled": "明确", "withheld": "隐去",
    "rescheduled": "改期", "moved": "移动", "changed": "变更",
}  # fmt: skip
_STYLES = {"added": "green", "dropped": "red", "tightened": "yellow", "loosened": "magenta"}


def _print_diff(found: PlanDiff) -> None:
    """One block per change: what happened, from which item to which, then owners, targets and measures line by line."""
    counts = Counter(k for c in found.changes for k in c.kinds)
    told = "，".join(f"{word} {counts[kind]}" for kind, word in _KINDS.items() if counts[kind])
    console.print(f"{found.before} → {found.after}", style="bold", markup=False)
    console.print(
        f"{found.items_before} 项 → {found.items_after} 项；未变 {found.unchanged} 项{'；' if told else ''}{told}",
        markup=False,
    )
    for c in found.changes:
        before, after = f"{' '.join(c.before)} {c.title_before}".strip(), f"{' '.join(c.after)} {c.title_after}".strip()
        title = f"{before} → {after}" if before and after and c.title_before != c.title_after else after or before
        if c.before and c.after and c.title_before == c.title_after and c.before != c.after:
            title = f"{' '.join(c.before)} → {after}"
        style = next((_STYLES[k] for k in c.kinds if k in _STYLES), "cyan")
        console.print(f"\n[{'、'.join(_KINDS[k] for k in c.kinds)}] {title}", style=f"bold {style}", markup=False)
        lines = []
        if c.moved_from is not None:
            lines.append(f"位置　{c.moved_from} → {c.moved_to}")
        if c.before and c.after:
            lines += [f"单位　＋ {o}" for o in c.owners_added] + [f"单位　－ {o}" for o in c.owners_dropped]
            lines += [f"单位　{_roles_in_words(o)}" for o in c.roles_changed]
        for t in c.targets:
            year = f"（{t.year}）" if t.year and t.what != "rescheduled" else ""
            scope = f"{t.scope}　" if t.scope and t.scope not in t.indicator else ""
            lines.append(
                f"目标　{_TARGET_CHANGES[t.what]}　{scope}{t.indicator}{year}　"
                + " → ".join(_signs(v) for v in (t.before, t.after) if v)
            )
        lines += [f"措施　－ {_short(m)}" for m in c.measures_dropped if c.after]
        lines += [f"措施　＋ {_short(m)}" for m in c.measures_added if c.before]
        for line in lines:
            console.print(f"  {line}", markup=False, highlight=False)


def _signs(said: str) -> str:
    """>= 88% as people write it: ≥ 88%."""
    return said.replace(">=", "≥").replace("<=", "≤").replace("~ ", "约 ")


def _roles_in_words(change: str) -> str:
    """某局: responsible → lead in the words of the plan."""
    for role, word in _OWNER.items():
        change = re.sub(rf"\b{role}\b", word, change)
    return change


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:58]}……"


def _load(name: str) -> PlanDocument:
    """A file that exists is read; anything else is the name of a stored version."""
    path = Path(name)
    if path.suffix.lower() in (".docx", ".txt", ".doc") or path.is_file():
        from saishang.apps.plan.importer.parse import parse_document

        return parse_document(path, _agencies())
    _django()
    from saishang.apps.plan import queries

    return queries.document_of(name)


@plan_app.command("export")
def export(
    version: Annotated[str, typer.Argument(help="版本，或文件 · version, or a file.")],
    xlsx: Annotated[Path | None, typer.Option("--xlsx", help="写成 Excel · write a workbook here.")] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="写成 JSON 文件（- 为屏幕） · write JSON here (- for screen).")
    ] = None,
) -> None:
    """导出一个版本 · export a version to Excel or JSON."""
    if xlsx is None and json_file is None:
        raise typer.BadParameter("give --xlsx FILE or --json FILE / 请给出 --xlsx 或 --json")
    document = _load(version)
    try:
        if xlsx is not None:
            from saishang.apps.plan.export import write_workbook

            write_workbook(document, xlsx)
            console.print(f"{xlsx}", markup=False)
        if json_file is not None and str(json_file) == "-":
            emit_json(document.to_dict())
        elif json_file is not None:
            json_file.write_text(json.dumps(document.to_dict(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
            console.print(f"{json_file}", markup=False)
    except OSError as error:
        raise SaishangError(
            f"expected a place to write to, got: {error.strerror or error}",
            fix="choose another file",
            where=str(xlsx or json_file),
        ) from error


def _print_document(document: PlanDocument, *, measures: bool = False) -> None:
    console.print(document.title + (f"（{document.draft}）" if document.draft else ""), style="bold", markup=False)
    print_table(
        "任务 · items", ["编号", "序号", "标题", "责任单位", "目标"],
        [
            (i.id, i.number, i.title, "\n".join(_owner_line(o) for o in i.owners if not o.inherited),
             len(i.targets) or "")
            for i in document.items
        ],
    )  # fmt: skip
    if measures:
        for i in document.items:
            print_table(f"{i.id} 措施 · measures", ["#", "措施"], list(enumerate(i.measures, start=1)))
    print_table(
        "量化目标 · targets", ["编号", "指标", "目标", "年份", "范围"],
        [(t.at, t.indicator, _target_line(t), t.year, t.scope) for t in document.targets],
    )  # fmt: skip
    if document.duties:
        print_table("周期性职责 · duties", ["编号", "时间", "事项", "报送", "抄送"],
                    [(d.at, d.when, d.what, d.to, d.copy) for d in document.duties])  # fmt: skip
    for o in document.inherited_owners:
        console.print(f"统一责任单位（{len(o.applies_to)} 项）：{'、'.join(o.units)}", markup=False)
    if document.unresolved:
        print_table(
            "待认定单位 · units to settle", ["单位", "出现于"], [(u.unit, "、".join(u.at)) for u in document.unresolved]
        )
    for note in document.notes:
        console.print(f"注：{note}", style="dim", markup=False)


def _owner_line(o: Owner) -> str:
    names = o.agencies if len(o.agencies) == len(o.units) else o.units
    return f"{_OWNER[o.role]}：{'、'.join(names)}{'等' if o.etc else ''}"


def _target_line(t: Target) -> str:
    from saishang.apps.plan.importer.document import json_number

    number = (
        "**"
        if t.undetermined
        else f"{json_number(t.low)}—{json_number(t.high)}"
        if t.value is None
        else f"{json_number(t.value)}"
    )
    moved = {"drop": "下降 ", "rise": "提高 "}.get(t.change or "", "")
    base = f"（比 {t.base_year} 年）" if t.base_year else ""
    return f"{t.comparator} {moved}{number}{t.unit}{base}" + ("（力争）" if t.aspirational else "")
