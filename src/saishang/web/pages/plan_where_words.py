"""Words and addresses of the page that says where the plan lives: sorts of systems, states, pages of the portal."""

from __future__ import annotations

from django.urls import resolve, reverse
from django.utils.translation import gettext as _

from saishang.apps.indicators import queries as indicators
from saishang.apps.plan.where import Part
from saishang.apps.registers.kinds import kinds
from saishang.science import calc
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.security import access_of

__all__ = ["kind_name", "link_of", "page_name", "state_name"]


@texts.by_language
def state_name(state: str) -> str:
    """How far a system is built."""
    return {"works": _("可用"), "partly": _("部分可用"), "not_built": _("尚未建设")}.get(state, state)


@texts.by_language
def kind_name(kind: str) -> str:
    """What sort of thing the plan names."""
    return {
        "assessment": _("考核评价"), "audit": _("审核"), "base": _("基地"), "capability": _("能力"),
        "case": _("问题整治"),
        "city": _("城市建设"), "county": _("县域建设"), "facility": _("设施"), "grading": _("分级"),
        "indicator": _("指标"), "institution": _("制度"), "line": _("管控线"), "list": _("清单"), "market": _("市场"),
        "mechanism": _("机制"), "network": _("网络"), "pilot": _("试点"), "plan": _("计划"), "platform": _("平台"),
        "programme": _("行动"), "report": _("报告"), "rule": _("规则"), "standard": _("标准"), "system": _("体系"),
        "zone": _("片区"),
    }.get(kind, kind)  # fmt: skip


@texts.by_language
def page_name(route: str) -> str:
    """A page of the portal that a system may be linked with; the schema of the table lists no others."""
    return {
        "overview": _("总览"), "targets": _("目标进展"), "targets-registers": _("承诺与名录"),
        "targets-values": _("上报值"), "morning": _("每日研判"),
        "air": _("空气质量日历"), "air-periods": _("空气质量时段评价"), "air-origin": _("污染来源方向"),
        "air-dust": _("沙尘日"), "water-drains": _("入黄排水沟"), "water-outfalls": _("入河排污口"),
        "water-sources": _("饮用水水源"), "water-flow": _("生态流量"), "water-black": _("黑臭水体"),
        "groundwater": _("地下水"), "soil": _("净土供地查询"), "soil-plots": _("建设用地地块"),
        "soil-farmland": _("受污染耕地"), "soil-points": _("土壤监测点"), "waste": _("“无废城市”"),
        "waste-streams": _("固体废物"), "waste-manifests": _("危险废物转移"), "waste-pollutants": _("新污染物"),
        "ecology": _("生态质量"), "ecology-protected": _("自然保护地"), "ecology-alien": _("外来入侵物种"),
        "ecology-species": _("物种记录"), "ecology-fish": _("鱼类资源"), "ecology-land": _("沙化和盐渍化土地"),
        "noise": _("功能区噪声"), "noise-cities": _("城市噪声普查"), "radiation": _("辐射监测"),
        "radiation-sources": _("放射源台账"), "climate": _("气候"), "climate-cities": _("气候适应型城市"),
        "data": _("数据"), "data-gaps": _("缺数台账"), "data-leads": _("可疑数据线索"), "rules": _("规则"),
        "search": _("检索"), "organisations": _("机构"), "reports": _("报告"), "work-board": _("推进看板"),
        "work-matrix": _("责任矩阵"), "work-items": _("事项清单"), "work-plans": _("年度工作计划"),
        "work-programmes": _("重大工程"), "work-summary": _("领导参阅"), "work-templates": _("事项模板"),
        "supervision": _("督办台账"), "supervision-findings": _("反馈问题"), "supervision-matters": _("协调事项"),
        "supervision-duties": _("年度定期事项"),
    }.get(route, route)  # fmt: skip


def link_of(part: Part) -> tuple[str, str, bool]:
    """Words and address of a working part, and whether only people who are signed in may open it."""
    if part.kind == "register":
        kind = kinds(site.rules())[part.name]
        return texts.both(kind.zh, kind.en), reverse("registers-list", args=[kind.id]), not kind.public
    if part.kind == "calculator":
        topic = next(one for one in calc.topics() if one.name == part.name)
        name = texts.both(topic.zh, topic.en)
        return _("计算器：%(name)s") % {"name": name}, reverse("calculators-topic", args=[part.name]), False
    if part.kind == "target":
        return _("目标 %(id)s") % {"id": part.name}, reverse("target", args=[part.name]), False
    if part.kind == "indicator":
        found = indicators.catalogue().indicators[part.name]
        return texts.both(found.zh, found.en), reverse("targets-indicator", args=[part.name]), False
    if part.kind == "rules":
        return _("规则 %(name)s") % {"name": part.name}, reverse("rules-document", args=[part.name]), False
    address = reverse(part.name)
    access = access_of(resolve(address).func)
    return page_name(part.name), address, access is None or access.audience != "public"
