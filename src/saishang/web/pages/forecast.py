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
from saishang.web.pages.forecast_words import (
    chance,
    changes,
    headline,
    method_name,
    one,
    said,
    step_name,
    two,
)
from saishang.web.pages.runs import about_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import basis_name
from saishang.web.texts import counted

__all__ = ["ForecastView", "chance", "target_forecast", "year_end_forecast", "year_end_rows"]


@dataclass(frozen=True)
class ForecastView:
    """What a page shows.

    Attributes
    ----------
    made:
        False before forecasts were computed.
    answer, said, changes:
        One sentence; the band in words and how far to trust it; what would change the answer.
    sentences, contest, table, chart:
        For the fold-out: the method and its test, the methods that were compared, every past moment, the same drawn.
    """

    made: bool
    row: ForecastRow | None = None
    answer: str = ""
    said: Sequence[str] = ()
    changes: Sequence[str] = ()
    sentences: Sequence[str] = ()
    contest: Table | None = None
    table: Table | None = None
    chart: Chart | None = None

    @property
    def tables(self) -> list[Table]:
        """Everything that can be exported."""
        return [table for table in (self.contest, self.table) if table is not None]


def target_forecast(run: RunFacts, target: str, region: str, *, part: bool = False) -> ForecastView:
    """Forecast of a target in the year of its goal; of a promise without a number, or a part of a split, the words."""
    rows = forecast.read(run.id)
    if rows is None:
        return ForecastView(False)
    found = next((r for r in rows if (r.kind, r.target, r.place) == ("target", target, region)), None)
    if found is None and part:
        return ForecastView(True, answer=_("不预测：这次评估没有对分解到本地的目标做预测。"))
    if found is None:
        return ForecastView(True, answer=_("不预测：没有可以比较大小的目标值（定性目标，或目标值未公布）。"))
    return _view(run, found)


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


def _view(run: RunFacts, row: ForecastRow) -> ForecastView:
    table = _table(run, row) if row.checks else None
    # Where nothing was tried there is no method to speak of.
    tried = [_method(row), *_tested(row)] if row.checks or not row.reason else []
    return ForecastView(
        True, row, headline(row), said(row), changes(row), tried, _contest(run, row), table, _chart(row, table)
    )


def _method(row: ForecastRow) -> str:
    words = {
        "theil_sen": _("方法：泰尔—森斜率，残差按块自助抽样（短的年序列）"),
        "damped": _("方法：阻尼趋势，从最近的数值出发，泰尔—森斜率逐年减弱，残差按块自助抽样"),
        "logit_theil_sen": _("方法：逻辑斯蒂增长，即在对数几率上的泰尔—森斜率，不越过 0 与 100 %%（比例）") % {},
        "logit_damped": _("方法：对数几率上的阻尼趋势，不越过 0 与 100 %%（比例）") % {},
        "persistence": _("方法：保持上期，范围按过去各期之间的变化（自由度少时用学生氏 t 放宽）"),
        "unchanged": _("方法：拉普拉斯接续律，n 年未变，今后 h 年内变化的概率为 h / (n + 1 + h)"),
        "state_space": _("方法：对数值的状态空间模型，局部水平加年内谐波，缺月跳过（月序列）"),
    }.get(row.method, row.method)
    known = counted("序列 %(n)s 个值", row.known) % {"n": row.known}
    basis = basis_name(row.basis) if row.basis else ""
    return texts.listed(part for part in (words, known, basis) if part)


def _tested(row: ForecastRow) -> list[str]:
    if not row.checks or row.mae is None or row.mae_persistence is None:
        return []
    errors = _(
        "回测 %(n)s 次：平均绝对误差 %(mae)s %(unit)s，“保持上期”为 %(plain)s %(unit)s，两者之比 %(ratio)s。"
    ) % {
        "n": len(row.checks), "unit": texts.unit_name(row.unit), "mae": two(row.mae),
        "plain": two(row.mae_persistence), "ratio": two(row.mase),
    }  # fmt: skip
    found = [errors]
    if row.coverage is not None and row.coverage_widened is not None:
        words = _("%(level)s %% 区间原本命中 %(raw)s %%，按回测放宽 %(factor)s 倍后命中 %(wide)s %%（逐一留出）。")
        found.append(
            words
            % {
                "level": f"{row.level * 100:.0f}", "raw": f"{row.coverage * 100:.0f}",
                "factor": one(row.detail.get("factor", row.factor)), "wide": f"{row.coverage_widened * 100:.0f}",
            }
        )  # fmt: skip
    if row.chosen:
        words = _(
            "选法也要检验：每个过去时点只用当时已知的结果来选，误差与“保持上期”之比 %(ratio)s，区间命中 %(held)s %%。"
        )
        found.append(words % {"ratio": two(row.chosen[1]), "held": f"{(row.chosen[2] or 0) * 100:.0f}"})
    return found


def _contest(run: RunFacts, row: ForecastRow) -> Table | None:
    """The methods held against each other over the same moments."""
    if len(row.tests) < 2:
        return None
    columns = [
        Column("method", _("方法"), row_head=True),
        Column("mae", _("平均绝对误差"), texts.unit_name(row.unit), number=True),
        Column("ratio", _("与“保持上期”之比"), number=True),
        Column("checks", _("回测次数"), number=True),
        Column("used", _("采用")),
    ]
    rows = [
        {
            "method": method_name(method), "mae": Cell(mae, text=two(mae)), "ratio": Cell(ratio, text=two(ratio)),
            "checks": checks, "used": _("是") if method == row.method else "",
        }
        for method, mae, ratio, checks in row.tests
    ]  # fmt: skip
    return Table("contest", _("比较过的方法"), columns, rows, about=about_run(run), tight=True)


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
        first, last = step_name(row, steps[0]), step_name(row, steps[-1])
        held = low <= actual <= high
        rows.append(
            {
                "origin": step_name(row, origin),
                "steps": first if first == last else f"{first} – {last}",
                "median": Cell(median, text=one(median)),
                "band": f"{one(low)} – {one(high)}",
                "persistence": Cell(plain, text=one(plain)),
                "actual": Cell(actual, text=one(actual)),
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
        "x": [f"{step_name(row, check[0])}" for check in row.checks],
        "series": [
            {"name": name, "data": [round(check[place], 2) for check in row.checks], "bound": place in (2, 4)}
            for name, place in zip(names, places, strict=True)
        ],
    }  # fmt: skip
    return Chart("backtest", label, spec, table)
