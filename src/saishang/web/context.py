"""What every page's frame needs: navigation, language, build addresses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from saishang import __version__
from saishang.apps.notices import queries as notices
from saishang.apps.organisations import access
from saishang.web import texts
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
        ("groundwater", _("地下水"), {"groundwater"}),
        ("soil", _("土壤"), {"soil"}),
        ("waste", _("固体废物"), {"waste"}),
        ("noise", _("噪声"), {"noise"}),
        ("climate", _("气候"), {"climate"}),
        ("radiation", _("辐射"), {"radiation"}),
        ("ecology", _("生态"), {"ecology"}),
    ]


@texts.by_language
def _navigation(section: str) -> tuple[NavItem, ...]:
    """Entries of the main navigation; the one of the section is current."""
    entries = [
        ("overview", _("总览"), {"overview", "run"}),
        ("morning", _("每日研判"), {"morning"}),
        ("plan", _("方案"), {"plan"}),
        ("targets", _("目标"), {"targets", "target"}),
        ("work", _("落实"), {"work", "supervision", "reports"}),
        ("media", _("环境要素"), set()),
        ("registers", _("名录"), {"registers"}),
        ("data", _("数据"), {"data", "jobs"}),
        ("calculators", _("计算器"), {"calculators"}),
        ("rules", _("规则"), {"rules"}),
        ("about", _("说明"), set()),
    ]
    groups = {
        "media": _media(),
        "about": [("about", _("说明"), {"about"}), ("organisations", _("机构"), {"organisations"})],
    }
    below = {
        group: tuple(NavItem(label, reverse(name), section in sections) for name, label, sections in listed)
        for group, listed in groups.items()
    }
    return tuple(
        NavItem(label, "", any(item.current for item in below[name]), below[name])
        if name in below
        else NavItem(label, reverse(name), section in sections)
        for name, label, sections in entries
    )


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor of the shell."""
    section = request.resolver_match.view_name.split("-")[0] if request.resolver_match else ""
    language = "en" if (get_language() or "").startswith("en") else "zh-hans"
    return {
        "navigation": _navigation(section),
        "language": language,
        "html_lang": "en" if language == "en" else "zh-CN",
        "app_version": __version__,
        "may_upload": may(request, "upload_data") if hasattr(request, "user") else False,
        "may_reports": hasattr(request, "user") and not access.reach(request.user, "view_internal").nothing,
        "may_people": hasattr(request, "user") and not access.reach(request.user, "manage_members").nothing,
        "unread_notices": _unread(request),
    }


def _unread(request: HttpRequest) -> Callable[[], str]:
    """How many notices are unread, asked only by templates that show it; empty for none and for nobody."""

    def count() -> str:
        if not hasattr(request, "user") or not request.user.is_authenticated:
            return ""
        found = notices.unread(request.user)
        return "" if not found else f"{notices.MOST_COUNTED}+" if found > notices.MOST_COUNTED else str(found)

    return count
