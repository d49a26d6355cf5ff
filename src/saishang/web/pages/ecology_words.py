"""Words of ecology: indices, their parts and grades, lists of alien species; the chain's page needs them too."""

from __future__ import annotations

from django.utils.translation import gettext as _

from saishang.rules import Row
from saishang.web import texts
from saishang.web.pages import site

__all__ = ["grade_name", "grades", "index_name", "list_name", "part_name"]


def index_name(index: str) -> str:
    """Words of an index."""
    return {
        "ei": _("生态环境状况指数（EI）"), "eqi": _("区域生态质量指数（EQI）"), "bi": _("区域生物多样性指数（BI）"),
    }[index]  # fmt: skip


def part_name(index: str, part: str) -> str:
    """Words of a part of an index."""
    return {
        "ei": {"bio": _("生物丰度指数"), "veg": _("植被覆盖指数"), "water": _("水网密度指数"),
               "land": _("土地胁迫指数"), "load": _("污染负荷指数")},
        "eqi": {"pattern": _("生态格局"), "function": _("生态功能"), "biodiversity": _("生物多样性"),
                "stress": _("生态胁迫")},
        "bi": {"RV": _("野生动物丰富度"), "RP": _("野生维管束植物丰富度"), "DE": _("生态系统类型多样性"),
               "ED": _("物种特有性"), "RT": _("受威胁物种丰富度"), "EI": _("外来物种入侵度")},
    }.get(index, {}).get(part, part)  # fmt: skip


def list_name(name: str) -> str:
    """Words of a list of alien species."""
    return {"china_list": _("中国外来入侵物种名单"), "key_management": _("重点管理外来入侵物种名录")}.get(name, name)


def grades(scale: str) -> list[Row]:
    """Rows of a scale by level."""
    rows = site.rules().table("standards/ecology/grades").find(scale=scale)
    return sorted(rows, key=lambda row: int(row["level"]))


def grade_name(scale: str, level: int | None) -> str:
    """Words of a grade; empty for none."""
    if level is None:
        return ""
    return next((texts.name_of(row) for row in grades(scale) if row["level"] == level), str(level))
