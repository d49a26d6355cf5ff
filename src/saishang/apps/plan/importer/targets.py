"""Which numbers of a sentence are promises, and what exactly they promise.

The comparator speaks about the stated number: 降至30以下 is `<= 30` (a level, change null); 比2020年下降18%以上 is
`>= 18` with change `drop`. 以上 and 以下 include the limit (drafting convention), 超过 and 低于 do not. 达到 without
more is `>=`, and `<=` where less is better (a concentration, a consumption). 左右 and 约 give `~`. A range has low and
high and no value. Redacted numbers (**%, XX%) are undetermined and have no value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from saishang.apps.plan.importer.describing import NEXT_BOUNDARY, only_describes
from saishang.apps.plan.importer.document import Target
from saishang.apps.plan.importer.naming import comparator_of, split_subjects, strip_year
from saishang.apps.plan.importer.phrases import (
    COUNT_VERB,
    METRIC_END,
    Peeled,
    bare_region,
    peel,
    split_scope,
    suffix_after,
    trim_indicator,
)
from saishang.apps.plan.importer.quantities import Quantity, YearMark, find_quantities, find_years
from saishang.apps.plan.importer.text import bracket_pairs, clean, normalise, protected_spans, split_sentences

__all__ = ["Carry", "targets_in_paragraph"]

_STOPS = "，。；：！？、（(\n"
_CLAUSE = "，。；：！？\n（("
_BACKGROUND = re.compile(
    "已(?:经|累计|全部|达|完成|建成|有|实现|提前|连续|成为|于)|达到了|实现了|完成了|下降了|提高了|增长了|提升了|减少了|新增了|建成了|现有|目前|截至目前|历史性|连续[一二三四五六七八九十\\d]+年|"
    "累计完成投资|超额完成|圆满完成|位居|居全[国省]|排名|先后|首次|顺利|由于|曾"
)
_OBJECT_END = re.compile(r"[，。；：！？、）)（(\n]|(?:以及|并且|和(?=\d)|及(?=\d))")
_OBJECT_CLAUSE = re.compile(
    r"以上|以下|达到|完成|实现|建成|开展|得到|采用|使用|具备|纳入|接入|通过|安装|覆盖|配备|改造|治理|进入|用于|设有|配建|参与|建立"
)
_TENDENCY = re.compile(
    "(?:稳中有[升降]|(?:稳步|持续|进一步|不断|显著|大幅|明显|逐步|总体|全面)?(?:提升|提高|上升|增加|下降|降低|减少|改善|稳定|好转))$"
)
_PERCENT_SUBJECT = re.compile(r"^(?:以上|左右|及以上)?的?[\u4e00-\u9fff“（A-Za-z]")


@dataclass
class Carry:
    """What one sentence hands to the next of the same paragraph."""

    years: tuple[int, ...] = ()
    aspirational: bool = False
    background: bool = False
    scope: str | None = None
    bases: dict[tuple[str, str], int] = field(default_factory=dict)


@dataclass
class _Group:
    """Numbers that share one predicate: A、B分别达到x、y."""

    quantities: list[Quantity]
    peeled: Peeled
    suffixes: list[str | None]
    start: int
    end: int
    verbs: list[Peeled] = field(default_factory=list)


def targets_in_paragraph(
    text: str, at: str, *, plan_year: int | None = None, carry: Carry | None = None
) -> list[Target]:
    """Read every target of a paragraph (owner notes already taken out).

    Parameters
    ----------
    text:
        The paragraph as written.
    at:
        Id of the item it stands in.
    plan_year:
        Year of the document; a bare year before it tells the past.
    carry:
        State from the paragraph before (for lists under 到2027年：); a new one when None.
    """
    state = carry if carry is not None else Carry()
    found: list[Target] = []
    for sentence in split_sentences(clean(text)):
        found.extend(_Sentence(sentence, at, plan_year, state).read())
    return found


class _Sentence:
    """One sentence, read from left to right."""

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
        self.last_indicator: str | None = None
        self.last_scope: str | None = None
        self.last_verb: str | None = None
        self.part_scope: str | None = ""
        self.by_unit: dict[str, str] = {}
        self.counted_to = -1
        self.object_end = 0
        self.found: list[Target] = []

    def _told_as_base(self, mark: YearMark) -> YearMark:
        """由2020年的40%提高到…, 从2020年的…: the year of the value that is left behind."""
        said = self.text[mark.start : mark.end]
        before = self.text[max(0, mark.start - 1) : mark.start]
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

    def read(self) -> list[Target]:
        """Give the targets of this sentence and update what the next one inherits."""
        quantities = [q for q in find_quantities(self.text) if not self._in_name(q.start, q.end)]
        if not any(self.marks) and re.match("^(?:同时|此外|其中|并|力争|实现|全[省市区国])", self.text) is None:
            self.carry.background = self.carry.background and not self.carry.years
        previous_end = 0
        index = 0
        while index < len(quantities):
            group = self._group(quantities, index, previous_end)
            # A number that only describes (35蒸吨/小时以上的锅炉) stays part of the phrase before the next one.
            if self._emit(group, previous_end):
                previous_end = group.end
            index += len(group.quantities)
        goals = [m for m in self.marks if m.kind in ("goal", "plan") and not self._is_past(m)]
        if goals:
            self.carry.years, self.carry.aspirational, self.carry.background = (
                goals[-1].years,
                goals[-1].aspirational,
                False,
            )
        elif any(m.kind in ("past", "bare") and self._is_past(m) for m in self.marks):
            self.carry.years, self.carry.background = (), True
        if self.last_scope and re.match("全|我", self.last_scope):
            self.carry.scope = self.last_scope
        return self.found

    # --- grouping ---------------------------------------------------------------------------------------------------

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

    def _group(self, quantities: Sequence[Quantity], index: int, previous_end: int) -> _Group:
        first = quantities[index]
        left, start = self._left(first, previous_end)
        peeled = peel(left)
        word, end = suffix_after(self.text, first.end)
        group = _Group([first], peeled, [word], start, end, [peeled])
        years = self._years_at(first, peeled)
        wants_list = peeled.each or len(years) > 1 or re.search("、|和|及|与", peeled.rest)
        for following in quantities[index + 1 :]:
            between = self.text[group.end : following.start]
            joined = re.match(r"^(?:、|和|及|以及|与|，和|，)?(.*)$", between, re.DOTALL)
            more = peel(joined.group(1)) if joined and joined.group(1) else None
            plain = re.fullmatch("、|和|及|以及|与", between)
            verb_only = (
                between
                and between[0] in "、和及与"
                and more is not None
                and not more.rest
                and more.stated
                and peeled.each
            )
            if not wants_list or not (plain or verb_only):
                break
            if plain and not (peeled.each or len(years) > 1) and not self._same_kind(first, following):
                break
            if plain and not peeled.each and len(years) <= 1 and self._object_after(group.end, following):
                break
            word, end = suffix_after(self.text, following.end)
            group.quantities.append(following)
            group.suffixes.append(word)
            group.verbs.append(more if verb_only and more is not None else peeled)
            group.end = end
        return group

    @staticmethod
    def _same_kind(a: Quantity, b: Quantity) -> bool:
        return a.unit == b.unit

    def _object_after(self, end: int, following: Quantity) -> bool:
        del end
        tail = self.text[following.end :]
        return following.is_count and not NEXT_BOUNDARY.match(tail)

    # --- years ------------------------------------------------------------------------------------------------------

    def _is_past(self, mark: YearMark) -> bool:
        if mark.kind == "past":
            return True
        year = max(mark.years)
        if self.plan_year is not None and year < self.plan_year:
            return True
        told = _BACKGROUND.search(self.text) or re.search("同比|环比|以来|较上年|比上年|最好水平", self.text)
        return mark.kind == "bare" and bool(told) and (self.plan_year is None or year <= self.plan_year)

    def _years_at(self, quantity: Quantity, peeled: Peeled) -> tuple[int, ...]:
        if peeled.years:
            return peeled.years
        behind = re.match(
            r"^[（(](?:到)?((?:19|20)\d\d)年(?:底|末)?[）)]", self.text[suffix_after(self.text, quantity.end)[1] :]
        )
        if behind:
            return (int(behind.group(1)),)
        before = [m for m in self.marks if m.end <= quantity.start and m.kind != "base"]
        if before:
            return before[-1].years
        return self.carry.years

    def _mark_before(self, position: int) -> YearMark | None:
        before = [m for m in self.marks if m.end <= position and m.kind != "base"]
        return before[-1] if before else None

    def _in_background(self, quantity: Quantity, left: str, peeled: Peeled) -> bool:
        clause_start = max(self.text.rfind(c, 0, quantity.start) + 1 for c in "，。；\n")
        clause_end = min(
            [p for p in (self.text.find(c, quantity.end) for c in "，。；\n") if p >= 0] or [len(self.text)]
        )
        clause = self.text[clause_start:clause_end]
        if _BACKGROUND.search(left) or _BACKGROUND.search(clause):
            return True
        if re.search("同比|环比|较上年|比上年|较去年", clause) and not any(m.kind == "goal" for m in self.marks):
            # 同比下降5%以上 sets a limit; a report of the past knows its number.
            return suffix_after(self.text, quantity.end)[0] not in ("以上", "以内", "以下")
        mark = self._mark_before(quantity.start)
        if mark is None:
            return self.carry.background
        if re.search("截[至止]", self.text[mark.start : mark.end]) and re.search("已|累计|共有", self.text):
            return True
        return self._is_past(mark)

    # --- deciding ---------------------------------------------------------------------------------------------------

    def _emit(self, group: _Group, previous_end: int) -> bool:
        """Record the targets of a group; true when its numbers are used up."""
        first = group.quantities[0]
        peeled = group.peeled
        left = self.text[group.start : first.start]
        tail = self.text[first.end :]
        if self._as_limit(group, left, tail):
            return True
        if only_describes(self.text, first, left, tail, peeled):
            if not first.is_money and peeled.rest:
                self._remember(peeled.rest)
            return False
        if peeled.baseline:
            self._remember(peeled.rest, first)
            return True
        if self._in_background(first, left, peeled):
            self._remember(peeled.rest, None if peeled.change else first)
            return True
        years = self._years_at(first, peeled)
        subject, kind = self._subject(group, peeled, previous_end)
        if kind is None:
            return False
        if kind in ("count", "share"):
            group.end = max(group.end, self.object_end)
        self.counted_to = group.end if kind == "count" else -1
        self._pair(group, subject, years, kind)
        return True

    def _as_limit(self, group: _Group, left: str, tail: str) -> bool:
        """以…万吨为上限控制粗钢产量: the limit stands before the thing it limits."""
        found = re.match(r"^为(上限|下限|底线|红线)，?(?:严格)?(?:控制|约束|确保|保持)?([\u4e00-\u9fff]{2,24})", tail)
        if found is None or not left.endswith("以"):
            return False
        group.peeled.rest = ""
        group.peeled.comparator = "<=" if found.group(1) in ("上限", "红线") else ">="
        group.peeled.verb = found.group(1)
        group.verbs = [group.peeled]
        group.end = group.quantities[0].end + found.end()
        self._pair(group, found.group(2), self._years_at(group.quantities[0], group.peeled), "level")
        return True

    def _remember(self, phrase: str, quantity: Quantity | None = None) -> None:
        name = trim_indicator(strip_year(phrase))
        if len(name) >= 2 and METRIC_END.search(name):
            self.last_indicator, scope = split_scope(name)
            self.last_scope = scope or self.last_scope
            if quantity is not None:
                self.by_unit[quantity.unit] = self.last_indicator

    def _subject(self, group: _Group, peeled: Peeled, previous_end: int) -> tuple[str, str | None]:
        """Give the indicator phrase and how the number was recognised; kind None when it is no target."""
        first = group.quantities[0]
        suffix = group.suffixes[0]
        if re.match("占(?:总数|全部|全[省市区国县])?(?:的)?$", peeled.rest.strip("，、")):
            return "", None
        rest = trim_indicator(strip_year(peeled.rest))
        rest = "" if rest in ("或", "或者", "即", "并", "且", "也") else rest
        behind = self.text[suffix_after(self.text, first.end)[1] :]
        at_boundary = bool(NEXT_BOUNDARY.match(behind))
        goal = bool(self._years_at(first, peeled))
        count_verb = COUNT_VERB.search(peeled.rest)
        if first.is_share and not at_boundary and _PERCENT_SUBJECT.match(self.text[first.end :]):
            # 90%以上的行政村完成…: what follows the number is what is promised.
            verb_before = (
                re.search(
                    "(?:完成|实现|淘汰|压减|改造|使|推动|确保|力争|保证|支持|引导|促进)$",
                    peeled.rest + (peeled.verb or ""),
                )
                or not rest
            )
            follows = self._object(suffix_after(self.text, first.end)[1], whole=True)
            if (
                follows
                and (verb_before or goal or _OBJECT_CLAUSE.search(follows))
                and (_OBJECT_CLAUSE.search(follows) or goal)
                and not (peeled.stated and rest)
            ):
                return (f"{rest}{follows}" if rest else follows), "share"
        if peeled.stated and peeled.verb not in ("实现", "减", "增", "降", "在"):
            if not rest:
                borrowed = self._borrowed(group, previous_end)
                verb_is_count = COUNT_VERB.fullmatch(peeled.verb or "") and first.is_count
                if borrowed and not verb_is_count:
                    return borrowed, "level"
                follows = self._object(group.end) if not at_boundary else ""
                return (f"{peeled.verb}{follows}" if peeled.change else follows, "count") if follows else ("", None)
            places = bare_region(rest)
            if not places and first.is_share and not peeled.change and self._names_a_part(group, rest, previous_end):
                return rest, "place"
            if places and (self.last_indicator or self._borrowed(group, previous_end)):
                return rest, "place"
            if peeled.change and not at_boundary and (first.is_count or not first.is_share):
                follows = self._object(group.end)
                return f"{rest}{peeled.verb or ''}{follows}", "count"
            if first.chinese and not METRIC_END.search(rest) and not peeled.change:
                return "", None
            if not at_boundary and first.is_count and not METRIC_END.search(rest):
                return f"{rest}{self._object(group.end)}", "count"
            return rest, "level"
        if (
            suffix in ("以上", "以下", "以内", "之内", "左右", "之间")
            and at_boundary
            and rest
            and (METRIC_END.search(rest) or "占" in rest or (goal and first.is_share))
        ):
            return rest, "level"
        if (
            rest
            and METRIC_END.search(rest)
            and at_boundary
            and (goal or peeled.verb == "实现" or re.search("：$", self.text[: group.start]))
        ):
            return rest, "level"
        if rest and METRIC_END.search(rest) and at_boundary and len(rest) >= 4 and not (first.chinese or first.plain):
            return rest, "level"
        # 分别达到2025年83%、2027年85%: a year of its own between two numbers repeats the name, also behind 、.
        own_year = re.fullmatch(r"[、，；和及与]?(?:到|至)?(?:19|20)\d\d年", self.text[previous_end : first.start])
        if (
            not rest
            and at_boundary
            and goal
            and self.last_indicator
            and (own_year or re.search("[；，]", self.text[group.start - 1 : group.start]))
            and not first.is_count
        ):
            return self.last_indicator, "level"
        return self._counted(group, peeled, rest, count_verb, at_boundary)

    def _names_a_part(self, group: _Group, rest: str, previous_end: int) -> bool:
        """…合格率，工业企业达90%、经营单位达95%: the words before the number say whose rate it is."""
        if METRIC_END.search(rest) or not 2 <= len(rest) <= 12 or COUNT_VERB.search(rest) or "占" in rest:
            return False
        before = self.text[previous_end : group.start].rstrip("，：: ")
        head = trim_indicator(strip_year(before[max(before.rfind(c) + 1 for c in "，。；：") :]))
        if re.search("(?:率|比例|占比|比重)$", head):
            self.last_indicator = head
            return True
        last = self.found[-1] if self.found else None
        joined = re.fullmatch("[、，]?", self.text[previous_end : group.start]) is not None
        return joined and last is not None and last.indicator == self.last_indicator and last.scope == self.part_scope

    def _counted(
        self, group: _Group, peeled: Peeled, rest: str, verb: re.Match[str] | None, at_boundary: bool
    ) -> tuple[str, str | None]:
        first = group.quantities[0]
        said = f"{peeled.verb}" if peeled.verb in ("实现", "减", "增") else ""
        if (
            verb is None
            and not said
            and self.last_verb
            and re.fullmatch("[、和及与，]?", peeled.rest.strip())
            and first.is_count
        ):
            follows = "" if at_boundary else self._object(group.end)
            return (f"{self.last_verb}{follows}", "count") if follows else ("", None)
        if verb is None and not said and self.last_verb and first.is_count and self.counted_to >= 0:
            # 创建园区3个、工厂20家: the verb of the first holds for the others of the list.
            between = self.text[self.counted_to : group.start] + self.text[group.start : first.start]
            name = re.match(r"^(?:、|和|及|以及|与)([^，。；、]{2,24})$", between)
            if name and at_boundary:
                return f"{self.last_verb}{name.group(1)}", "count"
        if verb is None and not said:
            return "", None
        if re.search("覆盖(?:全[省市区国])?$", peeled.rest) and re.match(
            "^的?(?:设区|地级|市|县|区|州|省|乡|镇)", self.text[first.end :]
        ):
            return "", None
        if first.unit in ("年", "分", "度", "小时", "天", "次", "部", "倍") or (
            first.unit in ("项", "件", "条", "种") and first.chinese
        ):
            return "", None
        if first.chinese and (first.value is None or first.value < 2):
            return "", None
        phrase = trim_indicator(peeled.rest[verb.start() :]) if verb else rest
        if verb and at_boundary and verb.end() == len(peeled.rest.rstrip()):
            # 老旧车辆淘汰20万辆: the thing stands before the verb.
            phrase = rest
        follows = "" if at_boundary else self._object(group.end)
        if not follows and len(phrase) < (4 if first.is_count else 2):
            return "", None
        if first.chinese and not follows and (len(phrase) < 5 or (first.value or 0) < 10):
            return "", None
        if (
            re.search("(?:以|按|按照|作为|围绕|依托|针对|涉及|属于|对|在|的|等)$", peeled.rest.strip("，、"))
            and not at_boundary
        ):
            return "", None
        if (
            verb
            and verb.group(0)
            in (
                "推动",
                "推进",
                "支持",
                "开展",
                "实施",
                "组织",
                "落实",
                "力争",
                "确保",
                "服务",
                "检查",
                "覆盖",
                "发展",
                "保护",
                "举办",
            )
            and (first.chinese or not (first.is_count or first.unit.endswith(("亩", "公顷", "吨", "平方公里", "千瓦"))))
        ):
            return "", None
        if verb and not phrase.startswith(verb.group(0)) and not phrase.endswith(verb.group(0)):
            phrase = verb.group(0) + phrase
        self.last_verb = verb.group(0) if verb else said
        return f"{phrase}{follows}", "count"

    def _object(self, start: int, *, whole: bool = False) -> str:
        """What is counted, behind the number; `whole` reads on to the end of the clause."""
        text = self.text[start:]
        depth_safe = re.sub(r"[（(][^）)]*[）)]", lambda m: "\x00" * len(m.group(0)), text)
        found = re.search(r"[，。；！？）)\n]", depth_safe) if whole else _OBJECT_END.search(depth_safe)
        piece = text[: found.start()] if found else text
        self.object_end = start + len(piece)
        piece = re.sub(r"^(?:以上|左右|以内|及以上)?的?", "", piece)
        return clean(piece).strip("。的 ")[:60]

    def _borrowed(self, group: _Group, previous_end: int) -> str:
        """Find the subject of a clause that has none: 回收率，到2025年达到35%; …下降10%，达到32微克/立方米."""
        before = self.text[previous_end : group.start].rstrip("，：:、 ")
        clause_start = max([0, *(before.rfind(c) + 1 for c in "，。；：\n")])
        clause = trim_indicator(strip_year(before[clause_start:]))
        clause = re.sub(_TENDENCY, "", clause)
        if clause and METRIC_END.search(clause):
            return clause
        same_unit = self.by_unit.get(group.quantities[0].unit) if not group.peeled.change else None
        return same_unit or self.last_indicator or ""

    # --- pairing ----------------------------------------------------------------------------------------------------

    def _pair(self, group: _Group, subject: str, years: tuple[int, ...], kind: str) -> None:
        count = len(group.quantities)
        each = group.peeled.each
        if kind == "place":
            places = bare_region(subject) or [subject]
            self.part_scope = places[-1]
            indicator = self._borrowed(group, group.start) if not self.last_indicator else self.last_indicator
            if len(places) == 1 and places[0].endswith("断面"):
                indicator = re.sub("^[国省市区县]+[控考]断面", places[0], indicator)
            if len(places) == count:
                for place, i in zip(places, range(count), strict=True):
                    self._add(group, i, indicator, self._one(years), place)
            else:
                for i in range(count):
                    self._add(group, i, indicator, self._one(years), subject)
            return
        trailing = re.match("^(.{2,}?(?:率|比例|占比|比重|浓度))(?!.*(?:率|比例|占比|比重|浓度))(.+)$", subject)
        located = bare_region(trailing.group(2)) if trailing and kind == "level" else None
        if trailing and located and len(located) == count:
            # 清洁取暖率平原地区、山区分别达到…: the places stand behind the name.
            for i, behind in enumerate(located):
                self._add(group, i, trailing.group(1), self._one(years), behind)
            return
        if count > 1 and len(years) == count:
            names = split_subjects(subject, count) if each else None
            if names is None or re.search("年", subject):
                for i, year in enumerate(years):
                    self._add(group, i, subject, year, None)
                return
        if count > 1:
            names = split_subjects(subject, count)
            if names is not None:
                for i, (part, where) in enumerate(names):
                    self._add(group, i, part, self._one(years), where)
                return
        if count == 1 and each:
            names = split_subjects(subject, None)
            if names is not None and len(names) > 1:
                for part, where in names:
                    self._add(group, 0, part, self._one(years), where)
                return
        if count == 1 and len(years) > 1 and (each or "分别" in self.text[group.start : group.quantities[0].start]):
            for year in years:
                self._add(group, 0, subject, year, None)
            return
        if count == 1 and len(years) > 1 and each is False:
            self._add(group, 0, subject, years[-1], None)
            return
        for i in range(count):
            self._add(group, i, subject, self._one(years), None)

    @staticmethod
    def _one(years: tuple[int, ...]) -> int | None:
        return years[-1] if years else None

    def _add(self, group: _Group, i: int, indicator: str, year: int | None, place: str | None) -> None:
        quantity = group.quantities[i]
        verb = group.verbs[i]
        peeled = group.peeled
        name, scope = split_scope(indicator)
        if scope and not re.match("[全我本]|地级|设区|县|各", scope) and COUNT_VERB.match(indicator):
            name, scope = indicator, None
        name = trim_indicator(name) or indicator
        name = re.sub("(?:同比|环比|较上年|比上年|[，]?[一两三四五]年(?:累计|内)?)$", "", name)
        name = re.sub("^完成(?:国家|省|上级)下达的(?=.{3})", "", name)
        name = re.sub(r"^\d+(?:余|多)?(?:个|条|家|座|处|项)(?=[^、]{3,})", "", name)
        share = re.match("^(.{3,}?)(?:达到|占到)(.{2,}(?:总量|总数|总额|总面积|人口|面积|消费量|用量))$", name)
        if share and quantity.is_share:
            name = f"{share.group(1)}占{share.group(2)}的比例"
        scope = place or scope
        if self.last_indicator and len(name) >= 3 and METRIC_END.search(name) and self.last_indicator.endswith(name):
            # 大宗固废年利用量达到…，到2030年，年利用量达到…: the short form means the long one.
            name = self.last_indicator
        if not name or (COUNT_VERB.fullmatch(name) and quantity.is_share):
            return
        suffix = next(
            (s for s, q in zip(group.suffixes[i:], group.quantities[i:], strict=True) if s and q.unit == quantity.unit),
            None,
        )
        change = verb.change if verb.change is not None else peeled.change
        before = self.found[-1] if self.found else None
        if (
            change is None
            and before is not None
            and before.change is not None
            and before.indicator == clean(name)
            and before.unit == quantity.unit
            and peeled.verb in ("达到", "达", "力争", "超过")
            and not trim_indicator(strip_year(peeled.rest))
        ):
            # 下降15%，力争达到17%: the second number is an amount of the same change.
            change = before.change
        comparator = comparator_of(quantity, suffix, verb if verb.stated else peeled, change, name)
        mark = self._mark_before(quantity.start)
        wished = (
            peeled.aspirational
            or verb.aspirational
            or (mark.aspirational if mark else self.carry.aspirational and not self.marks)
        )
        wished = wished or bool(re.search("力争|争取", self.text[group.start : quantity.start]))
        frequency = verb.frequency or peeled.frequency
        clause = self.text[max(self.text.rfind(c, 0, quantity.start) for c in "，。；\n") + 1 : quantity.end]
        if frequency is None and re.search("每年|逐年|年均(?!浓度|值)|每季度", clause):
            frequency = "每季度" if "每季度" in clause else "每年"
        base = next(iter(verb.base_years or peeled.base_years), None)
        # 年均下降3%: a yearly rate has no base year but one said with it.
        if base is None and change is not None and frequency is None:
            bases = [
                m
                for m in self.marks
                if m.kind == "base"
                and m.end <= quantity.start
                and not re.search("[；。]", self.text[m.end : quantity.start])
            ]
            base = bases[-1].years[0] if bases else None
        if base is None and change is not None and frequency is None:
            base = self.carry.bases.get((name, change))
        elif base is not None and change is not None:
            self.carry.bases[name, change] = base
        if scope is None:
            scope = self._scope_before(quantity)
        if quantity.unit == "番":
            change = "rise"  # 翻番 is a growth by its nature, whatever the verb
        self.found.append(
            Target(
                at=self.at,
                indicator=clean(name),
                comparator=comparator,
                value=quantity.value,
                low=quantity.low,
                high=quantity.high,
                unit=quantity.unit,
                year=year,
                base_year=base,
                change=change,
                frequency=frequency,
                scope=scope,
                aspirational=wished,
                undetermined=quantity.undetermined,
                text=self.written,
            )
        )
        self.last_indicator, self.last_scope = name, scope or self.last_scope
        if change is None:
            self.by_unit[quantity.unit] = name

    def _scope_before(self, quantity: Quantity) -> str | None:
        """全区 said once at the head of the clause run (到2027年，全区…) holds for the rest of the sentence."""
        if self.last_scope and re.match("^(?:全|我|本)", self.last_scope):
            return self.last_scope
        found = re.search(
            r"(?:^|[，。；：])(全国|全省|全区|全自治区|全市|全县|全州|全域)(?=[，]|[\u4e00-\u9fff])",
            self.text[: quantity.start],
        )
        return found.group(1) if found else None
