"""All registers, in the order of the plan: by section and task, found by any word of their description."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.plan import queries as plan
from saishang.apps.registers import book
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.permits import may_see_inside
from saishang.science.register.kind import Kind
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.registers_common import kind_name
from saishang.web.security import may, public

__all__ = ["index"]


@dataclass(frozen=True)
class _Task:
    """An item of the plan."""

    id: str
    title: str
    words: str
    section: str
    href: str


@public
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Registers that the reader may see, with how many entries they hold; to a request by htmx only the results."""
    known = kinds(site.rules()).values()
    seen = [kind for kind in known if kind.public or may_see_inside(request.user, kind)]
    tasks = {task.id: task for task in _tasks()}
    chosen = {name: request.GET.get(name, "").strip()[:200] for name in ("q", "task")}
    listed = [kind for kind in seen if _wanted(kind, chosen, tasks)]
    edits = may(request, "edit_registers")
    context: dict[str, Any] = {
        "sections": _sections(listed, tasks), "count": len(listed), "all": len(seen), "chosen": chosen,
        "hidden": len(known) - len(seen),
        "waiting": sum(kind.pending or kind.closed for kind in known) if edits else 0, "may_edit": edits,
    }  # fmt: skip
    if request.headers.get("HX-Request") == "true":
        return render(request, "registers/index_results.html", context)
    counting = {name for kind in seen for name in kind.tasks}
    context["choices"] = [
        (section, [(task.id, task.title) for task in listed_tasks if task.id in counting])
        for section, listed_tasks in _by_section(tasks.values())
        if any(task.id in counting for task in listed_tasks)
    ]
    return render(request, "registers/index.html", context)


def _tasks() -> Iterator[_Task]:
    """Items of the newest plan in reading order, with the section (or the chapter without sections) they stand in."""
    version = plan.current_version()
    if version is None:
        return
    views = {view.id: view for view in plan.items(version.id)}
    for chapter in plan.chapters(version.id):
        for part in (chapter, *chapter.sections):
            for key in part.items:
                if key not in views or views[key].role == "preamble":
                    continue
                view = views[key]
                number = f"{view.number} " if view.role == "task" else ""  # the others count in Chinese
                title = f"{number}{texts.both(view.title, view.title_en)}"
                yield _Task(
                    key, title, f"{view.title} {view.title_en}".casefold(), texts.both(part.title, part.title_en),
                    reverse("plan-task", args=[key]),
                )  # fmt: skip


def _by_section(tasks: Sequence[_Task] | Any) -> list[tuple[str, list[_Task]]]:
    found: dict[str, list[_Task]] = {}
    for task in tasks:
        found.setdefault(task.section, []).append(task)
    return list(found.items())


def _wanted(kind: Kind, chosen: Mapping[str, str], tasks: Mapping[str, _Task]) -> bool:
    """Whether every word that was typed stands in its description, its fields or its items of the plan."""
    if chosen["task"] in tasks and chosen["task"] not in kind.tasks:
        return False
    parts = [kind.id, kind.zh, kind.en, kind.about_zh, kind.about_en, kind.source]
    parts += [word for field in kind.fields.values() for word in (field.zh, field.en)]
    text = " ".join(parts).casefold() + " ".join(tasks[name].words for name in kind.tasks if name in tasks)
    return all(word in text for word in chosen["q"].casefold().split())


def _sections(listed: Sequence[Kind], tasks: Mapping[str, _Task]) -> list[dict[str, Any]]:
    """Sections of the plan with their tasks, each with the registers whose main item it is; the rest comes last."""
    counts = book.counts(listed)
    under: dict[str, list[dict[str, Any]]] = {}
    for kind in listed:
        main = kind.tasks[0] if kind.tasks and kind.tasks[0] in tasks else ""
        under.setdefault(main, []).append({
            "name": kind_name(kind), "about": texts.both(kind.about_zh, kind.about_en),
            "count": counts.get(kind.id, 0), "href": reverse("registers-list", args=[kind.id]),
            "public": kind.public, "closed": kind.closed,
            "also": [tasks[name] for name in kind.tasks[1:] if name in tasks],
        })  # fmt: skip
    found = []
    for section, members in _by_section(tasks.values()):
        groups = [{"task": task, "kinds": under[task.id]} for task in members if task.id in under]
        if groups:
            count = sum(len(under[task.id]) for task in members if task.id in under)
            found.append({"title": section, "groups": groups, "count": count})
    if "" in under:
        title = _("其他名录") if found else _("全部名录")
        found.append({"title": title, "groups": [{"task": None, "kinds": under[""]}], "count": len(under[""])})
    return found
