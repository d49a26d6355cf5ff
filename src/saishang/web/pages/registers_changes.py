"""Changed descriptions of registers: which wait, the plan of one with what does not fit, and carrying it out.

A small register is looked at and migrated at once; a large one by jobs, whose progress and result this page shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from saishang.apps.jobs import queries as jobs
from saishang.apps.jobs.actions import start
from saishang.apps.jobs.queries import JobRow
from saishang.apps.registers.actions import MigrationRefused, migrate_kind
from saishang.apps.registers.actions.adopting import EntryRefused
from saishang.apps.registers.form import PLACE, STATE, place_headings
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.migration_jobs import (
    MIGRATE,
    MOST_LISTED,
    PLAN,
    latest,
    open_job,
    params_of,
    plan_told,
)
from saishang.apps.registers.models import Entry
from saishang.apps.registers.planning import (
    MOST_TOLD,
    Plan,
    change_of,
    entries_of,
    is_small,
    misfits,
    plan_of,
    waiting,
)
from saishang.rules import Rules
from saishang.science.register.kind import Kind
from saishang.science.register.values import FieldFault
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.exports import export
from saishang.web.pages.registers_common import address_of, entry_url, exact, kind_name, place_text, state_name, today
from saishang.web.pages.registers_forms import fault_words
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import permission

__all__ = ["change", "form_of", "listing"]


@permission("edit_registers")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Registers whose entries do not stand under the description that the rules hold now."""
    rules = site.rules()
    columns = [
        Column("register", _("名录"), row_head=True), Column("entries", _("条目数"), number=True),
        Column("standing", _("情况"), long=True),
    ]  # fmt: skip
    rows = [
        {
            "register": Cell(kind_name(kind), href=reverse("registers-change", args=[kind.id])),
            "entries": entries_of(kind.id).count(),
            "standing": _("规则中已没有此名录：只读。") if kind.closed else _("说明有变更，已有条目仍按原说明。"),
        }
        for kind in waiting(rules)
    ]
    table = Table("changes", _("待处理的名录说明变更"), columns, rows, empty=_("各名录的条目都符合现行说明。"))
    return export(request, [table]) or render(request, "registers/changes.html", {"table": table})


@permission("edit_registers")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, kind: str) -> HttpResponse:
    """The plan of one register; sent, it is carried out as a whole or not at all."""
    rules = site.rules()
    known = kinds(rules).get(kind)
    if known is None:
        raise Http404(_("没有名为“%(name)s”的名录。") % {"name": kind})
    refused = mend = ""
    small = is_small(known.id)
    if request.method == "POST":
        try:
            return _sent(request, rules, known, small)
        except EntryRefused as error:
            refused, mend = wording.error_words(error)
    job = open_job(known.id)
    context: dict[str, Any] = {"kind": known, "name": kind_name(known), "refused": refused, "mend": mend}
    context |= _progress(job)
    if request.headers.get("HX-Request") == "true":
        answer = render(request, "registers/change_running.html", context)
        if job is None:
            answer.headers["HX-Refresh"] = "true"
        return answer
    plan, looked = (plan_of(rules, known.id), None) if small else _looked(rules, known.id)
    context |= {"plan": plan, "looked": looked, "unseen": not small and looked is None, "small": small,
                "most_listed": MOST_LISTED}  # fmt: skip
    if job is None:
        context |= _ended(rules, known.id, plan)
    if plan is not None and plan.new is not None:
        tables = [_changes_table(plan), _misfits_table(rules, plan), form_of(rules, plan)]
        answer_file = export(request, tables)
        if answer_file is not None:
            return answer_file
        context |= {"changes": tables[0], "misfits": tables[1], "wrong": plan.counts["refused"] + plan.counts["kept"]}
    return render(request, "registers/change.html", context, status=422 if refused else 200)


def _sent(request: HttpRequest, rules: Rules, known: Kind, small: bool) -> HttpResponse:
    """Carry it out, or start the job that looks at the entries or carries it out (Errors: EntryRefused)."""
    reason, address = request.POST.get("reason", ""), address_of(request)
    if small:
        done = migrate_kind(request.user, rules, known.id, today=today(), reason=reason, address=address)
        messages.success(
            request, _("新说明已生效：改写 %(written)s 条，保留原样 %(kept)s 条。")
            % {"written": done.written, "kept": done.kept},
        )  # fmt: skip
        return redirect("registers-list", known.id)
    params = params_of(rules, known.id)
    if params is None:
        raise MigrationRefused(f"the entries of {known.id} stand under the description of the rules already",
                               fix="nothing is left to do", code="nothing-to-do")  # fmt: skip
    if open_job(known.id) is None:  # sent twice, it is started once
        if request.POST.get("do") == "look":
            start(request.user, PLAN.id, params, address=address)
        else:
            if not reason.strip():
                raise MigrationRefused("a migration needs a reason", fix="name the document that changed",
                                       where="reason")  # fmt: skip
            plan, _when = _looked(rules, known.id)
            if plan is None or not plan.possible or _when is None:
                raise MigrationRefused("nobody has seen yet that every entry fits the new description",
                                       fix="have the entries looked at first")  # fmt: skip
            start(request.user, MIGRATE.id, params | {"address": address}, reason=reason, address=address)
    return redirect("registers-change", known.id)


def _looked(rules: Rules, name: str) -> tuple[Plan | None, JobRow | None]:
    """The plan of a large register and the job that made it; without a job only what changed."""
    found, params = change_of(rules, name), params_of(rules, name)
    if found is None:
        return None, None
    row = latest(PLAN.id, params | {"register": name}) if params is not None else None
    plan = plan_told(rules, row) if row is not None else None
    if plan is not None:
        return plan, row
    return Plan(*found, entries=entries_of(name).count(), listed=lambda: iter(())), None


def _progress(job: JobRow | None) -> dict[str, Any]:
    """What waits or runs, and whether anybody works."""
    if job is None:
        return {"job": None}
    return {
        "job": job, "what": texts.both(job.kind_zh, job.kind_en), "step": texts.both(job.step_zh, job.step_en),
        "writing": job.kind == MIGRATE.id, "workers": jobs.workshop().workers,
    }  # fmt: skip


def _ended(rules: Rules, name: str, plan: Plan | None) -> dict[str, Any]:
    """How the last job about this change ended, where that is not what the page shows anyway."""
    if plan is None:
        done = latest(MIGRATE.id, {"register": name})
        return {"done": done} if done is not None and done.state == "succeeded" else {}
    params = params_of(rules, name)
    rows = [latest(kind, params) for kind in (MIGRATE.id, PLAN.id)] if params is not None else []
    last = max((row for row in rows if row is not None), key=lambda row: row.id, default=None)
    if last is None or last.state not in ("failed", "cancelled"):
        return {}
    error = last.error or {}
    told = " ".join(wording.say(str(error[part])) for part in ("message", "fix") if error.get(part))
    return {"ended": last, "what": texts.both(last.kind_zh, last.kind_en), "told": told}


def form_of(rules: Rules, plan: Plan) -> Table:
    """Entries that do not fit, in the layout of the register's own form: mended, it is loaded again."""
    known = kinds(rules)[plan.old.id]
    columns = [
        Column(field.id, texts.both(field.zh, field.en), field.unit, number=field.type in ("number", "integer"))
        for field in known.fields.values()
    ]
    if known.life is not None:
        columns.append(Column(STATE, texts.both("状态", "State")))
    if known.place != "none":
        columns.append(Column(PLACE, texts.both(*place_headings(known))))
    rows = (
        {field.id: exact(field, row.values.get(field.id)) for field in known.fields.values()}
        | {STATE: state_name(known, row.state), PLACE: place_text(row.place)}
        for row, _faults in misfits(rules, plan)
        if not row.withdrawn
    )
    return Table("form", kind_name(known), columns, (), everything=rows)


def _changes_table(plan: Plan) -> Table:
    columns = [Column("what", _("变化"), row_head=True, long=True), Column("grade", _("对已有条目"), long=True)]
    grades = {"harmless": _("没有影响"), "plan": _("要核对或改写"), "refused": _("不能这样改")}
    # The gravest first: that is what has to be decided.
    ordered = sorted(plan.changes, key=lambda one: ("refused", "plan", "harmless").index(one.grade))
    rows = [{"what": texts.both(one.zh, one.en), "grade": grades[one.grade]} for one in ordered]
    return Table("changes", _("名录说明的变化"), columns, rows, empty=_("没有变化。"))


def _misfits_table(rules: Rules, plan: Plan) -> Table:
    new = plan.new or plan.old
    columns: Sequence[Column] = [
        Column("entry", _("条目"), row_head=True, nowrap=True), Column("title", _("名称")), Column("field", _("项目")),
        Column("content", _("内容")), Column("message", _("原因"), long=True), Column("fix", _("怎么办"), long=True),
    ]  # fmt: skip

    def told(pk: int, key: str, title: str, faults: Iterable[FieldFault]) -> Iterator[dict[str, Any]]:
        for fault in faults:
            yield {
                "entry": Cell(key, href=entry_url(plan.old, pk)), "title": title,
                "field": _label(plan.old, new, fault.field), "content": _content(plan.old, fault),
                "message": fault_words(new, fault.field, fault.message), "fix": wording.say(fault.fix),
            }  # fmt: skip

    def everything() -> Iterator[dict[str, Any]]:
        row: Entry
        for row, faults in misfits(rules, plan):
            yield from told(row.pk, row.key, row.title, faults)

    rows = [line for one in plan.misfits for line in told(one.pk, one.key, one.title, one.faults)]
    return Table("misfits", _("不符合新说明的内容"), columns, rows, everything=everything(), tight=True,
                 caption=_("最多显示 %(most)s 条，全部见导出。") % {"most": MOST_TOLD},
                 empty=_("所有条目都符合，或按说明改写后符合。"))  # fmt: skip


def _label(old: Kind, new: Kind, name: str) -> str:
    field = new.fields.get(name) or old.fields.get(name)
    if field is not None:
        return texts.both(field.zh, field.en)
    return {STATE: _("状态"), PLACE: _("位置")}.get(name, name)


def _content(old: Kind, fault: FieldFault) -> str:
    return state_name(old, fault.content) if fault.field == STATE else fault.content
