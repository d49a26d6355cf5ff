"""Words for what an office sets about a target: facts, paths, splits, and what a version changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from saishang.apps.indicators.target_settings import TargetSetting, plain_setting
from saishang.apps.indicators.target_view import TargetObject
from saishang.science.cascade import Check
from saishang.web import texts, wording
from saishang.web.pages import site

__all__ = [
    "check_words", "combine_names", "differences", "number", "owner_roles", "path_names", "setting_facts",
    "split_names", "tolerance_words",
]  # fmt: skip


def path_names() -> dict[str, str]:
    """Kinds of yearly paths."""
    return {"straight": _("直线"), "stepped": _("阶梯"), "entered": _("逐年录入")}


def combine_names() -> dict[str, str]:
    """How parts make the whole."""
    return {
        "mean": _("算术平均"), "weighted": _("加权平均"), "sum": _("合计"), "each": _("各自达到总体目标"),
    }  # fmt: skip


def split_names() -> dict[str, str]:
    """How a draft of a split is made."""
    return {
        "same": _("同一目标值"), "ratio": _("等比例变化"), "step": _("等幅度变化"), "weight": _("按权重分配"),
    }  # fmt: skip


def owner_roles() -> dict[str, str]:
    """Roles in which an agency owes a target."""
    return {"lead": _("牵头"), "responsible": _("责任"), "support": _("配合"), "guide": _("指导")}


def number(value: Decimal | Fraction | None, decimals: int = 4) -> str:
    """A figure without needless zeros, at most `decimals` after the point."""
    if value is None:
        return "—"
    exact = Decimal(value.numerator) / Decimal(value.denominator) if isinstance(value, Fraction) else value
    cut = round(exact, decimals)
    return f"{(exact if cut == exact else cut).normalize():f}"


def tolerance_words(told: Mapping[str, Any] | None, unit: str) -> str:
    """How far behind the path still counts as at risk."""
    if not told:
        return ""
    return (
        _("目标值的 %(value)s%%") % {"value": told["value"]} if told["of"] == "percent"
        else f"{told['value']} {texts.unit_name(unit)}"
    )  # fmt: skip


def setting_facts(setting: TargetSetting, unit: str) -> list[tuple[str, str]]:
    """What a setting says, as (name, words); nothing of what it leaves to the plan."""
    told = plain_setting(setting)
    name = texts.unit_name(unit)
    facts: list[tuple[str, str]] = []
    if setting.goal is not None:
        sign = texts.comparator(setting.comparator or "")
        facts.append((_("目标值"), f"{sign} {number(setting.goal)} {name}".strip()))
    if setting.year is not None:
        facts.append((_("目标年"), str(setting.year)))
    if setting.baseline is not None:
        start = setting.baseline
        facts.append((_("基准"), f"{start.year} · {number(start.value)} {name} · {wording.clause(start.source)}"))
    if setting.way is not None:
        points = texts.listed(f"{point.year} {number(point.value)}" for point in setting.way.points)
        facts.append((_("序时进度"), path_names()[setting.way.kind] + (texts.aside(points) if points else "")))
    if setting.tolerance is not None:
        facts.append((_("容差"), tolerance_words(told["tolerance"], unit)))
    if setting.owners:
        roles = owner_roles()
        said = (f"{site.agency_name(owner.agency)}{texts.aside(roles[owner.role])}" for owner in setting.owners)
        facts.append((_("责任单位"), texts.listed(said)))
    if setting.clause:
        facts.append((_("依据条款"), setting.clause))
    if setting.weight is not None:
        facts.append((_("权重"), number(setting.weight)))
    if setting.cascade is not None:
        split = setting.cascade
        facts.append(
            (_("分解"), f"{combine_names()[split.combine]} · {texts.listed(map(site.region_name, split.members))}")
        )
        if split.exempt:
            said = (f"{site.region_name(code)}{texts.aside(why)}" for code, why in split.exempt.items())
            facts.append((_("不承担"), texts.listed(said)))
        if split.weights_from:
            facts.append((_("权重来源"), split.weights_from))
        if split.accepted:
            facts.append((_("接受缺口的理由"), split.accepted))
    if setting.demonstration:
        facts.append((_("演示数据"), "✓"))
    return facts


def differences(before: TargetSetting, after: TargetSetting, unit: str) -> list[str]:
    """What a version changes, one sentence each."""
    was, now = dict(setting_facts(before, unit)), dict(setting_facts(after, unit))
    colon = _("：")
    return [
        f"{name}{colon}{was.get(name, _('按方案'))} → {now.get(name, _('按方案'))}"
        for name in dict.fromkeys([*was, *now])
        if was.get(name) != now.get(name)
    ]


def check_words(known: TargetObject, found: Check | None, combine: str, regions: Sequence[str] = ()) -> str:
    """Whether a split adds up, in one sentence with its figures."""
    unit = texts.unit_name(known.indicator.unit) if known.indicator is not None else ""
    if found is None:
        return _("总体目标值未定，无法核对。")
    if found.missing and not found.short:
        return _("尚未确定目标值的地区：%(names)s，无法核对。") % {"names": _names(found.missing)}
    if found.unweighted:
        return _("缺少权重的地区：%(names)s，无法核对。") % {"names": _names(found.unweighted)}
    goal = texts.goal_text(known.comparator, known.level, known.indicator.unit if known.indicator else "")
    if combine == "each":
        if found.short:
            return _("未达到%(goal)s的地区：%(names)s。") % {"goal": goal, "names": _names(found.short)}
        return _("各地目标都达到%(goal)s。") % {"goal": goal}
    said = {
        "how": combine_names()[combine], "value": number(found.value), "unit": unit, "goal": goal,
        "gap": ("+" if (found.gap or 0) > 0 else "") + number(found.gap),
    }  # fmt: skip
    if found.kept:
        return _("%(how)s为 %(value)s %(unit)s，满足 %(goal)s（差 %(gap)s）。") % said
    return _("%(how)s为 %(value)s %(unit)s，不满足 %(goal)s（差 %(gap)s）。") % said


def _names(codes: Sequence[str]) -> str:
    return texts.listed(site.region_name(code) for code in codes)
