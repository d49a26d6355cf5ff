"""A forecast in words: one sentence that anybody understands, what it rests on, what would change it."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from saishang.apps.indicators.forecast import ForecastRow
from saishang.web import texts
from saishang.web.reasons import basis_name

__all__ = ["chance", "changes", "goal", "headline", "method_name", "no_answer", "one", "said", "step_name", "two"]

_MONTHS = 12
#: Of a rough forecast a probability is said in tenths.
_TENTH = 0.1


def one(value: float | None) -> str:
    """One decimal, `—` for none."""
    return "—" if value is None else f"{value:.1f}"


def two(value: float | None) -> str:
    """Two decimals, `—` for none."""
    return "—" if value is None else f"{value:.2f}"


def step_name(row: ForecastRow, step: int) -> str:
    """A step of a row's series: a year, or a month counted as year · 12 + month − 1."""
    if row.kind == "target":
        return texts.period_name(str(step))
    return texts.period_name(f"{step // _MONTHS}-{step % _MONTHS + 1:02d}")


def goal(row: ForecastRow) -> str:
    """What the year is held against."""
    sign, _sep, figure = row.goal.partition(" ")
    return f"{texts.comparator(sign)} {figure} {texts.unit_name(row.unit)}"


def chance(probability: float | None, *, rough: bool = False) -> str:
    """A probability as people read it: no draw of a thousand is not the same as never; a rough one in tenths."""
    if probability is None:
        return "—"
    edge = _TENTH if rough else 0.01
    if probability < edge:
        return _("不到 %(share)s %%") % {"share": f"{edge * 100:.0f}"}
    if probability > 1 - edge:
        return _("超过 %(share)s %%") % {"share": f"{(1 - edge) * 100:.0f}"}
    share = round(probability * 10) * 10 if rough else round(probability * 100)
    return _("约 %(share)s %%") % {"share": share}


def headline(row: ForecastRow) -> str:
    """The answer in one sentence."""
    if row.reason:
        return no_answer(row)
    year = texts.period_name(str(row.year))
    if row.method == "unchanged":
        first, last = (step_name(row, int(end[0])) for end in (row.ends[0], row.ends[-1]))
        change = row.probability or 0.0
        words, share = _("%(first)s至%(last)s一直是 %(value)s，%(year)s达到 %(goal)s 的可能不超过 %(chance)s。"), change
        if row.detail.get("bound") == "at_least":
            words = _("%(first)s至%(last)s一直是 %(value)s，%(year)s仍达到 %(goal)s 的可能不低于 %(chance)s。")
        return words % {
            "first": first, "last": last, "value": f"{one(row.median)} {texts.unit_name(row.unit)}", "year": year,
            "goal": goal(row), "chance": f"{share * 100:.0f} %",
        }  # fmt: skip
    words = {
        "persistence": _("按过去的年际变化，%(chance)s 的可能在%(year)s达到 %(goal)s。"),
        "state_space": _("按目前走势，%(chance)s 的可能%(year)s全年达到 %(goal)s。"),
    }.get(row.method, _("按目前走势，%(chance)s 的可能在%(year)s达到 %(goal)s。"))
    return words % {"chance": chance(row.probability, rough=row.rough), "year": year, "goal": goal(row)}


def no_answer(row: ForecastRow) -> str:
    """Why there is none, and what is missing."""
    have, need = row.detail.get("have"), row.detail.get("need")
    years = row.kind == "target"
    if row.reason == "too_short" and not have:
        words = _("不预测：还没有年度数值，至少要 %(need)s 个。由牵头单位填报，或由监测数据算出。")
        return (words if years else _("不预测：还没有月均值，至少要 %(need)s 个。")) % {"need": need}
    if row.reason == "too_short":
        words = _("不预测：序列只有 %(have)s 个值，至少要 %(need)s 个；再有 %(more)s 个即可。")
        return words % {"have": have, "need": need, "more": int(need or 0) - int(have or 0)}
    if row.reason == "too_far" and years:
        last, furthest = int(row.detail.get("last", 0)), int(row.detail.get("furthest", 0))
        words = _("不预测：最近的数值是%(last)s，离%(year)s有 %(years)s 年，最多往前看 %(furthest)s 年。")
        return words % {
            "last": texts.period_name(str(last)), "year": texts.period_name(str(row.year)),
            "years": row.detail.get("years"), "furthest": furthest,
        }  # fmt: skip
    words = {
        "too_far": _("不预测：最近的月均值离年末超过一年"),
        "few_checks": _("不预测：只能回测 %(have)s 次，至少要 %(need)s 次"),
        "no_better_than_persistence": _("不预测：回测误差不小于“保持上期”，方法不采用"),
        "past": _("不预测：目标年份已有数值"),
        "no_year": _("不预测：方案没有写明年份，每次评估直接判断"),
    }.get(row.reason, row.reason)
    return words % {"have": have, "need": need}


def said(row: ForecastRow) -> list[str]:
    """The band in plain words, and how far to trust it."""
    if row.reason:
        return []
    found = []
    if row.method != "unchanged":
        words = _("%(year)s的数值，十次里约有%(times)s次落在 %(low)s—%(high)s %(unit)s 之间，居中 %(median)s。")
        found.append(
            words
            % {
                "year": texts.period_name(str(row.year)), "times": f" {row.level * 10:.0f} ", "low": one(row.low),
                "high": one(row.high), "unit": texts.unit_name(row.unit), "median": one(row.median),
            }
        )  # fmt: skip
    why = {
        "few_checks": _("粗略：%(n)s 个年度数值检验不出哪种方法更好，只能从最近的数值出发，按过去的变化给出范围。"),
        "no_better": _("各方法在过去的预测误差都不小于“保持上期”，不采用；从最近的数值出发，按过去的变化给出范围。"),
        "unchanged": _("从未变化的序列只能说它变化的可能有多大；变化是否足够，数据说明不了。"),
    }.get(row.why)  # fmt: skip
    if why:
        found.append(why % {"n": row.known} if row.why == "few_checks" else why)
    return found


def changes(row: ForecastRow) -> list[str]:
    """What would change the answer: the pace that is needed, the pace there was, what can be counted on."""
    if row.year is None or not row.ends:
        return []
    if row.kind != "target":
        return [_sure(row)] if row.sure is not None else []
    unit = texts.unit_name(row.unit)
    step, last = int(row.ends[-1][0]), float(row.ends[-1][1])
    sign, _sep, figure = row.goal.partition(" ")
    wanted = float(Decimal(figure))
    found = []
    words = {"value": f"{one(last)} {unit}", "last": step_name(row, step), "goal": goal(row)}
    if last <= wanted if sign in ("<=", "<") else last >= wanted:
        found.append(_("%(last)s的 %(value)s 已达到 %(goal)s，要做的是守住。") % words)
    elif row.year > step:
        pace = {"pace": f"{texts.signed((wanted - last) / (row.year - step), 2)} {unit}"}
        found.append(_("从%(last)s的 %(value)s 到 %(goal)s，平均每年还要变化 %(pace)s。") % (words | pace))
    first = int(row.ends[0][0])
    if first < step and row.method != "unchanged":
        had = f"{texts.signed((last - float(row.ends[0][1])) / (step - first), 2)} {unit}"
        found.append(_("%(first)s以来平均每年变化 %(pace)s。") % {"first": step_name(row, first), "pace": had})
    if row.sure is not None and row.method != "unchanged":
        found.append(_sure(row))
    if len(row.bases) > 1:
        named = texts.listed(basis_name(basis) for basis in row.bases)
        found.append(_("序列混用口径（%(bases)s），口径不同也会显得像变化。") % {"bases": named})
    found.append(_("每次评估用当时已有的年度数值重新计算。"))
    return found


def _sure(row: ForecastRow) -> str:
    sign = "<=" if row.goal.partition(" ")[0] in ("<=", "<") else ">="
    sure = f"{texts.comparator(sign)} {one(row.sure)} {texts.unit_name(row.unit)}"
    return _("有 %(share)s %% 把握的是 %(sure)s。") % {"share": f"{row.level * 100:.0f}", "sure": sure}


def method_name(method: str) -> str:
    """A method by its name."""
    return {
        "persistence": _("保持上期"),
        "theil_sen": _("泰尔—森直线"),
        "damped": _("阻尼趋势"),
        "logit_theil_sen": _("逻辑斯蒂增长"),
        "logit_damped": _("阻尼的逻辑斯蒂增长"),
        "state_space": _("状态空间"),
        "unchanged": _("从未变化"),
    }.get(method, method)
