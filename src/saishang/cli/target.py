"""Command `saishang target`: what stands about a target, set it, split it over the regions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from saishang.cli.console import JsonOption, actor_name, console, day_of, emit_json, print_table
from saishang.cli.evaluate import DEFAULT_REGION, DEFAULT_SITE
from saishang.config import load_config

if TYPE_CHECKING:
    from saishang.apps.indicators.actions.set_target import Change
    from saishang.apps.indicators.target_view import Home, TargetObject
    from saishang.rules import Rules

__all__ = ["register"]

_target = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
TargetArgument = Annotated[str, typer.Argument(help="目标编号，如 G02 · number of the target.")]
RegionOption = Annotated[str, typer.Option(help="区域代码 · region code.")]
PlanOption = Annotated[str, typer.Option(help="方案名称 · name of the plan.")]
SiteOption = Annotated[str, typer.Option(help="站点规则目录 · folder of the site's rules.")]
EffectiveOption = Annotated[str, typer.Option(help="施行日期，默认今天 · in force from, default today.")]
ReasonOption = Annotated[str, typer.Option(help="事由 · why.")]
DocumentOption = Annotated[str, typer.Option(help="依据文件：机关、文号、日期 · document that decides it.")]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.add_typer(
        _target,
        name="target",
        help="目标设定：查看、设定、分解到各地，逐版留痕 · what stands about a target, set it, split it, in versions.",
    )


def _ready(plan: str, site: str, region: str) -> tuple[Rules, Home]:
    from saishang.web.boot import setup_django

    setup_django()
    from saishang.apps.indicators.target_view import Home
    from saishang.rules import load_rules

    return load_rules(load_config().rules_overlay), Home(plan, site, region)


def _change(effective: str, reason: str, document: str) -> Change:
    from saishang.apps.indicators.actions.set_target import Change

    return Change(actor_name("target"), day_of(effective), reason, document)


def _shown(known: TargetObject) -> dict[str, Any]:
    from saishang.apps.indicators.target_settings import plain_setting

    found = known.check
    return {
        "target": known.target, "region": known.region, "text": known.goal.text,
        "indicator": known.indicator.id if known.indicator else None,
        "comparator": known.comparator, "goal": known.level, "year": known.goal.year,
        "version": known.version, "newest": known.newest, "parent": known.parent or None,
        "baseline": None if known.start is None
        else {"year": known.start.year, "value": known.start.value, "source": known.start_source},
        "path": {str(point.year): point.value for point in known.path},
        "setting": plain_setting(known.setting),
        "parts": [{"region": part.region, "goal": part.goal, "weight": part.weight} for part in known.parts],
        "adds_up": None if found is None
        else {"kept": found.kept, "value": None if found.value is None else float(found.value),
              "missing": found.missing, "short": found.short},
    }  # fmt: skip


@_target.command("show")
def show(
    target: TargetArgument,
    region: RegionOption = DEFAULT_REGION,
    on: Annotated[str, typer.Option(help="哪一天，默认今天 · as of, default today.")] = "",
    plan: PlanOption = "ningxia",
    site: SiteOption = DEFAULT_SITE,
    home: Annotated[str, typer.Option(help="评估区域 · region that is evaluated.")] = DEFAULT_REGION,
    as_json: JsonOption = False,
) -> None:
    """查看一个目标现在按什么评估 · what stands about a target."""
    rules, place = _ready(plan, site, home)
    from saishang.apps.indicators.target_objects import history
    from saishang.apps.indicators.target_view import target_object

    known = target_object(rules, place, target, region, day_of(on))
    told = _shown(known)
    if as_json:
        emit_json(told)
        return
    print_table(
        f"{known.target} {known.goal.text}", ("项目 item", "内容 what"),
        ((name, str(value)) for name, value in told.items() if value not in (None, [], {}, "")),
    )  # fmt: skip
    versions = history(place.plan, target, region)
    if versions:
        print_table(
            "历次版本 · versions", ("版本 version", "施行 from", "依据 document", "事由 reason"),
            ((str(v.number), v.effective.isoformat(), v.document, v.reason) for v in versions),
        )  # fmt: skip


@_target.command("set")
def set_(
    target: TargetArgument,
    reason: ReasonOption,
    document: DocumentOption,
    region: RegionOption = DEFAULT_REGION,
    goal: Annotated[str, typer.Option(help="目标值（指标单位）· goal in the indicator's unit.")] = "",
    year: Annotated[str, typer.Option(help="目标年 · year of the goal.")] = "",
    baseline: Annotated[str, typer.Option(help="基准 年:值:来源 · baseline year:value:source.")] = "",
    path: Annotated[str, typer.Option(help="straight、stepped 或 entered · kind of path.")] = "",
    points: Annotated[str, typer.Option(help="年=值;年=值 · years and values of the path.")] = "",
    tolerance: Annotated[str, typer.Option(help="容差，如 5% 或 1.5 · tolerance, of the goal or in the unit.")] = "",
    clause: Annotated[str, typer.Option(help="依据条款 · clause.")] = "",
    effective: EffectiveOption = "",
    plan: PlanOption = "ningxia",
    site: SiteOption = DEFAULT_SITE,
    home: Annotated[str, typer.Option(help="评估区域 · region that is evaluated.")] = DEFAULT_REGION,
) -> None:
    """设定方案未定的内容，成为新的一版；未写的按方案 · set what the plan leaves open, as a new version."""
    rules, place = _ready(plan, site, home)
    from saishang.apps.indicators.actions.set_target import set_target
    from saishang.apps.indicators.target_settings import read_year_values, refused
    from saishang.errors import Fault

    faults: list[Fault] = []
    known_points = read_year_values(points, "points", faults)
    if faults:
        raise refused(faults)
    begin = dict(zip(("year", "value", "source"), baseline.split(":", 2), strict=False)) if baseline else {}
    given: dict[str, Any] = {
        "goal": goal, "year": year, "baseline": begin, "clause": clause,
        "path": {"kind": path or ("entered" if known_points else ""), "points": known_points},
        "tolerance": {"value": tolerance.rstrip("%"), "of": "percent" if tolerance.endswith("%") else "unit"},
    }  # fmt: skip
    made = set_target(_change(effective, reason, document), rules, place, target, region, given)
    console.print(f"已记录 · recorded: {made.target} {made.region} v{made.number}", highlight=False)


@_target.command("split")
def split(
    target: TargetArgument,
    table: Annotated[Path, typer.Argument(help="分解表，CSV 或 Excel · table of the split.", exists=True)],
    reason: ReasonOption,
    document: DocumentOption,
    combine: Annotated[str, typer.Option(help="mean、weighted、sum 或 each · how parts make the whole.")] = "mean",
    region: RegionOption = DEFAULT_REGION,
    weights_from: Annotated[str, typer.Option(help="权重来源 · where the weights stand.")] = "",
    accepted: Annotated[str, typer.Option(help="接受缺口的理由 · why a gap is accepted.")] = "",
    effective: EffectiveOption = "",
    plan: PlanOption = "ningxia",
    site: SiteOption = DEFAULT_SITE,
    home: Annotated[str, typer.Option(help="评估区域 · region that is evaluated.")] = DEFAULT_REGION,
) -> None:
    """按表把目标分解到各地，核对合成后是否满足总体目标 · split a target by a table; the parts have to add up."""
    rules, place = _ready(plan, site, home)
    from saishang.apps.indicators.actions.set_cascade import Split, set_cascade
    from saishang.apps.indicators.split_table import read_split
    from saishang.apps.indicators.target_settings import refused
    from saishang.errors import Fault
    from saishang.science.cascade import COMBINE

    if combine not in COMBINE:
        message = f"expected one of {', '.join(COMBINE)}; got {combine!r}"
        raise refused([Fault("combine", message, "choose one")])
    rows = read_split(table, table.name, rules)
    made = set_cascade(
        _change(effective, reason, document), rules, place, target, region,
        Split(combine, rows, weights_from, accepted),
    )  # fmt: skip
    console.print(f"已分解 · split: {made.target} {made.region} v{made.number}", highlight=False)
