"""The list of calculators by medium, with a search that answers while one types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.science import calc
from saishang.web import texts
from saishang.web.security import public
from saishang.web.wording import columns

__all__ = ["index", "medium_name"]


@dataclass(frozen=True)
class Entry:
    """One calculator in the list."""

    href: str
    title: str
    text: str
    standards: str


@dataclass(frozen=True)
class Group:
    """Calculators of one medium; `anchor` is the name of the heading."""

    anchor: str
    title: str
    entries: list[Entry]


def medium_name(medium: str) -> str:
    """Words for a medium."""
    return {
        "air": _("空气"), "water": _("地表水"), "groundwater": _("地下水"), "soil": _("土壤"), "noise": _("噪声"),
        "radiation": _("辐射"), "waste": _("固体废物"), "ecology": _("生态"), "climate": _("气候"),
        "emergency": _("应急"), "zoning": _("分区与绿地"), "governance": _("办理时限"),
        "carbon": _("碳排放"), "general": _("通用"),
    }.get(medium, medium)  # fmt: skip


@public
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All calculators, or those that a search finds; answers a part of the page to a request by htmx."""
    query = request.GET.get("q", "").strip()
    listed = [topic for topic in calc.topics() if not topic.members]
    found = [topic for topic in listed if _matches(topic, query)]
    groups: dict[str, list[Entry]] = {}
    for topic in found:
        entry = Entry(
            reverse("calculators-topic", args=[topic.name]),
            texts.both(topic.zh, topic.en),
            texts.both(topic.description_zh, topic.description_en),
            # A title is Chinese; the number of a document (环办〔2011〕22号) is its name in any language.
            " · ".join(
                columns.value_words("standard", n) or n
                for n in topic.standards
                if not texts.english() or n.isascii() or n.endswith("号")
            ),
        )
        groups.setdefault(topic.medium, []).append(entry)
    # What serves every medium stands last.
    order = sorted(groups, key=lambda medium: (medium == "general", list(groups).index(medium)))
    context = {
        "groups": [Group(f"m-{medium}", medium_name(medium), groups[medium]) for medium in order],
        "shown": len(found),
        "total": len(listed),
        "query": query,
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, "calculators/results.html" if part else "calculators/index.html", context)


def _matches(topic: Any, query: str) -> bool:
    if not query:
        return True
    words = [topic.name, topic.zh, topic.en, topic.description_zh, topic.description_en, *topic.standards]
    words += [text for one in topic.fields for text in (one.name, one.zh, one.en)]
    text = " ".join(words).casefold()
    return all(word in text for word in query.casefold().split())
