"""From the facts of an annual report to the official document: what is said, in which order, in one language.

Pure: the same facts give the same document. Every table and chart is followed by a line that names the run or the
moment of counting. Safeguard 1 of the plan asks for the report; its order is the usual one of such reports: the whole,
targets, tasks, problems, next year.
"""

from __future__ import annotations

from collections.abc import Callable

from saishang.apps.reports.blocks import (
    Annex,
    Block,
    Chart,
    Column,
    Cover,
    Heading,
    OfficialDocument,
    Paragraph,
    Source,
    Table,
)
from saishang.apps.reports.content import AnnualReport, Name, TargetFact, count_by
from saishang.apps.reports.supervision_parts import supervision_blocks, supervision_summary
from saishang.apps.reports.words import Words, plain_unit
from saishang.apps.reports.work_parts import (
    account_annex,
    account_blocks,
    task_annex,
    task_blocks,
    task_summary,
    unit_annex,
)

__all__ = ["compose"]

_GOOD = ("met", "on_track")
_BEHIND = ("at_risk", "off_track")


def compose(report: AnnualReport, language: str = "zh", unit: Callable[[str], str] = plain_unit) -> OfficialDocument:
    """The document that tells the facts.

    Parameters
    ----------
    language:
        `zh`: the official document; `en`: the same for readers of English.
    unit:
        How units are said: what is counted (条、起) has words in other languages.
    """
    words = Words(language, unit)
    say, by, year = words.say, words.name(report.organisation), report.year
    whole = report.kind == "consolidated"
    notes = [_run_line(report, words)]
    if report.work is not None or report.supervision is not None:
        notes.append(_counted_line(report, words))
    mark = ""
    if report.invented:
        mark = say("含演示数据：标注“演示”的内容为虚构，不代表任何真实情况",
                   "Holds demonstration data: what is marked so is invented, not real")  # fmt: skip
    title = (
        say(f"关于{year}年度行动方案", f"Annual report {year}"),
        say("落实情况的综合报告", "consolidated, on the action plan") if whole
        else say("落实情况的报告", "on the action plan"),
    )  # fmt: skip
    return OfficialDocument(
        language=language,
        cover=Cover(
            title=(words.name(report.region if whole else report.organisation), say(f"{year}年度行动方案", title[0]),
                   say("落实情况综合报告" if whole else "落实情况报告", title[1])),
            by=by, period=say(f"（{year}年1月1日至12月31日）", f"(1 January to 31 December {year})"), mark=mark,
            notes=tuple(notes),
        ),
        title=title, to=words.name(report.to), blocks=_text(report, words), by=by, dated=report.counted.date(),
        copy_to=words.name(report.copy_to), annexes=_annexes(report, words), mark=mark,
        subject=f"{report.kind} {report.organisation.code} {year} {report.run} {report.counted.isoformat()}",
    )  # fmt: skip


def _run_line(report: AnnualReport, words: Words) -> str:
    return words.say(
        f"目标数据：评估 {report.run}，截至 {report.run_as_of}；规则摘要 {report.rules[:12]}；程序版本 {report.code}；"
        f"方案 {report.plan_version}。",
        f"Figures of targets: run {report.run}, as of {report.run_as_of}; rules {report.rules[:12]}; program "
        f"{report.code}; plan {report.plan_version}.",
    )


def _run_source(report: AnnualReport, words: Words) -> Source:
    return Source(words.say(f"数据来源：评估 {report.run}（截至 {report.run_as_of}）。",
                            f"Source: run {report.run} (as of {report.run_as_of})."))  # fmt: skip


def _counted_line(report: AnnualReport, words: Words) -> str:
    """Where figures of work and supervision are from; named after what is counted at all."""
    told = [
        pair for pair, part in ((("任务", "tasks"), report.work), (("督办", "supervision"), report.supervision))
        if part is not None
    ]  # fmt: skip
    zh, en = "和".join(pair[0] for pair in told), " and ".join(pair[1] for pair in told)
    return words.say(f"{zh}数据：按 {words.moment(report.counted)} 的记录统计。",
                     f"Figures of {en}: records as they stood at {words.moment(report.counted)}.")  # fmt: skip


def _text(report: AnnualReport, words: Words) -> tuple[Block, ...]:
    say = words.say
    counted = Source(_counted_line(report, words))
    plan = words.name(report.plan)
    blocks: list[Block] = []
    # A plan that was never imported is known by its code alone.
    if report.plan.zh != report.plan_version:
        blocks.append(Paragraph(say(f"按照《{plan}》要求，现将{report.year}年度落实情况报告如下。",
                                    f"As the {plan} asks, this is what was done in {report.year}.")))  # fmt: skip
    blocks += [Heading(1, say("总体情况", "Overview")), *_overview(report, words)]
    blocks += [Heading(1, say("目标进展", "Targets")), *_targets(report, words)]
    blocks += [Heading(1, say("任务落实", "Tasks")), *task_blocks(report, words, counted)]
    blocks += supervision_blocks(report, words, Source(_counted_line(report, words)))
    blocks += [Heading(1, say("存在的问题", "Problems")), *_problems(report, words, counted)]
    blocks += [Heading(1, say("下一步工作安排", "Next year")), *_next_year(report, words, counted)]
    blocks += account_blocks(report, words, "next_steps", counted)
    blocks.append(Paragraph(say("特此报告。", "This is the report.")))
    return tuple(blocks)


def _next_year(report: AnnualReport, words: Words, counted: Source) -> list[Block]:
    """What falls due in the following year: targets of the run, unfinished items of work."""
    say, year = words.say, report.year + 1
    blocks: list[Block] = []
    due = [target for target in report.targets if target.year == year]
    if report.targets:
        counts = count_by(tuple(due), "status", tuple(state.code for state in report.states))
        told = words.listed([
            say(f"{state.zh}{counts[state.code]}项", f"{state.en}: {counts[state.code]}")
            for state in report.states if counts[state.code]
        ])  # fmt: skip
        none = say(f"没有以{year}年为目标年的目标。", f"No target is due in {year}.")
        lead = say(
            f"以{year}年为目标年的目标{len(due)}项，目前{told}。", f"Targets due in {year}: {len(due)}; now {told}."
        )
        blocks += [Paragraph(lead if due else none), _run_source(report, words)]
    if report.work is not None and report.work.due_next is not None:
        number = report.work.due_next
        blocks += [Paragraph(say(f"期限在{year}年、尚未完成的任务事项{number}项。",
                                 f"Items of work due in {year} and not yet done: {number}.")), counted]  # fmt: skip
    return blocks


def _overview(report: AnnualReport, words: Words) -> list[Block]:
    say, counts = words.say, count_by(report.targets, "status", tuple(state.code for state in report.states))
    who = words.name(report.region if report.kind == "consolidated" else report.organisation)
    if not report.targets:
        text = say(f"现行方案没有由{who}承担的目标。", f"The plan names no target of {who}.")
        return [Paragraph(text), *_counted_summary(report, words)]
    told = words.listed([
        say(f"{state.zh}{counts[state.code]}项", f"{state.en}: {counts[state.code]}")
        for state in report.states if counts[state.code]
    ])  # fmt: skip
    lead = say(
        f"{report.year}年，{who}承担行动方案目标{len(report.targets)}项。按截至{words.long_day(report.run_as_of)}的评估，"
        f"{told}。",
        f"In {report.year} {who} answers for {len(report.targets)} targets of the plan. As evaluated to "
        f"{words.long_day(report.run_as_of)}: {told}.",
    )
    missing = counts.get("not_evaluated", 0) + counts.get("undetermined", 0)
    note = say(
        f"其中{missing}项因缺少数值或基准、文件未公布目标值或目标为定性而不能判断，不等于未达标，也不以零计入。",
        f"Of {missing} nothing can be said, because a value, a baseline or the goal is missing, or the goal is no "
        "number; that is neither a failure nor a zero.",
    )
    chart = Chart(
        "targets", say("图1　各类进展的目标数（项）", "Figure 1. Targets by state"),
        tuple(words.name(state) for state in report.states), tuple(counts[state.code] for state in report.states),
        say("项", "targets"),
    )  # fmt: skip
    return [
        Paragraph(lead + (say("", " ") + note if missing else "")), chart, _run_source(report, words),
        *_counted_summary(report, words),
    ]  # fmt: skip


def _counted_summary(report: AnnualReport, words: Words) -> list[Block]:
    counted = Source(_counted_line(report, words))
    return [*task_summary(report, words, counted), *supervision_summary(report, words, counted)]


def _targets(report: AnnualReport, words: Words) -> list[Block]:
    say = words.say
    good = tuple(target for target in report.targets if target.status in _GOOD)
    behind = tuple(target for target in report.targets if target.status in _BEHIND)
    open_ = tuple(target for target in report.targets if target.status not in (*_GOOD, *_BEHIND))
    if not report.targets:
        return [Paragraph(say("没有需要报告的目标。", "There is no target to report on."))]
    blocks: list[Block] = [Heading(2, say("已达标和进度正常的目标", "Met or on track"))]
    blocks += _target_table("good", good, report, words)
    blocks.append(Heading(2, say("有风险和滞后的目标", "At risk or off track")))
    blocks += _target_table("behind", behind, report, words)
    blocks.append(Heading(2, say("尚不能判断的目标", "Not evaluated or undetermined")))
    if not open_:
        return [*blocks, Paragraph(say("没有这类目标。", "There is none."))]
    reasons: dict[Name, int] = {}
    for target in open_:
        reasons[target.reason] = reasons.get(target.reason, 0) + 1
    ordered = sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0].code, pair[0].zh))
    columns = (Column(say("原因", "Reason"), 6), Column(say("目标数", "Targets"), 1, centre=True))
    rows = tuple((words.name(reason), str(count)) for reason, count in ordered)
    return [*blocks, Table("reasons", "", columns, rows), _run_source(report, words)]


def _target_columns(words: Words, *, annex: bool) -> tuple[Column, ...]:
    """Columns with their widths [mm of 156]; the annex has one more."""
    say = words.say
    wide = (10, 30, 19, 12, 18, 14, 23, 30) if annex else (11, 42, 25, 13, 23, 17, 25)
    heads = (
        (say("任务", "Task"), True), (say("目标", "Target"), False), (say("目标值", "Goal"), True),
        (say("年份", "Year"), True), (say("最新数值", "Latest value"), True), (say("进展", "State"), True),
        (say("达标可能", "Chance"), False), (say("说明", "Why"), False),
    )  # fmt: skip
    return tuple(Column(head, share, centre) for (head, centre), share in zip(heads, wide, strict=False))


def _target_row(report: AnnualReport, target: TargetFact, words: Words, *, annex: bool) -> tuple[str, ...]:
    # The period is said with the value: it is seldom the year of the goal.
    value = words.say("无", "none")
    if target.value:
        value = f"{words.figure(target.value, target.unit)}\n{words.period(target.period)}"
    row = (
        target.item, words.name(target.title), words.goal(target),
        str(target.year) if target.year else words.say("常态", "always"), value,
        words.name(next(state for state in report.states if state.code == target.status)),
        words.chance(target.chance),
    )  # fmt: skip
    return (*row, words.name(target.reason)) if annex else row


def _target_table(name: str, targets: tuple[TargetFact, ...], report: AnnualReport, words: Words) -> list[Block]:
    if not targets:
        return [Paragraph(words.say("没有这类目标。", "There is none."))]
    rows = tuple(_target_row(report, target, words, annex=False) for target in targets)
    return [Table(name, "", _target_columns(words, annex=False), rows), _run_source(report, words)]


def _problems(report: AnnualReport, words: Words, counted: Source) -> list[Block]:
    """What keeps targets back, and what reports say."""
    say = words.say
    blocks: list[Block] = []
    behind = [target for target in report.targets if target.status in _BEHIND]
    if behind:
        blocks.append(Heading(2, say("目标方面", "Targets")))
        for target in behind:
            value = words.figure(target.value, target.unit)
            period = words.period(target.period)
            figure = say(f"（{period}为{value}）", f" ({value} in {period})") if target.value else ""
            blocks.append(Paragraph(f"{words.name(target.title)}{figure}{say('：', ': ')}{words.name(target.reason)}"
                                    f"{say('。', '.')}"))  # fmt: skip
        blocks.append(_run_source(report, words))
        blocks.append(Heading(2, say("各项任务反映的问题", "As reported for single items")))
    blocks += account_blocks(report, words, "problems", counted)
    return blocks


def _annexes(report: AnnualReport, words: Words) -> tuple[Annex, ...]:
    say = words.say
    found: list[Annex] = []
    if report.targets:
        rows = tuple(_target_row(report, target, words, annex=True) for target in report.targets)
        table = Table("all-targets", "", _target_columns(words, annex=True), rows)
        found.append(Annex(say("目标进展清单", "List of targets"), (table, _run_source(report, words))))
    if report.work is not None:
        counted = Source(_counted_line(report, words))
        found += task_annex(report, words, counted)
        found += unit_annex(report, words, counted)
        found += account_annex(report, words, counted)
    return tuple(found)
