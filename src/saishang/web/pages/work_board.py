"""The task board (任务看板): items by standing per task, owner or region; every count leads to its items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.execution.queries import NO_REGION, ItemFilter
from saishang.apps.execution.queries_boards import Group, Owed, Tally, fold, overdue_counts, tallies
from saishang.apps.indicators.queries import RunFacts, target_rows
from saishang.apps.organisations import access
from saishang.apps.organisations.access import Span
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.exports import export
from saishang.web.pages.runs import about_run, chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.targets import STATES
from saishang.web.pages.work_board_rows import row_of
from saishang.web.pages.work_boards_common import (
    ORDER,
    Names,
    about,
    bar,
    board_of,
    board_url,
    chosen_filter,
    counts_words,
    filter_choices,
    items_url,
    letter,
    names,
    patterns,
    regions,
    reports_url,
    share_words,
    years,
)
from saishang.web.pages.work_common import (
    kind_name,
    programme_names,
    region_label,
    soon,
    standing_look,
    standing_name,
    tabs,
    today,
)
from saishang.web.security import somewhere

__all__ = ["board"]

#: Lines of organisations on a page; where there are more, those below one are counted with it.
_MOST_LINES = 120
_SORTS = ("order", "total", "late", "share", "percent", "overdue")


@dataclass(frozen=True)
class Line:
    """One line of the board; `section` is the key of the section that a task stands in."""

    key: str
    name: str
    href: str
    depth: int
    group: Group
    group_href: str
    counts: list[tuple[str, int, str]]
    picture: SafeString
    overdue: int
    overdue_href: str
    targets: list[tuple[str, str, int]]
    targets_href: str
    place: int
    section: str = ""
    #: Organisations that the line counts together; 0 for a line of one.
    more: int = 0

    @property
    def share(self) -> str:
        """Late items among those with a due day, with the denominator."""
        return share_words(self.group.late, self.group.dated)


@somewhere("view_internal")
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Counts by task, owner or region (`by`), filtered and sorted by the address; to htmx only the results."""
    span = access.reach(request.user, "view_internal")
    wanted, day = chosen_filter(request), today()
    by = request.GET.get("by", "task")
    by = by if by in ("task", "organisation", "region") else "task"
    found = names()
    rows, owed = tallies(span, wanted, day, soon(), by=(by,)), overdue_counts(span, wanted, day, soon(), by=(by,))
    run = chosen_run(request) if by == "task" else None
    shown = [name for name in ORDER if any(row.standing == name for row in rows)]
    # A file holds every organisation by itself; hundreds of lines on a page nobody reads.
    above = {} if by != "organisation" or request.GET.get("format") else _above(found, rows, owed)
    lines = _lines(by, rows, owed, wanted, found, span, _targets(run), shown, above)
    sort = request.GET.get("sort", "order")
    lines = _sorted(lines, sort)
    whole = fold(rows, lambda row: "all").get("all", Group())
    overdue = sum(row.count for row in owed)
    table = _table(by, lines, shown, found, [*about(day, _said(request, found)), *about_run(run)])
    answer = export(request, [table])
    if answer is not None:
        return answer
    sections = _sections(lines, wanted, found, shown) if by == "task" and sort == "order" else ()
    context: dict[str, Any] = {
        "tabs": tabs("work-board", request), "table": table, "by": by, "run": run, "whole": whole,
        "whole_bar": bar(whole.counts), "patterns": patterns(), "sort": sort, "wanted": wanted,
        "legend": [(name, letter(name), standing_name(name), bar({name: 1})) for name in shown],
        "heads": [(name, standing_name(name)) for name in shown],
        "counts": [(name, standing_name(name), whole.counts[name], standing_look(name),
                    items_url(replace(wanted, standing=name))) for name in shown],
        "share": share_words(whole.late, whole.dated), "overdue": overdue, "whole_href": items_url(wanted),
        "overdue_href": reports_url(wanted, overdue="1"),
        "bodies": _bodies(by, lines, sections),
        "sorts": _sorts(), "any": bool(rows), "as_of": day, "filtered": wanted != ItemFilter(), "together": bool(above),
    }  # fmt: skip
    if request.headers.get("HX-Request") == "true":
        return render(request, "work/board_results.html", context)
    context |= {"choices": filter_choices(span), "years": years(day)}
    return render(request, "work/board.html", context)


def _above(found: Names, rows: Sequence[Tally], owed: Sequence[Owed]) -> dict[str, str]:
    """Organisation → the one above it whose line it goes into; empty where there are few enough for a line each."""
    codes = {row.organisation for row in rows} | {one.organisation for one in owed}
    parts = {
        code: [part for part in found.organisations[code].path.split("/") if part]
        for code in codes if code in found.organisations
    }  # fmt: skip
    deepest = max((len(path) for path in parts.values()), default=0)
    for depth in range(deepest, 1, -1):
        above = {code: path[min(len(path), depth) - 1] for code, path in parts.items()}
        if len(set(above.values())) <= _MOST_LINES:
            break
    lines = set(above.values()) if parts else set()
    return above if 1 < len(lines) < len(parts) else {}


def _lines(
    by: str, rows: Sequence[Tally], owed: Sequence[Owed], wanted: ItemFilter, found: Names, span: Span,
    targets: dict[str, Counter[str]], shown: Sequence[str], above: Mapping[str, str],
) -> list[Line]:  # fmt: skip
    def key_of(row: Tally | Owed) -> str:
        key: str = getattr(row, by)
        return above.get(key, key)

    groups = fold(rows, key_of)
    late = Counter[str]()
    for one in owed:
        late[key_of(one)] += one.count
    together: dict[str, set[str]] = {}
    for code, line_of in above.items():
        together.setdefault(line_of, set()).add(code)
    lines: list[Line] = []
    for place, (key, name, depth) in enumerate(_order(by, found, [*groups, *late])):
        # A line of an organisation counts what it owes itself, without what is below it, unless that has no line.
        only = together.get(key, {key}) == {key}
        own = (
            replace(wanted, task=key) if by == "task" else replace(wanted, region=key or NO_REGION) if by == "region"
            else replace(wanted, organisation=key, only=only)
        )  # fmt: skip
        line = _line(key, name, groups.get(key, Group()), late[key], own, shown)
        states = targets.get(key, Counter()) if by == "task" else Counter()
        heading = found.headings.get(key) if by == "task" else None
        href = _href(by, key, found, span) if only else board_of(own)
        lines.append(replace(
            line, href=href, depth=depth, place=place, section=heading.group if heading else "",
            targets=[(state, texts.state_name(state), states[state]) for state in STATES if states[state]],
            targets_href=reverse("plan-task", args=[key]) if states else "", more=0 if only else len(together[key]),
        ))  # fmt: skip
    return lines


def _line(key: str, name: str, group: Group, overdue: int, wanted: ItemFilter, shown: Sequence[str]) -> Line:
    """A line whose every number leads to the items or reports that it counts."""
    whole = items_url(replace(wanted, standing=""))
    sign = "&" if "?" in whole else "?"
    counts = [
        (standing_name(status), number, f"{whole}{sign}standing={status}" if number else "")
        for status in shown for number in (group.counts.get(status, 0),)
    ]  # fmt: skip
    href = f"{whole}{sign}standing={wanted.standing}" if wanted.standing else whole
    return Line(key, name, "", 0, group, href, counts, bar(group.counts), overdue,
                reports_url(wanted, overdue="1") if overdue else "", [], "", 0)  # fmt: skip


def _order(by: str, found: Names, keys: Sequence[str]) -> list[tuple[str, str, int]]:
    """(key, words, depth) of the keys that occur, in the order of the plan, the tree or the map; unknown ones last."""
    there = dict.fromkeys(keys)
    if by == "task":
        known = [(code, found.task(code), 0) for code in found.headings]
    elif by == "organisation":
        known = [(code, found.organisation(code), 0) for code in found.organisations]
    else:
        known = [(row.code, row.name, int(row.city != row.code and row.level != "province")) for row in regions()]
    listed = [one for one in known if one[0] in there]
    seen = {key for key, _words, _depth in listed}
    return [*listed, *((key, site.region_name(key) if key else _("不分地区"), 0) for key in there if key not in seen)]


def _href(by: str, key: str, found: Names, span: Span) -> str:
    """Where the name of a line leads: the task of the plan, the organisation's board when this person reaches it."""
    if by == "task":
        return reverse("plan-task", args=[key]) if key in found.headings else ""
    if by == "organisation":
        view = found.organisations.get(key)
        return board_url(key) if view is not None and span.covers(view) else ""
    return ""


def _targets(run: RunFacts | None) -> dict[str, Counter[str]]:
    """Task → how many of its targets are in which state, in a run."""
    states: dict[str, Counter[str]] = {}
    for row in target_rows(run.id) if run is not None else ():
        states.setdefault(row.item, Counter())[row.status] += 1
    return states


def _sorted(lines: list[Line], sort: str) -> list[Line]:
    """Lines by a figure, the largest first (`late`) or last (`late-up`); without a figure at the end."""
    key, _dash, way = sort.partition("-")
    if key not in _SORTS or key == "order":
        return lines
    figures = {
        "total": lambda line: line.group.total, "late": lambda line: line.group.late,
        "share": lambda line: line.group.late_share, "percent": lambda line: line.group.mean,
        "overdue": lambda line: line.overdue,
    }  # fmt: skip
    known = [line for line in lines if figures[key](line) is not None]
    known.sort(key=lambda line: (figures[key](line) if way == "up" else -figures[key](line), line.place))
    return known + [line for line in lines if figures[key](line) is None]


def _sorts() -> list[tuple[str, str]]:
    return [
        ("order", _("默认顺序")), ("total", _("事项最多")), ("late", _("逾期最多")), ("share", _("逾期比例最高")),
        ("percent", _("完成率最高")), ("percent-up", _("完成率最低")), ("overdue", _("欠报最多")),
    ]  # fmt: skip


def _bodies(by: str, lines: Sequence[Line], sections: Sequence[tuple[Line, list[Line]]]) -> list[list[SafeString]]:
    """Rows of the page: a body for each section with its sum first, or one of all lines."""
    if not sections:
        return [[row_of(line, by) for line in lines]]
    return [[row_of(whole, by, total=True), *(row_of(line, by) for line in listed)] for whole, listed in sections]


def _sections(
    lines: Sequence[Line], wanted: ItemFilter, found: Names, shown: Sequence[str]
) -> list[tuple[Line, list[Line]]]:
    """Lines under their sections, each with its own sum; what stands in none leads to nothing of its own."""
    grouped: dict[str, list[Line]] = {}
    for line in lines:
        grouped.setdefault(line.section, []).append(line)
    sums = []
    for key, listed in grouped.items():
        counts: Counter[str] = Counter()
        for line in listed:
            counts.update(line.group.counts)
        total = Group(dict(counts), *(sum(getattr(line.group, name) for line in listed)
                                      for name in ("dated", "known", "owed", "percent")))  # fmt: skip
        line = _line(key, found.sections.get(key, "—"), total, sum(one.overdue for one in listed),
                     replace(wanted, section=key), shown)  # fmt: skip
        if not key:
            line = replace(line, group_href="", overdue_href="",
                           counts=[(words, number, "") for words, number, _href in line.counts])  # fmt: skip
        sums.append((line, listed))
    return sums


def _said(request: HttpRequest, found: Names) -> list[str]:
    """Filters of the address in words, for exports."""
    told: dict[str, Callable[[str], str]] = {
        "section": lambda key: found.sections.get(key, key), "task": found.task, "organisation": found.organisation,
        "region": region_label, "standing": standing_name, "kind": kind_name,
        "programme": lambda key: programme_names().get(key, key),
    }  # fmt: skip
    return [
        told.get(key, str)(value) for key in ("section", "task", "kind", "organisation", "region", "programme", "year",
                                              "standing")
        if (value := request.GET.get(key, "").strip())
    ]  # fmt: skip


def _table(by: str, lines: Sequence[Line], shown: Sequence[str], found: Names, sentences: list[str]) -> Table:
    """The board for export."""
    head = {"task": _("任务"), "organisation": _("责任单位"), "region": _("地区")}[by]
    columns = [
        Column("key", _("编码")), Column("name", head, row_head=True), Column("section", _("章节")),
        Column("total", _("工作事项"), number=True),
        *(Column(name, standing_name(name), number=True) for name in shown),
        Column("dated", _("有期限的在办事项"), number=True), Column("share", _("逾期比例"), "%", number=True),
        Column("percent", _("平均完成率"), "%", number=True), Column("unknown", _("无里程碑的事项"), number=True),
        Column("overdue", _("欠报报告"), number=True), Column("targets", _("目标状态")),
    ]  # fmt: skip
    if by != "task":
        columns = [column for column in columns if column.key not in ("section", "targets")]
    rows = [
        {
            "key": line.key, "name": line.name, "section": found.sections.get(line.section, ""),
            "total": line.group.total,
            **{name: line.group.counts.get(name, 0) for name in shown}, "dated": line.group.dated,
            "share": None if line.group.late_share is None else round(100 * line.group.late_share, 1),
            "percent": line.group.mean, "unknown": line.group.unknown, "overdue": line.overdue,
            "targets": Cell(texts.listed(f"{words} {number}" for _state, words, number in line.targets)),
        }
        for line in lines
    ]  # fmt: skip
    titles = {"task": _("任务看板"), "organisation": _("单位看板"), "region": _("地区看板")}
    return Table(f"work-{by}", titles[by], columns, rows, about=sentences, caption=counts_words(
        fold_counts(line.group.counts for line in lines)))  # fmt: skip


def fold_counts(counted: Any) -> dict[str, int]:
    """Counts of several lines in one."""
    found: Counter[str] = Counter()
    for counts in counted:
        found.update(counts)
    return dict(found)
