"""Band, probability and back-test of one forecast, or the words for why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from saishang.apps.indicators import forecast
from saishang.apps.indicators.forecast import ForecastRow
from saishang.apps.indicators.queries import RunFacts
from saishang.web import texts
from saishang.web.pages.charts import Chart
from saishang.web.pages.runs import about_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import basis_name

__all__ = ["ForecastView", "chance", "target_forecast", "year_end_forecast", "year_end_rows"]

_MONTHS = 12


@dataclass(frozen=True)
class ForecastView:
    """What a page shows: `made` False before forecasts were computed; sentences; the back-test in figures and drawn."""

    made: bool
    row: ForecastRow | None = None
    answer: str = ""
    sentences: Sequence[str] = ()
    table: Table | None = None
    chart: Chart | None = None


def target_forecast(run: RunFacts, target: str, region: str) -> ForecastView | None:
    """Forecast of a target in the year of its goal; None where it has no number or no year."""
    rows = forecast.read(run.id)
    if rows is None:
        return ForecastView(False)
    found = next((r for r in rows if (r.kind, r.target, r.place) == ("target", target, region)), None)
    return None if found is None else _view(run, found)


def year_end_rows(run: RunFacts) -> dict[tuple[str, str], ForecastRow]:
    """Forecasts of the running year by (place, parameter)."""
    rows = forecast.read(run.id) or ()
    return {(row.place, row.parameter): row for row in rows if row.kind == "year_end"}


def year_end_forecast(run: RunFacts, place: str, parameter: str, basis: str) -> ForecastView | None:
    """Forecast of the running year of one place; None where the plan has no goal for it, or on another basis."""
    if forecast.read(run.id) is None:
        return ForecastView(False)
    found = year_end_rows(run).get((place, parameter))
    return None if found is None or found.basis != basis else _view(run, found)


def chance(probability: float | None) -> str:
    """A probability as people read it: no draw of a thousand is not the same as never."""
    if probability is None:
        return "—"
    if probability < 0.01:
        return _("不到 1 %")
    if probability > 0.99:
        return _("超过 99 %")
    return f"{probability * 100:.0f} %"


def _view(run: RunFacts, row: ForecastRow) -> ForecastView:
    table = _table(run, row) if row.checks else None
    return ForecastView(True, row, _answer(row), [_method(row), *_tested(row)], table, _chart(row, table))


def _answer(row: ForecastRow) -> str:
    if row.reason:
        words = {
            "too_short": _("不预测：序列只有 %(have)s 个值，至少要 %(need)s 个"),
            "too_far": _("不预测：离序列末端太远"),
            "few_checks": _("不预测：只能回测 %(have)s 次，至少要 %(need)s 次"),
            "no_better_than_persistence": _("不预测：回测误差不小于“保持上期”，方法不采用"),
            "past": _("不预测：目标年份已有数值"),
        }.get(row.reason, row.reason)
        return words % {"have": row.detail.get("have"), "need": row.detail.get("need")}
    words = _(
        "%(year)s 年：%(low)s—%(high)s %(unit)s（%(level)s %% 区间，中位数 %(median)s）；"
        "达到 %(goal)s 的概率：%(chance)s"
    )
    return words % {
        "year": row.year, "low": _one(row.low), "high": _one(row.high), "median": _one(row.median),
        "unit": texts.unit_name(row.unit), "level": f"{row.level * 100:.0f}", "goal": _goal(row),
        "chance": chance(row.probability),
    }  # fmt: skip


def _goal(row: ForecastRow) -> str:
    sign, _sep, figure = row.goal.partition(" ")
    return f"{texts.comparator(sign)} {figure} {texts.unit_name(row.unit)}"


def _method(row: ForecastRow) -> str:
    words = {
        "theil_sen": _("方法：泰尔—森斜率，残差按块自助抽样（短的年序列）"),
        "logit_theil_sen": _("方法：在对数几率上的泰尔—森斜率，不越过 0 与 100 %%（比例）") % {},
        "state_space": _("方法：对数值的状态空间模型，局部水平加年内谐波，缺月跳过（月序列）"),
    }.get(row.method, row.method)
    known = _("序列 %(n)s 个值") % {"n": row.known}
    basis = basis_name(row.basis) if row.basis else ""
    return texts.listed(part for part in (words, known, basis) if part)


def _tested(row: ForecastRow) -> list[str]:
    if not row.checks or row.mae is None or row.mae_persistence is None:
        return []
    errors = _(
        "回测 %(n)s 次：平均绝对误差 %(mae)s %(unit)s，“保持上期”为 %(plain)s %(unit)s，两者之比 %(ratio)s。"
    ) % {
        "n": len(row.checks), "unit": texts.unit_name(row.unit), "mae": _two(row.mae),
        "plain": _two(row.mae_persistence), "ratio": _two(row.mase),
    }  # fmt: skip
    if row.coverage is None or row.coverage_widened is None:
        return [errors]
    held = _("%(level)s %% 区间原本命中 %(raw)s %%，按回测放宽 %(factor)s 倍后命中 %(wide)s %%（逐一留出）。") % {
        "level": f"{row.level * 100:.0f}", "raw": f"{row.coverage * 100:.0f}", "factor": _one(row.factor),
        "wide": f"{row.coverage_widened * 100:.0f}",
    }  # fmt: skip
    return [errors, held]


def _one(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}"


def _two(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"


def _step(row: ForecastRow, step: int) -> str:
    if row.kind == "target":
        return texts.period_name(str(step))
    return texts.period_name(f"{step // _MONTHS}-{step % _MONTHS + 1:02d}")


def _table(run: RunFacts, row: ForecastRow) -> Table:
    unit = texts.unit_name(row.unit)
    columns = [
        Column("origin", _("预测起点"), row_head=True, nowrap=True),
        Column("steps", _("预测时段"), nowrap=True),
        Column("median", _("预测"), unit, number=True),
        Column("band", _("当时的区间"), unit, number=True),
        Column("persistence", _("保持上期"), unit, number=True),
        Column("actual", _("实际"), unit, number=True),
        Column("held", _("区间命中")),
    ]
    rows = []
    for origin, steps, low, median, high, plain, actual in row.checks:
        first, last = _step(row, steps[0]), _step(row, steps[-1])
        held = low <= actual <= high
        rows.append(
            {
                "origin": _step(row, origin),
                "steps": first if first == last else f"{first} – {last}",
                "median": Cell(median, text=_one(median)),
                "band": f"{_one(low)} – {_one(high)}",
                "persistence": Cell(plain, text=_one(plain)),
                "actual": Cell(actual, text=_one(actual)),
                "held": Cell(held, text=_("是") if held else _("否")),
            }
        )
    return Table("backtest", _("回测：历次预测与实际"), columns, rows, about=about_run(run), tight=True)


def _chart(row: ForecastRow, table: Table | None) -> Chart | None:
    if table is None or len(row.checks) < 2:
        return None
    label = _("回测中历次预测的中位数、区间和实际数值；同样的数字列在下面的表里。")
    names = (_("实际"), _("预测"), _("区间下限"), _("区间上限"), _("保持上期"))
    places = (6, 3, 2, 4, 5)
    spec = {
        "kind": "lines", "unit": texts.unit_name(row.unit), "scale": True,
        "x": [f"{_step(row, check[0])}" for check in row.checks],
        "series": [
            {"name": name, "data": [round(check[place], 2) for check in row.checks], "bound": place in (2, 4)}
            for name, place in zip(names, places, strict=True)
        ],
    }  # fmt: skip
    return Chart("backtest", label, spec, table)
