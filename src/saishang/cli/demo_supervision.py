"""The demonstration's supervision: cases, findings, a matter between agencies, duties of the year; invented, marked."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from saishang.rules import Rules

if TYPE_CHECKING:
    from saishang.apps.organisations.actions import Doing

__all__ = ["load_supervision"]

_REASON = "演示：虚构的督办和整改，不代表任何单位的真实情况 · invented supervision"


def load_supervision(actor: str, rules: Rules, today: date) -> str:
    """Issue some cases, list some findings, open the year's duties, make a bulletin; what came of it, in one line."""
    from saishang.apps.organisations.actions import Doing
    from saishang.apps.supervision.actions.bulletins import make_bulletin
    from saishang.apps.supervision.actions.duties import open_year
    from saishang.apps.supervision.models import Case

    doing = Doing(actor, _REASON)
    duties = sum(open_year(doing, rules, today.year).values())
    if Case.objects.filter(invented=True).exists():
        return f"定期事项 duties 新增 new {duties}"
    cases = _cases(doing, rules)
    findings = _findings(doing, rules, today)
    _matter(doing, rules)
    fulfilled = _duties(doing, rules, today.year)
    rows = len(make_bulletin(doing).content["rows"])
    return (
        f"督办 cases {cases}，督察反馈 findings {findings}，协调 matters 2，"
        f"定期事项 duties {duties}，已落实 fulfilled {fulfilled}，逾期通报 bulletin {rows}（虚构 invented）"
    )


def _cases(doing: Doing, rules: Rules) -> int:
    from saishang.apps.execution.models import Milestone, ProgressReport
    from saishang.apps.supervision.actions.cases import CaseDraft, move_case, open_case

    missing = ProgressReport.objects.filter(invented=True, state="draft", done="").order_by("due", "pk").first()
    late = Milestone.objects.filter(item__invented=True, reached__isnull=True).order_by("due", "pk")[:2]
    drafts = [
        CaseDraft("milestone", str(step.pk), level, f"请说明“{step.title}”未按期达到的原因和新的完成日期（演示）")
        for step, level in zip(late, ("prompt", "notice"), strict=False)
    ]
    if missing is not None:
        drafts.append(CaseDraft("report", str(missing.pk), "prompt", "进展报告逾期未报，请尽快填报（演示）"))
    made = [open_case(doing, rules, draft, invented=True) for draft in drafts]
    if made:
        text = "设备交货推迟，已调整工序，预计下月底完成（演示）"
        move_case(doing, rules, made[0].pk, "answer", None, text=text)
    return len(made)


def _findings(doing: Doing, rules: Rules, today: date) -> int:
    from saishang.apps.supervision.actions.finding_draft import FindingDraft, known
    from saishang.apps.supervision.actions.finding_moves import move_finding
    from saishang.apps.supervision.actions.findings import add_finding, write_plan

    listed = date(today.year, 1, 1)
    drafts = (
        FindingDraft("region", f"{today.year}演示轮次", 1, "排水沟水质反复（演示）",
                     "雨后水质超过目标，截污不彻底（虚构）",
                     "640300", ("NX-SLT",), ("T11",), "640300", listed, today + timedelta(days=60)),
        FindingDraft("region", f"{today.year}演示轮次", 2, "矿山修复进度滞后（演示）", "修复面积少于年度计划（虚构）",
                     "640200", ("NX-ZRT",), ("T15",), "640200", listed, today + timedelta(days=200)),
        FindingDraft("self", str(today.year), 1, "危险废物台账不全（演示）", "部分单位联单与台账对不上（虚构）",
                     "640100", ("NX-STT",), ("T13",), "640100", listed, today - timedelta(days=12)),
    )  # fmt: skip
    there = known(rules, today)
    made = [add_finding(doing, draft, there, invented=True) for draft in drafts]
    first = made[0].code
    write_plan(doing, first, "三条沟稳定达到Ⅳ类（演示）", "清淤、截污、湿地净化，逐月监测（演示）",
               today + timedelta(days=50), None)  # fmt: skip
    move_finding(doing, rules, first, "submit_plan", None)
    return len(made)


def _matter(doing: Doing, rules: Rules) -> None:
    from saishang.apps.supervision.actions.coordination import MatterDraft, raise_matter, reply_to_matter

    raise_matter(
        doing,
        rules,
        MatterDraft("640181", ("NX-ZJT", "NX-JTT"), "管网穿越铁路段审批（演示）",
                    "请协调铁路部门加快审批，影响 12 公里管网（虚构）", "T11"),
        invented=True,
    )  # fmt: skip
    # One between those for whom the demonstration has people, with the reply of one of them.
    second = raise_matter(
        doing,
        rules,
        MatterDraft("NX-STT", ("640100", "NX-GAT"), "渣土车联合执法时间（演示）",
                    "请银川市、公安厅商定每月联合执法的时间（虚构）", "T10"),
        invented=True,
    )  # fmt: skip
    reply_to_matter(doing, second.pk, "NX-GAT", "每月第二周可以派员参加（演示）", None)


def _duties(doing: Doing, rules: Rules, year: int) -> int:
    """Duties that an approved plan of the year fulfils, of those who have one."""
    from saishang.apps.execution.models import WorkPlan
    from saishang.apps.supervision.actions.duties import fulfil_duty
    from saishang.apps.supervision.models import Occurrence
    from saishang.apps.supervision.queries import yearly

    planned = WorkPlan.objects.filter(year=year, state="approved", invented=True).values("organisation")
    open_ = Occurrence.objects.filter(year=year, state="open", organisation__in=planned)
    wanted = {
        plan: {str(one.row["id"]) for one in yearly(rules, plan) if "work_plan" in one.proof}
        for plan in open_.values_list("plan", flat=True).distinct()
    }
    found = [row.pk for row in open_ if row.duty in wanted[row.plan]]
    for pk in found:
        fulfil_duty(doing, rules, pk, "work_plan", None)
    return len(found)
