"""Which numbers of a sentence are promises, and what exactly they promise.

The comparator speaks about the stated number: 降至30以下 is `<= 30` (a level, change null); 比2020年下降18%以上 is
`>= 18` with change `drop`. 以上 and 以下 include the limit (drafting convention), 超过 and 低于 do not. 达到 without
more is `>=`, and `<=` where less is better (a concentration, a consumption). 左右 and 约 give `~`. A range has low and
high and no value. Redacted numbers (**%, XX%) are undetermined and have no value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from saishang.apps.plan.importer.describing import NEXT_BOUNDARY, only_describes
from saishang.apps.plan.importer.document import Target
from saishang.apps.plan.importer.naming import split_subjects, strip_year
from saishang.apps.plan.importer.pairing import Pairing
from saishang.apps.plan.importer.phrases import COUNT_VERB, peel, suffix_after, trim_indicator
from saishang.apps.plan.importer.quantities import Quantity, find_quantities
from saishang.apps.plan.importer.sentence import Carry, Group
from saishang.apps.plan.importer.text import clean, normalise, split_sentences

__all__ = ["Carry", "targets_in_paragraph"]

#: A达到…，B达到…，以上目标均于2025年底前实现: one year behind the whole list.
_ALL_DUE = re.compile(
    "(?:以上|上述|前述)[^，。；]{0,6}(?:目标|指标|任务|工作)?(?:均|全部|都|须|要|应)*(?:于|在)?(?P<year>(?:19|20)\\d\\d)年"
    "(?:\\d{1,2}月)?(?:底|末)?(?:之?前)?(?:全部|全面)?(?:实现|完成|达到|达成)(?!\\d)"
)


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
        found.extend(_Reader(sentence, at, plan_year, state).read())
        due = _ALL_DUE.search(normalise(sentence))
        if due is not None:
            year = int(due.group("year"))
            found = [replace(t, year=year) if t.year is None else t for t in found]
    return found


class _Reader(Pairing):
    """One sentence, read from left to right."""

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
        handed_on = self._handed_on()
        if handed_on is not None:
            self.carry.years, self.carry.aspirational, self.carry.background = (
                handed_on.years,
                handed_on.aspirational,
                False,
            )
        elif any(m.kind in ("past", "bare") and self._is_past(m) for m in self.marks):
            self.carry.years, self.carry.background = (), True
        if self.last_scope and re.match("全|我", self.last_scope):
            self.carry.scope = self.last_scope
        self.carry.names = [*self.carry.names, *((t.indicator, t.scope) for t in self.found)][-24:]
        return self.found

    def _group(self, quantities: Sequence[Quantity], index: int, previous_end: int) -> Group:
        first = quantities[index]
        left, start = self._left(first, previous_end)
        peeled = peel(left)
        word, end = suffix_after(self.text, first.end)
        group = Group([first], peeled, [word], start, end, [peeled])
        years = self._years_at(first, peeled)
        again = len(self.last_names) > 1 and peeled.stated and not strip_year(peeled.rest).strip("，")
        wants_list = peeled.each or len(years) > 1 or again or re.search("、|和|及|与", peeled.rest)
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
            if plain and not (peeled.each or len(years) > 1 or again) and not self._same_kind(first, following):
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

    def _emit(self, group: Group, previous_end: int) -> bool:
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
            if (
                names := split_subjects(
                    re.sub("分别$", "", trim_indicator(strip_year(peeled.rest))), len(group.quantities)
                )
            ) is not None:
                self.last_names = names
            if first.is_count and (name := trim_indicator(strip_year(peeled.rest))):
                self.last_indicator = name
            return True
        if self._in_background(first, left, peeled):
            self._remember(peeled.rest, None if peeled.change else first)
            return True
        years = self._years_at(first, peeled)
        if peeled.approximate and not years and first.is_count:
            return True  # 保有量约8.6万辆 says how things are
        subject, kind = self._subject(group, peeled, previous_end)
        if kind is None:
            return False
        if kind in ("count", "share"):
            group.end = max(group.end, self.object_end)
        joined = re.fullmatch("、|和|及|以及|与", self.text[self.counted_to : self.counted_to + 1])
        listed = joined is not None and self.counted_to >= 0 and self.counted_to + 1 >= group.start
        if kind == "level" and first.is_count and listed and self.last_verb and not COUNT_VERB.match(subject):
            # 建成充电桩83万个、加氢站不少于8座: the verb holds for the second, too.
            subject = f"{self.last_verb}{subject}"
        self.counted_to = group.end if kind == "count" else -1
        if kind == "level" and first.is_count and (verb := COUNT_VERB.match(subject)):
            # 建成绿色矿山不少于6座、绿色工厂4家: the verb holds for the next one, too.
            self.last_verb, self.counted_to = verb.group(0), group.end
        known = {t.indicator for t in self.found}
        count = len(self.found)
        self._pair(group, subject, years, kind)
        new = {t.indicator for t in self.found[count:]} - known
        (self.named_for if new else self.repeated_for).add(years)
        return True

    def _as_limit(self, group: Group, left: str, tail: str) -> bool:
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
