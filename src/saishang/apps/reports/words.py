"""Words of an annual report in both languages; the official document is in Chinese, the page in the reader's.

They stand here and not in the portal's catalogue because a document is made without a portal, by the command line, and
has to say the same for ever: a report of 2026 is not reworded by a translation of 2028.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from saishang.apps.reports.blocks import Block, Paragraph
from saishang.apps.reports.content import Chance, Name, TargetFact
from saishang.apps.reports.numbering import day_zh

__all__ = [
    "CASE_STATES", "FINDING_SOURCES", "FINDING_STATES", "MATTER_STATES", "PROOFS", "STANDINGS", "Words", "plain_unit",
]  # fmt: skip

#: Standing of items of work that count (`science.execution.standing`), what is finished first.
STANDINGS: dict[str, tuple[str, str]] = {
    "verified": ("已核实完成", "verified as done"), "done": ("完成待核实", "done, to be verified"),
    "on_time": ("按期推进", "on time"), "continuing": ("常态推进", "continuing"),
    "due_soon": ("即将到期", "due soon"), "not_begun": ("尚未开始", "not begun"),
    "no_day": ("未定期限", "without a due day"), "unreported": ("未按期报告", "report overdue"),
    "late": ("逾期", "late"), "paused": ("暂停", "paused"),
}  # fmt: skip
#: States of cases, findings and matters, sources of findings, what fulfils a duty (`apps.supervision`).
CASE_STATES: dict[str, tuple[str, str]] = {
    "open": ("待答复", "to be answered"), "answered": ("已答复待定", "answered, to be decided"),
    "closed": ("已办结", "closed"),
}  # fmt: skip
FINDING_STATES: dict[str, tuple[str, str]] = {
    "listed": ("待报方案", "plan awaited"), "plan_submitted": ("方案待批", "plan to be approved"),
    "plan_approved": ("方案已批", "plan approved"), "in_progress": ("整改中", "being mended"),
    "applied": ("申请销号待核查", "to be checked"), "checked": ("已核查待公示", "checked, to be publicised"),
    "publicised": ("公示中", "publicised"), "closed": ("已销号", "struck off"),
}  # fmt: skip
FINDING_SOURCES: dict[str, tuple[str, str]] = {
    "central": ("中央督察", "central inspection"), "region": ("自治区督察", "regional inspection"),
    "self": ("自查发现", "found by itself"),
}  # fmt: skip
MATTER_STATES: dict[str, tuple[str, str]] = {
    "open": ("待回复", "to be answered"), "replied": ("已回复待议定", "answered, to be settled"),
    "settled": ("已议定", "settled"),
}  # fmt: skip
PROOFS: dict[str, tuple[str, str]] = {
    "annual": ("年度报告", "annual report"), "reports": ("各事项年度进展报告", "yearly progress reports"),
    "work_plan": ("年度工作计划", "work plan"), "record": ("办理记录", "record"),
}  # fmt: skip
_SIGNS = {">=": "≥", "<=": "≤", "~": "≈"}
_EDGE, _TENTH = 0.01, 0.1
#: Year, quarter, month; a month of a progress report is written `2026-M09`.
_PERIOD = re.compile(r"(\d{4})(?:-Q([1-4])|-M?(\d{2}))?")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")  # fmt: skip


#: What plans write out and everybody reads as a symbol.
_SYMBOLS = {"微克/立方米": "µg/m³", "毫克/立方米": "mg/m³", "1": ""}


def plain_unit(unit: str) -> str:
    """A unit as documents print it; a pure number has none."""
    return _SYMBOLS.get(unit, unit)


@dataclass(frozen=True)
class Words:
    """Says things in one language (`zh` or `en`); `unit` says units, where a reader has words for what is counted."""

    language: str
    unit: Callable[[str], str] = plain_unit

    @property
    def english(self) -> bool:
        """Whether it is English."""
        return self.language == "en"

    def say(self, zh: str, en: str) -> str:
        """The one of two that is in the language."""
        return en if self.english else zh

    def name(self, name: Name) -> str:
        """A name, in the other language where it has none in this one."""
        return (name.en or name.zh) if self.english else (name.zh or name.en)

    def pair(self, pair: tuple[str, str]) -> str:
        """One of a pair of words."""
        return self.say(*pair)

    def listed(self, parts: list[str]) -> str:
        """Things in a row."""
        return self.say("，", ", ").join(parts)

    def day(self, day: date | None) -> str:
        """A day in a table; a dash for none."""
        return "—" if day is None else day.isoformat()

    def long_day(self, day: date) -> str:
        """A day in a sentence."""
        return day.isoformat() if self.english else day_zh(day)

    def period(self, period: str) -> str:
        """A period as people write it: `2026-Q3`, `2026-M09`, `2026`, `2026-01..2026-09`; another text stays."""
        first, _dots, last = period.partition("..")
        begin, end = _PERIOD.fullmatch(first), _PERIOD.fullmatch(last or first)
        if begin is None or end is None:
            return period
        year, quarter, month = begin.groups()
        if last and month and end[1] == year and end[3]:
            a, b = int(month), int(end[3])
            return self.say(f"{year}年{a}—{b}月", f"{_MONTHS[a - 1]} to {_MONTHS[b - 1]} {year}")
        if last:
            return period
        if quarter:
            return self.say(f"{year}年第{quarter}季度", f"Q{quarter} {year}")
        if month:
            return self.say(f"{year}年{int(month)}月", f"{_MONTHS[int(month) - 1]} {year}")
        return self.say(f"{year}年", year)

    def moment(self, moment: datetime) -> str:
        """A moment to the minute, by the clock of China."""
        return f"{moment:%Y-%m-%d %H:%M}"

    def goal(self, target: TargetFact) -> str:
        """A goal in short, such as `≤ 30 µg/m³`; words for one that the document withholds, or that is no number."""
        if not target.goal:
            return self.say("未公布", "withheld") if target.withheld else self.say("定性", "qualitative")
        return self.figure(f"{_SIGNS.get(target.sign, target.sign)} {target.goal}".strip(), target.unit)

    def figure(self, figure: str, unit: str) -> str:
        """A figure with its unit."""
        return f"{figure} {self.unit(unit)}".strip()

    def chance(self, chance: Chance | None) -> str:
        """A probability as people read it, or why there is none.

        No draw of a thousand is not the same as never; a rough one is said in tenths.
        """
        if chance is None:
            return self.say("未作预测", "no forecast made")
        if chance.probability is None:
            return self._no_forecast(chance)
        edge = _TENTH if chance.rough else _EDGE
        if chance.probability < edge:
            return self.say(f"不到{edge * 100:.0f}%", f"below {edge * 100:.0f} %")
        if chance.probability > 1 - edge:
            return self.say(f"超过{(1 - edge) * 100:.0f}%", f"above {(1 - edge) * 100:.0f} %")
        share = round(chance.probability * 10) * 10 if chance.rough else round(chance.probability * 100)
        return self.say(f"约{share}%", f"about {share} %")

    def _no_forecast(self, chance: Chance) -> str:
        told = {
            "too_short": ("不预测：年度数值只有{have}个，至少要{need}个",
                          "none: {have} annual values, {need} are needed"),
            "few_checks": ("不预测：只能回测{have}次，至少要{need}次", "none: {have} back-tests, {need} are needed"),
            "too_far": ("不预测：距目标年份太远", "none: the year is too far away"),
            "no_better_than_persistence": ("不预测：各方法不优于“保持上期”", "none: no method beats persistence"),
            "past": ("不预测：目标年份已有数值", "none: the year has its value"),
            "not_forecast": ("无数值目标，不预测", "none: the target is no number"),
            "no_year": ("不预测：没有写明年份，逐次判断", "none: no year is named; judged every time"),
        }.get(chance.reason, (f"不预测：{chance.reason}", f"none: {chance.reason}"))  # fmt: skip
        have = self.say("0", "no") if chance.have == 0 else "?" if chance.have is None else str(chance.have)
        return self.pair(told).format(have=have, need="?" if chance.need is None else chance.need)

    def marked(self, text: str, invented: bool) -> str:
        """A text with a word before it where it is demonstration data."""
        return self.say("【演示】", "[demonstration] ") + text if invented else text

    def rest(self, listed: int, total: int) -> list[Block]:
        """What a list leaves out, said under it."""
        if total <= listed:
            return []
        more = total - listed
        return [Paragraph(self.say(f"以上列出前{listed}项，其余{more}项见系统中的清单。",
                                   f"The first {listed} are listed; the portal has {more} more."))]  # fmt: skip

    def percent(self, percent: int | None, overridden: bool) -> str:
        """How much of an item is done; unknown without milestones."""
        if percent is None:
            return self.say("未知", "unknown")
        return f"{percent}%" + (self.say("（核定）", " (set by hand)") if overridden else "")
