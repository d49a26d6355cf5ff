"""From names and numbers to targets: which name, place and year belongs to which number."""

from __future__ import annotations

import re
from dataclasses import replace

from saishang.apps.plan.importer.document import Target
from saishang.apps.plan.importer.naming import comparator_of, split_subjects, strip_year
from saishang.apps.plan.importer.phrases import (
    COUNT_VERB,
    METRIC_END,
    bare_region,
    split_scope,
    suffix_after,
    trim_indicator,
)
from saishang.apps.plan.importer.quantities import Quantity, YearMark, split_unit
from saishang.apps.plan.importer.sentence import Group
from saishang.apps.plan.importer.subjects import Subjects
from saishang.apps.plan.importer.text import clean

__all__ = ["Pairing"]


_PROCESS = (
    "(?:综合|资源化|无害化|安全|合规|规范化|重复|循环|年|集中|填埋|产生|利用|处置|处理|回收|贮存|焚烧|收集|在建|投产|运行|查处|抽测|抽检|合格|检测"
    "|办结)+"
)
_GENERIC = re.compile(f"{_PROCESS}(?:率|量|总量|规模|比例|占比|装机容量|装机|容量|能力)")
_GENERIC_TAIL = re.compile(f"{_GENERIC.pattern}$")


#: 每年造林300万亩，红树林面积达到1万公顷: a stock is reached once, what is done is owed every year.
_STOCK_VERBS = ("达到", "达", "提高到", "提高至", "提升到", "增加到", "稳定在", "保持在", "降至", "控制在")

#: 下降14%（比2020年）: the base stands behind the number.
_BASE_BEHIND = re.compile(r"[（(](?:比|较|与|相比|以)((?:19|20)\d\d)年(?:相比|比较|为(?:基准|基数|基年)年?)?[）)]")

#: Words that stand for the whole name said just before, with the other word of the pair.
_COUNTERPARTS = (("昼间", "夜间"), ("夏季", "冬季"), ("上半年", "下半年"), ("进水", "出水"), ("非采暖期", "采暖期"))

#: 每年开展A不少于10件，B不少于30%: said at the head, it holds for all that follows.
_YEARLY = re.compile(r"^(?:(?:19|20)\d\d年?(?:—|-|至)(?:19|20)\d\d年[，]?|(?:19|20)\d\d年起，?)?每年(?!\d|年)(?!底|末)")


class Pairing(Subjects):
    """A sentence that turns a group of numbers into targets."""

    def _pair(self, group: Group, subject: str, years: tuple[int, ...], kind: str) -> None:
        count = len(group.quantities)
        each = group.peeled.each
        mark = self._mark_before(group.quantities[0].start)
        if each and mark is not None and mark.first is not None and mark.years[-1] - mark.first + 1 == count > 1:
            # 2023—2025年分别控制在17.5、17、16.5: one number for each year of the range.
            years = tuple(range(mark.first, mark.years[-1] + 1))
        if kind == "again":
            for i, (name, where) in enumerate(self.last_names):
                self._add(group, min(i, count - 1), name, self._one(years), where)
            return
        if kind == "place":
            places = bare_region(subject) or re.split("、|和", subject)
            self.part_scope = places[-1]
            indicator = self._borrowed(group, 0) if not self.last_indicator else self.last_indicator
            if len(places) == 1 and places[0].endswith("断面"):
                indicator = re.sub("^[国省市区县]+[控考]断面", places[0], indicator)
            before = self.found[-count:]
            same = len({t.indicator for t in before}) == 1
            due = [t.year for t in before if t.year is not None and same and t.indicator == indicator]
            if len(places) == 1 and count > 1 and each and len(set(due)) == len(due) == count:
                # 清扫率2025年达到85%，2027年达到90%；县城分别达到75%、80%: the same years again.
                for i, year in enumerate(due):
                    self._add(group, i, indicator, year, places[0])
                return
            if len(places) == 1 and count > 1 and each and count == len(self.last_names) and not due:
                # A、B分别达到95%、25%，主城区分别达到100%、30%: both names again, for the place.
                for i, (name, _) in enumerate(self.last_names):
                    self._add(group, i, name, self._one(years), places[0])
                return
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
                self.last_names = [(t.indicator, t.scope) for t in self.found[-count:]]
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
        if count == 1 and len(years) > 1 and re.match(r"^、[^，。；\d]{2,12}(?:[，。；]|$)", self.text[group.end :]):
            # 到2027年、2035年，建成率达到40%左右、基本建成: the second year has a state instead of a number.
            self._add(group, 0, subject, years[0], None)
            return
        if count == 1 and len(years) > 1 and each is False:
            self._add(group, 0, subject, years[-1], None)
            return
        for i in range(count):
            self._add(group, i, subject, self._one(years), None)

    @staticmethod
    def _one(years: tuple[int, ...]) -> int | None:
        return years[-1] if years else None

    def _add(self, group: Group, i: int, indicator: str, year: int | None, place: str | None) -> None:
        quantity = group.quantities[i]
        if quantity.plain and (unit := split_unit(indicator)[1]):
            quantity = replace(quantity, unit=unit)  # 使用强度（DDDs）不超过40
        verb = group.verbs[i]
        peeled = group.peeled
        name, scope = split_scope(indicator)
        if scope and not re.match("[全我本]|地级|设区|县|各", scope) and COUNT_VERB.match(indicator):
            name, scope = indicator, None
        name = trim_indicator(name) or indicator
        name = re.sub(
            r"(?<=.{3})（[^（）A-Za-z]*(?:不少于|不低于|不小于|不超过|宽|每[个座家处])[^（）A-Za-z]*\d[^（）A-Za-z]*）$",
            "",
            name,
        )  # 缓冲带（宽度不小于200米）
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
        name = self._with_head(name)
        if not name or (COUNT_VERB.fullmatch(name) and quantity.is_share):
            return
        suffix = next(
            (s for s, q in zip(group.suffixes[i:], group.quantities[i:], strict=True) if s and q.unit == quantity.unit),
            None,
        )
        if suffix is None and peeled.each and group.suffixes[-1] in ("左右", "上下"):
            suffix = group.suffixes[-1]  # 分别达到22%、30%、65亿立方米左右: said once for numbers of several units
        change = verb.change if verb.change is not None else peeled.change
        if verb is not peeled and verb.comparator is not None and quantity.unit != group.quantities[0].unit:
            change = verb.change  # 分别提高15%、达到2.4亿吨: the second number is a level
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
            or (mark.aspirational if mark else self.carry.aspirational and all(m.kind == "base" for m in self.marks))
        )
        wished = wished or bool(re.search("力争|争取", self.text[group.start : quantity.start]))
        frequency = verb.frequency or peeled.frequency
        clause = self.text[max(self.text.rfind(c, 0, quantity.start) for c in "，。；\n") + 1 : quantity.end]
        own = [m.end for m in self.marks if m.kind in ("goal", "bare") and m.end <= quantity.start]
        if own and re.search("年均|逐年", clause):
            # 产值年均增长8%以上、2030年突破1500亿元: the rate ends where a year of its own begins.
            clause = clause[-(quantity.end - own[-1]) :] if quantity.end - own[-1] < len(clause) else clause
        clause = re.sub("(?:比|较)[^，]{2,16}(?:年均|平均)", "", clause)  # 比“十三五”年均使用量减少5%: said of the base
        if frequency is None and re.search("每年|逐年|年均(?!浓度|值)|每季度", clause):
            frequency = "每季度" if "每季度" in clause else "每年"
        part = re.split("；", self.text[: quantity.start])[-1]
        stock = (verb.verb or peeled.verb) in _STOCK_VERBS and METRIC_END.search(name) and not COUNT_VERB.match(name)
        yearly = _YEARLY.match(part) if frequency is None and not stock else None
        behind_yearly = part[yearly.end() :] if yearly else ""
        # 每年实施项目不少于12个，创建工厂9家（其中国家级2家）: another deed with a bare number is not owed every year.
        *earlier, own_clause = behind_yearly.split("，")
        deed = bool(earlier) and COUNT_VERB.match(own_clause) is not None and not peeled.stated
        aside = bool(self.found) and self.found[-1].frequency is None and re.search("[（(][^（）()]*$", part)
        if yearly and not deed and not aside and not re.search("年|五”", behind_yearly):
            frequency = "每年"
        base = next(iter(verb.base_years or peeled.base_years), None)
        behind = self.text[suffix_after(self.text, quantity.end)[1] :]
        if base is None and change is not None and (told := _BASE_BEHIND.match(behind)):
            base = int(told.group(1))  # 下降14%（比2020年）
        # 年均下降3%: a yearly rate has no base year but one said with it.
        if base is None and change is not None and frequency is None:
            bases = [
                m
                for m in self.marks
                if m.kind == "base" and m.end <= quantity.start and self._base_holds(m, quantity, change)
            ]
            base = bases[-1].years[0] if bases else None
        once_more = re.search("再(?:次|提|增|下|降|减|上)", clause) is not None
        if base is None and change is not None and frequency is None and not once_more:
            base = self.carry.bases.get((name, change))
        elif base is not None and change is not None:
            self.carry.bases[name, change] = base
        if scope is None:
            scope = self._scope_before(quantity) or self.headed_scope
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

    def _with_head(self, name: str) -> str:
        """声环境功能区昼间达标率…，夜间达标率…: the short name differs from the one before in its first characters."""
        last = self.last_indicator or ""
        for pair in _COUNTERPARTS:
            if name in pair and (other := pair[1 - pair.index(name)]) in last:
                return last.replace(other, name)  # 昼间…控制在67分贝以内，夜间控制在57分贝以下
        if self.found and _GENERIC.fullmatch(name) and len(head := _GENERIC_TAIL.sub("", last)) >= 2 and head != last:
            # 危险废物处置率…，填埋量…; 电站投产装机容量…、在建规模…: the thing is named once.
            return head + name
        if not 3 <= len(name) <= 6 or len(last) <= len(name) + 1 or not METRIC_END.search(name):
            return name
        ending = last[-len(name) :]
        alike = next((n for n in (1, 2) if ending[n:] == name[n:] and ending != name and len(name) - n >= 2), None)
        return last[: -len(name)] + name if alike and re.search("[昼夜城县春秋]", name[0]) else name

    def _base_holds(self, mark: YearMark, quantity: Quantity, change: str) -> bool:
        """Tell whether 比2020年 holds for a later number: 与…相比，… for all that follows, else for the same way."""
        between = self.text[mark.end : quantity.start]
        if re.search("[；。]", between):
            return False
        if "，" not in between or between[0] in "，,":
            return True
        last = self.found[-1] if self.found else None
        alike = last is not None and quantity.is_share == (last.unit in ("%", "个百分点", "百分点"))
        return last is not None and alike and last.base_year == mark.years[0] and last.change == change

    def _scope_before(self, quantity: Quantity) -> str | None:
        """全区 said once at the head of the clause run (到2027年，全区…) holds for the rest of the sentence."""
        if self.last_scope and re.match("^(?:全|我|本)", self.last_scope):
            return self.last_scope
        found = re.search(
            r"(?:^|[，。；：])(全国|全省|全区|全自治区|全市|全县|全州|全域)(?=[，]|[\u4e00-\u9fff])",
            self.text[: quantity.start],
        )
        return found.group(1) if found else None
