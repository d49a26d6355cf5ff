"""The words around a number: comparators, verbs of level and of change, counting verbs, years, what is no target.

`peel` takes the words off the end of the text before a number, one after the other, and says what they meant; what is
left is the indicator.
"""

# ruff: noqa: E501 - lists of Chinese words: one line of them reads better than one word per line
from __future__ import annotations

import re
from dataclasses import dataclass, field

from saishang.apps.plan.importer.quantities import YearMark, find_years

__all__ = [
    "COUNT_VERB",
    "LEVEL_VERBS",
    "METRIC_END",
    "Peeled",
    "bare_region",
    "lower_is_better",
    "peel",
    "split_scope",
    "suffix_after",
    "trim_indicator",
]

#: Verb or comparator before the number → comparator; longest first when matched.
LEVEL_VERBS = {
    "提高到": ">=", "提高至": ">=", "提升到": ">=", "提升至": ">=", "增加到": ">=", "增加至": ">=", "增长到": ">=", "增长至": ">=",
    "增至": ">=", "升至": ">=", "升到": ">=", "上升到": ">=", "上升至": ">=", "扩大到": ">=", "扩大至": ">=", "发展到": ">=",
    "提至": ">=", "恢复到": ">=", "达到或超过": ">=", "稳定达到": ">=", "达到": ">=", "达": ">=", "增加达到": ">=",
    "不低于": ">=", "不少于": ">=", "不小于": ">=", "不得低于": ">=", "不得少于": ">=", "不能低于": ">=", "至少": ">=",
    "至少达到": ">=", "优于": ">=", "不短于": ">=", "最低": ">=",
    "突破": ">", "超过": ">", "高于": ">", "大于": ">", "多于": ">", "超": ">", "高出": ">",
    "不高于": "<=", "不超过": "<=", "不大于": "<=", "不多于": "<=", "不超": "<=", "不得超过": "<=", "不得高于": "<=",
    "不得大于": "<=", "不能超过": "<=", "最高": "<=", "至多": "<=", "控制到": "<=", "严控在": "<=", "控制在": "<=", "控制为": "<=", "控制": "<=",
    "低于": "<", "小于": "<", "少于": "<", "不足": "<", "不到": "<", "不满": "<",
    "降至": "<=", "降到": "<=", "降低到": "<=", "降低至": "<=", "下降到": "<=", "下降至": "<=", "降为": "<=", "减少到": "<=",
    "减少至": "<=", "减至": "<=", "压减到": "<=", "压减至": "<=", "压缩到": "<=", "压缩至": "<=", "削减到": "<=", "削减至": "<=",
    "减到": "<=", "缩短至": "<=", "缩短到": "<=", "压降至": "<=", "压降到": "<=", "缩减至": "<=", "下降为": "<=", "降低为": "<=",
    "保持在": "=", "稳定在": "=", "维持在": "=", "稳定保持在": "=", "持续保持在": "=", "继续保持在": "=", "保持": "=", "维持": "=",
    "稳定保持": "=", "持续保持": "=", "继续保持": "=", "为": "=", "是": "=", "实现": ">=", "在": "=", "占到": ">=", "位于": "=",
    "调整为": "=", "调整到": "=", "优化为": "=", "确定为": "=", "设定为": "=", "力争": ">=", "≥": ">=", "≤": "<=", ">": ">", "<": "<", "=": "=", ">=": ">=", "<=": "<=", "大于等于": ">=", "小于等于": "<=",
    "不少": ">=",
}  # fmt: skip
_CHANGE = {
    "下降": "drop", "降低": "drop", "减少": "drop", "削减": "drop", "压减": "drop", "压降": "drop", "缩减": "drop", "减低": "drop",
    "下浮": "drop", "递减": "drop", "降": "drop", "减": "drop", "累计下降": "drop", "节约": "drop", "降低了": "drop", "改善": "drop",
    "减排": "drop", "消减": "drop", "压缩": "drop", "缩短": "drop", "下降了": "drop",
    "提高": "rise", "提升": "rise", "增长": "rise", "增加": "rise", "上升": "rise", "扩大": "rise", "递增": "rise", "增": "rise",
    "增幅": "rise", "增速": "rise", "升高": "rise", "扩增": "rise",
}  # fmt: skip
_CHANGE_NOUN = {"降幅": "drop", "下降幅度": "drop", "下降比例": "drop", "下降率": "drop", "降低率": "drop", "削减率": "drop", "削减比例": "drop",
                "增幅": "rise", "增速": "rise", "增长率": "rise", "提高幅度": "rise", "减幅": "drop", "降低比例": "drop", "降低幅度": "drop",
                "改善幅度": "drop", "减少比例": "drop", "提升幅度": "rise", "增长幅度": "rise", "降率": "drop", "压减比例": "drop",
                "改善率": "drop"}  # fmt: skip
_ADVERB = (
    "力争", "争取", "力求", "努力", "累计", "总体", "总计", "合计", "约", "约为", "大约", "平均", "基本", "稳定", "持续", "进一步", "再",
    "全部", "整体", "总共", "共", "各", "要", "应", "应当", "须", "需", "需要", "将", "能够", "可", "原则上", "相应", "普遍",
    "大幅", "明显", "显著", "逐步", "只", "仅", "同步", "也", "又", "每", "左右", "不断", "得到", "确保", "务必", "必须", "同时", "要求",
    "有望", "预计", "近", "超额", "实际", "已", "最终", "也要", "至", "到", "率先", "其中", "力争达", "可达", "综合", "要确保",
    "分别力争", "水平", "目标", "初步", "所占", "总量", "规模",
)  # fmt: skip
# Words that are peeled only when something else was peeled after them (they are also parts of names).
_TIED = {
    "总量",
    "规模",
    "水平",
    "目标",
    "综合",
    "整体",
    "总体",
    "平均",
    "共",
    "要",
    "至",
    "到",
    "各",
    "每",
    "可",
    "只",
    "再",
    "都",
    "将",
    "应",
    "也",
    "又",
    "须",
    "需",
    "基本",
    "稳定",
    "近",
    "初步",
    "力争达",
}
_NEVER = {"总量", "规模", "综合", "水平", "平均"}
_FREQUENCY = ("每年", "年均", "年平均", "逐年", "每季度", "每月", "年度", "平均每年", "每半年", "每周", "每日", "每天")
_ORDERED = sorted(
    [(w, "level") for w in LEVEL_VERBS] + [(w, "change") for w in _CHANGE] + [(w, "adverb") for w in _ADVERB if w not in _NEVER]
    + [(w, "frequency") for w in _FREQUENCY] + [("分别", "each"), ("分别为", "each"), ("各自", "each"), ("依次", "each"), ("均", "each"), ("都", "each"), ("均为", "each")],
    key=lambda pair: -len(pair[0]),
)  # fmt: skip

#: A phrase that ends like this can be followed by a bare number.
METRIC_END = re.compile(
    r"(?:率|比例|占比|比重|浓度|强度|总量|面积|规模|容量|装机|能力|用量|产量|产值|排放量|消耗|消费量|蓄积量?|长度|里程|数量|数|水平|系数|天数|指数|"
    r"满意度|覆盖面|达标|覆盖率|达标率|利用率|处理率|效率|电量|水量|能耗|单耗|[煤电水气油]耗|减排量|储量|占有量|成效|得分|倍数|人口|用地|份额|值|量|额|度|幅度|责任权重)(?:[（(][^（()）]*[）)])?$"
)
COUNT_VERB = re.compile(
    r"(?:更换|清退|消除|清除|清运|路检|遥测|抽测|发放|印发|张贴|选派|购置|采购|购买|增设|增配|编制|出台|培训|普查|帮扶|签订|引育|新建成|建成投运|建成投用|建成|新建|改建|扩建|改扩建|新改扩建|新增|完成|创建|创成|培育|培树|打造|淘汰|改造|治理|修复|整治|实施(?!范围|方案|期限|主体|意见|细则|单位)|布设|推广|设置|配备|配置|配齐|选聘|聘用|聘任|更新|报废|"
    r"建立|形成|安装|关停|关闭|退出|压减|压缩|削减|减少|增加|投放|种植|植树|造林|绿化|命名|认定|遴选|选树|选取|选择|评选|申报|培养|引进|开工|投产|投运|"
    r"腾退|替代|消纳|储备|划定|处置|回收|利用|节约|节水|放流|建设|开展|推动|推进|支持|组织|设立|布局|铺设|敷设|疏浚|清理|拆除|取缔|搬迁|"
    r"关停退出|整合|保有|拥有|达标|通过|获评|推出|制定|制修订|修订|发布|启动|谋划|保护|恢复|营造|抚育|退化|提标|建(?!筑|材|制|议)|造(?!价|纸|型)|打通|开通|置换|转运|"
    r"新建改建|新改建|新建和改造|更新改造|减排|解决|覆盖|服务|举办|遏制|巩固|补齐|加装|落实|招引|发行|办成|实现|争创|力争|确保|示范|入选|创成|化解|生产|供应|完工|建档|排查|检查|监测|查处|"
    r"回用|调减|发展|增殖|供暖|供热)"
)
_LOWER = re.compile(
    "浓度|重污染|污染天数|超标天数|劣Ⅴ|劣V|劣五|能耗|电耗|水耗|煤耗|用水量|耗水|排放量|排放总量|排放强度|碳排放|排放|漏损率|消费总量|死亡|超标率|填埋(?!场|气)|发生率|"
    "消耗|产生强度|产生量|使用量|施用量|消费量|总用水|原生垃圾|亏损|成本|损失|电磁|噪声值|投诉"
)
#: A share is good when it is high, unless it is the share of something bad.
_LOWER_SHARE = re.compile(
    "(?:^|[^非])(?:煤炭|散煤|燃煤|化石能源)[^占]{0,6}(?:占|消费)|填埋(?!场|气)|漏损|超标|劣[ⅤV五]|极差|发生率|死亡|污染(?:天数|天气)|投诉|丧失|损失|Ⅴ类水|热损|事故|差率|扰民"
)
_HIGHER = re.compile(
    "优良|达标|(?:完成|治理|整改|整治|消除|安装|联网|监测|调查|治愈|覆盖|合格|办结|满意|响应)率|减排量|削减量|下降率|利用|处置率|处理率|收集|达到或好于|捕集"
)
_BASE_TAIL = re.compile(
    r"(?:比|较|同比|环比|相比|相对|相较)?(?:上年|上一年|去年|前[一二三]年|近[一二三]年|基准年|同期|现状|上年同期|近三年平均|前三年平均)(?:度|水平|同期|均值)?(?:相比)?$"
)
_BOUNDARY_TAIL = re.compile(r"[，,、；;：:（(]$")
_SUFFIX = re.compile(
    r"^(?:（含[^）]*）|\(含[^)]*\)|（[个家座处条套台户辆]）)?(?P<word>及以上|(?:或)?以上|及以下|以下|及以内|以内|之内|以外|左右|上下|之间|内|多|余|有余)?(?:（含[^）]*）)?(?:的?(?:水平|目标|标准|要求|比例|速度)(?=$|[，。；、,;）)]))?"
)


@dataclass
class Peeled:
    """What the words before a number said; `rest` is what is left: the indicator with its modifiers."""

    rest: str
    comparator: str | None = None
    verb: str | None = None
    change: str | None = None
    each: bool = False
    aspirational: bool = False
    approximate: bool = False
    frequency: str | None = None
    base_years: list[int] = field(default_factory=list)
    years: tuple[int, ...] = ()
    year_kind: str | None = None
    baseline: bool = False
    past: bool = False

    @property
    def stated(self) -> bool:
        """A level, a comparator or a change was said."""
        return self.comparator is not None or self.change is not None


def peel(left: str) -> Peeled:
    """Take the words before a number off from the right.

    >>> p = peel("全区细颗粒物平均浓度比2020年下降")
    >>> p.rest, p.change, p.base_years
    ('全区细颗粒物平均浓度', 'drop', [2020])
    """
    out = Peeled(left)
    explicit: str | None = None
    first = True
    while True:
        text = out.rest = out.rest.rstrip(" 的" if not first else " ")
        mark = _year_at_end(text)
        if mark is not None:
            out.rest = text[: mark.start]
            if text[mark.start] in "从自由" and text.endswith("的"):
                out.baseline = True  # 从2020年的45%提高到70%
                return out
            out.each = out.each or text.endswith("分别")
            if mark.kind == "base":
                out.base_years.extend(mark.years)
            elif not out.years:
                out.years, out.year_kind = mark.years, mark.kind
                out.aspirational = out.aspirational or mark.aspirational
            first = False
            continue
        base = _BASE_TAIL.search(text)
        if base and (out.change or out.stated):
            out.rest, out.past = text[: base.start()], out.past or "同比" in base.group(0) or "环比" in base.group(0)
            first = False
            continue
        if re.search(r"(?:从|由)$", text):
            out.baseline, out.rest = True, text[:-1]
            return out
        if _BOUNDARY_TAIL.search(text) and text[:-1].strip() and not first and text[-1] in "，,":
            out.rest = text[:-1]
            continue
        noun = re.search("(" + "|".join(sorted(_CHANGE_NOUN, key=len, reverse=True)) + ")$", text)
        if noun and out.change is None:
            out.change, out.rest = _CHANGE_NOUN[noun.group(1)], text[: noun.start()]
            explicit = explicit or (out.comparator if out.verb not in (None, "达到", "达", "为") else None)
            out.comparator, out.verb, first = explicit, noun.group(1), False
            continue
        word = _word_at_end(text, out, first)
        if word is None:
            return out
        term, kind = word
        out.rest = text[: -len(term)]
        first = False
        if kind == "level":
            if term == "力争":
                out.aspirational = True
            if out.verb is None:
                out.comparator, out.verb = LEVEL_VERBS[term], term
            elif term in ("控制在", "保持在", "稳定在") and explicit is None and out.comparator == "=":
                out.comparator = LEVEL_VERBS[term]
        elif kind == "change":
            if out.change is None:
                out.change = _CHANGE[term]
                if out.verb in (None, "达到", "达", "为", "实现"):
                    out.comparator, out.verb = None, term
        elif kind == "each":
            out.each = True
        elif kind == "frequency":
            out.frequency = "每年" if "年" in term else term
        elif term in ("力争", "争取", "力求", "努力", "力争达", "分别力争"):
            out.aspirational = True
            if term == "力争达" and out.verb is None:
                out.comparator, out.verb = ">=", "达"
        elif term in ("约", "约为", "大约", "近"):
            out.approximate = True
        elif term == "已":
            out.past = True


def _year_at_end(text: str) -> YearMark | None:
    for mark in reversed(find_years(text)):
        tail = text[mark.end :]
        if tail in ("", "，", ",", "的", "分别", "时"):
            return mark
        return None
    return None


def _word_at_end(text: str, so_far: Peeled, first: bool) -> tuple[str, str] | None:
    for term, kind in _ORDERED:
        if not text.endswith(term):
            continue
        before = text[: -len(term)]
        if kind == "adverb" and term in _TIED and first:
            continue
        if term == "为" and (before.endswith(("作", "成", "因", "行", "较", "人", "认", "以")) or so_far.verb):
            continue
        if term in ("在", "是", "位于") and (so_far.verb or not METRIC_END.search(before)):
            continue
        if term in ("均", "都") and before.endswith(("人", "年", "户", "月", "日", "平", "亩", "首")):
            continue
        if term == "超" and before.endswith("赶"):
            continue
        if term == "增" and before.endswith("新"):
            continue
        if (
            term in ("降", "减", "增", "达", "控制", "改善", "节约", "压缩", "缩短", "扩大", "减排")
            and not first
            and so_far.verb is not None
        ):
            continue
        if (
            term in ("实现", "保持", "维持", "改善", "节约", "减排", "压缩", "控制")
            and so_far.stated
            and term in ("节约", "减排")
        ):
            continue
        if kind == "change" and so_far.comparator is not None and so_far.verb in ("降至", "降到", "控制在", "提高到"):
            continue
        if term in ("超过", "高于", "低于", "大于") and re.search("(?:达到或|优于或)$", before):
            continue
        return term, kind
    return None


def suffix_after(text: str, end: int) -> tuple[str | None, int]:
    """Give the comparator word behind a quantity (以上, 以内, 左右 …) and where it ends."""
    found = _SUFFIX.match(text[end:])
    if found is None:
        return None, end
    return found.group("word"), end + found.end()


def lower_is_better(indicator: str) -> bool:
    """A plain 达到 or 为 promises an upper limit for these: concentrations, losses, consumption, emissions."""
    indicator = re.sub("超低排放|近零排放|零排放|(?:超低|近零|低|零)能耗(?=建筑|住宅|厂房)", "", indicator)
    if re.search("(?:比重|比例|占比|比率|率)(?:[（(][^（()）]*[）)])?$", indicator):
        return bool(_LOWER_SHARE.search(indicator)) and not _HIGHER.search(indicator)
    if re.search(
        "(?:天然气|清洁能源|可再生能源|非化石能源|绿电|生物质|再生水|非常规水)[^占]{0,6}(?:消费|使用|用)量", indicator
    ):
        return False
    return bool(_LOWER.search(indicator)) and not _HIGHER.search(indicator)


_LEAD_IN = re.compile(
    r"^(?:汛期?前|采暖季前|供暖季前|入冬前|年内|力争实现|努力实现|力争|争取|努力|确保|保证|推动实现|推动|促进|推进|实现|使得|使(?!用)|要求|其中|到位|并|且|同时|进一步|基本|全面|不断|逐步|持续|稳步|加快|"
    r"着力|积极|大力|切实|严格|有序|继续|以及|和|及|与|或|、|，|：|的|至|等|将|把|让|对|由|鼓励|引导|全力|推动全面|深入|强化|即|分别|年底前|底前|以来|基本实现|"
    r"总体|原则上|以实现|提升|提高|降低|保持|严控|严格控制|有效|新建成后|以|末|前|时|，)"
)
_KEEP_VERB = re.compile(r"^(?:提升|提高|降低|保持|推进|推动|促进|严控|有效|对|由|以|前|末|时|至|等)")


def trim_indicator(text: str) -> str:
    """Take list marks and lead-in verbs off the front, stray marks off both ends.

    >>> trim_indicator("，推动新增汽车中新能源汽车占比")
    '新增汽车中新能源汽车占比'
    """
    out = re.sub(r"^\s*(?:[（(]\d{1,2}[）)]|[①-⑳])", "", text).strip(" ，,、；;：:。的")
    while True:
        found = _LEAD_IN.match(out)
        if not found or found.end() == len(out):
            break
        rest = out[found.end() :]
        # 对外开放率, 前端设备率: a short word may be the beginning of a name; drop it only before a long rest.
        if _KEEP_VERB.match(found.group(0)) and (len(rest) < 4 or not METRIC_END.search(rest)):
            break
        if found.group(0) in ("的", "和", "及", "与", "等", "前", "末", "时", "以", "对", "由", "至") and len(rest) < 3:
            break
        out = rest.strip(" ，,、；;：:。的")
    opened, closed = out.count("（") + out.count("("), out.count("）") + out.count(")")
    if closed > opened:
        out = re.sub(r"^[^（(]*?[)）]", "", out)
    if opened > closed:
        out = re.sub(r"[（(][^）)]*$", "", out)
    return out.strip(" ，,、；;：:。")


_WIDE = (
    r"(?:全国|全省|全区|全自治区|全市|全县|全州|全盟|全域|全流域|我省|我市|我区|本省|本市|本区|省内|市内|区内|全社会)"
)
_OBJECT = r"(?:地级(?:及以上|以上)?城市|各?设区(?:的)?市|地级(?:及以上)?市|县级(?:及以上)?城市|县级以上城市|各(?:设区的?)?(?:市|州|县|区)(?:（[^）]*）)?(?:、(?:市|州|县|区)(?:（[^）]*）)?)*|县（市、区）)"
_PLACE = (
    r"(?:市区(?=[\u4e00-\u9fffA-Z][^、]*(?:浓度|率|比例|天数))|市?(?:主城区|中心城区)|(?:市|县)城建成区|(?:[\u4e00-\u9fff]{1,4}|[A-Z×*]{1,3})(?<![城设区都各超该本全上夜股楼级])市(?![场政容民辖域内])(?!(?<=门市)部)|[\u4e00-\u9fff]{2,3}省(?![级内控道会市委直])|[\u4e00-\u9fff]{2,8}(?:自治区|自治州)|[\u4e00-\u9fff]{1,4}(?<![各全])州(?![市县])|[\u4e00-\u9fff]{2,4}林区|"
    r"(?:[\u4e00-\u9fff]{1,3}|[A-Z×*]{1,3})(?<![各全])县(?![级域城])|[\u4e00-\u9fff]{2,6}(?:平原|三角洲?(?:地区)?|周边地区|城市群|走廊|灌区|盆地|高原|半岛|牧区|库区|经济区|新区|开发区|都市圈)|"
    r"[\u4e00-\u9fff]{2,4}(?<![园社景城山农牧林灌库湾矿采校厂片小辖保护地功能成设])区(?=[、]|[\u4e00-\u9fff]*(?:浓度|率|比例))(?![域内级块])|京津冀(?:及周边(?:地区)?)?|长三角(?:地区)?|珠三角(?:地区)?|汾渭平原|"
    r"[\u4e00-\u9fff]{2,4}(?<!重点)片区(?:（含[^（）]*）)?(?=[\u4e00-\u9fffA-Z][^、]*(?:浓度|率|比例|量))|"
    r"重点区域|重点地区|其[他余](?:地区|城市|设区的?市|市县|市州|州市|县市|县区|区县|市|州|县)|粤港澳大湾区|长江经济带|[\u4e00-\u9fff]{2,4}(?<![各等该本的及和内外他余])地区(?!生产|性)|沿[海江黄](?:地区|城市)|平原地区|"
    r"[\u4e00-\u9fff]{2,6}(?:基地)(?=[、])|(?:黄河|长江|淮河|海河|珠江|汉江|渭河|汾河|辽河|松花江)(?:流域|干流)?(?=[\u4e00-\u9fff]*(?:比例|断面|率)))"
)
_SCOPE = re.compile(
    rf"^(?:(?P<scope>{_WIDE}?{_OBJECT}|{_WIDE})|(?P<place>{_PLACE}(?:(?:、|和|及|与){_PLACE})*))(?=的|\S)"
)
#: 甲、乙、丙等3市…比率, 甲河、乙河等七大重点流域…比例: a list summed up by its number.
_SEVERAL_PLACES = re.compile(
    r"^(?P<places>[^，。；：]{2,60}?等?(?:[\d一二三四五六七八九十]+)(?:个|大|条|座)?(?:重点|国家级?|主要)?(?:设区的?)?(?:市|县|区|州|盟|城市|县城|省份?|流域|河流|湖泊|地区|区域|园区)(?:[（(][^（()）]*[）)])?)(?:的)?(?P<rest>.{4,})$"
)
#: 峰谷差率超过40%的地区…能力: which regions are meant, by a property.
_DESCRIBED_PLACES = re.compile(
    r"^(?P<places>[^，。；：]{2,40}?(?:\d|超过|高于|以上|以下|达标|不足|低于|较好|较差|较大)[^，。；：]{0,8}?的?(?:地区|城市|区域|市县|省份|县城))的?(?P<rest>[^，。；：]{4,})$"
)
_INNER_SCOPE = re.compile(
    r"(国控断面|国考断面|省控断面|区控断面|市控断面|国省控断面|国省考断面|规模以上工业(?:企业)?|县级及以上城市|地级及以上城市|设区市|农村|城镇|城市)"
)


def split_scope(indicator: str) -> tuple[str, str | None]:
    """Split 全区细颗粒物平均浓度 into 细颗粒物平均浓度 and 全区; object words (国控断面) stay in the indicator too."""
    several = _SEVERAL_PLACES.match(indicator)
    if several and "、" in several.group("places") and METRIC_END.search(several.group("rest")):
        return several.group("rest"), several.group("places")
    described = _DESCRIBED_PLACES.match(indicator)
    if described:
        return described.group("rest"), described.group("places")
    found = _SCOPE.match(indicator)
    if found:
        rest = re.sub("^(?:的|，|,|内|中(?![心小部央型等]))+", "", indicator[found.end() :])
        scope = (found.group("scope") or found.group("place")).strip()
        if len(rest) >= 2:
            deeper, more = (
                split_scope(rest) if found.group("scope") in ("全国", "全省", "全市", "全区") else (rest, None)
            )
            return deeper, f"{scope}{more}" if more and more not in scope and deeper != rest else scope
    inner = re.search(r"(国控断面|国考断面|省控断面|区控断面|市控断面|国省控断面|国省考断面)", indicator)
    return indicator, inner.group(1) if inner else None


def bare_region(text: str) -> list[str] | None:
    """Give the places when a phrase is nothing but places (A市、B市); None otherwise."""
    if COUNT_VERB.match(text) and not re.match("发展|保护", text):
        return None
    if re.search("率|比例|占比|比重|浓度", text):
        return None
    text = re.sub("(?<=京津冀)及(?=周边)|(?<=地级)及(?=以上)|(?<=县级)及(?=以上)", "\x00", text)
    pieces = [p.replace("\x00", "及") for p in re.split("、|和|及|与", text.strip("，,、：: ")) if p]
    whole = re.compile(
        rf"(?:{_WIDE}|{_WIDE}?{_OBJECT}|(?:{_OBJECT})?(?:城市)?建成区|京津冀及周边(?:地区)?|[苏皖浙鲁豫冀晋陕鄂湘赣闽粤桂滇黔川渝辽吉蒙甘青宁新藏][东南西北中](?:地区)?|{_PLACE}|(?:[\u4e00-\u9fff]{{1,8}}|[A-Z×*]{{1,3}})(?:市|县|区|州|盟|基地|地区|平原|走廊|盆地|高原|半岛|流域|开发区|城市|乡镇|园区|断面)|(?:京津冀|长三角|珠三角|粤港澳大湾区|长江经济带)(?:区域|地区)?|全国|国家级|省级|市级|(?:市|县)城建成区|市?(?:主|中心)城区|县城|城区|农村|城镇|乡镇|行政村|村庄|建成区|[上中下]+游(?:地区)?|干流|支流|平原县|山区县|川区|其他地区|其他城市|其余[\u4e00-\u9fff]{1, 6}|其他设区的?市|重点区域|重点地区|重点城市)$"
    )
    return pieces if pieces and all(whole.match(p) for p in pieces) else None
