"""Task × region (任务地区矩阵): the worst standing of each cell, told by letter, pattern and colour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.execution.queries import NO_REGION, ItemFilter
from saishang.apps.execution.queries_boards import matrix as counted
from saishang.apps.organisations import access
from saishang.science.execution.standing import worst
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.exports import export
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.work_boards_common import (
    ORDER,
    Names,
    Region,
    about,
    bar,
    chosen_filter,
    counts_words,
    filter_choices,
    items_url,
    letter,
    names,
    patterns,
    regions,
    years,
)
from saishang.web.pages.work_common import soon, standing_name, tabs, today
from saishang.web.security import somewhere

__all__ = ["matrix"]

Counts = Mapping[tuple[str, str], Mapping[str, int]]


@dataclass(frozen=True)
class Square:
    """One cell: standing that needs somebody most, its letter, all counts in words, where it leads."""

    standing: str
    letter: str
    words: str
    href: str
    late: int
    total: int


@dataclass(frozen=True)
class Place:
    """One column: a region, or a whole city when its columns are folded."""

    key: str
    label: str
    name: str
    codes: tuple[str, ...]
    summed: bool = False


@dataclass(frozen=True)
class City:
    """A head over the columns of one city; `toggle` folds or unfolds them, empty where nothing can be folded."""

    label: str
    places: list[Place]
    toggle: str
    folded: bool


@dataclass(frozen=True)
class Row:
    """A task with its cells."""

    key: str
    name: str
    href: str
    cells: list[Square]


@dataclass(frozen=True)
class Band:
    """The tasks of one section, with a row for all of them; folded, that row stands alone."""

    title: str
    cells: list[Square]
    rows: list[Row]
    toggle: str
    folded: bool


@somewhere("view_internal")
@require_safe
def matrix(request: HttpRequest) -> HttpResponse:
    """The matrix; `task` or `region` narrows it to one, which is how it is read on a phone."""
    span = access.reach(request.user, "view_internal")
    wanted, day = chosen_filter(request), today()
    task, region = wanted.task, wanted.region
    # A city is looked at with all that lies in it: regions are chosen here, not in the query.
    cells = counted(span, replace(wanted, region=""), day, soon())
    found = names()
    folded = {part for part in request.GET.get("folded", "").split(",") if part}
    cities = _cities(cells, folded, request, region)
    bands = _bands(cells, found, [place for city in cities for place in city.places], wanted, folded, request)
    codes = [code for city in cities for place in city.places for code in place.codes]
    table = _table(cells if request.GET.get("format") else {}, found, codes, day)
    answer = export(request, [table])
    if answer is not None:
        return answer
    shown = {name for counts in cells.values() for name in counts}
    context: dict[str, Any] = {
        "tabs": tabs("work-matrix", request), "table": table, "cities": cities, "bands": bands, "wanted": wanted,
        "patterns": patterns(), "numbers": request.GET.get("numbers") == "1", "as_of": day,
        "any": any(band.rows for band in bands) and bool(cities), "filtered": wanted != ItemFilter(),
        "legend": [(name, letter(name), standing_name(name), bar({name: 1})) for name in ORDER if name in shown],
        "single": bool(task or region), "places": _transposed(cells, cities, found, wanted) if task else None,
        "by_region": [] if task or region else _by_region(cells, wanted, request), "folded": ",".join(sorted(folded)),
        "fold_all": _address(request, folded=",".join(sorted(_foldable(cells, found)))),
        "unfold_all": _address(request, folded=""), "any_folded": bool(folded),
    }  # fmt: skip
    if request.headers.get("HX-Request") == "true":
        return render(request, "work/matrix_results.html", context)
    context |= {"choices": filter_choices(span), "years": years(day)}
    return render(request, "work/matrix.html", context)


def _address(request: HttpRequest, **changes: str) -> str:
    """This page with some keys of its address changed; empty ones are left out."""
    given = {key: value for key, value in request.GET.items() if key not in ("format", "table")} | changes
    said = urlencode({key: value for key, value in given.items() if value})
    return f"{reverse('work-matrix')}?{said}"


def _toggled(request: HttpRequest, folded: set[str], key: str) -> str:
    return _address(request, folded=",".join(sorted(folded ^ {key})))


def _cities(cells: Counts, folded: set[str], request: HttpRequest, region: str) -> list[City]:
    """Columns: what is of the whole, each city with its counties, then the rest; only those that hold something."""
    there = {code for _task, code in cells}
    rows = [row for row in regions() if row.code in there and (not region or region in (row.code, row.city))]
    found: list[City] = []
    for key in dict.fromkeys(row.city for row in rows):
        inside = [row for row in rows if row.city == key]
        head = next((row for row in regions() if row.code == key), inside[0])
        if key in folded and len(inside) > 1:
            places = [Place(key, head.short, head.name, tuple(row.code for row in inside), summed=True)]
        else:
            places = [Place(row.code, _label(row), row.name, (row.code,)) for row in inside]
        found.append(City(head.name if len(places) > 1 else "", places,
                          _toggled(request, folded, key) if len(inside) > 1 else "", key in folded))  # fmt: skip
    known = {row.code for row in regions()}
    others = [code for code in sorted(there - known) if not region or region == (code or NO_REGION)]
    found += [
        City("", [Place(code, site.region_name(code) if code else _("不分地区"),
                        site.region_name(code) if code else _("不分地区"), (code,))], "", False)
        for code in others
    ]  # fmt: skip
    return found


def _label(row: Region) -> str:
    return _("本级") if row.level == "prefecture_city" else _("全区") if row.level == "province" else row.short


def _bands(
    cells: Counts, found: Names, places: Sequence[Place], wanted: ItemFilter, folded: set[str], request: HttpRequest
) -> list[Band]:  # fmt: skip
    """Rows by section, in the plan's order; tasks without an item are rows too: an empty row says something."""
    there = {task for task, _region in cells}
    keys = [*found.headings, *sorted(there - set(found.headings))]
    grouped: dict[str, list[str]] = {}
    for key in keys:
        heading = found.headings.get(key)
        group = heading.group if heading else ""
        if wanted.task in ("", key) and wanted.section in ("", group):
            grouped.setdefault(group, []).append(key)
    bands = []
    for group, tasks in grouped.items():
        shut = group in folded
        rows = [
            Row(key, found.task(key), reverse("plan-task", args=[key]) if key in found.headings else "",
                [_square(cells, [key], place, whole, _inside(request, place, task=key)) for place in places])
            for key in tasks for whole in (_list_of(replace(wanted, task=key)),)
        ]  # fmt: skip
        sums = [
            _square(cells, tasks, place, whole, _inside(request, place, section=group))
            for whole in (_list_of(replace(wanted, section=group)) if group else "",) for place in places
        ] if len(tasks) > 1 else []  # fmt: skip
        bands.append(Band(found.group(tasks[0]) or "—", sums, [] if shut and sums else rows,
                          _toggled(request, folded, group) if sums else "", shut and bool(sums)))  # fmt: skip
    return bands


def _list_of(wanted: ItemFilter) -> str:
    """Address of a list in which only the region is missing: a matrix has a thousand of them."""
    address = items_url(replace(wanted, region=""))
    return f"{address}{'&' if '?' in address else '?'}"


def _inside(request: HttpRequest, place: Place, **rows: str) -> str:
    """The matrix of one folded city and some rows, region by region; empty for a column that is one region."""
    return _address(request, **rows, region=place.key, folded="") if place.summed else ""


def _square(
    cells: Counts, tasks: Iterable[str], place: Place, whole: str, inside: str = ""
) -> Square:  # fmt: skip
    """Counts of some tasks in some regions as one cell.

    It leads to its region's part of a `whole` list (`_list_of`), which must be of these tasks; a cell of several
    regions to what is `inside` it, since a list is of one region; without such a list nowhere.
    """
    counts: dict[str, int] = {}
    for task in tasks:
        for code in place.codes:
            for name, number in cells.get((task, code), {}).items():
                counts[name] = counts.get(name, 0) + number
    if not counts:
        return _EMPTY
    href = ""
    if whole:
        href = inside or f"{whole}region={place.codes[0] or NO_REGION}"
    worst_of, sign, words, total = _told(tuple(sorted(counts.items())))
    return Square(worst_of, sign, words, href, counts.get("late", 0), total)


#: A cell that counts nothing; most cells of a matrix are.
_EMPTY = Square("", "", "", "", 0, 0)


@texts.by_language
def _told(counts: tuple[tuple[str, int], ...]) -> tuple[str, str, str, int]:
    """Worst standing, its letter, all counts in words, their sum."""
    found = dict(counts)
    name = worst(found) or ""
    return name, letter(name) if name else "", counts_words(found), sum(found.values())


def _transposed(
    cells: Counts, cities: Sequence[City], found: Names, wanted: ItemFilter
) -> list[tuple[str, Square]]:  # fmt: skip
    """One task, a row per region."""
    whole = _list_of(wanted)
    return [(place.name, _square(cells, [wanted.task], place, whole)) for city in cities for place in city.places]


def _by_region(cells: Counts, wanted: ItemFilter, request: HttpRequest) -> list[tuple[str, Square, str]]:
    """Every region with all its tasks in one cell, and the address that shows it alone."""
    tasks = sorted({task for task, _region in cells})
    there = {code for _task, code in cells}
    whole = _list_of(wanted)
    return [
        (row.name, _square(cells, tasks, Place(row.code, row.short, row.name, (row.code,)), whole),
         _address(request, region=row.code))
        for row in regions() if row.code in there
    ]  # fmt: skip


def _foldable(cells: Counts, found: Names) -> set[str]:
    """Everything that can be folded: sections of several tasks, cities of several regions."""
    groups = Counter(row.group for row in found.headings.values())
    there = {code for _task, code in cells}
    cities = Counter(row.city for row in regions() if row.code in there)
    return {key for key, number in (groups + cities).items() if number > 1}


def _table(cells: Counts, found: Names, codes: Sequence[str], day: date) -> Table:
    """One line for every task and region that have an item."""
    columns = [
        Column("task", _("任务编号")), Column("title", _("任务"), row_head=True), Column("code", _("地区代码")),
        Column("region", _("地区")), Column("worst", _("最差状态")), Column("total", _("工作事项"), number=True),
        *(Column(name, standing_name(name), number=True) for name in ORDER),
    ]  # fmt: skip
    tasks = {task: place for place, task in enumerate(found.headings)}
    order = {code: place for place, code in enumerate(codes)}
    keys = sorted((key for key in cells if key[1] in order),
                  key=lambda key: (tasks.get(key[0], len(tasks)), key[0], order[key[1]]))  # fmt: skip
    rows: list[dict[str, Any]] = []
    for task, code in keys:
        counts = cells[task, code]
        name = worst(dict(counts))
        heading = found.headings.get(task)
        rows.append({
            "task": task, "title": texts.both(heading.title, heading.title_en) if heading else task, "code": code,
            "region": site.region_name(code) if code else _("不分地区"),
            "worst": Cell(name, text=standing_name(name) if name else None), "total": sum(counts.values()),
            **{one: counts.get(one, 0) for one in ORDER},
        })  # fmt: skip
    return Table("work-matrix", _("任务地区矩阵"), columns, rows, about=about(day))
