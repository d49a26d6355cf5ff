"""Which agency a written name means: the table of the site first, then rules that hold for every province.

A name is never matched by substring: 市场监管厅 and 地方金融监督管理局 share words and are two bodies.
"""

# ruff: noqa: E501 - lists of Chinese words: one line of them reads better than one word per line
from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import saishang.rules

__all__ = [
    "PROVINCES",
    "Agency",
    "AgencyResolver",
    "issuing_region",
    "read_agencies",
    "shipped_agencies",
    "site_agencies",
]

#: Province-level units: name → how it calls itself in its own documents.
PROVINCES: Mapping[str, str] = {
    "北京市": "市", "天津市": "市", "河北省": "省", "山西省": "省", "内蒙古自治区": "自治区", "辽宁省": "省", "吉林省": "省",
    "黑龙江省": "省", "上海市": "市", "江苏省": "省", "浙江省": "省", "安徽省": "省", "福建省": "省", "江西省": "省",
    "山东省": "省", "河南省": "省", "湖北省": "省", "湖南省": "省", "广东省": "省", "广西壮族自治区": "自治区", "海南省": "省",
    "重庆市": "市", "四川省": "省", "贵州省": "省", "云南省": "省", "西藏自治区": "自治区", "陕西省": "省", "甘肃省": "省",
    "青海省": "省", "宁夏回族自治区": "自治区", "新疆维吾尔自治区": "自治区", "新疆生产建设兵团": "兵团",
}  # fmt: skip
_SHORT = {
    re.sub("(?:壮族|回族|维吾尔)?自治区$|省$|市$|生产建设兵团$", "", name): name
    for name in PROVINCES
    if name != "新疆生产建设兵团"
}

#: Stem of a department as written → stem of its formal name. Kinds: c = 委员会, a = 厅 (province) or 局 (city),
#: b = 局 everywhere, o = the formal name as it stands.
_STEMS: Mapping[str, tuple[str, str]] = {
    "发展改革": ("发展和改革", "c"), "发展和改革": ("发展和改革", "c"), "发改": ("发展和改革", "c"),
    "经济和信息化": ("经济和信息化", "a"), "经信": ("经济和信息化", "a"), "经济信息化": ("经济和信息化", "a"),
    "工业和信息化": ("工业和信息化", "a"), "工信": ("工业和信息化", "a"), "工业信息化": ("工业和信息化", "a"),
    "教育": ("教育", "a"), "科技": ("科学技术", "a"), "科学技术": ("科学技术", "a"), "公安": ("公安", "a"),
    "民政": ("民政", "a"), "司法": ("司法", "a"), "财政": ("财政", "a"), "民族宗教事务": ("民族宗教事务", "c"),
    "人力资源社会保障": ("人力资源和社会保障", "a"), "人力资源和社会保障": ("人力资源和社会保障", "a"),
    "人社": ("人力资源和社会保障", "a"), "自然资源": ("自然资源", "a"), "自然资源和规划": ("自然资源和规划", "b"),
    "规划和自然资源": ("规划和自然资源", "b"), "规划自然资源": ("规划和自然资源", "b"), "生态环境": ("生态环境", "a"),
    "环境保护": ("环境保护", "a"), "环保": ("环境保护", "a"), "住房城乡建设": ("住房和城乡建设", "a"),
    "住房和城乡建设": ("住房和城乡建设", "a"), "住房建设": ("住房和城乡建设", "a"), "住建": ("住房和城乡建设", "a"),
    "城乡建设": ("住房和城乡建设", "a"), "建设": ("住房和城乡建设", "a"), "粮食和储备": ("粮食和物资储备", "b"), "交通运输": ("交通运输", "a"), "交通": ("交通运输", "a"), "水利": ("水利", "a"),
    "水务": ("水务", "b"), "农业农村": ("农业农村", "a"), "商务": ("商务", "a"), "文化和旅游": ("文化和旅游", "a"),
    "文化旅游": ("文化和旅游", "a"), "文旅": ("文化和旅游", "a"), "文化广电和旅游": ("文化广电和旅游", "b"), "文化广电旅游": ("文化广电和旅游", "b"), "文广旅": ("文化广电和旅游", "b"), "文旅广电": ("文化广电和旅游", "b"), "卫生健康": ("卫生健康", "c"), "卫健": ("卫生健康", "c"),
    "退役军人": ("退役军人事务", "a"), "退役军人事务": ("退役军人事务", "a"), "应急管理": ("应急管理", "a"),
    "应急": ("应急管理", "a"), "审计": ("审计", "a"), "外事": ("外事", "o"),
    "国资": ("人民政府国有资产监督管理", "c"), "国有资产监管": ("人民政府国有资产监督管理", "c"),
    "国有资产监督管理": ("人民政府国有资产监督管理", "c"), "市场监管": ("市场监督管理", "b"),
    "市场监督管理": ("市场监督管理", "b"), "统计": ("统计", "b"), "林业": ("林业", "b"), "林业和草原": ("林业和草原", "b"),
    "林草": ("林业和草原", "b"), "绿化市容": ("绿化和市容管理", "b"), "园林绿化": ("园林绿化", "b"), "能源": ("能源", "b"),
    "粮食和物资储备": ("粮食和物资储备", "b"), "药监": ("药品监督管理", "b"), "药品监管": ("药品监督管理", "b"),
    "药品监督管理": ("药品监督管理", "b"), "机关事务管理": ("机关事务管理", "b"), "机关事务": ("机关事务管理", "b"),
    "机关管理": ("机关事务管理", "b"), "体育": ("体育", "b"), "广电": ("广播电视", "b"), "广播电视": ("广播电视", "b"),
    "医保": ("医疗保障", "b"), "医疗保障": ("医疗保障", "b"), "城管": ("城市管理", "b"), "城市管理": ("城市管理", "b"),
    "城管和综合执法": ("城市管理和综合执法", "b"), "城市管理和综合执法": ("城市管理和综合执法", "b"), "城市管理综合执法": ("城市管理综合执法", "b"), "综合行政执法": ("综合行政执法", "b"), "城市管理综合行政执法": ("城市管理综合行政执法", "b"), "城市管理执法": ("城市管理综合行政执法", "b"), "综合执法": ("综合行政执法", "b"), "行政审批": ("行政审批服务", "b"),
    "行政审批服务": ("行政审批服务", "b"), "政务服务": ("政务服务管理", "b"), "大数据": ("大数据管理", "b"),
    "大数据管理": ("大数据管理", "b"), "数据": ("数据", "b"), "地方金融监管": ("地方金融监督管理", "b"),
    "地方金融监督管理": ("地方金融监督管理", "b"), "金融监管": ("金融监督管理", "b"), "地方金融管理": ("地方金融管理", "b"),
    "海洋": ("海洋", "b"), "海洋渔业": ("海洋与渔业", "b"), "海洋与渔业": ("海洋与渔业", "b"), "供销": ("供销合作社", "o"), "知识产权": ("知识产权", "b"),
    "乡村振兴": ("乡村振兴", "b"), "畜牧": ("畜牧业", "b"), "畜牧兽医": ("畜牧兽医", "b"), "农机": ("农业机械管理", "b"),
    "气象": ("气象", "b"), "邮政管理": ("邮政管理", "b"), "邮政": ("邮政管理", "b"), "税务": ("税务", "b"),
    "通信管理": ("通信管理", "b"), "矿山安全监察": ("矿山安全监察", "b"), "地震": ("地震", "b"), "铁路监督管理": ("铁路监督管理", "b"),
    "民航": ("民航", "b"), "海事": ("海事", "b"), "水文": ("水文", "b"), "地质": ("地质", "b"), "地矿": ("地质矿产勘查", "b"),
    "信访": ("信访", "b"), "核工业地质": ("核工业地质", "b"), "口岸": ("口岸", "o"), "审批": ("行政审批服务", "b"), "投资促进": ("投资促进", "b"), "经济发展": ("经济发展", "b"), "规划建设": ("规划建设", "b"), "建设管理": ("建设管理", "b"), "科技创新": ("科技创新", "b"), "水利水电": ("水利水电", "b"), "河湖管理": ("河湖管理", "b"),
}  # fmt: skip
_BODY = re.compile(r"^(.*?)(委员会|委|办公室|办|厅|局|部)$")

#: Whole names that need no department stem; {p} is the region.
_WHOLE: Mapping[str, str] = {
    "党委组织部": "中共{p}委员会组织部", "党委宣传部": "中共{p}委员会宣传部", "党委政法委": "中共{p}委员会政法委员会",
    "党委统战部": "中共{p}委员会统一战线工作部", "党委网信办": "中共{p}委员会网络安全和信息化委员会办公室",
    "党委编办": "中共{p}委员会机构编制委员会办公室", "党委改革办": "中共{p}委员会全面深化改革委员会办公室",
    "人民检察院": "{p}人民检察院", "检察院": "{p}人民检察院", "高级人民法院": "{p}高级人民法院", "法院": "{p}高级人民法院",
    "高院": "{p}高级人民法院", "总工会": "{p}总工会", "妇联": "{p}妇女联合会", "工商联": "{p}工商业联合会",
    "科协": "{p}科学技术协会", "团委": "共青团{p}委员会", "消防救援总队": "{p}消防救援总队", "消防救援支队": "{p}消防救援支队",
    "公安交警总队": "{p}公安厅交通警察总队", "政府办公厅": "{p}人民政府办公厅", "人民政府办公厅": "{p}人民政府办公厅",
    "人大常委会": "{p}人民代表大会常务委员会", "政协": "中国人民政治协商会议{p}委员会", "供销社": "{p}供销合作社",
    "供销合作社": "{p}供销合作社", "供销联社": "{p}供销合作社联合社", "供销总社": "{p}供销合作总社", "供销合作联社": "{p}供销合作社联合社", "外办": "{p}人民政府外事办公室",
    "国动办": "{p}国防动员办公室", "乡村振兴局": "{p}乡村振兴局", "金融监管局": "国家金融监督管理总局{s}监管局",
    "银保监局": "中国银行保险监督管理委员会{s}监管局", "证监局": "中国证券监督管理委员会{s}监管局",
    "能源监管办": "国家能源局{s}监管办公室", "通信管理局": "{p}通信管理局", "税务局": "国家税务总局{p}税务局",
    "社科院": "{p}社会科学院", "农科院": "{p}农业科学院",
}  # fmt: skip
_NATIONAL: Mapping[str, str] = {
    "国家发展改革委": "国家发展和改革委员会", "发展改革委": "国家发展和改革委员会", "生态环境部": "生态环境部",
    "工业和信息化部": "工业和信息化部", "自然资源部": "自然资源部", "住房城乡建设部": "住房和城乡建设部",
    "交通运输部": "交通运输部", "农业农村部": "农业农村部", "水利部": "水利部", "商务部": "商务部", "财政部": "财政部",
    "科技部": "科学技术部", "公安部": "公安部", "教育部": "教育部", "司法部": "司法部", "应急部": "应急管理部",
    "应急管理部": "应急管理部", "人力资源社会保障部": "人力资源和社会保障部", "文化和旅游部": "文化和旅游部",
    "国家卫生健康委": "国家卫生健康委员会", "卫生健康委": "国家卫生健康委员会", "国务院国资委": "国务院国有资产监督管理委员会",
    "国资委": "国务院国有资产监督管理委员会", "市场监管总局": "国家市场监督管理总局", "税务总局": "国家税务总局",
    "海关总署": "中华人民共和国海关总署", "国家统计局": "国家统计局", "统计局": "国家统计局", "国家能源局": "国家能源局",
    "能源局": "国家能源局", "国家林草局": "国家林业和草原局", "林草局": "国家林业和草原局", "中国气象局": "中国气象局",
    "气象局": "中国气象局", "国家铁路局": "国家铁路局", "铁路局": "国家铁路局", "中国民航局": "中国民用航空局",
    "民航局": "中国民用航空局", "国家邮政局": "国家邮政局", "邮政局": "国家邮政局", "人民银行": "中国人民银行",
    "中国人民银行": "中国人民银行", "金融监管总局": "国家金融监督管理总局", "中国证监会": "中国证券监督管理委员会",
    "国铁集团": "中国国家铁路集团有限公司", "中国国家铁路集团有限公司": "中国国家铁路集团有限公司",
    "国管局": "国家机关事务管理局", "国家机关事务管理局": "国家机关事务管理局", "国家疾控局": "国家疾病预防控制局", "国家数据局": "国家数据局",
    "国家矿山安监局": "国家矿山安全监察局", "中央宣传部": "中共中央宣传部", "中央组织部": "中共中央组织部",
    "全国人大常委会": "全国人民代表大会常务委员会", "环境保护部": "环境保护部", "国土资源部": "国土资源部",
    "农业部": "农业部", "质检总局": "国家质量监督检验检疫总局", "卫生计生委": "国家卫生和计划生育委员会",
    "国家卫生计生委": "国家卫生和计划生育委员会", "林业局": "国家林业局", "海洋局": "国家海洋局", "国家海洋局": "国家海洋局",
    "工商总局": "国家工商行政管理总局", "银监会": "中国银行业监督管理委员会", "证监会": "中国证券监督管理委员会",
    "保监会": "中国保险监督管理委员会", "安全监管总局": "国家安全生产监督管理总局", "食品药品监管总局": "国家食品药品监督管理总局",
    "国家药监局": "国家药品监督管理局", "药监局": "国家药品监督管理局",
    "国家粮食和储备局": "国家粮食和物资储备局", "粮食和储备局": "国家粮食和物资储备局", "国家知识产权局": "国家知识产权局",
    "中央网信办": "中央网络安全和信息化委员会办公室", "中央编办": "中央机构编制委员会办公室", "民政部": "民政部", "国家乡村振兴局": "国家乡村振兴局", "乡村振兴局": "国家乡村振兴局", "铁路总公司": "中国铁路总公司", "中国铁路总公司": "中国铁路总公司",
    "审计署": "中华人民共和国审计署", "外交部": "外交部", "国家文物局": "国家文物局", "国家中医药局": "国家中医药管理局",
    "国家消防救援局": "国家消防救援局", "中华全国供销合作总社": "中华全国供销合作总社", "供销合作总社": "中华全国供销合作总社",
    "全国总工会": "中华全国总工会", "全国妇联": "中华全国妇女联合会", "共青团中央": "共青团中央", "国家国际发展合作署": "国家国际发展合作署",
    "国家移民局": "国家移民管理局", "国家金融监督管理总局": "国家金融监督管理总局",
    "中科院": "中国科学院", "工程院": "中国工程院", "中国科学院": "中国科学院", "中国工程院": "中国工程院",
}  # fmt: skip
#: Local governments and other collective owners: resolved to one written form each.
_LOCAL = re.compile(
    r"^(?:(?:各|有关|相关|沿线|沿黄|沿江|沿海|重点|辖区|全省|全市|全区|所有|地方|属地|当地|其他)|"
    r"(?:设区的?市|地级市|地级及以上|市州|市县|市级以下|市、|市（|州、|县区|区县|县、|县（|县级|区（|乡镇|乡（|镇街|街道|园区|开发区)).*$"
)


_MINISTRY = re.compile(
    "(?:环境保护|生态环境|工业和信息化|住房城乡建设|农业农村|水利|交通运输|自然资源|国土资源|财政|科技|公安|商务|教育)部(?=[、，牵会负按等）])"
)


@dataclass(frozen=True)
class Agency:
    """One row of the agency table."""

    code: str
    name: str
    aliases: tuple[str, ...]
    kind: str = ""
    level: str = ""


def read_agencies(path: Path) -> tuple[Agency, ...]:
    """Read an agency table (columns code, zh, aliases, kind, level; more are allowed)."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return tuple(
            Agency(
                row["code"],
                row["zh"],
                tuple(a.strip() for a in (row.get("aliases") or "").split(";") if a.strip()),
                row.get("kind") or "",
                row.get("level") or "",
            )
            for row in csv.DictReader(handle)
        )


def shipped_agencies() -> tuple[Agency, ...]:
    """Agency table that comes with the package; empty when it has been removed."""
    path = Path(saishang.rules.__file__).parent / "agencies.csv"
    return read_agencies(path) if path.is_file() else ()


def site_agencies(overlay: Path | None) -> tuple[Agency, ...]:
    """Agency table of a site: its own rows laid over the shipped ones by code, as everywhere in the rules."""
    rows = {a.code: a for a in shipped_agencies()}
    if overlay is not None and (overlay / "agencies.csv").is_file():
        rows |= {a.code: a for a in read_agencies(overlay / "agencies.csv")}
    return tuple(rows.values())


def issuing_region(title: str, front: Iterable[str], text: str) -> str | None:
    """Give the region that issues the plan: a province name, a province and city, 全国, or None.

    The title decides; then the title block; then the body, but only when one province is named clearly most often.
    """
    for place in (title, *front):
        found = _region_in(place)
        if found:
            return found
    if re.search("^(?:国务院|中共中央|生态环境部|国家发展改革委)", title) or re.search(
        "国务院关于印发|国务院办公厅", "".join(front)
    ):
        return "全国"
    counts = {name: text.count(short) for short, name in _SHORT.items() if text.count(short) >= 2}
    ranked = sorted(counts.items(), key=lambda pair: -pair[1])
    if ranked and (len(ranked) == 1 or ranked[0][1] >= 2 * ranked[1][1]):
        return ranked[0][0]
    if re.search("各省、自治区、直辖市|全国地级及以上城市", text):
        return "全国"
    ministries = set(_MINISTRY.findall(text))
    if len(ministries) >= 3 and not re.search("省[\u4e00-\u9fff]{2,8}厅|自治区[\u4e00-\u9fff]{2,8}厅", text):
        return "全国"
    city = re.search(r"([\u4e00-\u9fff]{2,4}(?<![城设都各本全])市)(?:人民政府|委)", text)
    return city.group(1) if city else None


def _region_in(text: str) -> str | None:
    text = re.sub(r"^中共|^\d{4}年度?", "", text)
    found = sorted((text.find(short), name) for short, name in _SHORT.items() if short in text)
    province = found[0][1] if found else None
    rest = text.replace(province, "") if province else text
    if province is None:
        own = re.match("^[^省市、，]{2,4}省(?=委|人民政府)", text) or re.match(
            r"^(?!关于|印发|推进)[\u4e00-\u9fff]{2,6}?(?<![全我本各])(?:省|自治区)(?!级|内|直|委|政府)", text
        )
        province = own.group(0) if own else None
        rest = text.replace(province, "") if province else text
    city = re.search(
        r"(?:^|关于印发|《|省)([\u4e00-\u9fff]{2,5}?(?<![城设都各本全])(?<!上海)(?:市|州(?![\u4e00-\u9fff]市)|盟))",
        rest,
    )
    if province and PROVINCES.get(province) == "市":
        return province
    if city and not re.search("城市|直辖", city.group(1)):
        return f"{province or ''}{city.group(1)}"
    county = re.match(
        r"(?:[\u4e00-\u9fff]{2,4}?市)?([\u4e00-\u9fff]{2,3}(?<![各本全城区域年、])(?:自治县|县))(?![级域城（(市区、]|[\u4e00-\u9fff]?区)",
        rest,
    )
    if county and not province:
        return county.group(1)
    return province


class AgencyResolver:
    """Resolve written names for one document.

    Parameters
    ----------
    agencies:
        The site's table; used only for documents of the same region (a table of one province must not name the
        departments of another).
    region:
        What `issuing_region` found.
    """

    def __init__(self, agencies: Iterable[Agency] = (), region: str | None = None) -> None:
        self.region = region
        self.province = next((p for p in PROVINCES if region and region.startswith(p)), None)
        if self.province is None and region:
            own = re.match(r"^[\u4e00-\u9fff]{2,6}?(?:省|自治区)", region)
            self.province = own.group(0) if own else None
        self._table: dict[str, str] = {}
        rows = tuple(agencies)
        homes = {p for p in PROVINCES if any(p in row.name for row in rows)}
        if not rows or region is None or not homes or (self.province in homes and region == self.province):
            for row in rows if region is None or region == self.province else ():
                for alias in (row.name, *row.aliases):
                    self._table.setdefault(_key(alias), row.name)

    def resolve(self, unit: str) -> str | None:
        """Give the formal name of a unit as written, or None.

        >>> AgencyResolver(region="浙江省").resolve("省发展改革委")
        '浙江省发展和改革委员会'
        """
        return _resolve(self, _key(unit))

    def in_table(self, unit: str) -> bool:
        """Tell whether the site's own table has this name."""
        return _key(unit) in self._table


#: Brackets within brackets are written 〔 〕 or [ ]; in a name they mean the same.
_ROUND = str.maketrans("()〔〕［］[]", "（）（）（）（）")


def _key(name: str) -> str:
    return re.sub(r"\s", "", name).translate(_ROUND)


@lru_cache(maxsize=20_000)
def _resolve(resolver: AgencyResolver, unit: str) -> str | None:
    if unit in resolver._table:
        return resolver._table[unit]
    if resolver.region == "全国" and unit in _NATIONAL:
        return _NATIONAL[unit]
    if _LOCAL.match(unit) or re.match(
        r"^(?:各有关|各相关|有关|相关|各|[省市县区]直(?:各|有关|相关|各有关)?)(?:部门|单位|地区?|企业)", unit
    ):
        return unit
    league = re.fullmatch(r"团(省|市|区|自治区|州)委", unit)
    if league:
        return f"共青团{_owner_name(resolver, '自治区' if league.group(1) == '区' else league.group(1)) or ''}委员会"
    branch = re.fullmatch("(?:[^、]{0,4}[市区县])?(.{2,6})分局", unit)
    if branch and branch.group(1) in _STEMS:
        return unit
    found = _by_rule(resolver, unit) or _named_government(unit)
    if found is None and (outer := re.fullmatch("([^（）]{3,})（[^（）]+）", unit)):
        # 省发展改革委（省能源局）: the bracket names the part of the body that does the work.
        return _resolve(resolver, outer.group(1))
    return found


def _by_rule(resolver: AgencyResolver, unit: str) -> str | None:
    """Prefix and stem: 省 + 发展改革委 → the province's 发展和改革委员会."""
    prefix, stem = _split_prefix(unit)
    owner = _owner_name(resolver, prefix)
    if owner is None:
        return _NATIONAL.get(unit)
    short = re.sub("(?:壮族|回族|维吾尔)?自治区$|省$|市$", "", resolver.province or owner)
    for key in (stem, f"党{stem}" if stem.startswith("委") else f"党委{stem}"):
        if key in _WHOLE and (
            key == stem or prefix.endswith("委") or stem.endswith(("部", "网信办", "改革办", "编办"))
        ):
            return _WHOLE[key].format(p=owner, s=short)
    found = _BODY.match(stem)
    if found is None:
        # 省机关事务服务中心: the name is whole but for the region.
        whole = prefix and re.search(
            "(?:中心|研究院|科学院|总站|总队|支队|大队|设计院|集团|管理处|公司|学院|医院)$", stem
        )
        return f"{owner}{stem}" if whole and len(stem) >= 4 else None
    root, tail = found.groups()
    entry = _STEMS.get(root)
    if entry is None or (tail == "部" and resolver.region != "全国"):
        return _NATIONAL.get(unit)
    formal, kind = entry
    if kind == "c":
        # Cities may call the body 局; what is written decides.
        return f"{owner}{formal}" + ("局" if tail == "局" else "委员会")
    if kind == "a":
        return f"{owner}{formal}" + {"委": "委员会", "委员会": "委员会", "局": "局"}.get(tail, "厅")
    if kind == "b":
        return f"{owner}{formal}" + {
            "委": "委员会",
            "委员会": "委员会",
            "办": "办公室",
            "办公室": "办公室",
            "厅": "厅",
        }.get(tail, "局")
    return f"{owner}{formal}" + {"办": "办公室"}.get(tail, tail)


def _split_prefix(unit: str) -> tuple[str, str]:
    for name in sorted([*PROVINCES, *_SHORT], key=len, reverse=True):
        if unit.startswith(name) and len(unit) > len(name):
            rest = unit[len(name) :]
            return (name + "委", rest[1:]) if rest.startswith("委") and len(rest) > 2 else (name, rest)
    found = re.match(
        r"^(自治区党委|省委|市委|州委|盟委|县委|区党委|省级|市级|自治区级|自治区|自治州|自治县|本市|省|市|州|盟|区|县)(?=.{2,})",
        unit,
    )
    if found and not re.match("^市场|^区域|^县域", unit):
        return found.group(1), unit[found.end() :]
    return "", unit


def _owner_name(resolver: AgencyResolver, prefix: str) -> str | None:
    """Give the government a prefix stands for; without a known region the prefix itself is the best name there is."""
    base = re.sub("党委$|委$|级$", "", prefix)
    full = _SHORT.get(base, base)
    if full in PROVINCES:
        return full
    if resolver.region == "全国":
        return None
    if resolver.region is None:
        return base or ""
    city = resolver.region[len(resolver.province or "") :]
    if city.endswith("县"):
        return city if base in ("县", "", "本县") else base
    if base in ("省", "自治区"):
        return resolver.province or base
    if base in ("市", "州", "盟", "自治州", "本市"):
        return city or (resolver.province if resolver.province and PROVINCES.get(resolver.province) == "市" else base)
    if base in ("县", "区"):
        return (
            resolver.province
            if resolver.province and base == "区" and not city and PROVINCES.get(resolver.province) == "自治区"
            else base
        )
    return (city and resolver.region) or resolver.province


def _named_government(unit: str) -> str | None:
    """银川市人民政府, 宁东能源化工基地管委会, XX海关, 国网XX电力公司: full names stand for themselves."""
    if (
        re.search(
            r"(?:人民政府|管委会|管理委员会|海关|海事局|供电局|供电公司|集团(?:有限)?公司|有限(?:责任)?公司|电力公司|分公司|公司[\u4e00-\u9fff]{2,4}办事处|局[\u4e00-\u9fff]{2,4}办事处|研究院|大学|学会|协会|监管局|分行|支行|管理局集团|基地)$",
            unit,
        )
        and len(unit) >= 4
    ):
        return unit
    return unit if re.fullmatch(r"[\u4e00-\u9fff]{2,5}(?<![城各])(?:市|州|盟|县|新区|[^社园城地小]区)", unit) else None
