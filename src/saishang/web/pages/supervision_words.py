"""Words of supervision: levels, states, moves, sources, what waits."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from saishang.apps.supervision.models import Case
from saishang.apps.supervision.states import LEVELS
from saishang.web import texts
from saishang.web.assets import asset_url
from saishang.web.pages import site

__all__ = [
    "act_name", "age_name", "ages", "badge", "case_badge", "case_state_name", "finding_badge", "finding_state_name",
    "level_name", "levels", "matter_state_name", "move_name", "notice_number", "overdue_kind", "proof_name",
    "source_name", "standing_badge", "standing_name", "subject_name", "waiting_name", "way_name",
]  # fmt: skip


def badge(words: str, icon: str, tone: str) -> SafeString:
    """A state as a badge: shape, word and colour."""
    return format_html(
        '<span class="state tone-{}"><svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use>'
        "</svg>{}</span>", tone, asset_url("icons.svg"), icon, words,
    )  # fmt: skip


def level_name(level: str) -> str:
    """Words for a level, as the rules have them."""
    told = site.rules().document("supervision")["supervision"]["levels"].get(level)
    return level if told is None else texts.both(told["zh"], told["en"])


def levels() -> list[tuple[str, str]]:
    """Levels with their words, from mild to stern."""
    return [(level, level_name(level)) for level in LEVELS]


def notice_number(row: Case) -> str:
    """Number of a notice (督办〔2026〕1号); empty for a case that never was one."""
    if row.number is None:
        return ""
    return _("督办〔%(year)s〕%(number)s号") % {"year": row.year, "number": row.number}


def subject_name(subject: str) -> str:
    """Words for what a case is about."""
    return {
        "item": texts.both("任务事项", "Item of work"), "milestone": texts.both("里程碑", "Milestone"),
        "report": texts.both("进展报告", "Progress report"), "target": texts.both("目标", "Target"),
        "finding": texts.both("反馈问题", "Finding"),
    }.get(subject, subject)  # fmt: skip


def case_state_name(state: str) -> str:
    """Words for the state of a case."""
    return {
        "open": _("待答复"), "answered": _("已答复待定"), "closed": _("已办结"), "withdrawn": _("已撤销"),
    }.get(state, state)  # fmt: skip


def case_badge(state: str, late: bool) -> SafeString:
    """State of a case as a badge; an open one whose day is over is late."""
    if state == "open" and late:
        return badge(_("逾期未答复"), "off_track", "off_track")
    icon, tone = {
        "open": ("at_risk", "at_risk"), "answered": ("on_track", "on_track"), "closed": ("met", "met"),
    }.get(state, ("not_evaluated", "not_evaluated"))  # fmt: skip
    return badge(case_state_name(state), icon, tone)


def age_name(age: str) -> str:
    """Words for how long the day of an answer is over."""
    return {
        "in_time": _("期限内"), "week": _("超期 1—7 天"), "month": _("超期 8—30 天"), "longer": _("超期 30 天以上"),
    }.get(age, age)  # fmt: skip


def ages() -> list[tuple[str, str]]:
    """Ages with their words."""
    return [(age, age_name(age)) for age in ("in_time", "week", "month", "longer")]


def source_name(source: str) -> str:
    """Words for where a finding comes from."""
    return {"central": _("中央督察"), "region": _("自治区督察"), "self": _("自查发现")}.get(source, source)


def finding_state_name(state: str) -> str:
    """Words for the state of a finding."""
    return {
        "listed": _("已列入，待报方案"), "plan_submitted": _("方案待批"), "plan_approved": _("方案已批"),
        "in_progress": _("整改中"), "applied": _("申请销号，待核查"), "checked": _("已核查，待公示"),
        "publicised": _("公示中"),
        "closed": _("已销号"),
    }.get(state, state)  # fmt: skip


def finding_badge(state: str) -> SafeString:
    """State of a finding as a badge."""
    icon, tone = {
        "listed": ("not_evaluated", "not_evaluated"), "closed": ("met", "met"), "publicised": ("on_track", "on_track"),
        "checked": ("on_track", "on_track"), "applied": ("on_track", "on_track"),
    }.get(state, ("at_risk", "at_risk"))  # fmt: skip
    return badge(finding_state_name(state), icon, tone)


def standing_name(standing: str) -> str:
    """Words for how a finding stands to its due day."""
    return {
        "late": _("逾期"), "due_soon": _("临近期限"), "on_time": _("期限内"), "no_day": _("未定期限"),
        "waiting": _("待办公室办理"), "closed": _("已销号"),
    }.get(standing, standing)  # fmt: skip


def standing_badge(standing: str) -> SafeString:
    """How a finding stands to its due day, as a badge."""
    icon, tone = {
        "late": ("off_track", "off_track"), "due_soon": ("at_risk", "at_risk"), "on_time": ("on_track", "on_track"),
        "closed": ("met", "met"), "no_day": ("undetermined", "undetermined"),
    }.get(standing, ("not_evaluated", "not_evaluated"))  # fmt: skip
    return badge(standing_name(standing), icon, tone)


def matter_state_name(state: str) -> str:
    """Words for the state of a matter."""
    return {
        "open": _("待回复"), "replied": _("已回复待议定"), "settled": _("已议定"), "withdrawn": _("已撤回"),
    }.get(state, state)  # fmt: skip


def move_name(kind: str, action: str) -> str:
    """Words for a move as a button says them; `kind` is case, finding or matter."""
    shared = {"withdraw": _("撤销督办"), "reopen": _("重新打开")}
    own = {
        "case": {
            "answer": _("答复"), "send_back": _("退回重答"), "escalate": _("升级"), "close": _("同意办结"),
            "settle": _("直接办结"),
        },
        "finding": {
            "submit_plan": _("报送整改方案"), "take_back": _("收回方案"), "return_plan": _("退回方案"),
            "approve_plan": _("批准方案"), "begin": _("开始整改"), "revise_plan": _("责成修订方案"),
            "apply": _("申请销号"), "return": _("退回整改"), "check": _("核查验收"), "publicise": _("公示"),
            "object": _("公示有异议，退回"), "close": _("销号"), "reopen": _("反弹，重新整改"),
        },
        "matter": {"settle": _("议定"), "withdraw": _("撤回")},
    }[kind]  # fmt: skip
    return own.get(action) or shared.get(action, action)


def act_name(kind: str, action: str) -> str:
    """Words for an act of a timeline."""
    first = {
        "open": _("下发"), "list": _("列入清单"), "change": _("修改"), "supersede": _("更正核查记录"),
        "raise": _("提出"), "reply": _("回复"), "take_over": _("接续办理"),
    }  # fmt: skip
    return first.get(action) or move_name(kind, action)


def way_name(way: str) -> str:
    """Words for how something was checked."""
    return {"site": _("现场核查"), "documents": _("资料核查"), "both": _("现场和资料核查")}.get(way, way)


def proof_name(proof: str) -> str:
    """Words for what fulfils a duty of a year."""
    return {
        "work_plan": _("已批准的年度工作计划"),
        "annual": _("已编制的年度报告"),
        "reports": _("已报出的各事项年度进展报告"),
        "record": _("办理记录和佐证"),
    }.get(proof, proof)


def overdue_kind(kind: str) -> str:
    """Words for a kind of line of a bulletin."""
    return {"case": _("督办答复")}.get(kind) or subject_name(kind)


def waiting_name(what: str) -> str:
    """Words for what waits for a person (`supervision.queries.waiting`)."""
    return {
        "answer": _("答复督办"), "decide": _("审定答复"), "plan": _("报送整改方案"), "begin": _("开始整改"),
        "apply": _("整改后申请销号"), "approve": _("审批整改方案"), "check": _("核查销号申请"),
        "publicise": _("公示核查结果"), "close": _("公示期满，销号"), "reply": _("回复协调事项"),
        "settle": _("议定协调事项"), "fulfil": _("落实定期事项"),
    }.get(what, what)  # fmt: skip
