"""Things that are counted: 建成绿色工厂25家、园区3个, 对18座尾矿库实施治理, 再完成40家."""

from __future__ import annotations

import re

from saishang.apps.plan.importer.naming import strip_year
from saishang.apps.plan.importer.phrases import COUNT_VERB, METRIC_END, Peeled, bare_region, trim_indicator
from saishang.apps.plan.importer.sentence import Group, Sentence
from saishang.apps.plan.importer.text import clean

__all__ = ["Counting"]

_OBJECT_END = re.compile(r"[，。；：！？、）)（(\n]|(?:以及|并且|和(?=\d)|及(?=\d))")
#: 再完成40家, 三年累计完成60公里: the same thing once more.
_AGAIN = re.compile(r"^(?:[一二三四五六七八九十\d]+年)?(?:再|又|另|共|累计|总共)*")
#: Units of things that are made or mended by size: 整治修复岸线25公里、滨海湿地1200公顷.
_SIZES = ("亩", "公顷", "公里", "平方米", "立方米", "千瓦", "吨", "吨/日")
#: Verbs that also begin names: 服务区, 监测站, 回收网点, 保护区.
_NOUN_VERBS = re.compile("服务|监测|回收|利用|生产|处置|保护|治理|示范|修复|储备|供应|检查|发展")
_ACTION = "(?:改造|整治|治理|编制|安装|提升|监测|评估|审核|修复|清理|排查|建设|创建|淘汰|搬迁|关停|验收)"
_DONE = re.compile("完成|建成|新建|淘汰|关停|创建|新增|打造|培育|实施|治理|改造|整治|修复|推进|推动")


class Counting(Sentence):
    """A sentence that can name what its numbers count."""

    def _counted(
        self, group: Group, peeled: Peeled, rest: str, verb: re.Match[str] | None, at_boundary: bool
    ) -> tuple[str, str | None]:
        first = group.quantities[0]
        if first.is_count and not first.chinese and not at_boundary and peeled.rest.strip("，、 ") in ("对", "针对"):
            follows = self._object(group.end, whole=True)
            if re.match("^[^，。；]{2,24}?(?:实施|开展|进行|落实|完成|推行).{2,}", follows):
                return follows, "count"  # 对18座尾矿库实施综合治理
        if (
            verb is None
            and not rest
            and first.is_count
            and not first.chinese
            and not at_boundary
            and self._goal_said(first.start)
            and re.match("，$", self.text[first.start - 1 : first.start])
        ):
            follows = self._object(group.end, whole=True)
            if re.match("^[^，。；]{2,20}?(?:完成|安装|建成|接入|纳入|开展|通过|创建|达到|配备)[^，。；]{2,}", follows):
                return follows, "count"  # 2024年底前，80家重点产废单位安装视频监控
        said = f"{peeled.verb}" if peeled.verb in ("实现", "减", "增") else ""
        if (
            verb is None
            and not said
            and self.last_verb
            and re.fullmatch("[、和及与，]?", peeled.rest.strip())
            and first.is_count
        ):
            follows = "" if at_boundary else self._object(group.end)
            if follows and peeled.rest.strip() == "、":
                self._share_action(follows)
            return (f"{self.last_verb}{follows}", "count") if follows else ("", None)
        same_unit = bool(self.found) and self.found[-1].unit == first.unit
        if verb is not None and self.last_verb and first.is_count and at_boundary and self.counted_to >= 0:
            # 建设充电桩3.5万根、高速公路服务区快充站120座: 服务 is part of the second name.
            between = self.text[self.counted_to : first.start]
            name = re.fullmatch("(?:、|和|及|以及|与)([^，。；、]{4,24})", between)
            if name and not COUNT_VERB.match(name.group(1)) and _NOUN_VERBS.fullmatch(verb.group(0)):
                return f"{self.last_verb}{name.group(1)}", "count"
        measured = first.unit.endswith(_SIZES) and self.text[self.counted_to : self.counted_to + 1] in (
            "、",
            "和",
            "及",
        )
        if (
            verb is None
            and not said
            and self.last_verb
            and (first.is_count or same_unit or measured)
            and self.counted_to >= 0
        ):
            # 创建园区3个、工厂20家: the verb of the first holds for the others of the list.
            between = self.text[self.counted_to : group.start] + self.text[group.start : first.start]
            ranked = re.match("^，(?:国家级|省级|市级|县级|区级)", between)
            things = first.is_count and self.found and not first.unit.endswith(("人", "名", "次"))
            joint = "(?:、|和|及|以及|与|，)" if same_unit or ranked or things else "(?:、|和|及|以及|与)"
            name = re.match(rf"^{joint}([^，。；、]{{2,24}})$", between)
            if name and at_boundary:
                return f"{self.last_verb}{name.group(1)}{self._same_action(name.group(1), between)}", "count"
        if verb is None and not said:
            return "", None
        if re.search("覆盖(?:全[省市区国])?$", peeled.rest) and re.match(
            "^的?(?:设区|地级|市|县|区|州|省|乡|镇)", self.text[first.end :]
        ):
            return "", None
        if first.unit in ("年", "分", "度", "小时", "天", "次", "倍") or (
            first.unit in ("项", "件", "条", "种", "部") and first.chinese
        ):
            return "", None
        if first.chinese and (first.value is None or first.value < 2):
            return "", None
        phrase = trim_indicator(peeled.rest[verb.start() :]) if verb else rest
        last_verb = re.search("(?:新增|建成|推广|投运|投产)$", rest)
        if (
            verb
            and at_boundary
            and (
                verb.end() == len(peeled.rest.rstrip())
                or (
                    verb.start() >= 4
                    and bare_region(peeled.rest[: verb.start()]) is None
                    and re.fullmatch(f"(?:{COUNT_VERB.pattern})+", peeled.rest[verb.start() :].rstrip())
                )
                or (last_verb and METRIC_END.search(rest[: last_verb.start()]))
            )
        ):
            # 老旧车辆淘汰20万辆: the thing stands before the verb.
            phrase = rest
        if (
            verb
            and at_boundary
            and verb.start() >= 4
            and re.fullmatch(f"完成.{{0,6}}{_ACTION}", phrase)
            and bare_region(rest[: rest.find(phrase)]) is None
            and not re.search("[厅局委府门位前后时]$", rest[: rest.find(phrase)])
        ):
            phrase = rest  # 内河船舶完成防污改造300艘: whose it is stands before the verb
        if verb and at_boundary and verb.start() >= 3 and _NOUN_VERBS.fullmatch(verb.group(0)):
            phrase = rest if bare_region(rest[: rest.find(phrase)] or "全市") is None else phrase  # “绿岛”服务企业80家
        follows = "" if at_boundary else self._object(group.end)
        word = _AGAIN.sub("", phrase)
        if verb and word == verb.group(0) and not follows:
            like = [t.indicator for t in self.found if t.unit == first.unit]
            thing = re.sub(f"^(?:{COUNT_VERB.pattern})+", "", like[-1]) if like else ""
            if len(thing) >= 2 and not like[-1].startswith(word) and word in ("新增", "新建", "建成", "创建"):
                return f"{word}{thing}", "count"  # 建成绿色矿山120座；每年新增25座
            named = [n for n in like if n.startswith(word) or n.endswith(word)] or (like if word == "完成" else [])
            if named:
                return named[-1], "count"  # 完成审核企业60家，2027年前再完成40家
            between = self.text[self.counted_to : first.start] if self.counted_to >= 0 else ""
            if (
                like
                and self.last_verb
                and like[-1].startswith(self.last_verb)
                and re.fullmatch(f"[、和，]{word}", between)
            ):
                return word + like[-1].removeprefix(self.last_verb), "count"  # 新建自动站25个、改造12个
        if not follows and len(phrase) < (4 if first.is_count else 2):
            return "", None
        if first.chinese and not follows and (len(phrase) < 5 or (first.value or 0) < 10):
            return "", None
        if (
            re.search("(?:以|按|按照|作为|围绕|依托|针对|涉及|属于|对|在|的|等)$", peeled.rest.strip("，、"))
            and not at_boundary
            and not (
                follows
                and verb
                and _DONE.match(verb.group(0))
                and peeled.rest.endswith("等")
                and (self._goal_said(first.start) or re.match("完成|建成|新建|淘汰|新增|建设", verb.group(0)))
            )
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
        if verb and verb.group(0) not in phrase:
            phrase = verb.group(0) + phrase
        if not follows and re.fullmatch(f"(?:{COUNT_VERB.pattern})+", phrase):
            # 推进煤电机组灵活性改造，五年内实施改造600万千瓦: the thing was named in the clause before.
            phrase = (self.found[-1].indicator if same_unit else None) or self._clause_before(group.start) or phrase
        self.last_verb = verb.group(0) if verb else said
        return f"{phrase}{follows}", "count"

    def _clause_before(self, start: int) -> str | None:
        """Give the clause before this one when it is short enough to be a name."""
        before = self.text[:start].rstrip("，")
        for _ in range(3):
            cut = max(before.rfind(c) for c in "，。；：\n") + 1
            clause = trim_indicator(strip_year(before[cut:]))
            if len(clause) >= 4:
                return clause if len(clause) <= 40 else None
            before = before[:cut].rstrip("，")
        return None

    def _goal_said(self, before: int) -> bool:
        """Tell whether the sentence itself names the year of a goal before a position."""
        return any(m.kind in ("goal", "plan") and m.end <= before for m in self.marks)

    def _same_action(self, name: str, between: str) -> str:
        """完成居住建筑节能改造1200万平方米，公共建筑600万平方米: what is done to the first is done to the second."""
        last = re.sub("[（(][^（()）]*[）)]$", "", self.found[-1].indicator) if self.found else ""
        at = last.rfind(name[-2:])
        action = last[at + 2 :] if at > 0 and between.startswith("，") else ""
        return action if re.search(f"{_ACTION}$", action) and len(action) <= 8 else ""

    def _share_action(self, last: str) -> None:
        """完成10个园区、56家企业、320台锅炉低氮改造: what is done stands behind the last thing and holds for all."""
        action = re.search(f"的(.{{2,16}}{_ACTION})$", last) or re.search(f"((?:..)?{_ACTION})$", last)
        if action is None:
            return
        for target in reversed(self.found):
            if not target.indicator.startswith(self.last_verb or "\x00") or re.search(f"{_ACTION}$", target.indicator):
                break
            target.indicator += action.group(1)

    def _object(self, start: int, *, whole: bool = False) -> str:
        """What is counted, behind the number; `whole` reads on to the end of the clause."""
        text = self.text[start:]
        # A bracket is part of the name unless it counts on: （2024年26个、2025年26个）.
        depth_safe = re.sub(r"[（(](?!其中|(?:19|20)\d\d年\d)[^）)]*[）)]", lambda m: "\x00" * len(m.group(0)), text)
        found = re.search(r"[，。；！？）)\n]", depth_safe) if whole else _OBJECT_END.search(depth_safe)
        piece = text[: found.start()] if found else text
        more = re.match(rf"、([^，。；：、\d]{{2,20}}?{_ACTION})(?=[，。；]|$)", text[len(piece) :])
        if more and not re.search(f"{_ACTION}$", piece):
            piece += more.group(0)  # 完成32个城中村、老旧小区雨污分流改造
        self.object_end = start + len(piece)
        piece = re.sub(r"^(?:以上|左右|以内|及以上)?的?", "", piece)
        return clean(piece).strip("。的 ")[:60]
