"""Search over everything (全文检索): one box, hits with the place that was found, filters by kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries as indicators
from saishang.apps.search import queries
from saishang.apps.search.marking import Piece, marked, snippet
from saishang.apps.search.providers import PUBLIC
from saishang.apps.search.queries import Facet, Found, Hit
from saishang.apps.search.tokens import Query
from saishang.web import texts
from saishang.web.pages.exports import export
from saishang.web.pages.runs import chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import public

__all__ = ["search"]

_PER_PAGE = 20


@dataclass(frozen=True)
class _Line:
    """A hit as the page shows it."""

    kind: str
    href: str
    title: Sequence[Piece]
    text: Sequence[Piece]
    day: str
    internal: bool


@public
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What the reader may open, by what was typed; to a request by htmx only the results."""
    typed = request.GET.get("q", "")
    found = queries.search(request.user, typed)
    kinds = queries.kinds()
    kind = request.GET.get("kind", "")
    kind = kind if kind in kinds else ""
    hits = [hit for hit in found.hits if not kind or hit.kind == kind]
    reach = _Addresses(request, hits)
    table = _table(found.query, hits, reach)
    answer = export(request, [table])
    if answer is not None:
        return answer
    page = Paginator(hits, _PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "q": found.query.typed, "kind": kind, "table": table, "page": page, "count": len(hits),
        "more": _more(found, kind), "facets": _facets(found, kinds), "all": len(found.hits), "all_more": found.more,
        "lines": [_line(found.query, hit, reach) for hit in page.object_list], "empty": found.query.empty,
        "waiting": queries.waiting(), "examples": _examples(), "most": queries.MOST_OF_A_KIND,
    }  # fmt: skip
    if request.headers.get("HX-Request") == "true":
        return render(request, "search/results.html", context)
    return render(request, "search/search.html", context)


class _Addresses:
    """Where hits lead to."""

    def __init__(self, request: HttpRequest, hits: Sequence[Hit]) -> None:
        self._judged: set[str] = set()
        if any(hit.kind == "target" for hit in hits):
            run = chosen_run(request)
            if run is not None:
                self._judged = {row.target for row in indicators.target_rows(run.id)}

    def of(self, hit: Hit) -> str:
        """Address of a hit; a target that an evaluation judged has a page of its own. Empty: there is no such page."""
        if hit.key in self._judged and hit.kind == "target":
            return reverse("target", args=[hit.key])
        try:
            return reverse(hit.view, kwargs=dict(hit.args)) + hit.query
        except NoReverseMatch:  # the index is older than the program
            return ""


def _line(query: Query, hit: Hit, reach: _Addresses) -> _Line:
    first, second = (hit.text_en, hit.text) if texts.english() else (hit.text, hit.text_en)
    shown = snippet(first, query)
    other = snippet(second, query)
    if not any(piece.hit for piece in shown) and (any(piece.hit for piece in other) or not first):
        shown = other
    title = marked(texts.both(hit.title, hit.title_en), query)
    return _Line(
        _kind_name(hit.kind), reach.of(hit), title, shown, hit.day.isoformat() if hit.day else "",
        hit.audience != PUBLIC,
    )  # fmt: skip


def _kind_name(kind: str) -> str:
    return texts.both(*queries.kinds().get(kind, (kind, kind)))


def _facets(found: Found, kinds: dict[str, tuple[str, str]]) -> list[tuple[str, str, str]]:
    """(kind, words, how many) of the kinds in which something was found."""
    return [(facet.kind, texts.both(*kinds[facet.kind]), _count(facet)) for facet in found.facets]


def _count(facet: Facet) -> str:
    return f"{facet.count}+" if facet.more else str(facet.count)


def _more(found: Found, kind: str) -> bool:
    return any(facet.more for facet in found.facets if not kind or facet.kind == kind)


def _examples() -> list[str]:
    """What a reader may begin with."""
    if texts.english():
        return ["ranking", "PM2.5", "dust", "drinking water", "zero-waste", "Yellow River"]
    return ["排名", "PM2.5 限值", "扬尘", "饮用水水源", "“无废城市”", "黄河 断面"]


def _table(query: Query, hits: Sequence[Hit], reach: _Addresses) -> Table:
    columns = [
        Column("kind", _("类别"), nowrap=True), Column("title", _("标题"), row_head=True),
        Column("text", _("命中内容"), long=True), Column("day", _("日期"), nowrap=True), Column("href", _("地址")),
    ]  # fmt: skip
    rows = (
        {
            "kind": line.kind, "title": Cell(_plain(line.title)), "text": _plain(line.text), "day": hit.day,
            "href": line.href,
        }
        for hit in hits for line in (_line(query, hit, reach),)
    )  # fmt: skip
    # The page shows its hits in another form, and only some of them: all are marked for a file alone.
    about = [_("检索词：%(words)s") % {"words": query.typed}]
    return Table("search", _("检索结果"), columns, (), about=about, everything=rows)


def _plain(pieces: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in pieces)
