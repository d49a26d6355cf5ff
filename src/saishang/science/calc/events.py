"""Topics of events: grades, the clock of the first report, radiation accidents, response points, dispatch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from saishang.science.calc.registry import Case, Field, Result, family, topic
from saishang.science.numbers import InputError, non_negative
from saishang.science.release.dispatch import dispatch, shortfall_of
from saishang.science.release.events import event_grade, radiation_grade, report_due
from saishang.science.release.from_rules import event_rule, radiation_rule
from saishang.science.release.response import Facility, plan_response
from saishang.science.rounding import round_half_even

__all__: list[str] = []

_FACTS = (
    Field("deaths", "死亡人数", "Deaths"),
    Field("poisoned", "中毒或重伤人数", "Poisoned or badly hurt"),
    Field("evacuated", "疏散转移人数", "Persons moved"),
    Field("loss_yuan", "直接经济损失（元）", "Direct loss (CNY)"),
    Field("water_supply", "取水中断（地级、县级、乡镇、无）", "Intake stopped (prefecture, county, township, none)",
          "text", choices=("prefecture", "county", "township", "none"),
          words=(("地级", "prefecture"), ("地级市", "prefecture"), ("设区的市", "prefecture"), ("市级", "prefecture"),
                 ("县级", "county"), ("县城", "county"), ("乡镇", "township"), ("无", "none"))),
    Field("cross", "跨界（国、省、市、县、无）", "Across a border (country, province, prefecture, county, none)",
          "text", choices=("country", "province", "prefecture", "county", "none"),
          words=(("跨国", "country"), ("跨国界", "country"), ("跨省", "province"), ("跨省界", "province"),
                 ("跨市", "prefecture"), ("跨地市", "prefecture"), ("跨县", "county"), ("无", "none"))),
)  # fmt: skip


@topic(
    "event",
    medium="emergency",
    zh="突发环境事件级别",
    en="Grade of an environmental event",
    description_zh="任一条件达到的最高级；“以上”含本数；什么都不知道时没有级别。",
    description_en="The highest grade any criterion reaches; the number itself counts; nothing known is no grade.",
    fields=_FACTS,
    example={"inputs": {"deaths": 1, "evacuated": 6000, "loss_yuan": 3000000}},
)
def event(case: Case) -> Result:
    """`{grade}`."""
    return {"grade": event_grade(case.inputs, event_rule(case.rules)).zh}


@topic(
    "event_detail",
    medium="emergency",
    zh="突发环境事件级别（初判与依据）",
    en="Grade of an event with its grounds",
    description_zh="级别、依据的条件、尚无数据的条件；有条件未知时为初判，只会升高。",
    description_en="Grade, the criteria behind it and those without data; with any unknown it is preliminary.",
    fields=_FACTS,
    example={"inputs": {"deaths": 1, "evacuated": 6000}},
)
def event_detail(case: Case) -> Result:
    """`{grade, preliminary, by_criteria, missing}`."""
    found = event_grade(case.inputs, event_rule(case.rules))
    return {
        "grade": found.zh,
        "preliminary": bool(found.missing),
        "by_criteria": list(found.by),
        "missing": list(found.missing),
    }


@topic(
    "report_clock",
    medium="emergency",
    zh="突发环境事件报告时限",
    en="Clock of the first report",
    description_zh="自发现或得知起，特别重大、重大 2 小时，较大、一般 4 小时。",
    description_en="From finding or hearing of it: 2 hours for the two highest grades, 4 for the others.",
    fields=(
        Field("known", "发现或得知时间", "Found or heard of", "text", required=True),
        Field("grade", "初判级别", "Preliminary grade", "text", required=True),
    ),
    example={"inputs": {"known": "2026-11-23T08:20", "grade": "较大"}},
)
def report_clock(case: Case) -> Result:
    """`{due, to}`."""
    text = str(case.required("known"))
    try:
        known = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"known must be a time, got {text!r}.", fix="Write it as 2026-11-23T08:20.") from None
    due, recipients = report_due(known, str(case.required("grade")), event_rule(case.rules))
    return {"due": due.isoformat(timespec="minutes"), "to": recipients[1]}


@topic(
    "radiation_accident",
    medium="emergency",
    zh="辐射事故级别",
    en="Grade of a radiation accident",
    description_zh="放射源丢失、被盗、失控按源类别；急性死亡与重度放射病人数；取最高级。",
    description_en="Source lost, stolen or out of control by its class; acute deaths and severe sickness; the highest.",
    fields=(
        Field("source_class", "放射源类别（I–V）", "Class of the source (I-V)", "text"),
        Field(
            "what",
            "丢失、被盗或失控",
            "Lost, stolen, or out of control",
            "text",
            choices=("lost", "stolen", "out of control"),
            words=(("丢失", "lost"), ("被盗", "stolen"), ("失控", "out of control")),
        ),
        Field("deaths", "急性死亡人数", "Acute deaths"),
        Field("severe", "急性重度放射病人数", "Severe acute sickness"),
        Field("wide", "是否大范围严重污染", "Wide severe contamination", "flag"),
    ),
    example={"inputs": {"source_class": "III", "what": "lost"}},
)
def radiation_accident(case: Case) -> Result:
    """`{radiation_accident}`."""
    if not case.inputs:
        raise InputError("radiation_accident needs a fact.", fix="Give source_class=III what=lost, or deaths=2.")
    source = case.inputs.get("source_class")
    if source is not None and case.inputs.get("what") is None:
        # A source that is where it belongs is no accident, whatever its class.
        raise InputError("The class of a source makes a grade only when it was lost.", fix="Give what=lost …")
    found = radiation_grade(
        radiation_rule(case.rules),
        source_class=None if source is None else str(source),
        deaths=case.inputs.get("deaths"),
        severe=case.inputs.get("severe"),
        wide=bool(case.flag("wide")),
    )
    return {"radiation_accident": found}


family(
    "reporting",
    medium="emergency",
    zh="信息报告与辐射事故",
    en="Reporting and radiation accidents",
    members=("report_clock", "radiation_accident"),
)


@topic(
    "response_points",
    medium="emergency",
    zh="应急处置点可用性",
    en="Response points below a spill",
    description_zh="前锋到达时间减通报与关闭用时，不为负的点才可用；能储满要求时长的为主拦截，其余为延缓。"
    "本系统规则，待应急部门确认。",
    description_en="A point is of use when it is closed before the front arrives; one that holds the water long enough "
    "is the main barrier, the others delay. Project rule, to be confirmed by the emergency office.",
    fields=(
        Field("spill_km", "泄漏位置（沿河 km）", "Place of the spill along the river (km)", required=True),
        Field("Q_m3s", "流量 Q（m³/s）", "Flow Q (m³/s)", required=True),
        Field("front_speed_ms", "前锋流速（m/s）", "Speed of the front (m/s)", required=True),
        Field("notice_min", "通报用时（min）", "Notice (min)", required=True),
        Field("hold_hours", "要求拦蓄时长（h）", "Hours to hold (h)", required=True),
        Field("points", "各点 {km, prep_min, store}", "Points as {km, prep_min, store}", "numbers", required=True),
    ),
    example={"inputs": {"spill_km": 0, "Q_m3s": "2.0", "front_speed_ms": "0.8", "notice_min": 20, "hold_hours": 12,
                        "points": [{"km": "3.0", "prep_min": 90, "store": 20000},
                                   {"km": "12.0", "prep_min": 45, "store": 150000}]}},
)  # fmt: skip
def response_points(case: Case) -> Result:
    """`{points: [{km, arrival_min, margin_min, hold_h, role}], need_m3, main_km, delay_km}`."""
    found = plan_response(
        [_facility(entry, place) for place, entry in enumerate(case.required("points"))],
        spill=case.required("spill_km"),
        flow=case.required("Q_m3s"),
        front_speed=case.required("front_speed_ms"),
        notice=case.required("notice_min"),
        hold_hours=case.required("hold_hours"),
    )
    return {
        "points": [
            {
                "km": point.km,
                "arrival_min": round_half_even(point.arrival, 1),
                "margin_min": None if point.margin is None else round_half_even(point.margin, 1),
                "hold_h": None if point.hold is None else round_half_even(point.hold, 2),
                "role": point.role,
            }
            for point in found.points
        ],
        "need_m3": found.need,
        "main_km": found.main,
        "delay_km": list(found.delays),
    }


def _facility(entry: object, place: int) -> Facility:
    known = {"km", "prep_min", "store"}
    if not isinstance(entry, Mapping) or not known >= entry.keys() or entry.get("km") is None:
        raise InputError(
            f"points[{place}] must map km, prep_min and store to numbers.",
            fix='Write {"km": 3.0, "prep_min": 90, "store": 20000}.',
        )
    km, closing, store = (non_negative(entry.get(name), name=name) for name in ("km", "prep_min", "store"))
    if km is None:
        raise InputError(f"points[{place}] lacks its km.", fix="Give the place along the river.")
    return Facility(km, closing, store)


family(
    "emergency",
    medium="emergency",
    zh="应急通报与处置",
    en="Emergency notices and response",
    members=("border_notice", "response_points"),
)


@topic(
    "dispatch",
    medium="emergency",
    zh="应急物资调度",
    en="Dispatch of emergency material",
    description_zh="各库到各点的最小费用调运；库存不足时给出缺口，所列方案为部分满足。过期物资不计入库存。",
    description_en="Cheapest transport from depots to sites; when the stock is short the shortfall is told and the "
    "plan is partial. Expired stock is no supply.",
    fields=(
        Field("cost", "单位费用（每库一行）", "Cost per unit, one row per depot", "numbers"),
        Field("supply", "各库库存", "Stock of the depots", "numbers", required=True),
        Field("demand", "各点需求", "Need of the sites", "numbers", required=True),
    ),
    example={"inputs": {"cost": [[4, 6], [5, 3]], "supply": [5, 15], "demand": [8, 12]}},
)
def dispatch_topic(case: Case) -> Result:
    """`{total_cost, plan}`; short of stock `{feasible: false, shortfall}` with the best partial plan."""
    supply, demand = case.required("supply"), case.required("demand")
    if case.inputs.get("cost") is None:
        short = shortfall_of(supply, demand)
        return {"feasible": short == 0, "shortfall": short}
    found = dispatch([_row(row) for row in case.required("cost")], supply, demand)
    result: Result = {"total_cost": found.total_cost, "plan": [list(row) for row in found.plan]}
    return result if found.feasible else {"feasible": False, "shortfall": found.shortfall, **result, "partial": True}


def _row(row: object) -> list[object]:
    if isinstance(row, str) or not isinstance(row, Sequence):
        raise InputError("cost must be a list of rows.", fix="Write [[4, 6], [5, 3]], one row per depot.")
    return list(row)
