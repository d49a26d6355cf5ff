"""Numbers with units, and years, found in a sentence; which of them are targets is decided elsewhere."""

# ruff: noqa: E501 - lists of Chinese words: one line of them reads better than one word per line
from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from saishang.apps.plan.importer.text import CN_DIGITS, chinese_number

__all__ = ["COUNT_UNITS", "PLAN_NUMBER", "Quantity", "YearMark", "find_quantities", "find_years", "split_unit"]

_NUM = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_MULTIPLE = "(?:万亿|千亿|百亿|亿|千万|百万|十万|万|千|百)?"
#: Units of things that are counted: with them a number is a target only behind a verb of doing or reaching.
COUNT_UNITS = (
    "个", "家", "座", "条", "台套", "台(套)", "台（套）", "台", "套", "辆", "艘", "处", "项", "件", "户", "人次", "人", "名", "所",
    "片", "块", "场次", "场", "次", "株", "尾", "头", "只", "对", "种", "支", "站", "间", "幢", "栋", "宗", "眼", "口", "部", "架",
    "批次", "亩次", "辆次", "架次", "艘次", "台次", "户次", "家次", "班次", "车次", "标准箱", "标箱", "重量箱", "例", "起", "篇", "节", "根", "块标砖", "块砖", "列", "张", "份", "册", "期", "盏", "棵", "组", "羽", "箱", "公里", "千米",
)  # fmt: skip
_MEASURES = (
    "个百分点", "百分点", "%", "‰",
    "微克/立方米", "微克每立方米", "µg/m3", "µg/m³", "ug/m3", "ug/m³", "毫克/立方米", "毫克每立方米", "mg/m3", "mg/m³",
    "毫克/升", "毫克每升", "mg/L", "mg/l", "微克/升", "µg/L", "毫克/千克", "微克", "毫克",
    "吨标准煤", "千克标准煤", "克标准煤", "吨标煤", "吨二氧化碳当量", "吨二氧化碳", "tce", "吨公里", "吨", "t", "千克", "公斤", "斤", "克",
    "立方米", "m³", "m3", "方", "升", "千瓦时", "kWh", "度", "千瓦", "兆瓦", "吉瓦", "GW", "MW", "kW", "千伏安", "兆伏安", "千焦",
    "吉焦", "平方公里", "平方千米", "km²", "平方米", "㎡", "m²", "公顷", "亩", "公里", "千米", "km", "蒸吨", "米", "分贝", "dB",
    "DDDs", "倍", "天", "小时", "分", "床", "车公里", "人公里",
)  # fmt: skip
_MONEY = ("美元", "元")
_DENOMINATORS = ("小时", "秒", "日", "天", "年", "月", "人", "元", "标台", "辆", "次", "个", "公里", "百公里", "年度")


def _alternatives(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(w) for w in sorted(set(words), key=len, reverse=True))


_BASE = _alternatives((*COUNT_UNITS, *_MEASURES, *_MONEY))
_PER = f"(?:/[（(][^（()），。]{{1,14}}[）)]|·30天|[/·](?:{_MULTIPLE}(?:{_alternatives((*_DENOMINATORS, *_MEASURES, *COUNT_UNITS))})))*"
# 个月, 分别, 天然, 方式 … : the unit must not be the beginning of another word.
_NOT_AFTER = (
    r"(?!月|小时内)(?!(?<=分)(?:[别之钟类级期批区布析散层工步阶]))(?!(?<=天)(?:然|气|津))(?!(?<=方)(?:[式面法向针案]))"
    r"(?!(?<=度)(?:[假过汛])|(?<=人)(?:[民口工员均才大])|(?<=种)(?:[植养质])|(?<=部)(?:[分门位署长]))(?!(?<=米)粉|(?<=克)服|(?<=站)点)"
    r"(?!(?<=处)(?:[理于置罚])|(?<=名)(?:[录单称列前])|(?<=对)(?:[于标照接])|(?<=起)(?:[草点])|(?<=口)岸|(?<=条)(?:件|例)|(?<=头)部|(?<=场)(?:[所地])|(?<=个)体|(?<=节)(?:[约能水])|(?<=组)(?:[织建成合团分]|件)|(?<=期)(?:[间末限内货]|工程|项目|建设))"
)
_UNIT = f"(?:{_MULTIPLE}(?:{_BASE}){_PER})"
_REDACTED = r"(?:[*×]{1,}|[Xx]{2,}|(?<![A-Za-z])[Xx](?=%|个百分点|微克)|[□■○◯●_]{1,}|XX|\?\?|？？)"
_DASH = r"(?:—{1,2}|-|~|～|至|到)"
_CN = f"[{CN_DIGITS}万]"
_CN_COUNTS = "|".join(
    (
        "个百分点",
        "个",
        "家",
        "座",
        "条",
        "处",
        "项",
        "所",
        "倍",
        "批次",
        "公里",
        "亩",
        "平方公里",
        "吨",
        "辆",
        "户",
        "台",
        "套",
    )
)

_QUANTITY = re.compile(
    r"(?<![A-Za-z0-9.〔\[])(?:"
    rf"(?P<lo>{_NUM})(?P<lou>{_UNIT})?{_DASH}(?P<hi>{_NUM})(?P<hiu>{_UNIT}){_NOT_AFTER}"
    rf"|(?P<point>{_NUM})个?(?=(?:[、和及与]{_NUM}个?)*[、和及与]{_NUM}个百分点)"
    rf"|(?P<red>{_REDACTED})(?P<redu>{_UNIT}){_NOT_AFTER}"
    rf"|百分之(?P<pcn>{_CN}+(?:点{_CN}+)?|{_NUM})"
    rf"|千分之(?P<mcn>{_CN}+(?:点{_CN}+)?|{_NUM})"
    rf"|(?P<den>[二三四五六七八九十]+)分之(?P<part>[一二三四五六七八九十]+)"
    r"|(?P<tenths>[一两二三四五六七八九])成(?P<tenth>[一二三四五六七八九])?(?=以上|左右|以内|[，。；、]|$)"
    rf"|翻(?P<fan>[一两二三12])番"
    rf"|(?P<cn>(?:{_CN}){{1,6}})(?P<cnu>(?:{_CN_COUNTS})(?!百分|月)){_NOT_AFTER}"
    rf"|(?P<n>{_NUM})(?P<more>余|多)?(?P<u>{_UNIT}){_NOT_AFTER}"
    rf"|(?P<plain>{_NUM})(?=(?:以上|以下|以内|左右)?(?:[，。；、）;,]|$))"
    rf"|(?P<bare>{_NUM}|{_REDACTED})(?P<times>[万亿千百]*)(?=[、和及与，,])"
    r")"
)


@dataclass(frozen=True)
class Quantity:
    """A number as it stands: `end` is behind the unit; value None with low and high for a range or when redacted."""

    start: int
    end: int
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    unit: str
    undetermined: bool = False
    chinese: bool = False
    more: bool = False
    plain: bool = False

    @property
    def is_money(self) -> bool:
        """元 with a multiple and nothing below a stroke: 5亿元, but not 0.5吨标准煤/万元."""
        return bool(re.fullmatch(f"{_MULTIPLE}(?:美元|元)(?:/.*)?", self.unit))

    @property
    def is_count(self) -> bool:
        """Counted in things (个, 家, 辆 …), also with a multiple (万辆)."""
        return bool(re.fullmatch(f"{_MULTIPLE}(?:{_alternatives(COUNT_UNITS)})", self.unit))

    @property
    def is_share(self) -> bool:
        """A percentage, percentage points, per mille or a fraction."""
        return self.unit in ("%", "个百分点", "百分点", "‰", "")


_PER_FIRST = re.compile("每(立方米|升|平方米|平方公里|亩|千瓦时|万元)$")
_WEIGHTS = ("微克", "毫克", "克", "千克", "公斤", "吨", "立方米", "克标准煤", "千克标准煤", "吨标准煤")


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def find_quantities(text: str) -> list[Quantity]:
    """Every number with a unit; numbers in a list take the unit that follows the list (30、65微克/立方米).

    `text` must be normalised. Years, dates and document numbers are no quantities: their unit is none of ours.
    """
    found: list[tuple[Quantity, bool]] = []
    for m in _QUANTITY.finditer(text):
        quantity = _read(m)
        per = _PER_FIRST.search(text, 0, m.start()) if quantity is not None and quantity.unit in _WEIGHTS else None
        if quantity is not None and per is not None:
            # 降至每立方米28微克: what it is counted by stands before the number.
            quantity = replace(quantity, start=per.start(), unit=f"{quantity.unit}/{per.group(1)}")
        if quantity is not None:
            found.append((quantity, _is_bare(m, text)))
    # From the right: a bare number stands only when a list joins it to a number with a unit.
    kept: list[Quantity] = []
    for quantity, bare in reversed(found):
        if bare:
            following = kept[-1] if kept else None
            between = text[quantity.end : following.start] if following else ""
            if (
                following is None
                or following.plain
                or not re.fullmatch("、|和|及|以及|与", between)
                or following.chinese
                or not following.unit.startswith(quantity.unit)
            ):
                continue
            quantity = replace(quantity, unit=following.unit, plain=False)
        kept.append(quantity)
    return kept[::-1]


def _is_bare(m: re.Match[str], text: str) -> bool:
    """A number before 、 may be one of a list (30、65微克/立方米) even where it could stand alone."""
    if m.group("bare") is not None:
        return True
    return m.group("plain") is not None and bool(
        re.match(f"(?:、{_NUM})*(?:、|和|及|与){_NUM}{_UNIT}", text[m.end() :])
    )


def _read(m: re.Match[str]) -> Quantity | None:
    g = m.groupdict()
    start, end = m.start(), m.end()
    if g["lo"]:
        low, high = _decimal(g["lo"]), _decimal(g["hi"])
        if g["lou"] and g["lou"] != g["hiu"]:
            return None
        return Quantity(start, end, None, low, high, g["hiu"])
    if g["point"]:
        return Quantity(start, end, _decimal(g["point"]), None, None, "个百分点")
    if g["red"]:
        return Quantity(start, end, None, None, None, g["redu"], undetermined=True)
    for key, unit in (("pcn", "%"), ("mcn", "‰")):
        if g[key]:
            text = g[key]
            value = _decimal(text) if text[0].isdigit() else chinese_number(text)
            return Quantity(start, end, value, None, None, unit)
    if g["den"]:
        part = chinese_number(g["part"]) / chinese_number(g["den"])
        return Quantity(start, end, round(part, 6), None, None, "")
    if g["tenths"]:
        return Quantity(
            start, end, chinese_number(g["tenths"]) * 10 + chinese_number(g["tenth"] or "零"), None, None, "%"
        )
    if g["fan"]:
        times = {"一": 1, "两": 2, "二": 2, "三": 3}.get(g["fan"]) or int(g["fan"])
        return Quantity(start, end, Decimal(times), None, None, "番")
    if g["cn"]:
        try:
            return Quantity(start, end, chinese_number(g["cn"]), None, None, g["cnu"], chinese=True)
        except ValueError:
            return None
    if g["plain"]:
        return Quantity(start, end, _decimal(g["plain"]), None, None, "", plain=True)
    if g["bare"]:
        redacted = not g["bare"][0].isdigit()
        number = None if redacted else _decimal(g["bare"])
        # 2.26亿、2.5亿立方米: the multiple is repeated, the unit is not.
        return Quantity(start, end, number, None, None, g["times"] or "", undetermined=redacted)
    return Quantity(start, end, _decimal(g["n"]), None, None, g["u"], more=bool(g["more"]))


def split_unit(name: str) -> tuple[str, str]:
    """Split 优良天数比率（%） into name and unit; the unit is "" when the bracket holds something else."""
    found = re.search(r"[（(]([^（()）]+)[）)]$", name)
    if found:
        quantities = find_quantities(f"1{found.group(1)}")
        if len(quantities) == 1 and quantities[0].end == len(found.group(1)) + 1 and quantities[0].unit:
            return name[: found.start()], found.group(1)
    return name, ""


# --- Years ----------------------------------------------------------------------------------------------------------

_CN_YEAR = "[零〇○一二三四五六七八九]{4}"
_Y = rf"(?:(?:19|20)\d\d|二{_CN_YEAR[:-3]}{{3}})"
_YEARS = rf"{_Y}年?(?:(?:、|和|及|与){_Y}年?)*"
#: Last year of a five-year plan by its number.
PLAN_NUMBER = {"十一": 2010, "十二": 2015, "十三": 2020, "十四": 2025, "十五": 2030, "十六": 2035, "十七": 2040}
_BASE_YEAR = re.compile(
    rf"(?:(?<!占)比|较|相较于?|相比于?|相对于?|对比)(?P<y>{_Y}|“?(?:十一|十二|十三|十四|十五)五”?(?:期(?!间))?(?=末|期末|时期|期间))(?:年(?:度)?(?:底|末)?|期?末|时期|期间)?(?:(?:年均|平均)[\u4e00-\u9fff]{{0,4}}?(?=下降|降低|减少|削减|提高|增加|增长|$))?(?:水平|同期|基数|基准|的)?(?:相比|比较|相较)?"
    rf"|(?:与|同|和)(?P<y3>{_Y})年(?:底|末)?(?:水平|同期)?(?:相比|比较|相较)"
    rf"|(?:在|以)(?P<y2>{_Y})年(?:为(?:基准|基数|基期|基年)年?|(?:的)?(?:水平|基础)(?:上|之上)?)"
)
_GOAL = re.compile(
    rf"(?P<prefix>(?:力争|争取|确保)?(?:用\S{{1,3}}年时间[，,]?)?(?:(?<![降升增减高加少小大低达缩])(?:到|至)|截至|截止到?|于|在|自|从)?)(?:(?P<from>{_Y})年?(?:—{{1,2}}|-|~|～|至|到)(?P<to>{_Y})年(?:期间)?|(?P<ys>{_YEARS}))"
    r"(?P<tail>年?(?:度)?(?:\d{1,2}月(?:份|\d{1,2}日)?)?(?:底前|年底前|末前|年底|年末|底|末|之前|以前|前|起|以来|期间|时)?)"
    r"|(?P<prefix2>(?:力争|争取)?(?:(?<![降升增减高加少小大低达缩])(?:到|至)|在)?)“?(?P<plan>十一|十二|十三|十四|十五|十六|十七)五”?(?P<tail2>(?:规划)?(?:期末|末期?|期间|时期|以来|期|[前后][一两二三四]年)?)"
)


@dataclass(frozen=True)
class YearMark:
    """A year expression: `kind` goal (到2027年), bare (2027年，), base (比2020年), past (2015年以来), plan (“十四五”期间)."""

    start: int
    end: int
    years: tuple[int, ...]
    kind: str
    aspirational: bool = False
    first: int | None = None  # 2023—2025年: the year the range begins with


def find_years(text: str) -> list[YearMark]:
    """Every year expression of a normalised sentence, in order."""
    marks = [
        YearMark(m.start(), m.end(), (_year(m.group("y") or m.group("y2") or m.group("y3")),), "base")
        for m in _BASE_YEAR.finditer(text)
    ]
    taken = [(m.start, m.end) for m in marks]
    for m in _GOAL.finditer(text):
        inside = any(a < m.end() and m.start() < b for a, b in taken)
        if inside and not (m.group("ys") and "、" in m.group("ys")):
            # 到2027年比2020年: the goal mark is before the base mark, never inside it.
            continue
        if m.group("plan"):
            tail = m.group("tail2")
            kind = (
                "past"
                if tail == "以来" or tail.startswith("前")
                else "goal"
                if m.group("prefix2") or "末" in tail
                else "plan"
            )
            quoted_name = text[m.start() : m.end()].endswith("五") and text[m.end() : m.end() + 1] == "”"
            marks.append(
                YearMark(
                    m.start(),
                    m.end() + quoted_name,
                    (PLAN_NUMBER[m.group("plan")],),
                    kind,
                    bool(re.match("力争|争取", m.group("prefix2"))),
                )
            )
            continue
        tail, prefix = m.group("tail"), m.group("prefix")
        if m.group("to"):
            marks.append(
                YearMark(m.start(), m.end(), (_year(m.group("to")),), "goal", "力争" in prefix, _year(m.group("from")))
            )
            continue
        if "年" not in m.group("ys") + tail:
            continue
        years = tuple(_year(y) for y in re.findall(_Y, m.group("ys")))
        if tail.endswith("以来") or (re.match("自|从", prefix) and not tail.endswith("起")):
            kind = "past"
        elif re.search("到|至|于|在|力争|争取|确保", prefix) or re.search("前|底|末|期间", tail):
            kind = "goal"
        else:
            kind = "bare"
        marks.append(YearMark(m.start(), m.end(), years, kind, bool(re.search("力争|争取", prefix))))
    joined: list[YearMark] = []
    for mark in sorted(marks, key=lambda y: y.start):
        last = joined[-1] if joined else None
        if (
            last is not None
            and last.kind == mark.kind == "plan"
            and re.fullmatch('[”"]?(?:、|和|及)?[“"]?', text[last.end : mark.start])
        ):
            # “十四五”、“十五五”期间分别…: one expression of two years.
            joined[-1] = YearMark(last.start, mark.end, (*last.years, *mark.years), "plan", last.aspirational)
        else:
            joined.append(mark)
    return joined


def _year(text: str) -> int:
    found = re.search("十[一二三四五六七]", text)
    if found and not text[0].isdigit() and "五" in text:
        return PLAN_NUMBER[found.group(0)]
    if text[0].isdigit():
        return int(text)
    return int(chinese_number(text.replace("○", "〇")))
