"""The plan: tasks with owners and targets, search and filter, one task, duties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries as indicators
from saishang.apps.plan import queries
from saishang.apps.plan.queries import ItemView, OwnerView, PlanNotFoundError, TargetView, VersionView
from saishang.web import texts
from saishang.web.pages import plan_where, site
from saishang.web.pages.exports import export
from saishang.web.pages.keeping import kept_words
from saishang.web.pages.runs import chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.targets import target_url
from saishang.web.pages.work_behind import work_behind
from saishang.web.security import public
from saishang.web.wording import columns as words

__all__ = ["index", "outline", "task"]

ROLES = ("task", "safeguard", "step", "preamble")


@dataclass(frozen=True)
class OutlineTask:
    """A task in a list: number, title, address, how many targets it holds."""

    number: str
    title: str
    href: str
    targets: int


@dataclass(frozen=True)
class OutlineGroup:
    """A section (or a chapter without sections) with its tasks."""

    title: str
    tasks: list[OutlineTask]


@texts.by_language
def role_name(role: str) -> str:
    """Words for the role of an item."""
    return {
        "task": _("任务"), "safeguard": _("保障措施"), "step": _("步骤"), "preamble": _("总体要求"),
    }.get(role, role)  # fmt: skip


@texts.by_language
def owner_role_name(role: str) -> str:
    """Words for the role of a unit."""
    return {
        "lead": _("牵头"), "responsible": _("责任"), "support": _("配合"), "guide": _("指导"),
    }.get(role, role)  # fmt: skip


def promise(view: TargetView) -> str:
    """What a target promises, in short."""
    if view.kind != "numeric":
        return words.value_words("state", view.state) or view.state
    if view.undetermined:
        return _("未公布")
    if view.low is not None and view.high is not None:
        return f"{view.low:f} – {view.high:f} {texts.unit_name(view.unit)}".strip()
    change = {"rise": _("提高"), "drop": _("下降")}.get(view.change or "", "")
    text = texts.goal_text(view.comparator, view.value, view.unit)
    base = _("（比 %(year)s 年）") % {"year": view.base_year} if view.base_year else ""
    return " ".join(part for part in (change, text + base) if part)


def outline() -> list[OutlineGroup]:
    """Tasks by chapter and section of the newest version; empty before the first import."""
    version = queries.current_version()
    if version is None:
        return []
    views = {view.id: view for view in queries.items(version.id)}
    groups: list[OutlineGroup] = []
    for chapter in queries.chapters(version.id):
        parts = [(texts.both(s.title, s.title_en), s.items) for s in chapter.sections]
        if chapter.items:
            parts.insert(0, (texts.both(chapter.title, chapter.title_en), chapter.items))
        for title, keys in parts:
            tasks = [_outline_task(views[key]) for key in keys if key in views and views[key].role != "preamble"]
            if tasks:
                groups.append(OutlineGroup(title, tasks))
    return groups


def _outline_task(view: ItemView) -> OutlineTask:
    return OutlineTask(
        view.number, texts.both(view.title, view.title_en), reverse("plan-task", args=[view.id]),
        len(view.targets) + len(view.commitments),
    )  # fmt: skip


@public
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Items of the plan with search and filters; answers only the list to a request by htmx."""
    version = queries.current_version()
    if version is None:
        return render(request, "plan/index.html", {"version": None})
    chosen = {key: request.GET.get(key, "").strip() for key in ("q", "owner", "section", "role", "target")}
    listed = _listed(version, tuple(chosen.items()))
    duties = _duties_table(version)
    answer = export(request, [listed.table, duties])
    if answer is not None:
        return answer
    context: dict[str, Any] = {
        "version": version,
        "title": texts.both(version.title, version.title_en),
        "listed": listed,
        "count": listed.count,
        "task_count": listed.tasks,
        "table": listed.table,
        "chosen": chosen,
    }
    if request.headers.get("HX-Request") == "true":
        return render(request, "plan/results.html", context)
    context |= {
        "duties": duties,
        "promises": sum(len(view.targets) + len(view.commitments) for view in queries.items(version.id)),
        "owners": queries.owners(version.id),
        "sections": [
            (s.number, texts.both(s.title, s.title_en)) for c in queries.chapters(version.id) for s in c.sections
        ],
        "roles": [(role, role_name(role)) for role in ROLES],
        "versions": queries.versions(version.plan),
        "unresolved": queries.unresolved(version.id),
    }
    return render(request, "plan/index.html", context)


@dataclass(frozen=True)
class Listed:
    """Items that were asked for: for export, as they stand on the page, how many, and how many of these are tasks."""

    table: Table
    part: SafeString
    count: int
    tasks: int


@kept_words("plan", most=16)
def _listed(version: VersionView, chosen: tuple[tuple[str, str], ...]) -> Listed:
    asked = dict(chosen)
    found = queries.items(
        version.id, text=asked["q"], owner=asked["owner"], section=asked["section"], role=asked["role"],
        has_target={"yes": True, "no": False}.get(asked["target"]),
    )  # fmt: skip
    part = render_to_string("plan/items.html", {"groups": _grouped(found)})
    return Listed(_items_table(found, version), part, len(found), sum(view.role == "task" for view in found))


def _grouped(found: list[ItemView]) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = []
    for view in found:
        chapter = texts.both(view.chapter_title, view.chapter_title_en)
        section = texts.both(view.section_title, view.section_title_en)
        title = " · ".join(part for part in (chapter, section) if part)
        if not groups or groups[-1]["title"] != title:
            groups.append({"title": title, "entries": []})
        groups[-1]["entries"].append(_entry(view))
    return groups


def _entry(view: ItemView) -> dict[str, Any]:
    owners = [owner for owner in view.owners if not owner.inherited]
    return {
        "view": view,
        "title": texts.both(view.title, view.title_en),
        "href": reverse("plan-task", args=[view.id]),
        "owners": _distinct(owners),
        "inherited": len(_distinct([owner for owner in view.owners if owner.inherited])),
        "targets": [
            (texts.both(t.indicator, t.indicator_en), promise(t), t.year) for t in (*view.targets, *view.commitments)
        ],
    }


def _distinct(owners: list[OwnerView]) -> list[dict[str, str]]:
    """Units once each, leading ones first."""
    found: dict[str, dict[str, str]] = {}
    for owner in sorted(owners, key=lambda o: o.role != "lead"):
        found.setdefault(
            owner.name,
            {
                "name": owner.unit if not texts.english() else site.agency_name(owner.name),
                "full": site.agency_name(owner.name),
                "role": owner.role,
                "role_name": owner_role_name(owner.role),
            },
        )
    return list(found.values())


def _about(version: VersionView) -> list[str]:
    return [
        _("方案：%(title)s；版本 %(name)s；来源 %(origin)s")
        % {"title": texts.both(version.title, version.title_en), "name": version.name, "origin": version.origin}
    ]


def _items_table(found: list[ItemView], version: VersionView) -> Table:
    columns = [
        Column("id", _("编号"), row_head=True),
        Column("role", _("类别")),
        Column("section", _("章节")),
        Column("title", _("任务")),
        Column("lead", _("牵头单位")),
        Column("owners", _("责任单位")),
        Column("support", _("配合单位")),
        Column("targets", _("目标")),
        Column("measures", _("措施")),
    ]

    def units(view: ItemView, *roles: str) -> str:
        return texts.listed(dict.fromkeys(o.name for o in view.owners if o.role in roles))

    rows = [
        {
            "id": view.id,
            "role": role_name(view.role),
            "section": texts.both(view.section_title, view.section_title_en) or view.chapter_title,
            "title": texts.both(view.title, view.title_en),
            "lead": units(view, "lead"),
            "owners": units(view, "responsible"),
            "support": units(view, "support", "guide"),
            "targets": "；".join(
                f"{texts.both(t.indicator, t.indicator_en)} {promise(t)}" + (f" ({t.year})" if t.year else "")
                for t in (*view.targets, *view.commitments)
            ),
            "measures": "\n".join(texts.both(zh, en) for zh, en in view.measures),
        }
        for view in found
    ]
    return Table("tasks", _("任务清单"), columns, rows, about=_about(version))


def _duties_table(version: VersionView) -> Table:
    columns = [
        Column("what", _("应办事项"), row_head=True),
        Column("when", _("时间")),
        Column("who", _("责任方")),
        Column("to", _("报送")),
        Column("copy", _("抄送")),
        Column("item", _("出处")),
    ]
    rows = [
        {
            "what": texts.both(duty.what, duty.what_en),
            "when": duty.when,
            "who": duty.who,
            "to": duty.to,
            "copy": duty.copy,
            "item": Cell(duty.item, text=f"{duty.item} {duty.item_title}", href=reverse("plan-task", args=[duty.item])),
        }
        for duty in queries.duties(version.id)
    ]
    return Table("duties", _("定期事项"), columns, rows, about=_about(version), empty=_("方案没有规定定期事项。"))


@public
@require_safe
def task(request: HttpRequest, item: str) -> HttpResponse:
    """One item: measures, owners, targets with their state in the newest run, duties."""
    version = queries.current_version()
    if version is None:
        raise Http404(_("还没有导入方案"))
    try:
        view = queries.item(version.id, item)
    except PlanNotFoundError:
        raise Http404(_("方案中没有编号为“%(id)s”的任务。") % {"id": item}) from None
    run = chosen_run(request)
    states = {row.target: row for row in indicators.target_rows(run.id)} if run is not None else {}
    owners = _owners_table(view, version)
    targets = []
    for target in (*view.targets, *view.commitments):
        state = states.get(target.code)
        targets.append(
            {
                "view": target,
                "title": texts.both(target.indicator, target.indicator_en),
                "promise": promise(target),
                "state": state.status if state is not None else "",
                "reason": texts.both(state.reason_zh, state.reason_en) if state is not None else "",
                "href": target_url(state) if state is not None else "",
            }
        )
    keys = [other.id for other in queries.items(version.id)]
    place = keys.index(view.id)
    context = {
        "version": version,
        "plan_title": texts.both(version.title, version.title_en),
        "view": view,
        "title": texts.both(view.title, view.title_en),
        "section": texts.both(view.section_title, view.section_title_en),
        "chapter": texts.both(view.chapter_title, view.chapter_title_en),
        "role": role_name(view.role),
        "measures": [texts.both(zh, en) for zh, en in view.measures],
        "owners": owners,
        "targets": targets,
        "duties": [(texts.both(d.what, d.what_en), d) for d in view.duties],
        **work_behind(request, version.plan, view.id),
        "systems": plan_where.of_task(request, version, view.id),
        "before": keys[place - 1] if place else None,
        "after": keys[place + 1] if place + 1 < len(keys) else None,
    }
    return export(request, [owners]) or render(request, "plan/task.html", context)


def _owners_table(view: ItemView, version: VersionView) -> Table:
    columns = [
        Column("name", _("单位"), row_head=True),
        Column("role", _("角色"), nowrap=True),
        Column("unit", _("文中写法")),
        Column("inherited", _("依据")),
    ]
    rows = [
        {
            "name": Cell(owner.name, href=f"{reverse('plan')}?owner={owner.agency_code or owner.name}"),
            "role": owner_role_name(owner.role),
            "unit": owner.unit + (_("等") if owner.etc else ""),
            "inherited": _("通用条款") if owner.inherited else _("本条"),
        }
        for owner in sorted(view.owners, key=lambda o: (o.inherited, o.role != "lead"))
    ]
    return Table(
        f"owners-{view.id}", _("责任单位"), columns, rows, about=_about(version), tight=True,
        empty=_("方案未写明责任单位。"),
    )  # fmt: skip
