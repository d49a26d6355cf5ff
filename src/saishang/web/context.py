"""What every page's frame needs: navigation, language, build addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from saishang import __version__
from saishang.web.security import may

__all__ = ["NavItem", "frame"]


@dataclass(frozen=True)
class NavItem:
    """One entry of the main navigation."""

    label: str
    href: str
    current: bool
    #: Entries below this one; an entry with some opens them and leads nowhere itself.
    below: tuple[NavItem, ...] = ()


def _media() -> list[tuple[str, str, set[str]]]:
    """Pages of the media (环境要素): name of the address, words, sections of addresses."""
    return [
        ("air", _("空气"), {"air"}),
        ("water", _("水"), {"water"}),
        ("soil", _("土壤"), {"soil"}),
        ("noise", _("噪声"), {"noise"}),
        ("climate", _("气候"), {"climate"}),
    ]


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor of the shell."""
    section = request.resolver_match.view_name.split("-")[0] if request.resolver_match else ""
    entries = [
        ("overview", _("总览"), {"overview", "run"}),
        ("morning", _("每日研判"), {"morning"}),
        ("plan", _("方案"), {"plan"}),
        ("targets", _("目标"), {"targets", "target"}),
        ("", _("环境要素"), set()),
        ("registers", _("名录"), {"registers"}),
        ("data", _("数据"), {"data", "jobs"}),
        ("calculators", _("计算器"), {"calculators"}),
        ("rules", _("规则"), {"rules"}),
        ("about", _("说明"), {"about"}),
    ]
    media = tuple(NavItem(label, reverse(name), section in sections) for name, label, sections in _media())
    language = "en" if (get_language() or "").startswith("en") else "zh-hans"
    return {
        "navigation": [
            NavItem(label, reverse(name), section in sections)
            if name
            else NavItem(label, "", any(item.current for item in media), media)
            for name, label, sections in entries
        ],
        "language": language,
        "html_lang": "en" if language == "en" else "zh-CN",
        "app_version": __version__,
        "may_upload": may(request, "upload_data") if hasattr(request, "user") else False,
    }
