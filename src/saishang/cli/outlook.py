"""Command `saishang outlook`: what the rest of the year still affords."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

import typer

from saishang.cli.console import JsonOption, console, emit_json, print_table

if TYPE_CHECKING:
    from saishang.apps.indicators.outlook import Costs, GoodDays, Item, Outlook
    from saishang.apps.indicators.outlook_marks import Mark

__all__ = ["register"]

_VERDICTS = {
    "open": "取决于余下各日 open",
    "safe": "已无虞 safe",
    "impossible": "已不可能 impossible",
    "kept": "已守住 kept",
    "missed": "未守住 missed",
}
_MARKS = {"goal": "目标 goal", "limit": "限值 limit", "own": "自定 own", "earlier": "不差于 no worse than"}


def register(app: typer.Typer) -> None:
    """Add `outlook`."""

    @app.command()
    def outlook(
        run: Annotated[str, typer.Option(help="运行号，或 latest · run id, or latest.")] = "latest",
        as_of: Annotated[
            datetime | None,
            typer.Option(formats=["%Y-%m-%d"], help="取评估日期为该日的最新运行 · newest run as of this date."),
        ] = None,
        region: Annotated[
            str | None,
            typer.Option(help="只看一个城市或区域（代码），并列出代价最大者 · one place, with what cost most."),
        ] = None,
        basis: Annotated[str, typer.Option(help="口径：dust_removed 或 measured · basis.")] = "dust_removed",
        against: Annotated[
            str, typer.Option(help="goal（方案目标，无则限值）或 limit · hold against the plan's goal or the limit.")
        ] = "goal",
        own: Annotated[
            list[str] | None, typer.Option(help="自定数值，如 PM2.5=32，可重复 · a figure of your own, repeatable.")
        ] = None,
        good_days: Annotated[str | None, typer.Option(help="自定优良天数比例（%）· share of good days.")] = None,
        as_json: JsonOption = False,
    ) -> None:
        """余下各月须均不超过多少、还容许几个污染天 · what the rest of the year still affords."""
        from saishang.web.boot import setup_django

        setup_django()
        from saishang.apps.indicators import outlook as outlooks

        identifier = run if as_of is None else _run_of(as_of.date())
        figures = dict(_figure(text) for text in own or ())
        found = outlooks.outlook(
            identifier,
            basis=basis,
            places=None if region is None else [region],
            marks=against,
            own=figures,
            good_days=None if good_days is None else _number(good_days, "--good-days"),
        )
        dearest = []
        if region is not None:
            dearest = [
                made
                for item in found.items
                if item.scope == "city"
                and item.statistic == "mean"
                and (made := outlooks.costs(found.run, region, item.parameter, basis, item.mark.value)) is not None
            ]
        if as_json:
            emit_json(outlooks.plain(found) | {"costs": outlooks.plain(dearest)})
            return
        _print(found)
        for costs in dearest:
            if costs.days[0].part > 0:
                _print_costs(costs)


def _run_of(day: date) -> str:
    from saishang.apps.indicators import queries
    from saishang.errors import SaishangError

    found = queries.runs().filter(as_of=day).first()
    if found is None:
        raise SaishangError(
            f"there is no run as of {day}",
            fix=f"make one with `saishang evaluate --as-of {day}`; `saishang runs` lists those there are",
            where="--as-of",
        )
    return found.id


def _figure(text: str) -> tuple[str, Decimal]:
    name, sign, number = text.partition("=")
    if not sign:
        from saishang.errors import SaishangError

        raise SaishangError(f"expected ITEM=FIGURE, got {text!r}", fix="write it as PM2.5=32", where="--own")
    return name.strip(), _number(number, "--own")


def _number(text: str, where: str) -> Decimal:
    from saishang.errors import SaishangError

    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0:
        raise SaishangError(f"expected a number from 0, got {text!r}", fix="write it as 32 or 85.5", where=where)
    return number


def _mark(mark: Mark) -> str:
    sign = {"<=": "≤", ">=": "≥"}.get(mark.comparator, mark.comparator)
    name = " ".join(part for part in (mark.name, str(mark.year or "")) if part)
    return f"{sign} {mark.value} ({_MARKS[mark.kind]}{' ' + name if name else ''})"


def _needed(item: Item) -> str | None:
    from saishang.science.outlook.needed import NeededMean

    answer = item.answer
    if answer is None:
        return None
    verdict = _VERDICTS.get(answer.verdict, answer.verdict)
    if isinstance(answer, NeededMean):
        return f"≤ {answer.shown} {item.unit}" if answer.shown is not None else verdict
    if answer.verdict == "open":
        return f"还可超 {answer.spare} 天 days left of {answer.allowed}" + ("（临界 edge）" if answer.edge else "")
    return verdict


def _good(days: GoodDays) -> tuple[object, ...]:
    answer = days.answer
    told = None
    if answer is not None:
        told = (
            f"还可污染 {answer.spare} 天 days left of {answer.allowed}"
            if answer.verdict == "open"
            else _VERDICTS.get(answer.verdict, answer.verdict)
        )
    return days.figure, days.good, days.valid, _mark(days.mark) if days.mark else None, told


def _print(found: Outlook) -> None:
    from saishang.apps.indicators import queries

    print_table(
        f"年内余量 · outlook  {found.run}  {found.as_of}  {found.basis}",
        [
            "地区 · place",
            "项目 · item",
            "至今 · to date",
            "对照 · against",
            "余下须均 · rest must average",
            "有效/缺/沙尘/余 · days",
        ],
        (
            (
                queries.region_name(item.place),
                f"{item.parameter} {item.statistic}",
                item.figure,
                _mark(item.mark),
                _needed(item) if item.days else "今年没有有效日 no valid day this year",
                f"{item.days} / {item.missing} / {item.masked} / {item.left}",
            )
            for item in found.items
        ),
    )
    print_table(
        f"优良天数 · good days  {found.good_days[0].basis if found.good_days else ''}",
        ["地区 · place", "比例 · share %", "优良 · good", "有效 · valid", "对照 · against", "余量 · allowance"],
        ((queries.region_name(days.place), *_good(days)) for days in found.good_days),
    )
    dust = [(key, cost) for key, cost in found.dust.items() if cost.days]
    if dust:
        print_table(
            "沙尘代价 · cost of sand and dust",
            ["地区 · place", "项目 · item", "沙尘日 · days", "实测 · measured", "扣除 · without", "相差 · difference"],
            (
                (
                    queries.region_name(city),
                    parameter,
                    cost.days,
                    *(_two(number) for number in (cost.measured, cost.removed, cost.difference)),
                )
                for (city, parameter), cost in dust
            ),
        )
    console.print(f"运行号 run {found.run}", highlight=False)


def _two(value: Fraction | None) -> str | None:
    return None if value is None else f"{float(value):.2f}"


def _print_costs(costs: Costs) -> None:
    rows: list[tuple[str, str, Fraction, Fraction | None]] = []
    rows += [("日 day", cost.key.isoformat(), cost.part, cost.share) for cost in costs.days[:5]]
    rows += [("站点 station", cost.key, cost.part, cost.share) for cost in costs.stations]
    rows += [
        ("时段 hour", f"{cost.key:02d}–{cost.key + 1:02d}", cost.part, cost.share)
        for cost in costs.hours
        if cost.part > 0
    ]
    print_table(
        f"{costs.parameter}：与 {costs.target} 相差 {float(costs.distance):+.2f} 的构成 · what cost most",
        ["种类 · kind", "对象 · what", "贡献 · part", "占比 · share"],
        (
            (kind, name, f"{float(part):+.3f}", None if share is None else f"{float(share):.1%}")
            for kind, name, part, share in rows
        ),
    )
