"""Names and comparators of targets: one subject split into the names of several numbers, and which way a limit goes."""

from __future__ import annotations

import re

from saishang.apps.plan.importer.phrases import (
    COUNT_VERB,
    METRIC_END,
    Peeled,
    bare_region,
    lower_is_better,
    split_scope,
)
from saishang.apps.plan.importer.quantities import Quantity, find_years
from saishang.apps.plan.importer.text import bracket_pairs, protected_spans

__all__ = ["comparator_of", "split_subjects", "strip_year"]


def strip_year(phrase: str) -> str:
    """Take year marks off the front of an indicator phrase: 到2027年，全区… → 全区…."""
    out = phrase
    out = re.sub("^[，,、]?(?:每年|年均|平均每年|每季度)(?!浓度|值|平均)", "", out)
    for _ in range(4):
        marks = [m for m in find_years(out) if m.start <= 3 and m.kind != "base"]
        if not marks:
            break
        # 甲市2017年…浓度: the place before the year stays.
        kept = out[: marks[0].start] if re.search("[省市县区州盟]$", out[: marks[0].start]) else ""
        out = kept + out[marks[0].end :].lstrip("，,、： ")
    out = re.sub(r"^(?:，|,|、|前|末|底|时|，)+", "", out)
    return re.sub("^(?:每年|年均|平均每年|每季度)(?!浓度|值|平均)", "", out)


def comparator_of(quantity: Quantity, suffix: str | None, peeled: Peeled, change: str | None, indicator: str) -> str:
    """Give the comparator of a stated number: from the words around it, else the indicator's nature."""
    if suffix in ("左右", "上下") or peeled.approximate:
        return "~"
    if quantity.low is not None and suffix not in ("以上", "以下", "以内"):
        return "="
    if suffix in ("以上", "及以上", "或以上", "多", "余", "有余"):
        return ">" if peeled.comparator == ">" and peeled.verb == "超过" and suffix != "以上" else ">="
    if suffix in ("以下", "及以下", "以内", "之内", "及以内", "内"):
        return "<" if peeled.comparator == "<" else "<="
    if change is not None and peeled.comparator in (None, "="):
        return ">="
    if peeled.comparator is not None:
        if (
            peeled.comparator == ">="
            and peeled.verb in ("达到", "达", "实现", "力争", "稳定达到")
            and lower_is_better(indicator)
            and not COUNT_VERB.match(indicator)
            and change is None
        ):
            return "<="
        if (
            peeled.comparator == "="
            and peeled.verb in ("保持在", "稳定在", "维持在", "控制为")
            and lower_is_better(indicator)
        ):
            return "<="
        return peeled.comparator
    lower = lower_is_better(indicator) and not quantity.is_count and not COUNT_VERB.match(indicator)
    return "<=" if lower else ">="


_METRIC_TAIL = re.compile(
    r"((?:太阳能|光伏|再生|应用|使用|推广|平均|运行|热|综合|资源化|无害化|安全|有效|清洁|绿色|投产|在建|达标|替代|循环|规范化)*(?:年均|平均|年平均|日均)?(?:(?:浓度|质量浓度)|年?削减量|重点工程减排量|排放总量|排放量|减排量|排放强度|排放|(?:综合)?(?:利用|处置|处理|回收|收集|覆盖|普及|达标|资源化利用|无害化处理|合格)率|比例|占比|比重|消耗|能耗|强度|面积|"
    r"总量|规模|装机容量|装机|产能|产值|使用量|施用量|用量|用水量|消费量|数量|里程|蓄积量|覆盖率|保有量|水平|率|优良天数比例))$"
)


def split_subjects(subject: str, count: int | None) -> list[tuple[str, str | None]] | None:
    """Split A、B浓度 into (A浓度, B浓度), or 甲市、乙市浓度 into (浓度 of 甲市, 浓度 of 乙市).

    None when the parts do not match the number of values.
    """
    if re.match("各(?:市|县|区|州|地|省)", subject):
        return None  # 各市（州）、县（市、区）…率: one collective, however it is written
    for pattern in ("、|，|(?<![谐温缓])和(?!谐)|以及|(?<![普涉])及(?!以上|其|时|周边)|(?<!参)与", "、|，", "、"):
        parts = [p.strip("，、 ") for p in _split_names(subject, pattern)]
        parts = [p for p in parts if p]
        if len(parts) < 2 or (count is not None and len(parts) != count):
            continue
        return _expand(parts)
    return None


def _split_names(subject: str, pattern: str) -> list[str]:
    """Split outside brackets and quotes."""
    guarded = list(subject)
    for a, b in [*bracket_pairs(subject), *protected_spans(subject)]:
        for i in range(a, b):
            guarded[i] = "\x00"
    text, pieces, start = "".join(guarded), [], 0
    for found in re.finditer(pattern, text):
        pieces.append(subject[start : found.start()])
        start = found.end()
    return [*pieces, subject[start:]]


_PER_OUTPUT = re.compile(
    "^(?:规模以上工业)?(?:单位|万元)(?:地区生产总值|国内生产总值|GDP|工业增加值|农业增加值|生产总值|产值|产品)"
)


_PLACE_THEN_METRIC = re.compile(
    r"^([\u4e00-\u9fff]{2,3})((?:PM2\.5|PM10|AQI|细颗粒物|可吸入颗粒物|臭氧|空气质量|环境空气|优良天数|地表水|国考断面).{2,})$"
)
_RATE_WORD = (
    "(?:综合|安全|资源化|无害化|集中|规范化)*"
    "(?:安装|联网|覆盖|普及|合格|达标|治理|收集|处理|利用|处置|回收|登记|完成|整改|办结|满意|去除)率"
)


def _expand(parts: list[str]) -> list[tuple[str, str | None]]:
    # 单位GDP能耗、水耗: the first part carries its denominator on; 四项主要污染物 only sums up the list.
    per = _PER_OUTPUT.match(parts[0])
    if per:
        parts = [
            per.group(0) + p
            if re.match("^(?:能耗|水耗|电耗|碳排放(?!强度)|用水量|二氧化碳排放|能源消耗|取水量)", p)
            else p
            for p in parts
        ]
    whole = re.match(f"^(.{{3,}}?){_RATE_WORD}$", parts[0])
    if whole:
        # 视频监控安装率、联网率: whose rate it is is said once.
        parts = [parts[0], *(whole.group(1) + p if re.fullmatch(_RATE_WORD, p) else p for p in parts[1:])]
    parts[-1] = re.sub("(?:等)?[一二三四五六两0-9]+[项种类](?:主要)?(?:大气|水)?污染物(?=.)", "", parts[-1])
    last, places = parts[-1], [bare_region(p) for p in parts[:-1]]
    if all(places):
        name, scope = split_scope(last)
        if scope and name != last:
            return [(name, p) for p in [*parts[:-1], scope]]
    name, place = split_scope(last)
    if (
        place
        and name != last
        and place.endswith("市")
        and all(re.fullmatch("[\u4e00-\u9fff]{2,4}", p) for p in parts[:-1])
    ):
        # 甲河、乙山、丙湖市…浓度: 市 is written once.
        return [(name, p if p.endswith("市") else f"{p}市") for p in [*parts[:-1], place]]
    named = _PLACE_THEN_METRIC.match(last)
    if named and all(re.fullmatch("[\u4e00-\u9fff]{2,4}", p) and not METRIC_END.search(p) for p in parts[:-1]):
        return [(named.group(2), p) for p in [*parts[:-1], named.group(1)]]  # 徐州、宿迁PM2.5浓度
    head, scope = split_scope(parts[0])
    shared_scope = scope if scope and head != parts[0] else None
    parts = [head if shared_scope else parts[0], *parts[1:]]
    # A part without a metric borrows it from the next part that has one: PM2.5、PM10年均浓度和优良天数比率.
    for i in range(len(parts) - 2, -1, -1):
        if not METRIC_END.search(parts[i]) or parts[i].endswith("需氧量"):
            parts[i] += _shared_tail(parts[i], parts[i + 1])
    return [(n, shared_scope) for n in parts]


def _shared_tail(part: str, following: str) -> str:
    """What two joined names share and write once: 再生铜、再生铅产量 → 产量; 钢铁、焦化行业产能占比 → 行业产能占比."""
    group = re.search(
        "(?<=..)单位(?=产品|换算|产值|面积|地区|国内|工业|增加值|GDP)|(?:等)?(?:行业|领域|产业|环节|企业|产品|行政村|园区|类别)",
        following,
    )
    if group and (METRIC_END.search(following) or following.endswith("排放")):
        return following[group.start() :]
    size = len(part)
    alike = (
        len(following) > size
        and not part[-1].isascii()
        and (following[0] == part[0] or following[size - 1] == part[-1])
    )
    if alike and 1 < len(following) - size <= 12 and METRIC_END.search(following):
        return following[size:]
    # 居住建筑、公共建筑节能率: what stands behind the last characters both share is written once.
    for length in (4, 3, 2):
        at = following.rfind(part[-length:]) if len(part) > length and not part[-1].isascii() else -1
        if at > 0 and METRIC_END.search(following) and 1 < len(following) - at - length <= 14:
            return following[at + length :]
    tail = _METRIC_TAIL.search(following)
    return tail.group(1) if tail else ""
