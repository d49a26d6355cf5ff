"""`saishang registers new` and `preview`: begin a kind of register, and look at one while it is written."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from saishang.cli.console import JsonOption, console, emit_json, print_table
from saishang.config import OWN_RULES, load_config
from saishang.errors import CheckFailed, SaishangError

if TYPE_CHECKING:
    from saishang.apps.registers.blank import Goal
    from saishang.rules import Problem, Rules
    from saishang.science.register.draft import Draft
    from saishang.science.register.kind import Field, Figure, Kind

__all__ = ["register"]

_TYPES = {
    "text": "文字 text", "long_text": "长文字 long text", "integer": "整数 whole number", "number": "数 number",
    "date": "日期 date", "choice": "选项 choice", "truth": "是否 yes or no", "region": "地区 region",
    "entry": "条目 entry",
}  # fmt: skip
_PLACES = {"none": "无 none", "point": "点 point", "line": "线 line", "polygon": "面 polygon"}
_MEASURES = {
    "count": "个数 count", "sum": "合计 sum", "share": "占比 share", "region_share": "地区占比 share of regions",
    "base_share": "对基数的占比 share of a base",
}  # fmt: skip
#: Seconds between two looks at a watched file.
_PAUSE = 0.5


def register(group: typer.Typer) -> None:
    """Add the commands to `saishang registers`."""
    group.command("new")(new)
    group.command("preview")(preview)


def _rules() -> Rules:
    from saishang.rules import check_rules

    # With a fault somewhere else a file can be looked at all the same; `rules check` tells the fault.
    return check_rules(load_config().rules_overlay)[0]


def new(
    name: Annotated[str, typer.Argument(help="文件名，如 solar_lamps · name of the file.")],
    zh: Annotated[str, typer.Option(help="中文名称 · Chinese name.")] = "新名录",
    en: Annotated[str, typer.Option(help="英文名称 · English name.")] = "New register",
    target: Annotated[
        str, typer.Option(help="同时加一个目标：在用比例不低于多少 % · also a target: at least so much in use [%].")
    ] = "",
    task: Annotated[str, typer.Option(help="目标为方案的哪项任务服务，如 T12 · task it serves.")] = "",
    year: Annotated[int, typer.Option(help="目标的年份；不给时为今年 · year; this one when absent.")] = 0,
    plan: Annotated[str, typer.Option(help="方案；只有一个时可不给 · plan; the only one when absent.")] = "",
) -> None:
    """在站点规则目录写入一个带说明的名录定义文件 · write a commented file into the site's own rules folder."""
    from saishang.apps.registers.blank import begin_file, begin_target

    config = load_config()
    folder = config.rules_overlay or config.var / OWN_RULES
    rules = _rules()
    paths: list[Path] = []
    if target:
        paths += begin_target(folder, rules, name, zh, en, _goal(rules, target, task, year, plan))
    paths.insert(0, begin_file(folder, rules, name, zh, en))
    for path in paths:
        console.print(f"已写入 · written: {path}", markup=False, highlight=False, soft_wrap=True)
    for line in (
        f"1. 用文本编辑器修改 · change it in a text editor; saishang registers preview {paths[0]} --watch",
        "2. 检查全部规则 · check all rules: saishang rules check",
        "3. 重新启动门户后生效 · in force after the portal is started again: Ctrl-C, saishang serve",
    ):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _goal(rules: Rules, target: str, task: str, year: int, plan: str) -> Goal:
    from saishang.apps.registers.blank import Goal

    try:
        value = Decimal(target.strip().removesuffix("%"))
    except ArithmeticError:
        value = Decimal(-1)
    if not (value.is_finite() and 0 <= value <= 100):
        raise SaishangError(
            f"expected a share from 0 to 100, got {target!r}", fix="as in --target 90", where="--target"
        )
    plans = sorted({table.split("/")[1] for table in rules.tables if table.startswith("plans/")})
    return Goal(value, year or date.today().year, plan or (plans[0] if len(plans) == 1 else ""), task)


def preview(
    file: Annotated[Path, typer.Argument(help="名录定义文件 · file of a kind.", exists=True, dir_okay=False)],
    watch: Annotated[bool, typer.Option("--watch", help="文件改动后再次检查，Ctrl-C 结束 · check again.")] = False,
    as_json: JsonOption = False,
) -> None:
    """检查一个名录定义文件，列出问题，或表单、状态、期限和统计 · check one file; faults, or what it makes."""
    rules = _rules()
    draft = _look(file, rules, as_json=as_json)
    while watch:
        seen = _stamp(file)
        try:
            while _stamp(file) == seen:
                time.sleep(_PAUSE)
        except KeyboardInterrupt:
            return
        console.rule()
        draft = _look(file, rules, as_json=as_json)
    if draft.problems:
        count = len(draft.problems)
        raise CheckFailed(
            f"expected a register without fault, got {count} problem{'' if count == 1 else 's'}",
            fix="mend the lines listed above and look again", where=str(file),
        )  # fmt: skip


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        stat = file.stat()
    except FileNotFoundError:  # editors that write a new file and move it into place
        return None
    return stat.st_mtime_ns, stat.st_size


def _look(file: Path, rules: Rules, *, as_json: bool) -> Draft:
    from saishang.science.register.draft import read_draft

    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SaishangError(
            "expected UTF-8, got other bytes", fix="save the file as UTF-8", where=str(file)
        ) from None  # fmt: skip
    draft = read_draft(file.stem, text, rules, str(file))
    if as_json:
        emit_json({"ok": not draft.problems, "problems": [problem.to_dict() for problem in draft.problems]})
    elif draft.kind is None:
        _print_problems(draft.problems)
    else:
        _print_kind(draft.kind, rules)
    return draft


def _print_problems(problems: Iterable[Problem]) -> None:
    print_table(
        "问题 · problems", ("行 line", "位置 where", "应为 expected", "实为 got", "怎么改 how to mend"),
        ((p.line or None, p.cell or None, p.expected, p.got, p.fix) for p in problems),
    )  # fmt: skip


def _both(zh: str, en: str) -> str:
    return f"{zh} {en}" if en != zh else zh


def _print_kind(kind: Kind, rules: Rules) -> None:
    console.print(f"{_both(kind.zh, kind.en)}  （{kind.id}）", markup=False, highlight=False)
    console.print(f"图上位置 · place: {_PLACES[kind.place]}", markup=False, highlight=False)
    print_table(
        "表单 · form", ("字段 field", "编号 id", "内容 type", "必填 required", "列表 list", "公开 public"),
        ((_both(f.zh, f.en), f.id, _said_type(f), _required(f), _tick(f.in_list), _tick(f.public))
         for f in kind.fields.values()),
    )  # fmt: skip
    if kind.life is not None:
        life = kind.life
        print_table(
            "状态和办理 · states and moves", ("状态 state", "办理 move", "成为 to", "材料 evidence"),
            ((_both(state.zh, state.en) + (" ●" if state.id == kind.start else ""), _both(m.zh, m.en) if m else None,
              _both(life.states[m.after].zh, life.states[m.after].en) if m else None,
              "；".join(_both(kind.evidence[e].zh, kind.evidence[e].en) for e in m.evidence) if m else None)
             for state in life.states.values() for m in (life.moves(state.id) or (None,))),
            caption="● 新条目 · new entries",
        )  # fmt: skip
    if kind.terms:
        print_table(
            "期限 · terms", ("期限 term", "起算 from", "今日起算的到期日 · ends when begun today"),
            ((_both(t.zh, t.en), _both(kind.fields[t.since].zh, kind.fields[t.since].en) if t.since
              else "状态开始之日 day of the state", _ends(kind, t.id)) for t in kind.terms),
        )  # fmt: skip
    if kind.figures:
        print_table(
            "统计 · figures", ("指标 figure", "编号 id", "算法 measure", "单位 unit", "条件 counts", "总体 of"),
            ((_both(f.zh, f.en), f.id, _MEASURES[f.measure], f.unit or None, _said_where(f.where), _whole(f))
             for f in kind.figures.values()),
        )  # fmt: skip
    console.print("没有问题 · no fault", markup=False, highlight=False)


def _said_type(field: Field) -> str:
    parts = [_TYPES[field.type] + (f" [{field.unit}]" if field.unit else "")]
    if field.least is not None or field.most is not None:
        parts.append(f"{'' if field.least is None else field.least}–{'' if field.most is None else field.most}")
    if field.choices:
        shown = "、".join(choice.zh for choice in field.choices[:8])
        parts.append(shown + (f" … ({len(field.choices)})" if len(field.choices) > 8 else ""))
    if field.of:
        parts.append(field.of)
    return "; ".join(parts)


def _required(field: Field) -> str | None:
    if isinstance(field.required, bool):
        return _tick(field.required)
    return _said_where(field.required)


def _tick(yes: bool) -> str | None:
    return "是 yes" if yes else None


def _said_where(where: Mapping[str, tuple[str, ...]]) -> str | None:
    return "; ".join(f"{name} = {' | '.join(values)}" for name, values in where.items()) or None


def _whole(figure: Figure) -> str | None:
    if figure.measure != "share":
        return None
    return _said_where(figure.of) or "全部 all"


def _ends(kind: Kind, term: str) -> str | None:
    from saishang.science.register.draft import example_due

    due = example_due(kind, term, date.today())
    return None if due is None else due.on.isoformat()
