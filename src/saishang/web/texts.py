"""Chinese or English: choosing between two texts of the rules, and the words of closed lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

__all__ = [
    "both", "comparator", "document_stage", "english", "goal_text", "kind_name", "listed", "mark_name", "name_of",
    "percent", "state_name", "unit_name",
]  # fmt: skip


def english() -> bool:
    """Whether the reader chose English."""
    return (get_language() or "").startswith("en")


def both(zh: str | None, en: str | None) -> str:
    """The text in the reader's language, or the other one where it is missing."""
    first, second = (en, zh) if english() else (zh, en)
    return first or second or ""


def listed(items: Iterable[object]) -> str:
    """Things in a row, with the comma of the reader's language."""
    return (", " if english() else "、").join(str(item) for item in items)


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
    return {"confirmed": _("已核实"), "recalled": _("凭记忆"), "unconfirmed": _("待核实")}.get(mark, mark)


def kind_name(kind: str) -> str:
    """Words for how a value came about."""
    return {
        "computed": _("由监测数据计算"),
        "reported": _("由部门上报或公布"),
        "published": _("公布值"),
    }.get(kind, kind)


def comparator(sign: str) -> str:
    """Mathematical sign of a comparator."""
    return {">=": "≥", "<=": "≤", "~": "≈"}.get(sign, sign)


def unit_name(unit: str) -> str:
    """A unit in the reader's language: what a plan writes out gets its symbol, what is counted gets its word."""
    symbol = {"微克/立方米": "µg/m³", "毫克/立方米": "mg/m³"}.get(unit, unit)
    return {"条": _("条"), "起": _("起"), "个": _("个")}.get(symbol, symbol)


def goal_text(sign: str, goal: Decimal | None, unit: str) -> str:
    """A goal in short, for example `≤ 30 µg/m³`."""
    if goal is None:
        return _("未定")
    figure = f"{goal.normalize():f}"
    return " ".join(part for part in (comparator(sign), figure, unit_name(unit)) if part)


def percent(share: Decimal | float | None, decimals: int = 0) -> str:
    """A share of one as per cent."""
    return "—" if share is None else f"{float(share) * 100:.{decimals}f} %"


def day(value: date | None) -> str:
    """An ISO date or a dash."""
    return "—" if value is None else value.isoformat()
