"""What the boards of work share: filters in the address, names, letters and patterns that read without colour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from saishang.apps.core.generations import kept
from saishang.apps.execution.models import WorkItem
from saishang.apps.execution.queries import NO_REGION, ItemFilter
from saishang.apps.organisations.access import Span
from saishang.apps.organisations.queries import Filter, OrganisationView, tree
from saishang.apps.plan.headings import Heading, headings
from saishang.science.execution.standing import STANDINGS
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.keeping import kept_words
from saishang.web.pages.work_common import kind_name, programme_names, section_names, standing_name

__all__ = [
    "ORDER", "Names", "Region", "about", "bar", "board_of", "board_url", "chosen_filter", "counts_words",
    "filter_choices", "items_url", "letter", "names", "patterns", "regions", "reports_url", "share_words", "years",
]  # fmt: skip

#: Standings as words, what needs somebody first.
ORDER: tuple[str, ...] = STANDINGS
#: Fields of `ItemFilter` that the boards read from the address.
_READ = ("section", "task", "kind", "organisation", "region", "programme", "standing", "year")
#: A letter in a piece of a bar needs so much of its width [per cent].
_ROOM_FOR_LETTER = 7


@dataclass(frozen=True)
class Region:
    """A place in which work is done; `city` is itself for a city, and for a base that stands beside the cities."""

    code: str
    name: str
    short: str
    city: str
    level: str


@dataclass(frozen=True)
class Names:
    """Words for the codes that a board shows: headings of the plan in its order, organisations in that of the tree."""

    headings: Mapping[str, Heading]
    organisations: Mapping[str, OrganisationView]

    def task(self, code: str) -> str:
        """Number and title of an item of the plan; the code of one that the plan does not know any more."""
        found = self.headings.get(code)
        return code if found is None else f"{found.id} {texts.both(found.title, found.title_en)}"

    def item(self, row: WorkItem) -> str:
        """Title of an item of work; a duty bears the name of its task, in the reader's language."""
        found = self.headings.get(row.task) if row.kind == "duty" else None
        return row.title if found is None else texts.both(found.title, found.title_en)

    def group(self, code: str) -> str:
        """Title of the section in which an item of the plan stands."""
        found = self.headings.get(code)
        return "" if found is None else texts.both(found.group_title, found.group_title_en)

    @property
    def sections(self) -> Mapping[str, str]:
        """Section of the plan → its title, in the plan's order."""
        return section_names()

    def organisation(self, code: str) -> str:
        """Short name of an organisation; in English a government goes by its region, its full name is long."""
        found = self.organisations.get(code)
        if found is None:
            return code
        if texts.english() and found.kind == "government" and found.region:
            return site.region_name(found.region)
        return texts.both(found.short or found.zh, found.en)


def names() -> Names:
    """Names of today."""
    return _names(timezone.localdate())


@kept("plan", "organisations", most=4)
def _names(on: date) -> Names:
    return Names({row.id: row for row in headings()}, {view.code: view for view in tree(Filter(on=on, closed=True))})


@kept_words(most=4)
def regions() -> tuple[Region, ...]:
    """Regions of the plan: the whole, each city with what lies in it, then what stands beside them."""
    rows = [row for row in site.rules().regions.values() if row["use"] == "in_plan"]
    cities = [str(row["code"]) for row in rows if row["level"] == "prefecture_city"]

    def made(row: Any) -> Region:
        code, above = str(row["code"]), str(row["parent"] or "")
        name = texts.name_of(row)
        return Region(code, name, name if texts.english() else str(row["short"] or name),
                      above if above in cities else code, str(row["level"]))  # fmt: skip

    found = [made(row) for row in rows]
    whole = [region for region in found if region.level == "province"]
    within = [region for city in cities for region in found if region.city == city]
    known = {region.code for region in (*whole, *within)}
    return (*whole, *within, *(region for region in found if region.code not in known))


def chosen_filter(request: HttpRequest) -> ItemFilter:
    """What the address asks for; a year that is none is no restriction."""
    given: dict[str, Any] = {key: request.GET.get(key, "").strip()[:60] for key in _READ}
    year = str(given.pop("year"))
    only = request.GET.get("only") == "1"
    known = year.isascii() and year.isdigit() and 1949 < int(year) < 2200
    return ItemFilter(**given, only=only, year=int(year) if known else None)


def filter_choices(span: Span) -> dict[str, list[tuple[str, str]]]:
    """(value, words) of every select that the boards offer."""
    return dict(_filter_choices(span, timezone.localdate()))


@kept_words("plan", "organisations")
def _filter_choices(span: Span, on: date) -> Mapping[str, list[tuple[str, str]]]:
    found = _names(on)
    return {
        "section": list(found.sections.items()),
        "task": [(code, found.task(code)) for code in found.headings],
        "organisation": [
            (code, "\u3000" * (view.depth if span.everything else 0) + found.organisation(code))
            for code, view in found.organisations.items()
            if view.open and span.covers(view)
        ],
        "region": [*((region.code, region.name) for region in regions()), (NO_REGION, _("不分地区"))],
        "kind": [(kind, kind_name(kind)) for kind, _words in WorkItem.KINDS],
        "programme": list(programme_names().items()),
    }


def years(today: date) -> list[int]:
    """Years that a board offers: the plan's work began a little ago and ends some years from now."""
    return list(range(today.year - 2, today.year + 6))


def items_url(wanted: ItemFilter | None = None, **more: Any) -> str:
    """The list of items with a filter, by the names of the fields of `ItemFilter`."""
    return _with_query(_path("work-items"), _given(wanted) | more)


def reports_url(wanted: ItemFilter | None = None, **more: Any) -> str:
    """The list of reports on items with a filter; `more` are filters of reports."""
    return _with_query(_path("work-reports"), _given(wanted) | more)


@lru_cache(maxsize=8)
def _path(name: str) -> str:
    """Address of a list: boards have thousands of links to two of them."""
    return reverse(name)


def _given(wanted: ItemFilter | None) -> dict[str, Any]:
    return {} if wanted is None else {name: value for name, value in vars(wanted).items() if value}


def board_url(code: str) -> str:
    """An organisation's board."""
    return reverse("work-organisation", args=[code])


def board_of(wanted: ItemFilter) -> str:
    """The board by organisation with a filter: what is below one, a line each."""
    return _with_query(reverse("work-board"), {"by": "organisation"} | _given(wanted))


def _with_query(address: str, given: Mapping[str, Any]) -> str:
    said = urlencode({key: "1" if value is True else value for key, value in given.items() if value})
    return f"{address}?{said}" if said else address


@texts.by_language
def letter(standing: str) -> str:
    """One letter that stands for a standing where there is no room for words."""
    return {
        "late": _("逾"), "unreported": _("报"), "due_soon": _("临"), "on_time": _("正"), "continuing": _("常"),
        "not_begun": _("未"), "no_day": _("期"), "done": _("办"), "verified": _("核"), "paused": _("停"),
        "draft": _("草"), "cancelled": _("消"),
    }.get(standing, "?")  # fmt: skip


def counts_words(counts: Mapping[str, int]) -> str:
    """Counts in words, what needs somebody first."""
    words = _standing_words()
    return texts.listed(f"{words[name]} {counts[name]}" for name in ORDER if counts.get(name))


@texts.by_language
def _standing_words() -> dict[str, str]:
    return {name: standing_name(name) for name in ORDER}


def share_words(part: int, whole: int) -> str:
    """A share with its denominator: a share of few is seen to be one."""
    return "—" if not whole else f"{100 * part / whole:.0f} % ({part}/{whole})"


def bar(counts: Mapping[str, int]) -> SafeString:
    """Standings as a bar: pieces told apart by pattern, colour and letter; a screen reader hears the numbers."""
    return _bar(tuple((name, counts[name]) for name in ORDER if counts.get(name)))


@texts.by_language
def _bar(counts: tuple[tuple[str, int], ...]) -> SafeString:
    total = sum(number for _name, number in counts)
    pieces: list[str] = []
    start = 0.0
    for name, number in counts:
        width = 100 * number / total
        pieces.append(
            f'<rect x="{_figure(start)}%" y="0" width="{_figure(width)}%" height="100%" fill="url(#st-{name})"></rect>'
        )
        if width >= _ROOM_FOR_LETTER:
            pieces.append(f'<text x="{_figure(start + width / 2)}%" y="13">{escape(letter(name))}</text>')
        start += width
    words = escape(counts_words(dict(counts)) or _("没有事项"))
    return SafeString(
        f'<svg class="st-bar" width="100%" height="18" role="img" aria-label="{words}"><title>{words}</title>'
        f"{''.join(pieces)}</svg>"
    )


#: Standing → what is drawn over its ground, in a square of 8 × 8; together with the colours of `.st-…`.
_DRAWN = {
    "late": "M-2 2 2-2M0 8 8 0M6 10 10 6",
    "unreported": "M0 6 4 2 8 6",
    "due_soon": "M-2 6 2 10M0 0 8 8M6-2 10 2",
    "on_time": "",
    "continuing": "M0 4q2-3 4 0t4 0",
    "not_begun": "M2 2h.01M6 6h.01",
    "no_day": "M0 2h8M0 6h8",
    "done": "M2 0v8M6 0v8",
    "verified": "M0 4h8M4 0v8",
    "paused": "M0 0h8v8h-8z",
    "draft": "M3 4h2",
    "cancelled": "M1 1 7 7M7 1 1 7",
}


def patterns() -> SafeString:
    """The patterns that bars, cells and the timeline are filled with: once on a page that has some."""
    return format_html(
        '<svg class="st-defs" width="0" height="0" aria-hidden="true" focusable="false"><defs>{}</defs></svg>',
        format_html_join(
            "", '<pattern id="st-{}" width="8" height="8" patternUnits="userSpaceOnUse"><rect class="st-ground st-{}" '
            'width="8" height="8"></rect><path class="st-lines st-{}" d="{}"></path></pattern>',
            ((name, name, name, drawn) for name, drawn in _DRAWN.items()),
        ),
    )  # fmt: skip


def about(today: date, chosen: Iterable[str] = ()) -> list[str]:
    """Sentences that travel with an exported board: its day and its filters."""
    said = texts.listed(words for words in chosen if words)
    day = _("截至：%(day)s；只含本账户可见的事项") % {"day": today.isoformat()}
    return [day, _("筛选：%(words)s") % {"words": said}] if said else [day]


def _figure(value: float) -> str:
    """A coordinate: the same in every language."""
    return f"{value:.3f}".rstrip("0").rstrip(".")
