"""What the outlook says, in words: the answer for an item, what it is held against, how many days stand behind it."""

from __future__ import annotations

from fractions import Fraction

from django.utils.translation import gettext as _

from saishang.apps.indicators.outlook import GoodDays, Item
from saishang.apps.indicators.outlook_marks import Mark
from saishang.science.outlook.needed import NeededMean
from saishang.science.rounding import fixed
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.reasons import basis_name, statistic_name
from saishang.web.texts import counted

__all__ = ["coverage_words", "days_words", "good_days_words", "item_name", "mark_words", "needed_words",
           "number"]  # fmt: skip


def number(value: Fraction | None, decimals: int) -> str:
    """An exact figure rounded for the eye (GB/T 8170), `—` for none."""
    return "—" if value is None else fixed(value, decimals)


def item_name(item: Item) -> str:
    """Name of a figure: the pollutant, and the percentile where it is one."""
    name = texts.name_of(site.rules().parameters[item.parameter])
    return name if item.statistic == "mean" else f"{name} {statistic_name(item.statistic)}"


def mark_words(mark: Mark | None, unit: str) -> str:
    """What the year is held against and who says so."""
    if mark is None:
        return "—"
    figure = texts.goal_text(mark.comparator, mark.value, unit)
    if mark.kind == "goal":
        said = _("本地分解目标 %(name)s，%(year)s 年") if mark.part else _("方案目标 %(name)s，%(year)s 年")
        why = said % {"name": mark.name, "year": mark.year or "—"}
    elif mark.kind == "limit":
        why = _("%(name)s 二级限值") % {"name": texts.limits_name(mark.name)}
    elif mark.kind == "own":
        why = _("自定")
    else:
        why = _("不差于 %(year)s 年（%(basis)s）") % {"year": mark.year, "basis": basis_name(mark.name)}
    return figure + texts.aside(why)


def needed_words(item: Item) -> str:
    """The answer for one item, as a sentence."""
    answer = item.answer
    if item.days == 0:
        return _("今年还没有有效日")
    if answer is None:
        return _("全区是各市百分位数的平均，余量见各市")
    days = item.left // len(item.parts)
    if answer.verdict == "kept":
        return _("全年已过，达到要求")
    if answer.verdict == "missed":
        return _("全年已过，未达到要求")
    if answer.verdict == "no_data":
        return _("没有数据")
    if isinstance(answer, NeededMean):
        if answer.verdict == "impossible":
            return counted("已无法达到：余下 %(days)s 天即使都为零，全年仍高于要求", days) % {"days": days}
        if answer.verdict == "safe":
            return _(
                "必能达到：余下 %(days)s 天即使都与有记录以来最差的一天（%(worst)s %(unit)s）相同，全年仍达到要求"
            ) % {
                "days": days, "worst": number(item.ceiling, 0), "unit": item.unit,
            }  # fmt: skip
        return _("余下 %(days)s 天平均不超过 %(figure)s %(unit)s") % {
            "days": days, "figure": f"{answer.shown:f}", "unit": item.unit,
        }  # fmt: skip
    if answer.verdict == "impossible":
        return counted("已无法达到：已有 %(used)s 天超过，全年最多容许 %(allowed)s 天", answer.used) % {
            "used": answer.used, "allowed": answer.allowed,
        }  # fmt: skip
    if answer.verdict == "safe":
        return counted("必能达到：余下 %(days)s 天无论如何，全年都达到要求", days) % {"days": days}
    if answer.edge:
        return counted("容许的 %(allowed)s 天已用完；能否达到要看超出多少", answer.allowed) % {
            "allowed": answer.allowed
        }
    return counted("余下 %(days)s 天中尚容许 %(spare)s 天超过", days) % {"days": days, "spare": answer.spare}


def good_days_words(days: GoodDays) -> str:
    """The answer for the share of good days."""
    answer = days.answer
    if not days.valid:
        return _("今年还没有有效日")
    if answer is None:
        return _("没有可对照的目标或往年数值")
    words = {
        "kept": _("全年已过，达到要求"),
        "missed": _("全年已过，未达到要求"),
        "impossible": _("已无法达到：已有 %(polluted)s 个污染天，全年最多容许 %(allowed)s 天"),
        "safe": _("必能达到：余下各天即使全为污染天，仍达到要求"),
        "open": _("尚容许 %(spare)s 个污染天（全年容许 %(allowed)s 天，已有 %(polluted)s 天）"),
        "no_data": _("没有数据"),
    }[answer.verdict]
    return words % {"spare": answer.spare, "allowed": answer.allowed, "polluted": answer.polluted}


def days_words(item: Item) -> str:
    """Days behind a figure: valid, missing, left out as sand and dust."""
    parts = [counted("有效 %(n)s 天", item.days) % {"n": item.days}]
    if item.missing:
        parts.append(_("缺 %(n)s 天") % {"n": item.missing})
    if item.masked:
        parts.append(counted("扣除沙尘 %(n)s 天", item.masked) % {"n": item.masked})
    return texts.listed(parts)


def coverage_words(item: Item) -> str:
    """Whether the year can still be valid; nothing where it can, or where that is no question."""
    coverage = item.coverage
    if coverage is None or coverage.possible:
        return ""
    if coverage.short_months:
        months = texts.listed(texts.month_name(month) for month in coverage.short_months)
        return _("%(months)s的有效天数已不足，全年数值不再满足有效性规定") % {"months": months}
    return counted("全年最多只能有 %(days)s 个有效天，不再满足有效性规定", coverage.most_days) % {
        "days": coverage.most_days
    }
