"""What is known about a sentence before its numbers are judged: its years, its names, what came before it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from saishang.apps.plan.importer.document import Target
from saishang.apps.plan.importer.naming import strip_year
from saishang.apps.plan.importer.phrases import METRIC_END, Peeled, split_scope, suffix_after, trim_indicator
from saishang.apps.plan.importer.quantities import Quantity, YearMark, find_years
from saishang.apps.plan.importer.text import bracket_pairs, normalise, protected_spans

__all__ = ["Carry", "Group", "Sentence"]

_DESCRIBES_THINGS = re.compile(
    "^(?:以|之)?前?(?:注册|登记|建成|建造|投产|投运|出厂|审批|核准|批准|生产)[^，。；]{0,12}的"
)
_SINCE_THINGS = re.compile("^[^，。；]{1,16}的(?:工地|企业|项目|问题|车辆|案件|区域|地块|点位|单位|线索)")
_CLAUSE = "，。；：！？\n（("
_BACKGROUND = re.compile(
    "已(?:经|累计|全部|达|完成|建成|有|实现|提前|连续|成为|于)|达到了|实现了|完成了|下降了|提高了|增长了|提升了|减少了|新增了|建成了|现有(?!企业|设施|产能|项目|城镇|污水|建筑|锅炉|园区)|目前|截至目前|历史性|连续[一二三四五六七八九十\\d]+年|"
    "累计完成投资|超额完成|圆满完成|位居|居全[国省]|排名(?:全[国省]|第|位)|先后|首次|顺利|由于|曾"
)
#: ——一般村：…率90%以上，…: what the whole line is about.
_HEADED_BY = re.compile(
    r"(?:——|—|-|[（(]?\d{1,2}[）).、])?([\u4e00-\u9fff]{2,10}(?<!目标)(?:村|市|县|地区|城市|乡镇|流域|片区|园区|行业))："
)
#: 去年秋冬季，…62微克/立方米: the whole sentence tells what was.
_LAST_YEAR = re.compile("(?:去年|上年度?|上一年度?|近年来|多年来|近[两三五]年来?)(?!同期|水平)")


@dataclass
class Carry:
    """What one sentence hands to the next of the same paragraph."""

    years: tuple[int, ...] = ()
    aspirational: bool = False
    background: bool = False
    scope: str | None = None
    bases: dict[tuple[str, str], int] = field(default_factory=dict)
    names: list[tuple[str, str | None]] = field(default_factory=list)


@dataclass
class Group:
    """Numbers that share one predicate: A、B分别达到x、y."""

    quantities: list[Quantity]
    peeled: Peeled
    suffixes: list[str | None]
    start: int
    end: int
    verbs: list[Peeled] = field(default_factory=list)


class Sentence:
    """One sentence with its year marks and the names in it, and what the sentences before it handed on."""

    def __init__(self, written: str, at: str, plan_year: int | None, carry: Carry) -> None:
        self.written = written
        self.at = at
        self.plan_year = plan_year
        self.carry = carry
        self.text = normalise(written)
        self.names = protected_spans(self.text)
        self.marks = [
            self._told_as_base(m) for m in find_years(self.text) if not self._in_name(m.start, m.end, years=True)
        ]
        # 2005年底前注册的车辆, 2016年前建成的小区: the year says which things, not by when.
        self.marks = [
            m
            for m in self.marks
            if not _DESCRIBES_THINGS.match(self.text[m.end :])
            and not (m.kind == "past" and re.search("(?:对|针对|将)$", self.text[: m.start]))
            and not (m.kind == "past" and _SINCE_THINGS.match(self.text[m.end :]))
        ]
        headed = _HEADED_BY.match(self.text)
        self.headed_scope: str | None = headed.group(1) if headed else None
        self.last_indicator: str | None = None
        self.last_scope: str | None = None
        self.last_verb: str | None = None
        self.last_names: list[tuple[str, str | None]] = []
        self.part_scope: str | None = ""
        self.by_unit: dict[str, str] = {}
        self.counted_to = -1
        self.parts_end = -1
        self.object_end = 0
        self.named_for: set[tuple[int, ...]] = set()
        self.repeated_for: set[tuple[int, ...]] = set()
        self.found: list[Target] = []

    def _told_as_base(self, mark: YearMark) -> YearMark:
        """由2020年的40%提高到…, 从2020年的…: the year of the value that is left behind."""
        said = self.text[mark.start : mark.end]
        if re.search(r"(?:力争|争取)(?:通过|经过|用)[^，。；\d]{0,12}，$", self.text[: mark.start]):
            return replace(mark, aspirational=True)  # 力争通过三年努力，到2028年…
        if not re.search("到|至", said) and re.match("(?:现状|实际|基数|水平)", self.text[mark.end :]):
            return YearMark(mark.start, mark.end, mark.years, "base", mark.aspirational)  # 2020年现状规模的1.3倍
        before = self.text[max(0, mark.start - 1) : mark.start]
        if self.text[: mark.start].endswith(("基于", "相对", "基")):
            return YearMark(mark.start, mark.end, mark.years, "base", mark.aspirational)
        if (before in ("由", "从") or said[0] in "由从自") and self.text[mark.end : mark.end + 1] == "的":
            return YearMark(mark.start, mark.end, mark.years, "base", mark.aspirational)
        return mark

    def _in_name(self, start: int, end: int, *, years: bool = False) -> bool:
        for a, b in self.names:
            if a < start and end < b:
                return True
            if years and a <= start and end <= b and not re.fullmatch(r"“十.五”", self.text[a:b]):
                return True
        return False

    def _left(self, quantity: Quantity, previous_end: int) -> tuple[str, int]:
        start = max([previous_end, *(self.text.rfind(c, 0, quantity.start) + 1 for c in _CLAUSE)])
        # A bracket that closes before the number is part of the name: 细颗粒物（PM2.5）浓度.
        for a, b in reversed(bracket_pairs(self.text[: quantity.start])):
            if a < start <= b:
                start = max([previous_end, *(self.text.rfind(c, 0, a) + 1 for c in _CLAUSE)])
        for a, b in reversed(self.names):
            if a < start < b <= quantity.start:
                start = max([previous_end, *(self.text.rfind(c, 0, a) + 1 for c in _CLAUSE)])
        return self.text[start : quantity.start], start

    def _is_past(self, mark: YearMark) -> bool:
        if mark.kind == "past":
            return True
        year = max(mark.years)
        if self.plan_year is not None and year < self.plan_year:
            return True
        after = re.split("[；。]", self.text[mark.start :], maxsplit=1)[0]
        told = _BACKGROUND.search(after) or re.search("同比|环比|以来|较上年|比上年|最好水平", after)
        return mark.kind == "bare" and bool(told) and (self.plan_year is None or year <= self.plan_year)

    def _years_at(self, quantity: Quantity, peeled: Peeled) -> tuple[int, ...]:
        if peeled.years:
            return peeled.years
        behind = re.match(
            r"^[（(](?:到)?((?:19|20)\d\d)年(?:底|末)?[）)]", self.text[suffix_after(self.text, quantity.end)[1] :]
        )
        if behind:
            return (int(behind.group(1)),)
        before = self._mark_before(quantity.start)
        if before is not None:
            return before.years
        if len(self.carry.years) > 1 and not peeled.each:
            return ()  # two years for two numbers of the sentence before: this number has neither
        return self.carry.years

    def _mark_before(self, position: int) -> YearMark | None:
        before = [m for m in self.marks if m.end <= position and m.kind != "base" and self._governs(m, position)]
        return before[-1] if before else None

    def _governs(self, mark: YearMark, position: int) -> bool:
        """到2028年，建成27个，其中2026年建成9个；…: a year said in passing ends with its part of the sentence."""
        owned = [m for m in self.marks if m.kind != "base" and re.match(r"的\d", self.text[m.end :])]
        if len(owned) > 1 and mark in owned and "，" in self.text[mark.end : position]:
            return False  # 增加到2028年的600万千瓦、2030年的900万千瓦，…: each of the two years is that of one number
        listed = [m for m in self.marks if m.kind == "bare" and re.match(r"\d", self.text[m.end :])]
        if len(listed) > 1 and mark in listed and re.search("[，；]", self.text[mark.end : position]):
            return False  # 其中2024年4000座、2025年3000座；…: each of these years is that of one number
        if "；" not in self.text[mark.end : position]:
            return True
        part = self.text[self.text.rfind("；", 0, mark.start) + 1 : mark.start]
        earlier = any(m.end <= mark.start and m.kind != "base" for m in self.marks) or bool(self.carry.years)
        return not (earlier and "，" in part and len(part) > 5 and re.search(r"\d", part))

    def _handed_on(self) -> YearMark | None:
        """Find the year mark that holds for the next sentence, too.

        A bare year (2025年，) does when numbers were promised for it. A second year that only repeats the name of the
        first (到2025年A达到3，2030年达到6) leaves open which of them the next sentence means: it gets none.
        """
        promised = {t.year for t in self.found}
        ahead = [
            m
            for m in self.marks
            if not self._is_past(m)
            and (
                m.kind in ("goal", "plan") or (m.kind == "bare" and promised and max(m.years) >= (self.plan_year or 0))
            )
        ]
        if not ahead:
            return None
        goals = [m for m in ahead if m.kind != "bare"]
        last = ahead[-1]
        if (
            goals
            and last.kind == "bare"
            and (max(last.years) <= max(goals[-1].years) or set(goals[-1].years) <= set(last.years))
        ):
            return goals[-1]  # 到2028年建成27个，其中2026年9个: said in passing
        if not goals and (len(ahead) > 1 or last.start > 1 or not promised <= set(last.years)):
            return None
        again = last.kind == "bare" or last.years in self.repeated_for
        if len({m.years for m in ahead}) > 1 and again and last.years not in self.named_for:
            return replace(last, years=())
        return last

    def _looks_ahead(self) -> bool:
        """Tell whether the sentence names a year to come."""
        return any(
            m.kind == "goal" or (m.kind == "bare" and self.plan_year is not None and max(m.years) > self.plan_year)
            for m in self.marks
        )

    def _in_background(self, quantity: Quantity, left: str, peeled: Peeled) -> bool:
        clause_start = max(self.text.rfind(c, 0, quantity.start) + 1 for c in "，。；\n")
        clause_end = min(
            [p for p in (self.text.find(c, quantity.end) for c in "，。；\n") if p >= 0] or [len(self.text)]
        )
        clause = self.text[clause_start:clause_end]
        if _BACKGROUND.search(left) or _BACKGROUND.search(clause):
            return True
        due = bool(self.carry.years) and max(self.carry.years) >= (self.plan_year or 0)
        if re.search("同比|环比|较上年|比上年|较去年", clause) and not (self._looks_ahead() or due):
            # 同比下降5%以上 sets a limit; a report of the past knows its number.
            return suffix_after(self.text, quantity.end)[0] not in ("以上", "以内", "以下")
        mark = self._mark_before(quantity.start)
        if mark is None and _LAST_YEAR.match(self.text):
            return True
        if mark is None:
            return self.carry.background
        if re.search("截[至止]", self.text[mark.start : mark.end]) and re.search("已|累计|共有", self.text):
            return True
        return self._is_past(mark)

    def _remember(self, phrase: str, quantity: Quantity | None = None) -> None:
        name = trim_indicator(strip_year(phrase))
        if len(name) >= 2 and METRIC_END.search(name):
            self.last_indicator, scope = split_scope(name)
            self.last_scope = scope or self.last_scope
            if quantity is not None:
                self.by_unit[quantity.unit] = self.last_indicator
