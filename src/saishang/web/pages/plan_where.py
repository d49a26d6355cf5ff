"""The plan and where it lives: each system that the plan names, its working part with live figures, or what is missing.

The mapping is `rules/plans/<name>/where.csv` (`apps/plan/where`). What a reader sees hangs on which registers he may
see and on whether he sees everything internal, so that the answers for these few sorts of readers are kept: until
something is written into a register, a run is made or the plan changes, and for a minute at the most.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.execution import queries as execution
from saishang.apps.indicators import queries as indicators
from saishang.apps.indicators.last_values import Last, last_values
from saishang.apps.organisations import access
from saishang.apps.plan import queries as plans
from saishang.apps.plan.queries import VersionView
from saishang.apps.plan.where import STATES, Part, System, systems
from saishang.apps.registers import glance
from saishang.apps.registers.glance import Glance, Told
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.permits import may_see_inside
from saishang.apps.supervision import queries as supervision
from saishang.apps.supervision.queries import FindingFilter
from saishang.science.register.kind import Kind
from saishang.web import texts
from saishang.web.api.seeing import rests_on
from saishang.web.pages import site
from saishang.web.pages.exports import export
from saishang.web.pages.keeping import kept_words
from saishang.web.pages.plan_where_words import kind_name, link_of, state_name
from saishang.web.pages.registers_common import today
from saishang.web.pages.registers_open import counted_url
from saishang.web.pages.tables import Column, Table
from saishang.web.security import public

__all__ = ["Line", "lines", "of_task", "where"]

#: Seconds for which figures are kept though nothing was written into a register (work and supervision move, too).
_KEPT = 60


@dataclass(frozen=True)
class Link:
    """A working part: words, address, and whether only people of the administration may open it."""

    words: str
    href: str
    inside: bool
    facts: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """What the register holds, in one line."""
        return texts.listed(self.facts)


@dataclass(frozen=True)
class Number:
    """A live figure: what it counts, the number with its unit, of which day, and whether it is invented."""

    words: str
    text: str
    day: str
    href: str
    invented: bool


@dataclass(frozen=True)
class Line:
    """A system as the page shows it."""

    system: System
    title: str
    task: str
    task_href: str
    agencies: tuple[tuple[str, str], ...]
    links: tuple[Link, ...]
    numbers: tuple[Number, ...]

    @property
    def kind(self) -> str:
        """What sort of thing it is, in words."""
        return kind_name(self.system.kind)

    @property
    def state(self) -> str:
        """How far it is built, in words."""
        return state_name(self.system.state)

    @property
    def note(self) -> str:
        """What is missing."""
        return texts.both(self.system.note, self.system.note_en)


@dataclass(frozen=True)
class Sight:
    """Whose page it is: registers that he may see, and whether he sees all of work and supervision."""

    registers: tuple[str, ...]
    inside: bool


@public
@require_safe
def where(request: HttpRequest) -> HttpResponse:
    """Systems of the plan task by task; to a request by htmx only the results."""
    version = plans.current_version()
    if version is None:
        return render(request, "plan/where.html", {"version": None})
    chosen = {key: request.GET.get(key, "").strip()[:200] for key in ("q", "task", "kind", "state", "agency", "all")}
    sight = _sight(request)
    told = lines(version, sight)
    listed = _listed(version, sight, tuple(chosen.items()), *_moment())
    answer = export(request, [listed.table])
    if answer is not None:
        return answer
    context: dict[str, Any] = {"version": version, "listed": listed, "chosen": chosen, "count": listed.count}
    if request.headers.get("HX-Request") == "true":
        return render(request, "plan/where_results.html", context)
    agencies = sorted({pair for line in told for pair in line.agencies}, key=lambda pair: pair[1])
    context |= {
        "title": texts.both(version.title, version.title_en), "all": len(told),
        "named": sum(line.system.named for line in told),
        "tasks": list({line.system.item: f"{line.system.item} {line.task}" for line in told}.items()),
        "kinds": sorted({(line.system.kind, line.kind) for line in told}, key=lambda pair: pair[1]),
        "states": [(state, state_name(state)) for state in STATES], "agencies": agencies,
    }  # fmt: skip
    return render(request, "plan/where.html", context)


def of_task(request: HttpRequest, version: VersionView, item: str) -> list[Line]:
    """Systems that one task names."""
    return [line for line in lines(version, _sight(request)) if line.system.item == item]


def _sight(request: HttpRequest) -> Sight:
    seen = (kind.id for kind in kinds(site.rules()).values() if kind.public or may_see_inside(request.user, kind))
    return Sight(tuple(seen), access.reach(request.user, "view_internal").everything)


def _moment() -> tuple[int, int]:
    """What kept figures hang on beside runs and plan: the last thing written into a register, and the minute."""
    return glance.last_version(), int(time.time() // _KEPT)


def lines(version: VersionView, sight: Sight) -> tuple[Line, ...]:
    """Every system of the plan with its parts and live figures, in the plan's order."""
    return _lines(version, sight, *_moment())


@kept_words("plan", "runs", most=16)
def _lines(version: VersionView, sight: Sight, _written: int, _minute: int) -> tuple[Line, ...]:
    listed = systems(site.rules(), version.plan)
    day = today()
    known = {name: kinds(site.rules())[name] for name in sight.registers}
    live = _Live(version.plan, known, sight, listed, day)
    items = {view.id: view for view in plans.items(version.id)}
    found = []
    for system in listed:
        view = items.get(system.item)
        owners = dict.fromkeys(owner.name for owner in view.owners if not owner.inherited) if view else ()
        found.append(
            Line(
                system, texts.both(system.zh, system.en), texts.both(view.title, view.title_en) if view else "",
                reverse("plan-task", args=[system.item]) if view else "",
                tuple((name, site.agency_name(name)) for name in owners),
                tuple(live.link(part) for part in system.links), tuple(live.numbers(system)),
            )
        )  # fmt: skip
    return tuple(found)


class _Live:
    """Live figures of all systems: a few questions for all of them together."""

    def __init__(
        self, plan: str, known: Mapping[str, Kind], sight: Sight, listed: Sequence[System], day: date
    ) -> None:  # fmt: skip
        self.plan, self.known, self.sight, self.day = plan, known, sight, day
        linked = {part.name for system in listed for part in system.links if part.kind == "register"}
        self.glances: Mapping[str, Glance] = glance.glances((known[name] for name in linked if name in known), day)
        run = indicators.latest_run()
        self.run = indicators.run_facts(run.id) if run is not None else None
        self.region = region = self.run.region if self.run is not None else _province()
        asked = {part.name for system in listed for part in system.figures if part.kind == "figure"}
        pairs = [name.split(".", 1) for name in sorted(asked)]
        wanted = [(known[kind], known[kind].figures[figure]) for kind, figure in pairs if kind in known]
        self.figures: Mapping[tuple[str, str], Told] = glance.figures(wanted, site.rules(), region, day)
        named = {part.name for system in listed for part in system.figures if part.kind == "indicator"}
        self.values: Mapping[str, Last] = last_values(self.run.id, named, region) if self.run is not None else {}
        self.counts = self._counts(listed)

    def link(self, part: Part) -> Link:
        """A part with its address; a register with what it holds, as far as the reader may see it."""
        words, href, inside = link_of(part)
        if part.kind != "register" or part.name not in self.known:
            return Link(words, href, inside)
        told = self.glances[part.name]
        number = told.entries or told.invented
        facts = [texts.counted("%(n)s 条", number) % {"n": f"{number:,}"}]
        if told.alone:
            facts[0] = _("%(entries)s（演示）") % {"entries": facts[0]}
        if told.overdue:
            facts.append(_("逾期 %(n)s") % {"n": f"{told.overdue:,}"})
        if told.changed is not None:
            facts.append(_("变动 %(day)s") % {"day": told.changed.isoformat()})
        return Link(words, href, inside, tuple(facts))

    def numbers(self, system: System) -> Iterable[Number]:
        """The live figures of a system that the reader may see."""
        for part in system.figures:
            if part.kind == "figure":
                kind, _dot, figure = part.name.partition(".")
                if kind in self.known:
                    yield self._figure(self.known[kind], figure)
            elif part.kind == "indicator":
                yield self._indicator(part.name)
            else:
                yield from self.counts.get((part.name, system.item), self.counts.get((part.name, ""), ()))

    def _figure(self, kind: Kind, name: str) -> Number:
        figure, told = kind.figures[name], self.figures[kind.id, name]
        value = told.sum.rounded if told.entries else None
        text = "—" if value is None else f"{value:,f} {texts.unit_name(figure.unit)}".strip()
        href = reverse("registers-figures", args=[kind.id])
        if rests_on(figure) <= {"state", *(field.id for field in kind.seen_by(False))}:
            # To the entries that were counted; who may not see what they were chosen by gets the figures alone.
            href = counted_url(kind, figure, self.region, None, invented=told.invented)
        return Number(texts.both(figure.zh, figure.en), text, self.day.isoformat(), href, told.invented)

    def _indicator(self, name: str) -> Number:
        indicator, last = indicators.catalogue().indicators[name], self.values.get(name)
        words = texts.both(indicator.zh, indicator.en)
        if last is None or self.run is None:
            return Number(words, "—", "", "", False)
        href = reverse("targets-chain", args=[self.run.id, name, self.run.region])
        href = f"{href}?{urlencode({'period': last.period})}"
        text = f"{last.rounded} {texts.unit_name(last.unit)}".strip()
        return Number(words, text, texts.period_name(last.period), href, last.invented)

    def _counts(self, listed: Sequence[System]) -> dict[tuple[str, str], list[Number]]:
        asked = {(part.name, system.item) for system in listed for part in system.figures if part.kind == "count"}
        found: dict[tuple[str, str], list[Number]] = {}
        for (name, item), (real, made_up) in self._items(asked).items():
            words = _("本任务在办和办结的事项") if item else _("全部任务在办和办结的事项")
            if real and made_up:
                # The list behind the number shows these as well: the two have to add up.
                extra = texts.counted("另有演示 %(n)s 项", made_up) % {"n": f"{made_up:,}"}
                words = _("%(words)s（%(extra)s）") % {"words": words, "extra": extra}
            href = f"{reverse('work-items')}{'?' + urlencode({'task': item}) if item else ''}"
            found[name, item] = [
                Number(
                    words, f"{real or made_up:,}", self.day.isoformat(), href if self.sight.inside else "",
                    not real and made_up > 0,
                )
            ]  # fmt: skip
        if not self.sight.inside:
            return found
        span = access.Span(everything=True)
        names = {name for name, _item in asked}
        if "findings" in names:
            rows = supervision.findings(span, FindingFilter(), self.day, supervision.soon_days(site.rules()))
            rows = rows.exclude(state="closed")
            found["findings", ""] = self._open(_("未销号的反馈问题（不分任务）"), rows, "findings")
        if "matters" in names:
            waiting = supervision.matters(span).filter(state__in=("open", "replied"))
            found["matters", ""] = self._open(_("未议定的协调事项（不分任务）"), waiting, "matters")
        if "duties" in names:
            owed = supervision.occurrences(span, self.day.year).exclude(state="fulfilled")
            found["duties", ""] = self._open(_("本年待落实的定期事项"), owed, "duties")
        return found

    def _open(self, words: str, rows: QuerySet[Any], page: str) -> list[Number]:
        return [Number(words, f"{rows.count():,}", self.day.isoformat(), reverse(f"supervision-{page}"), False)]

    def _items(self, asked: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[int, int]]:
        """(figure, task; empty: of all tasks) → real and invented items."""
        keys = {(name, "" if name == "all_items" else item) for name, item in asked if name in ("items", "all_items")}
        return {
            (name, task): (
                sum(execution.behind(self.plan, task).values()),
                sum(execution.behind(self.plan, task, invented=True).values()),
            )
            for name, task in sorted(keys)
        }


def _province() -> str:
    """The region that the plan is about, before a run says so."""
    rows = (row for row in site.rules().regions.values() if row["level"] == "province" and row["use"] == "in_plan")
    return next((str(row["code"]) for row in rows), "")


@dataclass(frozen=True)
class Listed:
    """What was asked for: for export, as it stands on the page, how many, and the totals by state of all in scope."""

    table: Table
    part: SafeString
    count: int
    totals: tuple[tuple[str, str, int], ...]


@kept_words("plan", "runs", most=48)
def _listed(
    version: VersionView, sight: Sight, chosen: tuple[tuple[str, str], ...], _written: int, _minute: int
) -> Listed:  # fmt: skip
    asked = dict(chosen)
    scope = [line for line in lines(version, sight) if asked["all"] or line.system.named]
    found = [line for line in scope if _fits(line, asked)]
    groups: dict[str, list[Line]] = {}
    for line in found:
        groups.setdefault(line.system.item, []).append(line)
    states = Counter(line.system.state for line in scope)
    part = render_to_string("plan/where_lines.html", {"groups": list(groups.values())})
    return Listed(
        _table(version, found), part, len(found), tuple((state, state_name(state), states[state]) for state in STATES)
    )


def _fits(line: Line, asked: Mapping[str, str]) -> bool:
    system = line.system
    if asked["task"] and system.item != asked["task"]:
        return False
    if asked["kind"] and system.kind != asked["kind"]:
        return False
    if asked["state"] and system.state != asked["state"]:
        return False
    if asked["agency"] and asked["agency"] not in {name for name, _words in line.agencies}:
        return False
    words = " ".join(
        (system.id, system.item, system.zh, system.en, system.note, system.note_en, line.task,
         *(link.words for link in line.links))
    ).casefold()  # fmt: skip
    return all(word in words for word in asked["q"].casefold().split())


def _table(version: VersionView, found: Sequence[Line]) -> Table:
    columns = [
        Column("id", _("编号"), row_head=True), Column("task", _("任务")), Column("kind", _("类别")),
        Column("named", _("方案点名")), Column("title", _("名称")), Column("state", _("状态")),
        Column("links", _("落在何处")), Column("figures", _("实时数字")), Column("note", _("还缺什么")),
        Column("agencies", _("责任单位")),
    ]  # fmt: skip
    rows = [
        {
            "id": line.system.id, "task": f"{line.system.item} {line.task}".strip(), "kind": line.kind,
            "named": _("是") if line.system.named else _("否"), "title": line.title,
            "state": line.state,
            "links": "\n".join(" ".join((link.words, link.href, *link.facts)) for link in line.links),
            "figures": "\n".join(
                f"{one.words} {one.text}" + (f" ({one.day})" if one.day else "")
                + (_("（演示）") if one.invented else "") for one in line.numbers
            ),
            "note": line.note, "agencies": texts.listed(words for _name, words in line.agencies),
        }
        for line in found
    ]  # fmt: skip
    about = [
        _("方案：%(title)s；版本 %(name)s") % {
            "title": texts.both(version.title, version.title_en), "name": version.name,
        },
        _("名录的数字为 %(day)s 的状态，指标为最近一次评估。") % {"day": today().isoformat()},
    ]  # fmt: skip
    return Table("where", _("方案在哪里落地"), columns, rows, about=about)
