"""The part of an annual report that tells about supervision (督办和整改): cases, findings, matters, yearly duties."""

from __future__ import annotations

from saishang.apps.reports.blocks import Block, Column, Heading, Paragraph, Source, Table
from saishang.apps.reports.content import AnnualReport, CaseFact, DutyFact, FindingFact, MatterFact, Supervision
from saishang.apps.reports.words import CASE_STATES, FINDING_SOURCES, FINDING_STATES, MATTER_STATES, PROOFS, Words

__all__ = ["supervision_blocks", "supervision_summary"]

#: States of findings in which the responsible unit has done its part and the office has not.
_CHECKED = ("applied", "checked", "publicised")


def supervision_summary(report: AnnualReport, words: Words, counted: Source) -> list[Block]:
    """One paragraph for the overview; nothing where supervision was not counted."""
    told = report.supervision
    if told is None:
        return []
    findings = sum(told.found.values())
    text = words.say(
        f"督办事项{told.total}件，已办结{told.closed}件；反馈问题{findings}个，已销号{told.found.get('closed', 0)}个；"
        f"跨单位协调事项{told.raised}件，已议定{told.settled}件",
        f"Supervision cases: {told.total}, closed: {told.closed}; findings of inspections: {findings}, struck off: "
        f"{told.found.get('closed', 0)}; matters between organisations: {told.raised}, settled: {told.settled}",
    )
    if told.duties is not None:
        owed, done = sum(row.owed for row in told.duties), sum(row.fulfilled for row in told.duties)
        text += words.say(f"；年度定期事项{owed}项次，已落实{done}项次",
                          f"; recurring duties of the year: {owed}, fulfilled: {done}")  # fmt: skip
    return [Paragraph(text + words.say("。", ".")), counted]


def supervision_blocks(report: AnnualReport, words: Words, counted: Source) -> list[Block]:
    """The section; nothing where supervision was not counted, as in reports from before there was any."""
    told, say = report.supervision, words.say
    if told is None:
        return []
    whole = report.kind == "consolidated"
    return [
        Heading(1, say("督办和整改", "Supervision and rectification")),
        Heading(2, say("督办事项", "Cases")), *_cases(told, report.year, words, counted, whole=whole),
        Heading(2, say("反馈问题整改", "Findings of inspections")),
        *_findings(told, report.year, words, counted, whole=whole),
        Heading(2, say("跨单位协调事项", "Matters between organisations")),
        *_matters(told, report.year, words, counted),
        Heading(2, say("年度定期事项", "Recurring duties of the year")),
        *_duties(told, report.year, words, counted, whole=whole),
    ]  # fmt: skip


def _cases(told: Supervision, year: int, words: Words, counted: Source, *, whole: bool) -> list[Block]:
    say = words.say
    taken_back = say(f"另有{told.withdrawn}件发出后撤销。", f" Withdrawn besides: {told.withdrawn}.")
    extra = taken_back if told.withdrawn else ""
    if not told.total:
        return [Paragraph(say(f"没有列入{year}年的督办事项。", f"No case belongs to {year}.") + extra), counted]
    opened = sum(told.opened.values())
    levels = words.listed([
        say(f"{level.zh}{told.opened[level.code]}件", f"{level.en}: {told.opened[level.code]}")
        for level in told.levels if told.opened.get(level.code)
    ])  # fmt: skip
    new = say(f"当年发出{opened}件", f"issued in the year: {opened}") + (
        say(f"（{levels}）", f" ({levels})") if levels else ""
    )
    text = say(
        f"列入{year}年的督办事项{told.total}件，其中{new}、往年结转{told.carried}件。按统计时的记录，已办结{told.closed}件，"
        f"未办结{told.total - told.closed}件，其中逾期未答复{told.unanswered}件。",
        f"Cases of {year}: {told.total}, {new}, carried over: {told.carried}. As counted, closed: {told.closed}; not "
        f"closed: {told.total - told.closed}, of which late with the answer: {told.unanswered}.",
    )
    who = (Column(say("单位", "Organisation"), 30),) if whole else ()
    columns = (
        Column(say("事项", "Matter"), 58 if whole else 88), *who, Column(say("方式", "Level"), 16, centre=True),
        Column(say("答复期限", "Answer due"), 24, centre=True), Column(say("进展", "State"), 28, centre=True),
    )  # fmt: skip
    rows = tuple(_case_row(row, words, whole=whole) for row in told.cases)
    return [Paragraph(text + extra), *_listed("cases", columns, rows, told.total, words), counted]


def _case_row(row: CaseFact, words: Words, *, whole: bool) -> tuple[str, ...]:
    say = words.say
    number = row.code
    if row.number is not None:
        number += say(f"　督办〔{row.year}〕{row.number}号", f", notice {row.year}-{row.number}")
    state = words.pair(CASE_STATES[row.state])
    if row.late:
        state += say("\n（逾期）", "\n(late)")
    if row.closed is not None:
        state += f"\n{row.closed.isoformat()}"
    who = (words.name(row.organisation),) if whole else ()
    title = f"{words.marked(row.title, row.invented)}\n{number}"
    return (title, *who, words.name(row.level), words.day(row.due), state)


def _findings(told: Supervision, year: int, words: Words, counted: Source, *, whole: bool) -> list[Block]:
    say, total = words.say, sum(told.found.values())
    if not total:
        return [Paragraph(say(f"没有列入{year}年的反馈问题。", f"No finding belongs to {year}.")), counted]
    closed, checked = told.found["closed"], sum(told.found[state] for state in _CHECKED)
    text = say(
        f"列入{year}年的反馈问题{total}个，其中当年新列入{told.listed}个。按统计时的记录，已销号{closed}个，"
        f"已申请销号、待核查公示{checked}个，整改未完成{total - closed - checked}个；逾期{told.overdue}个。",
        f"Findings of {year}: {total}, of which new: {told.listed}. As counted, struck off: {closed}; applied for, to "
        f"be checked and publicised: {checked}; not yet mended: {total - closed - checked}; late: {told.overdue}.",
    )
    who = (Column(say("责任单位", "Organisation"), 30),) if whole else ()
    columns = (
        Column(say("来源", "Source"), 24, centre=True), Column(say("问题", "Finding"), 42 if whole else 72), *who,
        Column(say("整改期限", "Due"), 24, centre=True), Column(say("整改进展", "State"), 36, centre=True),
    )  # fmt: skip
    rows = tuple(_finding_row(row, words, whole=whole) for row in told.findings)
    return [Paragraph(text), *_listed("findings", columns, rows, total, words), counted]


def _finding_row(row: FindingFact, words: Words, *, whole: bool) -> tuple[str, ...]:
    state = words.pair(FINDING_STATES[row.state])
    if row.late:
        state += words.say("（逾期）", " (late)")
    if row.closed is not None:
        state += f"\n{row.closed.isoformat()}"
    who = (words.name(row.organisation),) if whole else ()
    due = words.say("未定", "not set") if row.due is None else words.day(row.due)
    title = f"{words.marked(row.title, row.invented)}\n{row.code}"
    return (words.pair(FINDING_SOURCES[row.source]), title, *who, due, state)


def _matters(told: Supervision, year: int, words: Words, counted: Source) -> list[Block]:
    say = words.say
    if not told.raised:
        none = say(f"没有列入{year}年的跨单位协调事项。", f"No matter between organisations belongs to {year}.")
        return [Paragraph(none), counted]
    text = say(
        f"列入{year}年的跨单位协调事项{told.raised}件。按统计时的记录，已议定{told.settled}件，"
        f"未议定{told.raised - told.settled}件，其中逾期{told.unsettled}件。",
        f"Matters of {year}: {told.raised}. As counted, settled: {told.settled}; not settled: "
        f"{told.raised - told.settled}, of which late: {told.unsettled}.",
    )
    columns = (
        Column(say("事项", "Matter"), 46), Column(say("提出单位", "Raised by"), 28),
        Column(say("会办单位", "Asked"), 32), Column(say("回复期限", "Due"), 24, centre=True),
        Column(say("进展", "State"), 26, centre=True),
    )  # fmt: skip
    rows = tuple(_matter_row(row, words) for row in told.matters)
    return [Paragraph(text), *_listed("matters", columns, rows, told.raised, words), counted]


def _matter_row(row: MatterFact, words: Words) -> tuple[str, ...]:
    state = words.pair(MATTER_STATES[row.state])
    if row.late:
        state += words.say("\n（逾期）", "\n(late)")
    if row.settled is not None:
        state += f"\n{row.settled.isoformat()}"
    asked = words.say("、", ", ").join(words.name(one) for one in row.parties)
    return (
        f"{words.marked(row.title, row.invented)}\n{row.code}", words.name(row.organisation), asked, words.day(row.due),
        state,
    )  # fmt: skip


def _duties(told: Supervision, year: int, words: Words, counted: Source, *, whole: bool) -> list[Block]:
    say, duties = words.say, told.duties
    if duties is None:
        return [Paragraph(say(f"{year}年的定期事项尚未生成，本报告不作统计。",
                              f"The duties of {year} were not asked for yet; they are not counted here."))]  # fmt: skip
    if not duties:
        return [Paragraph(say(f"{year}年没有定期事项。", f"No recurring duty is owed in {year}.")), counted]
    owed, done = sum(row.owed for row in duties), sum(row.fulfilled for row in duties)
    late = sum(row.late for row in duties)
    text = say(
        f"{year}年定期事项{owed}项次。按统计时的记录，已落实{done}项次，待落实{owed - done}项次，其中逾期{late}项次。",
        f"Recurring duties of {year}: {owed}. As counted, fulfilled: {done}; open: {owed - done}, of "
        f"which late: {late}.",
    )
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    name = (Column(say("编号", "Number"), 16, centre=True), Column(say("事项", "Duty"), 58))
    day = Column(say("期限", "Due"), 24, centre=True)
    if whole:
        columns = (
            *name, day, Column(say("应落实单位", "Owed by"), 22, centre=True),
            Column(say("已落实", "Fulfilled"), 18, centre=True), Column(say("逾期", "Late"), 18, centre=True),
        )  # fmt: skip
        rows = tuple(
            (*_duty_name(row, words), str(row.owed), str(row.fulfilled), str(row.late)) for row in duties
        )  # fmt: skip
    else:
        columns = (
            *name, day, Column(say("状态", "State"), 26, centre=True), Column(say("依据", "Proof"), 32, centre=True),
        )  # fmt: skip
        rows = tuple((*_duty_name(row, words), *_duty_state(row, words)) for row in duties)
    return [Paragraph(text), Table("duties", "", columns, rows), counted]


def _duty_name(row: DutyFact, words: Words) -> tuple[str, str, str]:
    due = words.say("未规定", "not set") if row.due is None else words.day(row.due)
    return row.duty.code, words.name(row.duty), due


def _duty_state(row: DutyFact, words: Words) -> tuple[str, str]:
    """State and proof of a duty of one organisation; what this very report fulfils says so."""
    say = words.say
    if row.fulfilled:
        done = "" if row.done is None else f"\n{row.done.isoformat()}"
        return say("已落实", "fulfilled") + done, words.pair(PROOFS.get(row.proof, (row.proof, row.proof)))
    state = say("逾期", "late") if row.late else say("待落实", "open")
    return state, say("以年度报告落实", "by the annual report") if row.annual else "—"


def _listed(
    name: str, columns: tuple[Column, ...], rows: tuple[tuple[str, ...], ...], total: int, words: Words
) -> list[Block]:
    return [Table(name, "", columns, rows), *words.rest(len(rows), total)]
