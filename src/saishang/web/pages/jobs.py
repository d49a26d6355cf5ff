"""Background jobs: what waits, what runs and how far it is, how it ended; start, cancel, try again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from saishang.apps.jobs import queries
from saishang.apps.jobs.actions import cancel as cancel_job
from saishang.apps.jobs.actions import retry as retry_job
from saishang.apps.jobs.actions import start as start_job
from saishang.apps.jobs.kinds import Kind, kinds
from saishang.apps.jobs.queries import JobRow
from saishang.apps.jobs.states import STATES
from saishang.apps.registers.migration_jobs import MIGRATE, PLAN
from saishang.errors import SaishangError
from saishang.web import texts, wording
from saishang.web.pages.data_tabs import tabs
from saishang.web.pages.exports import export
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import may, permission

__all__ = ["cancel", "index", "job", "job_state", "progress", "retry", "start", "startable"]

_PAGE = 50


def job_state(state: str) -> str:
    """Words for the state of a job."""
    return {
        "queued": _("排队中"),
        "running": _("进行中"),
        "succeeded": _("已完成"),
        "failed": _("失败"),
        "cancelled": _("已取消"),
    }.get(state, state)


def startable(request: HttpRequest) -> list[Kind]:
    """Kinds of upkeep that this person may start here; loading and evaluating have pages of their own."""
    return [kind for kind in kinds().values() if kind.schedule is not None and may(request, kind.permission)]


@permission("view_jobs")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List of jobs with filters; running ones are looked at again every few seconds."""
    chosen = {key: request.GET.get(key, "").strip() for key in ("state", "kind", "actor")}
    state, kind, actor = chosen["state"], chosen["kind"], chosen["actor"]
    number = max(1, int(page)) if (page := request.GET.get("page", "1")).isdigit() else 1
    rows, total = queries.jobs(state=state, kind=kind, actor=actor, limit=_PAGE, offset=(number - 1) * _PAGE)
    everything = None
    if request.GET.get("format"):
        everything = [_listed(row) for row in queries.jobs(state=state, kind=kind, actor=actor, limit=10_000)[0]]
    table = Table(
        "jobs",
        _("后台任务"),
        [
            Column("id", _("任务号"), number=True),
            Column("kind", _("任务类型"), row_head=True),
            Column("state", _("状态"), nowrap=True),
            Column("percent", _("完成度"), unit="%", number=True),
            Column("step", _("步骤")),
            Column("actor", _("发起人"), nowrap=True),
            Column("created", _("发起时间"), nowrap=True),
            Column("finished", _("结束时间"), nowrap=True),
            Column("outcome", _("结果"), long=True),
        ],
        [_listed(row) for row in rows],
        everything=everything,
        empty=_("没有符合条件的后台任务。")
        if any(chosen.values())
        else _("还没有后台任务：上传数据或发起评估后，进度显示在这里。"),
        tight=True,
    )
    answer = export(request, [table])
    if answer is not None:
        return answer
    context = {
        "tabs": tabs("jobs", request),
        "table": table,
        "page": Paginator(range(total), _PAGE).get_page(number),
        "chosen": chosen,
        "states": [(name, job_state(name)) for name in STATES],
        "kinds": [(item.id, texts.both(item.zh, item.en)) for item in kinds().values()],
        "shop": queries.workshop(),
        "upcoming": [(texts.both(item.zh, item.en), item.at) for item in queries.upcoming()],
        "startable": [(item.id, texts.both(item.zh, item.en)) for item in startable(request)],
        "moving": any(not row.over for row in rows),
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, "jobs/list.html" if part else "jobs/index.html", context)


def _listed(row: JobRow) -> dict[str, Any]:
    href = reverse("jobs-job", args=[row.id])
    return {
        "id": Cell(row.id, href=href),
        "kind": Cell(
            texts.both(row.kind_zh, row.kind_en), href=href, note=texts.both(row.title_zh, row.title_en)
        ),
        "state": Cell(row.state, text=job_state(row.state)),
        "percent": row.percent,
        "step": "" if row.over else texts.both(row.step_zh, row.step_en),
        "actor": actor_name(row.actor),
        "created": row.created,
        "finished": row.finished,
        "outcome": _outcome(row),
    }  # fmt: skip


def actor_name(actor: str) -> str:
    """Who started it; what the worker starts by itself is called so."""
    return _("系统定时") if actor == "saishang worker" else actor


def _outcome(row: JobRow) -> str | Cell:
    if row.error:
        return Cell(texts.listed([error_words(row)]), note=row.error["code"])
    if not row.result:
        return ""
    link = _link(row)
    if link:
        return Cell(link[0], href=link[1])
    return texts.listed(f"{words} {figure}" for words, figure in facts(row))


def error_words(row: JobRow) -> str:
    """What went wrong, in short."""
    code = str((row.error or {}).get("code", ""))
    known = {
        "cancelled": _("已按要求停止"),
        "worker-lost": _("执行任务的进程多次意外终止"),
        "unexpected": _("程序出现意外错误"),
        "disk-full": _("磁盘空间不足"),
        "nothing-usable": _("文件中没有可用的数值"),
        "no-source": _("文件的表头与已知来源不符"),
        "file-kind": _("不是可以读取的文件类型"),
        "damaged": _("文件已损坏或不完整"),
        "empty-file": _("文件是空的"),
        "header": _("表头与来源说明不符"),
        "table-busy": _("数据表正被其他任务占用"),
        "evaluation-refused": _("无法评估"),
        "replay-differs": _("相同输入得到了不同结果"),
        "archive-lost": _("档案中找不到原始文件"),
        "reminders-failed": _("部分到期事项没有查到"),
        "upload-refused": _("没有上传权限，或文件过大"),
    }.get(code)
    return known or wording.say(str((row.error or {}).get("message", code)))


def facts(row: JobRow) -> list[tuple[str, object]]:
    """(words, figure) of a result."""
    names = {
        "batch": _("批次"), "added": _("新增"), "replaced": _("替换"), "identical": _("相同"), "rejected": _("拒绝"),
        "files_removed": _("合并前文件"), "files_added": _("合并后文件"), "files": _("删除的文件"),
        "keep_days": _("保留天数"), "kept_versions": _("评估所用而保留的版本"), "swept": _("清理的临时文件"),
        "first": _("开始日期"), "last": _("结束日期"), "quality_run": _("质量检验"), "flagged": _("标记条数"),
        "gap_days": _("缺测台账行数"),
        "reminders": _("到期提醒"), "digests": _("汇总邮件"),
        "run": _("评估编号"), "as_of": _("截至"), "lake_version": _("观测数据版本"),
    }  # fmt: skip
    result = row.result or {}
    # The order of the words, not of the stored keys: PostgreSQL keeps JSON sorted its own way.
    shown: list[tuple[str, object]] = [
        (words, result[key]) for key, words in names.items() if result.get(key) is not None
    ]
    if result.get("nothing_new"):
        shown.append((_("上次以来没有新数据"), ""))
    if result.get("no_op"):
        shown.append((_("这个文件以前已经载入过，没有任何变化。"), ""))
    if result.get("settled"):
        shown.append((_("了结的批次"), texts.listed(f"{k} {v}" for k, v in result["settled"].items())))
    return shown


def _link(row: JobRow) -> tuple[str, str] | None:
    result = row.result or {}
    if result.get("batch"):
        return _("批次 %(id)s") % {"id": result["batch"]}, reverse("data-batch", args=[result["batch"]])
    if result.get("register_batch"):
        register = str(row.params["register"])
        return _("本批改动"), reverse("registers-batch", args=[register, result["register_batch"]])
    if row.kind in (PLAN.id, MIGRATE.id):
        return _("名录说明的变更"), reverse("registers-change", args=[str(row.params["register"])])
    if result.get("run"):
        return str(result["run"]), f"{reverse('targets')}?run={result['run']}"
    return None


def _context(request: HttpRequest, number: int) -> dict[str, Any]:
    try:
        row = queries.job(number)
    except SaishangError as error:
        raise Http404(wording.say(error.message)) from None
    user: Any = request.user
    mine = row.actor_id is not None and row.actor_id == user.pk
    kind = kinds().get(row.kind)
    return {
        "job": row,
        "kind": texts.both(row.kind_zh, row.kind_en),
        "title": texts.both(row.title_zh, row.title_en),
        "state": job_state(row.state),
        "actor": actor_name(row.actor),
        "step": texts.both(row.step_zh, row.step_en),
        "facts": facts(row),
        "link": _link(row),
        "error_words": error_words(row) if row.error else "",
        "workers": queries.workshop().workers,
        "may_cancel": not row.over and (may(request, "cancel_any_job") or (mine and may(request, "start_jobs"))),
        "may_retry": row.state in {"failed", "cancelled"} and kind is not None and may(request, kind.permission),
    }


@permission("view_jobs")
@require_safe
def job(request: HttpRequest, number: int) -> HttpResponse:
    """One job: progress while it runs, afterwards its result or what went wrong and how to mend it."""
    return render(request, "jobs/job.html", _context(request, number) | {"tabs": tabs("jobs", request)})


@permission("view_jobs")
@require_safe
def progress(request: HttpRequest, number: int) -> HttpResponse:
    """The part of the page that is looked at again every second; the whole page once the job is over."""
    context = _context(request, number)
    answer = render(request, "jobs/progress.html", context)
    if context["job"].over:
        answer.headers["HX-Refresh"] = "true"
    return answer


@permission("start_jobs")
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Start a kind of upkeep by hand."""
    wanted = request.POST.get("kind", "")
    if wanted not in {kind.id for kind in startable(request)}:
        messages.error(request, _("这种任务不能在这里发起。"))
        return redirect("jobs")
    found = start_job(request.user, wanted, {}, address=request.META.get("REMOTE_ADDR"))
    return redirect("jobs-job", number=found.pk)


@permission("start_jobs")
@require_POST
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    """Cancel a job: at once while it waits, at its next step while it runs."""
    _context(request, number)
    try:
        found = cancel_job(request.user, number, address=request.META.get("REMOTE_ADDR"))
    except SaishangError as error:
        messages.error(request, f"{_('不能取消这个任务。')} {wording.say(error.message)}")
    else:
        done = found.state == "cancelled"
        messages.success(request, _("任务已取消。") if done else _("已要求停止，任务会在下一步停下。"))
    return redirect("jobs-job", number=number)


@permission("start_jobs")
@require_POST
def retry(request: HttpRequest, number: int) -> HttpResponse:
    """Start a failed or cancelled job again, as a new job of this person."""
    _context(request, number)
    try:
        found = retry_job(request.user, number, address=request.META.get("REMOTE_ADDR"))
    except SaishangError as error:
        messages.error(request, f"{_('不能重试这个任务。')} {wording.say(error.message)}")
        return redirect("jobs-job", number=number)
    return redirect("jobs-job", number=found.pk)
