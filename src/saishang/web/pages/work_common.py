"""What the pages of work share: words, badges, how they are reached from each other, who acts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from saishang.apps.execution import queries
from saishang.apps.execution.models import WorkItem
from saishang.apps.organisations import access
from saishang.apps.organisations.actions import Doing
from saishang.apps.organisations.queries import Filter, tree
from saishang.apps.plan import queries as plans
from saishang.apps.plan.headings import headings
from saishang.science.execution.standing import STANDINGS, goes_on
from saishang.web import texts
from saishang.web.assets import asset_url
from saishang.web.pages import site
from saishang.web.pages.keeping import kept_words

__all__ = [
    "cadence_name",
    "doing",
    "due_words",
    "item_title",
    "item_url",
    "kind_name",
    "move_name",
    "names",
    "organisation_choices",
    "percent_words",
    "programme_names",
    "region_label",
    "report_state_name",
    "section_names",
    "soon",
    "standing_badge",
    "standing_look",
    "standing_name",
    "standings",
    "state_name",
    "tabs",
    "task_choices",
    "task_names",
    "today",
]  # fmt: skip

#: Standing → icon and tone of the status badges: told by shape and word, not by colour alone.
_LOOKS = {
    "late": ("off_track", "off_track"), "due_soon": ("at_risk", "at_risk"), "on_time": ("on_track", "on_track"),
    "unreported": ("undetermined", "off_track"), "continuing": ("on_track", "not_evaluated"),
    "not_begun": ("not_evaluated", "not_evaluated"), "no_day": ("undetermined", "undetermined"),
    "done": ("met", "on_track"), "verified": ("met", "met"), "paused": ("not_evaluated", "not_evaluated"),
    "draft": ("not_evaluated", "not_evaluated"), "cancelled": ("not_evaluated", "not_evaluated"),
}  # fmt: skip


def tabs(current: str, request: HttpRequest) -> list[tuple[str, str, bool]]:
    """(words, address, current) of the pages of work that this person may open."""
    entries: list[tuple[str, str]] = []
    if request.user.is_authenticated:
        entries.append(("work", _("我的工作")))
    if not access.reach(request.user, "view_internal").nothing:
        entries += [
            ("work-items", _("任务清单")), ("work-reports", _("进展报告")), ("work-board", _("看板")),
            ("work-matrix", _("矩阵")), ("work-timeline", _("时间轴")), ("work-plans", _("年度计划")),
            ("work-programmes", _("重大工程")), ("supervision", _("督办")), ("reports", _("年度报告")),
            ("work-summary", _("领导视图")),
        ]  # fmt: skip
    return [(words, reverse(name), name == current) for name, words in entries]


def today() -> date:
    """The day on which a page is asked for."""
    return timezone.localdate()


def soon() -> int:
    """Days before its due day from which on something is due soon."""
    return queries.soon_days(site.rules())


def doing(request: HttpRequest, reason: str = "") -> Doing:
    """Who changes something by this request, and why."""
    return Doing(request.user, reason, request.META.get("REMOTE_ADDR"))


@texts.by_language
def standing_name(standing: str) -> str:
    """Words for a standing."""
    return {
        "late": _("逾期"), "due_soon": _("临近期限"), "on_time": _("正常推进"), "not_begun": _("尚未开始"),
        "unreported": _("未按期报告"), "continuing": _("常态推进"), "no_day": _("未定期限"), "done": _("办结待核"),
        "verified": _("已核实"), "paused": _("暂停"), "draft": _("草拟"), "cancelled": _("已取消"),
    }.get(standing, standing)  # fmt: skip


def standing_badge(standing: str, words: str = "") -> SafeString:
    """A standing as a badge: shape, word (its own, or another) and colour."""
    return _badge(standing, words, asset_url("icons.svg"))


@texts.by_language
def _badge(standing: str, words: str, sprite: str) -> SafeString:
    icon, tone = standing_look(standing)
    return format_html(
        '<span class="state tone-{}"><svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use>'
        "</svg>{}</span>", tone, sprite, icon, words or standing_name(standing),
    )  # fmt: skip


def standing_look(standing: str) -> tuple[str, str]:
    """Icon of the sprite and tone of a standing."""
    return _LOOKS.get(standing, ("not_evaluated", "not_evaluated"))


def standings() -> list[tuple[str, str]]:
    """Every standing with its words, what needs somebody first."""
    return [(name, standing_name(name)) for name in STANDINGS]


def due_words(item: WorkItem) -> str | None:
    """What stands where an item's due day is missing: a duty goes on, anything else has none."""
    return _("长期") if goes_on(item.kind, item.due, item.cadence) else None


@texts.by_language
def state_name(state: str) -> str:
    """Words for the state of an item or of a work plan."""
    return {
        "draft": _("草拟"), "proposed": _("已报送"), "active": _("执行中"), "done": _("办结待核"),
        "verified": _("已核实"), "paused": _("暂停"), "cancelled": _("已取消"), "submitted": _("已报送"),
        "approved": _("已批准"), "returned": texts.both("退回", "Sent back"),
    }.get(state, state)  # fmt: skip


@texts.by_language
def report_state_name(state: str) -> str:
    """Words for the state of a report."""
    return {
        "draft": _("待填报"), "in_review": _("待审核"), "reviewed": _("待报出"), "submitted": _("已报出"),
        "accepted": _("已验收"), "published": _("已发布"), "returned": _("退回修改"), "withdrawn": _("已撤回"),
    }.get(state, state)  # fmt: skip


@texts.by_language
def move_name(action: str) -> str:
    """Words for a move of an item, a work plan or a report, as a button says them."""
    return {
        "propose": _("上报"), "withdraw": _("撤回"), "assign": _("下达"), "return": _("退回"), "finish": _("申请办结"),
        "verify": _("核实"), "reject": _("不予核实"), "reopen": _("重新打开"), "pause": _("暂停"), "resume": _("恢复"),
        "drop": _("作废"), "cancel": _("取消"), "submit": _("报出"), "approve": _("批准"), "revise": _("重新修订"),
        "hand_over": _("提交审核"), "take_back": _("收回"), "pass": _("审核通过"), "send_back": _("退回"),
        "accept": _("验收"), "publish": _("发布"), "unpublish": _("撤下"),
    }.get(action, action)  # fmt: skip


@texts.by_language
def kind_name(kind: str) -> str:
    """Words for a kind of item."""
    return {
        "duty": _("任务责任"), "measure": texts.both("措施", "Measure"), "action": _("行动事项"),
        "project": _("工程项目"),
    }.get(kind, kind)  # fmt: skip


@texts.by_language
def cadence_name(cadence: str) -> str:
    """Words for how often something is reported on."""
    return {"month": _("每月"), "quarter": _("每季度"), "year": _("每年")}.get(cadence, _("不报告"))


def percent_words(item: WorkItem) -> str:
    """Percent complete in words: the overriding figure with its mark, or the computed one, or that there is none."""
    if item.override is not None:
        return _("%(percent)s%%（人工核定）") % {"percent": item.override}
    return _("未设里程碑") if item.percent is None else f"{item.percent}%"


def names(on: date | None = None) -> Mapping[str, str]:
    """Code of an organisation → its name of a day in the reader's language, the short one first."""
    return _names(on or today())


@kept_words("organisations", most=16)
def _names(on: date) -> Mapping[str, str]:
    return {view.code: texts.both(view.short or view.zh, view.en) for view in tree(Filter(on=on, closed=True))}


def organisation_choices(span: access.Span) -> list[tuple[str, str]]:
    """Organisations of today within a span for a choice, set in by their depth below the highest of them."""
    return list(_organisation_choices(span, today()))


@kept_words("organisations")
def _organisation_choices(span: access.Span, on: date) -> tuple[tuple[str, str], ...]:
    rows = [view for view in tree(Filter(on=on)) if span.covers(view)]
    least = min((view.depth for view in rows), default=0)
    return tuple((view.code, "　" * (view.depth - least) + texts.both(view.short or view.zh, view.en)) for view in rows)


@kept_words("plan", most=8)
def task_names() -> Mapping[str, str]:
    """Item of the site's plan → its title in the reader's language."""
    version = plans.current_version()
    if version is None:
        return {}
    return {key: texts.both(zh, en) for key, (zh, en) in plans.titles(version.id).items()}


@kept_words("plan", most=8)
def task_choices() -> tuple[tuple[str, str], ...]:
    """Tasks, steps and safeguards of the site's plan for a choice: what somebody carries out, no preambles."""
    return tuple((row.id, f"{row.id} {texts.both(row.title, row.title_en)}") for row in headings())


def item_title(item: WorkItem, tasks: Mapping[str, str]) -> str:
    """Title of an item; a duty bears the name of its task, in the reader's language."""
    return tasks.get(item.task, item.title) if item.kind == "duty" else item.title


@kept_words("plan", most=8)
def section_names() -> Mapping[str, str]:
    """Section of the site's plan → its title in the reader's language, in the plan's order."""
    return {row.group: texts.both(row.group_title, row.group_title_en) for row in headings()}


@kept_words("plan", most=8)
def programme_names() -> Mapping[str, str]:
    """Programme of the site's plan → its words."""
    version = plans.current_version()
    document = site.rules().documents_under("plans").get(f"plans/{version.plan}/work", {}) if version else {}
    return {str(row["id"]): texts.both(row["zh"], row["en"]) for row in document.get("programmes", ())}


def region_label(code: str) -> str:
    """Name of a region; a dash for none, words for a filter that asks for what has none."""
    return _("不分地区") if code == queries.NO_REGION else site.region_name(code) if code else "—"


def item_url(code: str) -> str:
    """Page of an item."""
    return reverse("work-item", args=[code])


def listed(words: Iterable[str]) -> str:
    """Words in a row."""
    return texts.listed(words)
