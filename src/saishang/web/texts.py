"""Chinese or English: choosing between two texts of the rules, and the words of closed lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

__all__ = [
    "aside", "both", "by_language", "comparator", "counted", "day", "document_stage", "english", "goal_text",
    "kind_name", "limits_name", "listed", "mark_name", "month_name", "name_of", "percent", "period_name", "state_name",
    "unit_name",
]  # fmt: skip


P = ParamSpec("P")
T = TypeVar("T")
#: Codes of closed lists in two languages are some hundreds; what is no code must not fill the memory.
_MOST_WORDS = 2000


def english() -> bool:
    """Whether the reader chose English."""
    return (get_language() or "").startswith("en")


def by_language(words: Callable[P, T]) -> Callable[P, T]:
    """Look the words for a code up once in each language: a list of 50 rows asks for the same ten again and again."""
    known: dict[tuple[object, ...], T] = {}

    @wraps(words)
    def found(*args: P.args, **kwargs: P.kwargs) -> T:
        key = get_language(), *args, *kwargs.items()
        if key not in known:
            if len(known) >= _MOST_WORDS:
                known.clear()
            known[key] = words(*args, **kwargs)
        return known[key]

    return found


def both(zh: str | None, en: str | None) -> str:
    """The text in the reader's language, or the other one where it is missing."""
    first, second = (en, zh) if english() else (zh, en)
    return first or second or ""


def counted(text: str, number: int) -> str:
    """A sentence that counts something, with its slots: Chinese has one form, English one more for 1."""
    return ngettext(text, text, number)


def listed(items: Iterable[object]) -> str:
    """Things in a row, with the comma of the reader's language."""
    return (", " if english() else "、").join(str(item) for item in items)


def sentences(parts: Iterable[str]) -> str:
    """Whole sentences one after the other; English parts them by a blank, Chinese by nothing."""
    return (" " if english() else "").join(part.strip() for part in parts if part)


def signed(value: float, decimals: int = 1) -> str:
    """A difference with its sign, with the minus that belongs in text; what rounds to nothing has none."""
    text = f"{value:+.{decimals}f}"
    return text[1:] if not float(text) else text.replace("-", "−")


def aside(text: str) -> str:
    """A remark in the brackets of the reader's language, nothing for nothing."""
    return (f" ({text})" if english() else f"（{text}）") if text else ""


def document_stage(words: str) -> str:
    """How far a plan's text had come, such as a draft for consultation."""
    return {"征求意见稿": _("征求意见稿")}.get(words, words)


def name_of(thing: Any) -> str:
    """Name of a rules row (or anything with `zh` and `en`) in the reader's language."""
    if thing is None:
        return ""
    if isinstance(thing, Mapping):
        return both(thing.get("zh"), thing.get("en")) or str(thing.get("code", ""))
    return both(getattr(thing, "zh", None), getattr(thing, "en", None))


def state_name(state: str) -> str:
    """Words for a target status."""
    return {
        "met": _("已达标"),
        "on_track": _("进度正常"),
        "at_risk": _("有风险"),
        "off_track": _("滞后"),
        "not_evaluated": _("未评估"),
        "undetermined": _("目标值未定"),
    }.get(state, state)


def mark_name(mark: str) -> str:
    """Words for the status of a source."""
    return {"confirmed": _("已核实"), "recalled": _("未对照原文"), "unconfirmed": _("待核实")}.get(mark, mark)


def kind_name(kind: str, coverage: Mapping[str, Any] | None = None) -> str:
    """Words for how a value came about; its coverage tells what it was computed from."""
    if kind == "computed" and coverage:
        kind = "composed" if "parts" in coverage else "counted" if "entries_counted" in coverage else kind
    return {
        "computed": _("由监测数据计算"),
        "composed": _("由分项计算"),
        "counted": _("由名录统计"),
        "reported": _("由部门上报或公布"),
        "published": _("公布值"),
        "stations": _("站点均值"),
    }.get(kind, kind)


def comparator(sign: str) -> str:
    """Mathematical sign of a comparator."""
    return {">=": "≥", "<=": "≤", "~": "≈"}.get(sign, sign)


def limits_name(name: str, stage: str = "") -> str:
    """A set of limits with the stage it is in force for: `GB 3095-2026 transition` becomes GB 3095-2026 过渡阶段."""
    edition, _blank, last = name.rpartition(" ")
    if last in ("transition", "final") and edition:
        name, stage = edition, last
    words = {"transition": _("过渡阶段"), "final": _("正式阶段"), "single": ""}.get(stage, stage)
    return f"{name} {words}".strip()


@by_language
def unit_name(unit: str) -> str:
    """A unit in the reader's language: what a plan writes out gets its symbol, what is counted gets its word."""
    if unit == "1":  # a pure number; the sign of the rules is no unit to read
        return ""
    symbol = {"微克/立方米": "µg/m³", "毫克/立方米": "mg/m³"}.get(unit, unit)
    return {
        "条": _("条"), "起": _("起"), "个": _("个"), "份": _("份"), "万吨": _("万吨"), "亿元": _("亿元"),
        "吨/万元": _("吨/万元"), "人": _("人"), "万m³": _("万m³"),
        "处": _("处"), "次": _("次"), "点次": _("点次"), "种": _("种"), "枚": _("枚"), "级": _("级"), "亩": _("亩"),
        "万亩": _("万亩"), "百万 m³": _("百万 m³"), "辆/h": _("辆/h"), "座": _("座"), "家": _("家"), "户": _("户"),
        "元": _("元"), "万元": _("万元"), "元/m³": _("元/m³"), "人次": _("人次"), "只": _("只"), "件": _("件"),
        "场": _("场"), "批": _("批"), "项": _("项"), "艘": _("艘"), "辆": _("辆"), "台": _("台"), "支": _("支"),
        "万t": _("万t"), "万t/a": _("万t/a"), "万tCO2e": _("万tCO2e"),
    }.get(symbol, symbol)  # fmt: skip


def goal_text(sign: str, goal: Decimal | None, unit: str) -> str:
    """A goal in short, for example `≤ 30 µg/m³`."""
    if goal is None:
        return _("未定")
    figure = f"{goal.normalize():f}"
    return " ".join(part for part in (comparator(sign), figure, unit_name(unit)) if part)


def percent(share: Decimal | float | None, decimals: int = 0) -> str:
    """A share of one as per cent."""
    return "—" if share is None else f"{float(share) * 100:.{decimals}f} %"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PERIOD = re.compile(r"(\d{4})(?:-Q([1-4])|-M?(\d\d)(?:-(\d\d))?)?")


def month_name(month: int) -> str:
    """A month of any year."""
    return _MONTHS[month - 1] if english() else f"{month}月"


def period_name(period: str) -> str:
    """A period as people write it: `2019-01..2019-09` becomes 2019年1—9月, Jan–Sep 2019; other texts stay.

    A month of a report is written `2019-M09`.
    """
    first, _sep, last = period.partition("..")
    begin, end = _PERIOD.fullmatch(first), _PERIOD.fullmatch(last or first)
    if begin is None or end is None:
        return period
    if not last:
        return _one_period(begin)
    if begin[1] == end[1] and begin[3] and end[3] and not begin[4] and not end[4]:
        a, b = int(begin[3]), int(end[3])
        return f"{_MONTHS[a - 1]}–{_MONTHS[b - 1]} {end[1]}" if english() else f"{end[1]}年{a}—{b}月"
    return f"{_one_period(begin)} – {_one_period(end)}" if english() else f"{_one_period(begin)}—{_one_period(end)}"


def _one_period(found: re.Match[str]) -> str:
    year, quarter, month, on = found.groups()
    if quarter:
        return f"Q{quarter} {year}" if english() else f"{year}年第{quarter}季度"
    if month and on:
        return f"{int(on)} {_MONTHS[int(month) - 1]} {year}" if english() else f"{year}年{int(month)}月{int(on)}日"
    if month:
        return f"{_MONTHS[int(month) - 1]} {year}" if english() else f"{year}年{int(month)}月"
    return str(year) if english() else f"{year}年"


def day(value: date | None) -> str:
    """An ISO date or a dash."""
    return "—" if value is None else value.isoformat()
