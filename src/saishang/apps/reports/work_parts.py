"""The parts of an annual report that tell about work: items, missing reports, problems, next steps."""

from __future__ import annotations

from saishang.apps.reports.blocks import Annex, Block, Chart, Column, Heading, Paragraph, Source, Table
from saishang.apps.reports.content import AnnualReport, TaskFact, UnitFact, Work
from saishang.apps.reports.words import STANDINGS, Words

__all__ = ["account_annex", "account_blocks", "task_annex", "task_blocks", "task_summary", "unit_annex"]

_DONE = ("verified", "done")
#: So many reporters' own words at most stand in the text of a consolidated report; more of them are an annex.
_IN_TEXT = 10
_ACCOUNTS = ("各项任务反映的问题和下一步工作", "Problems and next steps item by item")
#: 推进中 of an annex; what goes on with a report overdue is among it, and its reports stand in the column beside.
_GOING = ("on_time", "continuing", "due_soon", "not_begun", "no_day", "unreported")


def _no_work(words: Words) -> Paragraph:
    return Paragraph(words.say(
        "尚无下达的任务事项记录，本报告不作统计；没有记录不等于没有开展工作。",
        "No items of work are on record, so nothing is counted here; that there is no record does not mean that "
        "nothing was done.",
    ))  # fmt: skip


def task_summary(report: AnnualReport, words: Words, counted: Source) -> list[Block]:
    """Two sentences and a chart for the overview."""
    say, work = words.say, report.work
    if work is None:
        return [_no_work(words)]
    told = words.listed([
        say(f"{pair[0]}{work.counts[key]}项", f"{pair[1]}: {work.counts[key]}")
        for key, pair in STANDINGS.items() if work.counts.get(key)
    ])  # fmt: skip
    lead = say(
        f"列入{report.year}年的任务事项{work.total}项，其中{told}。",
        f"Items of work of {report.year}: {work.total}, of which {told}.",
    )
    if not work.total:
        lead = say(f"没有列入{report.year}年的任务事项。", f"No items of work belong to {report.year}.")
    if after := work.after_due:
        lead += say(f"已完成的事项中有{after}项超过期限。", f" Of those that are done {after} came after the due day.")
    lead += _reports(work, words)
    blocks: list[Block] = [Paragraph(lead)]
    if work.total:
        number = 2 if report.targets else 1
        blocks.append(Chart(
            "tasks", say(f"图{number}　各类进度的任务事项数（项）", f"Figure {number}. Items of work by standing"),
            tuple(words.pair(pair) for pair in STANDINGS.values()), tuple(work.counts.get(key, 0) for key in STANDINGS),
            say("项", "items"),
        ))  # fmt: skip
    return [*blocks, counted]


def _reports(work: Work, words: Words) -> str:
    if not work.owed:
        return words.say("统计时尚没有到期的进展报告。", " No progress report was due yet.")
    return words.say(
        f"到期应报送进展报告{work.owed}份，未报送{work.missing_reports}份，迟报{work.late_reports}份。",
        f" Progress reports due: {work.owed}; not handed in: {work.missing_reports}; late: {work.late_reports}.",
    )


def task_blocks(report: AnnualReport, words: Words, counted: Source) -> list[Block]:
    """Lists of what is done, late and not reported."""
    say, work = words.say, report.work
    if work is None:
        return [_no_work(words)]
    blocks: list[Block] = [Heading(2, say("已完成的事项", "Done"))]
    blocks += _task_table("done", work.done, sum(work.counts.get(key, 0) for key in _DONE), report, words, counted)
    blocks.append(Heading(2, say("逾期的事项", "Late")))
    blocks += _task_table("late", work.late, work.counts.get("late", 0), report, words, counted)
    blocks.append(Heading(2, say("未报送的进展报告", "Reports not handed in")))
    if not work.missing:
        none = say("没有未报送的进展报告。", "None is missing.") if work.owed else _reports(work, words).strip()
        return [*blocks, Paragraph(none)]
    whole = report.kind == "consolidated"
    who = (Column(say("责任单位", "Organisation"), 38),) if whole else ()
    columns = (
        Column(say("事项", "Item"), 62 if whole else 100), *who, Column(say("报告期", "Period"), 32, centre=True),
        Column(say("应报送日", "Due"), 24, centre=True),
    )  # fmt: skip
    rows = tuple(
        (words.marked(row.title, row.invented), *((words.name(row.organisation),) if whole else ()),
         words.period(row.period), words.day(row.due))
        for row in work.missing
    )  # fmt: skip
    return [*blocks, Table("missing", "", columns, rows), *words.rest(len(rows), work.missing_reports), counted]


def _task_table(
    name: str, tasks: tuple[TaskFact, ...], total: int, report: AnnualReport, words: Words, counted: Source
) -> list[Block]:
    if not tasks:
        return [Paragraph(words.say("没有这类事项。", "There is none."))]
    table = Table(name, "", _task_columns(report, words), _task_rows(tasks, report, words))
    return [table, *words.rest(len(tasks), total), counted]


def _task_columns(report: AnnualReport, words: Words) -> tuple[Column, ...]:
    """Columns with their widths [mm of 156]; in the consolidated report with the organisation."""
    say, whole = words.say, report.kind == "consolidated"
    who = (Column(say("责任单位", "Organisation"), 25),) if whole else ()
    return (
        Column(say("任务", "Task"), 11, centre=True), Column(say("事项", "Item"), 34 if whole else 59), *who,
        Column(say("期限", "Due"), 24, centre=True), Column(say("完成日", "Done on"), 24, centre=True),
        Column(say("完成率", "Share done"), 14, centre=True), Column(say("进度", "Standing"), 24, centre=True),
    )  # fmt: skip


def _task_rows(tasks: tuple[TaskFact, ...], report: AnnualReport, words: Words) -> tuple[tuple[str, ...], ...]:
    say = words.say
    rows = []
    for task in tasks:
        standing = words.pair(STANDINGS[task.standing]) + (
            say("\n（超期）", "\n(after its day)") if task.after_due else ""
        )
        who = (words.name(task.organisation),) if report.kind == "consolidated" else ()
        lasting = task.standing in ("continuing", "unreported")
        due = words.day(task.due) if task.due else say("长期", "continuing") if lasting else say("未定", "not set")
        rows.append((
            task.task, words.marked(task.title, task.invented), *who, due, words.day(task.finished),
            words.percent(task.percent, task.overridden), standing,
        ))  # fmt: skip
    return tuple(rows)


def account_blocks(report: AnnualReport, words: Words, what: str, counted: Source) -> list[Block]:
    """What the latest reports said of `problems` or `next_steps`, item by item, in the reporters' own words."""
    say, work = words.say, report.work
    told = [] if work is None else [(row, getattr(row, what).strip()) for row in work.accounts]
    told = [(row, text) for row, text in told if text]
    if not told:
        none = {
            "problems": ("报出的进展报告没有反映问题。", "No report that was handed in names a problem."),
            "next_steps": ("报出的进展报告没有写明下一步工作。", "No report that was handed in says what comes next."),
        }[what]  # fmt: skip
        return [_no_work(words)] if work is None else [Paragraph(words.pair(none)), counted]
    if _apart(report):
        units = len({row.organisation for row, _text in told})
        zh, en = "报出的进展报告", "Of what was reported"
        if work is not None and work.told > len(work.accounts):
            zh, en = f"列出的前{len(work.accounts)}项报告", f"Of the first {len(work.accounts)} reports"
        lead = {
            "problems": (f"{zh}中有{len(told)}项任务反映了问题，涉及{units}个单位，",
                         f"{en}, {len(told)} items of {units} organisations name problems; "),
            "next_steps": (f"{zh}中有{len(told)}项任务写明了下一步工作，涉及{units}个单位，",
                           f"{en}, {len(told)} items of {units} organisations say what comes next; "),
        }[what]  # fmt: skip
        where = words.say(f"见附件“{_ACCOUNTS[0]}”。", f"see the annex “{_ACCOUNTS[1]}”.")
        return [Paragraph(words.pair(lead) + where), counted]
    blocks: list[Block] = []
    for row, text in told:
        who = f"{words.name(row.organisation)}{say('，', ', ')}" if report.kind == "consolidated" else ""
        period = words.period(row.period)
        source = say(f"（{who}{period}）", f" ({who}{period})")
        blocks.append(Paragraph(f"{words.marked(row.title, row.invented)}{source}{say('：', ': ')}{text}"))
    rest = words.rest(len(work.accounts), work.told) if work is not None else []
    return [*blocks, *rest, counted]


def _apart(report: AnnualReport) -> bool:
    """Whether what reports say of single items is an annex of its own."""
    work = report.work
    return work is not None and report.kind == "consolidated" and len(work.accounts) > _IN_TEXT


def account_annex(report: AnnualReport, words: Words, counted: Source) -> list[Annex]:
    """What the latest reports say, where it would fill the text of a consolidated report with pages of single items."""
    say, work = words.say, report.work
    if work is None or not _apart(report):
        return []
    columns = (
        Column(say("单位", "Organisation"), 26), Column(say("事项", "Item"), 28),
        Column(say("报告期", "Period"), 30, centre=True), Column(say("存在的问题", "Problems"), 36),
        Column(say("下一步工作", "Next steps"), 36),
    )  # fmt: skip
    rows = tuple(
        (words.name(row.organisation), words.marked(row.title, row.invented), words.period(row.period),
         row.problems.strip() or "—", row.next_steps.strip() or "—")
        for row in work.accounts
    )  # fmt: skip
    table = Table("accounts", "", columns, rows)
    return [Annex(words.pair(_ACCOUNTS), (table, *words.rest(len(rows), work.told), counted))]


def task_annex(report: AnnualReport, words: Words, counted: Source) -> list[Annex]:
    """Every item of work."""
    work = report.work
    if work is None or not work.items:
        return []
    table = Table("all-tasks", "", _task_columns(report, words), _task_rows(work.items, report, words))
    rest = words.rest(len(work.items), work.total)
    return [Annex(words.say("任务事项清单", "List of items of work"), (table, *rest, counted))]


def unit_annex(report: AnnualReport, words: Words, counted: Source) -> list[Annex]:
    """Organisation by organisation, in the consolidated report."""
    say = words.say
    if report.work is None or not report.work.units:
        return []
    columns = (
        Column(say("单位", "Organisation"), 5), Column(say("事项", "Items"), 1.1, centre=True),
        Column(say("已完成", "Done"), 1.2, centre=True), Column(say("推进中", "Going on"), 1.2, centre=True),
        Column(say("逾期", "Late"), 1.1, centre=True), Column(say("暂停", "Paused"), 1.1, centre=True),
        Column(say("未报送", "Not reported"), 1.2, centre=True),
    )  # fmt: skip
    rows = tuple(_unit_row(unit, words) for unit in report.work.units)
    figures = [[int(row[place]) for row in rows] for place in range(1, len(columns))]
    rows = (*rows, (say("合计", "Together"), *(str(sum(column)) for column in figures)))
    return [
        Annex(say("各单位任务完成情况", "Organisation by organisation"), (Table("units", "", columns, rows), counted))
    ]


def _unit_row(unit: UnitFact, words: Words) -> tuple[str, ...]:
    at = unit.standings
    done = sum(at.get(key, 0) for key in _DONE)
    going = sum(at.get(key, 0) for key in _GOING)
    return (
        words.marked(words.name(unit.organisation), unit.invented), str(unit.items), str(done), str(going),
        str(at.get("late", 0)), str(at.get("paused", 0)), str(unit.missing),
    )  # fmt: skip
