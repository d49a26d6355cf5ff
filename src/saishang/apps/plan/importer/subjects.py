"""What a number is about: the phrase before it, the thing counted behind it, or a name said earlier."""

from __future__ import annotations

import re

from saishang.apps.plan.importer.counting import Counting
from saishang.apps.plan.importer.describing import NEXT_BOUNDARY
from saishang.apps.plan.importer.naming import strip_year
from saishang.apps.plan.importer.phrases import (
    COUNT_VERB,
    LEVEL_VERBS,
    METRIC_END,
    Peeled,
    bare_region,
    peel,
    suffix_after,
    trim_indicator,
)
from saishang.apps.plan.importer.quantities import Quantity, find_quantities
from saishang.apps.plan.importer.sentence import Group
from saishang.apps.plan.importer.text import chinese_number

__all__ = ["Subjects"]

_OBJECT_CLAUSE = re.compile(
    r"以上|以下|达到|完成|实现|建成|开展|得到|采用|使用|具备|纳入|接入|通过|安装|覆盖|配备|改造|治理|进入|用于|设有|配建|参与|建立"
)
#: 年产有机肥2万吨: an output per year, when it ends its clause.
_YEARLY_OUTPUT = re.compile(
    "^(?:预计|可|能够)?年(?:产|生产|处理|利用|消纳|回收|减排|减少|节约|节水|节电|发电|供热|增殖)[^，。；、]{1,20}$"
)
_RATE_THEN_PLACE = re.compile("^(.{2,}?(?:率|比例|占比|比重))([^率比]{2,})$")
_SECOND_SHARE = re.compile(
    r"(?:率|比例|占比|比重|浓度)(?:均|都)?(?:不高于|降至|不低于|达到?|超过|高于|稳定在|保持在|提高到|控制在)\d"
)
_TENDENCY = re.compile(
    "(?:稳中有[升降]|(?:稳步|持续|进一步|不断|显著|大幅|明显|逐步|总体|全面)?(?:提升|提高|上升|增加|下降|降低|减少|改善|稳定|好转))$"
)
_PERCENT_SUBJECT = re.compile(r"^(?:以上|左右|及以上)?的?[\u4e00-\u9fff“（A-Za-z]")


_MOVED = re.compile(
    "^(?:(?:再|累计|力争|年均|平均|总体|进一步))*(?P<verb>压缩|压减|减少|降低|削减|缩短|节约|提高|提升|增加(?!值)|扩大)(?P<thing>[^，。；、]{3,24})(?<![到至为])$"
)
_OF_WHOLE = re.compile(
    "^(?P<part>[^，]{2,60}?)(?:一般|原则上)?(?:应当?|要|须|需)?(?P<verb>达到|占到|不低于|不少于|不高于|不超过|不得低于|不得超过|超过|低于|控制在)"
    "(?P<whole>[^，。；、]{2,24}?)的?$"
)


#: 1500亩（水域内900亩）: a part of the number before, not what it includes or corresponds to.
_PART_IN_BRACKET = re.compile("(?!含|约|折|相当|即|国家|上级|省下|现|年|原|不|较|比|占|按|以)[\u4e00-\u9fff]{2,14}")
#: 上述四项指标: names said before, summed up by their number.
_NAMED_ABOVE = re.compile(
    r"(?:上述|以上|前述)(?:(?P<count>[\d两二三四五六七八九十]+)(?:项|个|类|种))?(?:主要|重点|约束性)?(?:指标|目标|比例|比率|比重|占比)"
)


def left_ends_with_of(text: str, start: int) -> bool:
    """Tell whether 的 stands directly before a number: 总量的5%."""
    return text[:start].endswith("的")


class Subjects(Counting):
    """A sentence that can name the subject of each of its numbers."""

    def _subject(self, group: Group, peeled: Peeled, previous_end: int) -> tuple[str, str | None]:
        """Give the indicator phrase and how the number was recognised; kind None when it is no target."""
        first = group.quantities[0]
        suffix = group.suffixes[0]
        if re.match("占(?:总数|全部|全[省市区国县])?(?:的)?$", peeled.rest.strip("，、")):
            return "", None
        moved = _MOVED.match(peeled.rest.strip("，、：")) if first.is_share and not peeled.stated else None
        if moved and NEXT_BOUNDARY.match(self.text[suffix_after(self.text, first.end)[1] :]):
            # 压缩货物在途时间20%以上: an amount of change, its verb before the thing.
            peeled.change = "drop" if re.match("[压减降削缩节]", moved.group("verb")) else "rise"
            return trim_indicator(moved.group("thing")), "level"
        rest = trim_indicator(strip_year(peeled.rest))
        if re.fullmatch("(?:力争|奋斗|挑战|激励)目标值?", rest) and self.last_indicator:
            peeled.aspirational = True
            return self.by_unit.get(first.unit) or self.last_indicator, "level"
        rest = "" if rest in ("或", "或者", "即", "并", "且", "也") else rest
        behind = self.text[suffix_after(self.text, first.end)[1] :]
        at_boundary = bool(NEXT_BOUNDARY.match(behind))
        goal = bool(self._years_at(first, peeled))
        # 国土绿化每年完成营造林100万亩: what is done every year begins behind 每年.
        yearly = re.search("(?:每年|年均)(?=.)(?!.*(?:每年|年均))", peeled.rest)
        count_verb = COUNT_VERB.search(peeled.rest, yearly.end() if yearly else 0)
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
            if _SECOND_SHARE.search(follows):
                # 90%以上的县城优良天数比率达98%: the first number says how many, the second is what is promised.
                return "", None
            if (
                follows
                and (verb_before or goal or _OBJECT_CLAUSE.search(follows))
                and (_OBJECT_CLAUSE.search(follows) or goal)
                and not (peeled.stated and rest and bare_region(rest) is None)
            ):
                return (f"{rest}{follows}" if rest else follows), "share"
        of_whole = (
            _OF_WHOLE.match(peeled.rest)
            if (first.is_share or first.unit == "倍") and not peeled.stated and at_boundary
            else None
        )
        if of_whole and left_ends_with_of(self.text, first.start):
            # 响应能力应达到最大用电负荷的5%: a share of something that is named behind the verb.
            peeled.comparator, peeled.verb = LEVEL_VERBS[of_whole.group("verb")], of_whole.group("verb")
            group.verbs = [peeled] * len(group.quantities)
            part = trim_indicator(strip_year(of_whole.group("part")))
            return part if first.unit == "倍" else f"{part}占{of_whole.group('whole')}的比例", "level"
        if peeled.stated and peeled.verb not in ("实现", "减", "增", "降", "在"):
            count = len(group.quantities)
            if _NAMED_ABOVE.fullmatch(rest) and (names := self._named_above(rest, count, peeled.each)):
                self.last_names = names
                return "、".join(name for name, _ in names), "again"
            if not rest and peeled.each and 1 < count != len(self.last_names) and len(self.found) >= count:
                # A达到43%，B稳定在90%，比2020年分别提高3个和1个百分点: all names of the sentence again.
                self.last_names = [(t.indicator, t.scope) for t in self.found[-count:]]
            if not rest and count > 1 and count == len(self.last_names):
                return "、".join(name for name, _ in self.last_names), "again"
            if not rest:
                borrowed = self._borrowed(group, previous_end)
                if not borrowed and first.is_count and at_boundary and (thing := self._clause_before(group.start)):
                    # 支持建设绿色工厂，2025年达到100家
                    return re.sub(
                        "^(?:支持|推动|推进|鼓励|引导|加快|开展)*(?:建设|培育|创建|发展)?", "", thing
                    ), "level"
                verb_is_count = COUNT_VERB.fullmatch(peeled.verb or "") and first.is_count
                if borrowed and not verb_is_count:
                    return borrowed, "level"
                follows = self._object(group.end) if not at_boundary else ""
                return (f"{peeled.verb}{follows}" if peeled.change else follows, "count") if follows else ("", None)
            if COUNT_VERB.fullmatch(rest) and first.is_share is False:
                like = [t.indicator for t in self.found if t.unit == first.unit and t.indicator.startswith(rest)]
                if like:
                    return like[-1], "level"  # 新增风电装机300万千瓦，年均新增不低于60万千瓦
            if rest.startswith("占") and (whole := self._whose_share(group.start)):
                return f"{whole}{rest}", "level"  # 环保投入不低于120亿元，占GDP比重保持在3%以上
            share = self._share_of_another(rest, first)
            if share:
                return share, "level"
            rank = re.fullmatch("国家级|省级|市级|县级|区级", rest)
            ranked = re.match("(?:国家级|省级|市级|县级|区级)(?:及以上)?(.{2,})", self.last_indicator or "")
            if rank and ranked:
                return rest + ranked.group(1), "level"
            each_one = re.fullmatch("每个?(?:县|市|区|乡镇?|村|企业|项目|园区|城市)", rest)
            if each_one and (named := self._clause_before(group.start)):
                return named, "level"
            places = bare_region(rest) or self._unmarked_places(rest, group)
            if not places and first.is_share and not peeled.change and self._names_a_part(group, rest, previous_end):
                return rest, "place"
            if places and (named := self._named_just_before(group, previous_end)):
                self.last_indicator = named  # 再生水利用率，地级缺水城市达到25%以上
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
        if rest and at_boundary and first.is_share and not peeled.stated:
            short = not METRIC_END.search(rest) and 2 <= len(rest) <= 10 and not COUNT_VERB.search(rest)
            if short and self._after_colon(group, rest):
                return rest, "place"
            if bare_region(rest) and (self._after_colon(group, rest) or self._place_before(previous_end)):
                return rest, "place"
            behind_name = _RATE_THEN_PLACE.match(rest)
            if behind_name and bare_region(behind_name.group(2)):
                return rest, "level"  # 覆盖率城区100%、乡镇90%
        if (
            suffix is not None
            and first.is_share
            and at_boundary
            and rest
            and not peeled.stated
            and self._names_a_part(group, rest, previous_end)
        ):
            return rest, "place"  # …合格率，产废单位92%以上，经营单位95%以上
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
        if rest and at_boundary and not first.is_share and _YEARLY_OUTPUT.match(rest):
            return rest, "level"
        last = self.found[-1] if self.found else None
        before = self.text[previous_end : first.start]
        if (
            last is not None
            and first.is_share
            and at_boundary
            and last.unit == first.unit
            and not METRIC_END.search(rest)
            and before in (f"（{rest}", f"({rest}")
            and _PART_IN_BRACKET.fullmatch(rest)
        ):
            # 不低于50%（省级机关70%）: whose rate it is stands in the bracket.
            self.last_indicator = last.indicator
            return rest, "place"
        if (
            rest
            and at_boundary
            and last is not None
            and last.unit == first.unit
            and (
                re.search("其中[^，。；]*$", before)
                or (re.fullmatch(f"、{re.escape(rest)}", before) and (len(rest) >= 3 or self.parts_end == previous_end))
                or (before == f"，{rest}" and last.scope is not None and last.scope == self.part_scope)
                or (before in (f"（{rest}", f"({rest}") and _PART_IN_BRACKET.fullmatch(rest))
            )
        ):
            # 其中人工造林180万亩、封山育林220万亩: the parts of a whole, in its unit.
            if bare_region(rest) and not rest.endswith("级"):
                self.last_indicator, self.part_scope = last.indicator, rest
                return rest, "place"
            self.parts_end = group.end
            return (last.indicator if COUNT_VERB.fullmatch(rest) else rest), "level"
        listed = re.search(r"([^，。；：]{3,})：(?:到|至)?(?:19|20)\d\d年(?:底|末)?(?:前)?$", self.text[: first.start])
        if not rest and at_boundary and goal and listed and METRIC_END.search(listed.group(1)):
            return trim_indicator(strip_year(listed.group(1))), "level"  # 浓度：2025年29.5微克/立方米，2027年…
        # 分别达到2025年83%、2027年85%: a year of its own between two numbers repeats the name, also behind 、.
        parts = re.search(r"其中，?(?:到|至)?(?:19|20)\d\d年$", self.text[previous_end : first.start])
        own_year = re.fullmatch(
            r"[、，；和及与（(]?(?:到|至)?(?:19|20)\d\d年的?", self.text[previous_end : first.start]
        )
        if (
            not rest
            and at_boundary
            and goal
            and self.last_indicator
            and (own_year or parts or re.search("[；，]", self.text[group.start - 1 : group.start]))
            and (not first.is_count or (last is not None and last.unit == first.unit and (own_year or parts)))
        ):
            return self.last_indicator, "level"
        return self._counted(group, peeled, rest, count_verb, at_boundary)

    def _named_above(self, phrase: str, count: int, each: bool) -> list[tuple[str, str | None]]:
        """上述四项指标分别达到…: the last names of this paragraph, as many as are summed up; [] when they are not."""
        names = list(dict.fromkeys([*self.carry.names, *((t.indicator, t.scope) for t in self.found)]))
        said = _NAMED_ABOVE.fullmatch(phrase)
        word = said.group("count") if said else None
        wanted = (int(word) if word.isdigit() else int(chinese_number(word))) if word else count
        if len(names) < wanted or not (count == wanted or (count == 1 and each)):
            return []
        return names[-wanted:]

    def _place_before(self, previous_end: int) -> bool:
        """Tell whether the number just before was that of a place, in one list with this one."""
        last = self.found[-1] if self.found else None
        joined = self.text[previous_end : previous_end + 1] in ("、", "，")
        return bool(joined and last and last.scope and bare_region(last.scope))

    def _after_colon(self, group: Group, rest: str) -> bool:
        """再生水利用率：缺水城市25%以上，其他城市20%以上: places listed behind the name of a rate."""
        named = re.search(
            r"([^，。；：]{3,}(?:率|比例|占比|比重|浓度))：[^。；]*$", self.text[: group.quantities[0].start]
        )
        if named is None or rest in named.group(1):
            return False
        self.last_indicator = trim_indicator(strip_year(named.group(1)))
        return True

    def _unmarked_places(self, rest: str, group: Group) -> list[str] | None:
        """其中甲城、乙城分别下降12%、11%: short names without 市, one for each number of the kind just before."""
        pieces = [p for p in re.split("、|和", rest) if p]
        last = self.found[-1] if self.found else None
        if (
            last is None
            or not group.peeled.each
            or len(pieces) != len(group.quantities)
            or last.unit != group.quantities[0].unit
            or last.change != group.peeled.change
            or not all(re.fullmatch("[\u4e00-\u9fff]{2,4}", p) and not METRIC_END.search(p) for p in pieces)
            or any(COUNT_VERB.search(p) for p in pieces)
        ):
            return None
        self.last_indicator = last.indicator
        return pieces

    def _whose_share(self, start: int) -> str:
        """Give the name of the clause just before, whose share follows."""
        clause = re.split("[，。；：]", self.text[:start].rstrip("，"))[-1]
        numbers = find_quantities(clause)
        return trim_indicator(strip_year(peel(clause[: numbers[0].start]).rest)) if numbers else ""

    def _share_of_another(self, rest: str, quantity: Quantity) -> str | None:
        """公交车中新能源车占比达到90%，出租车达到80%: the share is said once, the whole changes."""
        said = re.match(r"^.{2,}中(?P<tail>[^中]{2,}(?:占比|比例|比重|率))$", self.last_indicator or "")
        whole = re.sub("^(?:新增|更新|新增或更新)的?", "", rest)
        if (
            said is None
            or not quantity.is_share
            or METRIC_END.search(rest)
            or not 2 <= len(whole) <= 18
            or bare_region(rest)
        ):
            return None
        return f"{rest}中{said.group('tail')}"

    def _named_just_before(self, group: Group, previous_end: int) -> str:
        """Give the name of a rate that is a clause of its own before the first place it is promised for."""
        before = self.text[previous_end : group.start].rstrip("，：: ")
        head = trim_indicator(strip_year(before[max(before.rfind(c) + 1 for c in "，。；：") :]))
        return head if len(head) >= 3 and re.search("(?:率|比例|占比|比重|浓度|系数)$", head) else ""

    def _names_a_part(self, group: Group, rest: str, previous_end: int) -> bool:
        """…合格率，工业企业达90%、经营单位达95%: the words before the number say whose rate it is."""
        if METRIC_END.search(rest) or not 2 <= len(rest) <= 12 or COUNT_VERB.search(rest) or "占" in rest:
            return False
        before = self.text[previous_end : group.start].rstrip("，：: ")
        head = trim_indicator(strip_year(before[max(before.rfind(c) + 1 for c in "，。；：") :]))
        if re.search("(?:率|比例|占比|比重)$", head):
            self.last_indicator = head
            return True
        last = self.found[-1] if self.found else None
        if (
            last is not None
            and last.unit == group.quantities[0].unit
            and self.text[previous_end : group.start] in ("（", "(")
        ):
            self.last_indicator = last.indicator  # 达到82%（其中规模养殖场达到90%）
            return True
        joined = re.fullmatch("[、，]?", self.text[previous_end : group.start]) is not None
        return joined and last is not None and last.indicator == self.last_indicator and last.scope == self.part_scope

    def _borrowed(self, group: Group, previous_end: int) -> str:
        """Find the subject of a clause that has none: 回收率，到2025年达到35%; …下降10%，达到32微克/立方米."""
        before = self.text[previous_end : group.start].rstrip("，：:、 ")
        clause_start = max([0, *(before.rfind(c) + 1 for c in "，。；：\n")])
        clause = trim_indicator(strip_year(before[clause_start:]))
        clause = re.sub(_TENDENCY, "", clause)
        if clause and METRIC_END.search(clause):
            return clause
        same_unit = self.by_unit.get(group.quantities[0].unit) if not group.peeled.change else None
        return same_unit or self.last_indicator or self._named_without_number(previous_end, group.start)

    def _named_without_number(self, start: int, end: int) -> str:
        """提高机械化清扫率，2020年底前，县城达到60%: the rate is named two clauses earlier, without a number."""
        for clause in reversed(re.split("[，；：]", self.text[start:end])[-4:]):
            name = re.sub(
                "^(?:大幅|显著|着力|稳步|加快)?(?:提高|提升|降低|扩大|增加)", "", trim_indicator(strip_year(clause))
            )
            name = re.sub(_TENDENCY, "", name)
            if len(name) >= 4 and METRIC_END.search(name) and not re.search(r"\d", name):
                return name
        return ""
