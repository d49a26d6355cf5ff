"""Numbers that are no targets: money, thresholds of equipment, deadlines, distances, habits."""

from __future__ import annotations

import re

from saishang.apps.plan.importer.phrases import COUNT_VERB, METRIC_END, Peeled, suffix_after, trim_indicator
from saishang.apps.plan.importer.quantities import Quantity

__all__ = ["NEXT_BOUNDARY", "only_describes"]

#: What may follow a number that ends its phrase.
NEXT_BOUNDARY = re.compile(r"^(?:$|[，。；：！？、）)\n;,]|和|及|与|且|并|或|的?(?:水平|目标|标准|要求)|（|\(|”)")
_MONEY_OK = re.compile("产值|营业收入|主营业务收入|增加值|产业规模|总规模|交易额|生产总值|工业总产值|经济规模|总收入")
_EQUIPMENT = re.compile(
    r"^(?:及以[上下]|以[上下]|级|等级)?(?:的)?(?:规模)?(?:[\u4e00-\u9fff]{0,6}?)(?:锅炉|机组|窑炉|高炉|转炉|焦炉|炉型|炉|企业|用户|项目|设施|车辆|货车|船舶|水库|灌区|产能|生产线|"
    r"公共建筑|建筑|污水处理厂|处理厂|矿井|矿山|煤矿|燃气轮机|电站|风机|设备|工程|工地|道路|路段|管道|水井|河流|河道|流域面积|单位|工厂|园区|地块|基地|气田|油田|装置|加油站|城区|城市|县城|乡镇|村庄|养殖场)"
)
_THRESHOLD_UNIT = re.compile(
    "蒸吨|千瓦$|兆瓦$|吨/|立方米/|平方米$|平方公里$|千伏|标准煤$|^[万亿]?吨$|公里$|^米$|万人$|立方米$"
)
_NO_TARGET_TAIL = re.compile(
    r"^(?:级|型|类|纳米|号|期|年|月|范围|半径|辐射|直径|届|线|代|维|步|强|内(?:向|报|完|提|上|办|将|予|作|进|对|组|形|达|解|建)|以内(?:的|范)|为(?:一|单位)|一?批|制|元|以外|公里内)"
)
_ASIDE = re.compile(
    r"^(?:或|国家下达|省下达|上级下达|市下达|国家要求|约合|折合|折|相当于|现状|现有|其中已|(?:19|20)\d\d年(?:为|是|达到|实际))"
)
_FUNDING = re.compile(
    "给予|财政支持|财力|资金占比|资金支持|补助|补贴|奖励|奖补|自筹|资本金|投资额|贴息|贷款|出资|配套资金|资金.{0,6}比例|专项债|社会资本|资本投入|税收|罚款|首付|补偿标准"
)
_PLAIN_OK = re.compile(
    "(?:系数|指数|比值|容积率|满意度|得分|[^占环同对相]比|pH值?|利用效率|PUE(?:值)?|能效比|强度)(?:[（(][^（()）]*[）)])?$"
)
#: 4.3米焦炉2座, 110千伏变电站3座: the first number says which things are counted.
_SIZE_OF_COUNTED = re.compile(
    r"^(?:及?以[上下]|级)?的?[\u4e00-\u9fff]{1,12}\d+(?:台套|台|座|家|条|套|辆|个|艘|处|口)(?![\u4e00-\u9fff]*率)"
)
_DEADLINE_TAIL = re.compile(r"^(?:之?内|以内|前|后)")
_NO_TARGET_HEAD = re.compile(
    r"(?:第|前|后|首批|首|近|逾|约每|每(?:生产|处理|消耗|利用|回收|销售)|其余|每隔|每满|距离?|周边|半径|方圆|直径|深度|年满|每|原有|现有|以下简称|原|共涉及|涉及|涉及(?:产能|面积|人口|投资|企业|项目)|选取|抽取|抽查|随机|分为|分|划分为|罚款|处以|奖励|补助|补贴|给予|排名前|位列前|倒数|名列前)$"
)


def only_describes(text: str, quantity: Quantity, left: str, tail: str, peeled: Peeled) -> bool:
    """Tell whether a number describes a thing, a habit or a sum of money and promises nothing.

    `left` is the clause before the number, `tail` all that follows it, `peeled` what the words before it said.
    """
    suffix, end = suffix_after(text, quantity.end)
    behind = text[end:]
    opened = max(text.rfind("（", 0, quantity.start), text.rfind("(", 0, quantity.start))
    if opened >= 0 and not re.search("[）)]", text[opened : quantity.start]) and _ASIDE.match(text[opened + 1 :]):
        # （国家下达为10%）, （或排放浓度不高于60mg/m3）: said in passing about the number before.
        return True
    if opened >= 0 and re.fullmatch("每(?:个|家|处|座|村|镇|县|片|台|人|户|条|辆)", peeled.rest.strip("（(，")):
        return True  # 示范片5个（每个不少于500亩）: how big each of them is
    if quantity.is_money:
        if not NEXT_BOUNDARY.match(behind):
            # 年产值超10亿元龙头企业: the money describes what is counted.
            return True
        clause = text[max(text.rfind(c, 0, quantity.start) for c in "，。；\n") + 1 : quantity.end + 8]
        return not (
            _MONEY_OK.search(clause)
            and peeled.stated
            and peeled.verb not in ("不超过", "不高于", "最高")
            and not re.search("投资|资金|补助|奖励|罚", clause)
        )
    if re.match(
        "^(?:及?以[上下内])?的[，]?(?:不予|不得|一律|依法|予以|责令|给予|应当?|须|视为|视同|限期|暂停|取消|纳入|可以?|由|要)",
        tail,
    ):
        # 利用率达不到75%的不予审批: a condition.
        return True
    if not quantity.is_share and not quantity.is_count and _SIZE_OF_COUNTED.match(tail):
        return True
    if quantity.is_count and re.match(
        r"^及?以[上下]的?[^，。；、]{2,24}?(?:率|比例|占比|比重|浓度)(?:均|力争)*(?:达到?|不低于|不少于|超过|为|稳定在|保持在|提高到)?\d",
        tail,
    ):
        return True  # 30户以上自然村…覆盖率达到100%
    if quantity.unit in ("小时", "分") and re.search("每[日天周次]", left):
        return True
    if re.search(r"每\d[\d.]*[\u4e00-\u9fff]{1,3}(?:不少于|不低于|至少|配备|设置?|建设?)*$", left):
        return True  # 每500人不少于1名
    if peeled.stated and re.match("^的[^，。；、]{1,14}?(?:全部|一律|均|应|须|必须|不得)", behind):
        return True  # 浓度大于等于8%的瓦斯全部利用
    if _NO_TARGET_TAIL.match(tail) or _NO_TARGET_HEAD.search(left):
        return True
    if (
        quantity.plain
        and quantity.value == 0
        and re.search("(?:比例|占比|比重|率|断面|天数)$", trim_indicator(peeled.rest))
    ):
        # 劣Ⅴ类水体比例为0 needs no unit.
        return False
    if quantity.plain and not _PLAIN_OK.search(_without_which(trim_indicator(peeled.rest))):
        return True
    if re.search("[.]", text[quantity.start : quantity.end]) is None and quantity.plain and (quantity.value or 0) > 20:
        # An efficiency or a ratio is a small number; 100 behind it is something else.
        return not re.search("(?:指数|满意度|得分|强度)(?:[（(][^（()）]*[）)])?$", trim_indicator(peeled.rest))
    if peeled.stated and re.match(r"^的[^，。；]{0,12}(?:比例|占比|比重|规模占比)[^，。；\d]{0,8}\d", behind):
        # 进水浓度高于100mg/L的比例达到80%: the first number says what the share is of.
        return True
    if not peeled.stated and re.search("(?:流域|国土|总|辖区|规划|行政区域|占地)面积$|人口$", left):
        return True  # 流域面积4830平方公里 says what there is
    if not (peeled.stated or peeled.baseline) and re.fullmatch(
        "总?(?:面积|长度|规模|库容|里程)", trim_indicator(peeled.rest)
    ):
        return True  # 划定重点区，面积约1200平方公里
    if quantity.unit == "人" and re.match("^(?:以上|左右)?的[\u4e00-\u9fff]", tail):
        return True  # 组建20人以上的专家库
    if quantity.is_share and peeled.stated and re.match("^(?:对|凡)", left) and re.match("^的[\u4e00-\u9fff]", behind):
        return True  # 对下降幅度超过20%的断面，…
    if re.search("(?<!责任)权重|分值|计分|扣分|加分|扣减", left):
        return True
    if quantity.is_share and _FUNDING.search(_clause(text, quantity)):
        # 按投资额的30%补助, 企业自筹比例不低于50%: how a cost is shared is no target of the plan.
        return True
    if (
        quantity.is_share
        and peeled.comparator is not None
        and METRIC_END.search(trim_indicator(peeled.rest))
        and re.match(
            "^的(?:[^，。；]{0,8})(?:地区|城市|企业|项目|单位|园区|县|区|市|省|设备|机组|数据中心|建筑|工厂|锅炉|乡镇|村|产品)",
            behind,
        )
    ):
        # 峰谷差率超过40%的地区: the share says which regions are meant.
        return True
    if quantity.unit.startswith("蒸吨") and not NEXT_BOUNDARY.match(behind):
        return True
    if quantity.unit == "次" and re.search("每(?:日|天|周|旬|月|季度|半年)", left):
        return True
    if quantity.unit in ("米", "公里") and re.search("间距|距离", left):
        return True
    if quantity.unit in ("小时", "天", "年") and re.search(
        "(?:停工|停产|整改|提前|公示|施工期|工期|有效期|保存|连续|封停|周期)[^，。；]{0,6}$", left
    ):
        return True
    if quantity.unit.endswith("次") and re.search("每[日天周旬月]", _clause(text, quantity)):
        return True
    if quantity.unit == "次" and re.search("每年|每季|每半年|每月|年均", _clause(text, quantity)):
        return True
    if quantity.unit in ("小时", "天", "分") and _DEADLINE_TAIL.match(tail) and not re.search("控制|缩短|不超过", left):
        return True
    if (
        quantity.unit in ("公里", "米", "千米")
        and not COUNT_VERB.search(left)
        and not re.search(
            rf"(?:\d{quantity.unit}[^。；]*其中|其中[^。；]*\d{quantity.unit}，)[^，。；]*$", text[: quantity.start]
        )
        and not re.search(
            "完成|新建|建成|改造|建设|新增|治理|修复|整治|里程|长度|水位|水深|透明度|铺设|达到|疏浚|敷设|岸线|绿道",
            left,
        )
    ):
        return True
    if quantity.unit == "公里" and re.match("^(?:以内|内|范围|外)", tail):
        return True
    if (
        peeled.stated
        and not quantity.is_share
        and re.match("^的(?!水平|目标|标准|要求|比例|速度)", behind)
        and not (quantity.is_count and COUNT_VERB.search(left))
    ):
        # 对新增用地超过10公顷的项目: the number describes the project.
        return True
    if (
        peeled.stated
        and not quantity.is_share
        and re.match("^[、或]", behind)
        and re.match(r"^[^，。；]*?\d[^，。；]*?的(?:企业|单位|用户|项目|设施|建筑|工程|园区|养殖场)", behind)
    ):
        # 用电负荷超过3000千瓦、年耗煤1万吨以上的企业: one of several properties of a thing.
        return True
    if re.match("^及以[上下]", tail) and not NEXT_BOUNDARY.match(behind):
        return True
    if suffix in ("以上", "以下", "以内", "及以上", "及以下", "内") and not NEXT_BOUNDARY.match(behind):
        if suffix in ("以下", "及以下", "及以上", "以内", "内") and not quantity.is_share:
            return True
        if suffix == "以上" and _THRESHOLD_UNIT.search(quantity.unit) and _EQUIPMENT.match(behind):
            return True
    if (
        suffix is None
        and not quantity.is_share
        and _THRESHOLD_UNIT.search(quantity.unit)
        and re.match("^(?:等级|规模)", tail)
    ):
        return True
    return bool(re.search("[“‘]$", left) and tail.startswith(("”", "’")))


def _without_which(name: str) -> str:
    """电能利用效率（PUE）新建大型及以上项目: what stands behind a name with its abbreviation says of which things."""
    found = re.match("^(.*[（(][A-Za-z.0-9]+[）)])(?:新建|在建|现有|存量|大型|新增)[^，。；]{2,14}$", name)
    return found.group(1) if found else name


def _clause(text: str, quantity: Quantity) -> str:
    """Give the clause a number stands in, commas included."""
    end = min([p for p in (text.find(c, quantity.end) for c in "，。；\n") if p >= 0] or [len(text)])
    return text[max(text.rfind(c, 0, quantity.start) for c in "，。；\n") + 1 : end]
