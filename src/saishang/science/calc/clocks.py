"""Topics of clocks: petitions, disclosure of enterprises, compensation for damage."""

from __future__ import annotations

from datetime import date, timedelta
from typing import cast

from saishang.science.calc.registry import Case, Field, Result, family, topic
from saishang.science.clocks import DueDay, read_day, rule_group, working_days
from saishang.science.numbers import InputError, exact, non_negative

__all__: list[str] = []

_PETITIONS, _DISCLOSURE = "信访工作条例（2022）", "企业环境信息依法披露管理办法（部令第24号）"


def _due(found: DueDay) -> Result:
    result: Result = {"due": found.day.isoformat()}
    if not found.complete:
        result["calendar"] = "weekends_only"
    return result


@topic(
    "complaint",
    medium="governance",
    zh="信访办理时限",
    en="Clock of a petition",
    description_zh="收到之日起 15 日内告知是否受理；受理之日起 60 日内办结，可延长不超过 30 日。",
    description_en="15 days from receipt to decide and tell; 60 days from acceptance to finish, at most 30 more.",
    fields=(
        Field("received", "收到日期", "Received on", "text"),
        Field("accepted", "受理日期", "Accepted on", "text"),
    ),
    standards=(_PETITIONS,),
    example={"inputs": {"received": "2026-11-23", "accepted": "2026-12-01"}},
)
def complaint(case: Case) -> Result:
    """`{tell_by}` of the receipt, `{finish_by, with_extension}` of the acceptance."""
    rule = rule_group(case.rules, "petition")
    days = {name: _day(case, name) for name in ("received", "accepted")}
    received, accepted = days["received"], days["accepted"]
    if received is None and accepted is None:
        raise InputError("The clock needs a day.", fix="Give received=2026-11-23.")
    if received is not None and accepted is not None and accepted < received:
        raise InputError("A petition is not accepted before it is received.", fix="Check the two days.")
    result: Result = {}
    if received is not None:
        result["tell_by"] = (received + timedelta(days=int(rule["decide"]))).isoformat()
    if accepted is not None:
        finish = accepted + timedelta(days=int(rule["finish"]))
        result["finish_by"] = finish.isoformat()
        result["with_extension"] = (finish + timedelta(days=int(rule["extension"]))).isoformat()
    return result


def _day(case: Case, name: str) -> date | None:
    value = case.inputs.get(name)
    return None if value is None else read_day(value, name)


@topic(
    "disclosure_temporary",
    medium="governance",
    zh="临时环境信息披露时限",
    en="Due day of a temporary report",
    description_zh="自收到相关法律文书之日起 5 个工作日；自列入名单公布之日起 10 个工作日。"
    "按国务院节假日安排计工作日。",
    description_en="Five working days from the legal document; ten from the publication of the list. Working days by "
    "the calendar of the State Council.",
    fields=(
        Field("document_received", "收到法律文书日期", "Legal document received on", "text"),
        Field("list_published", "名单公布日期", "List published on", "text"),
    ),
    standards=(_DISCLOSURE,),
    example={"inputs": {"document_received": "2026-11-23"}},
)
def disclosure_temporary(case: Case) -> Result:
    """`{due}`; `calendar: weekends_only` when the holidays of a year on the way are not known."""
    received, listed = _day(case, "document_received"), _day(case, "list_published")
    if (received is None) == (listed is None):
        raise InputError("Give the day of the document or of the list.", fix="Give document_received=2026-11-23.")
    if received is not None:
        start, count = received, rule_group(case.rules, "disclosure_temporary")["legal_document"]
    else:
        start, count = cast(date, listed), rule_group(case.rules, "disclosure_listed")["new_on_list"]
    return _due(working_days(case.rules).after(start, int(count)))


@topic(
    "disclosure_annual",
    medium="governance",
    zh="年度环境信息披露时限",
    en="Due day of the annual report",
    description_zh="每年 3 月 15 日前披露上一年度 1 月 1 日至 12 月 31 日的信息。",
    description_en="By 15 March of the next year, for 1 January to 31 December.",
    fields=(Field("year", "报告年度", "Year of the report", "integer", required=True),),
    standards=(_DISCLOSURE,),
    example={"inputs": {"year": 2026}},
)
def disclosure_annual(case: Case) -> Result:
    """`{due, covers}`."""
    year = exact(case.required("year"), name="year")
    if year.denominator != 1 or not 2000 <= year <= 9998:
        raise InputError(f"year must be a year, got {case.inputs['year']}.", fix="Give 2026.")
    rule = rule_group(case.rules, "disclosure_annual")
    due = date(int(year) + 1, int(rule["month"]), int(rule["day"]))
    return {"due": due.isoformat(), "covers": f"{int(year)}-01-01..{int(year)}-12-31"}


@topic(
    "disclosure_fine",
    medium="governance",
    zh="信息披露违规罚款幅度",
    en="Fine for a fault of disclosure",
    description_zh="未披露、不真实、不准确：1 万至 10 万元；逾期、格式不符、未上传：5 万元以下。",
    description_en="Not disclosed, untrue or inaccurate: 10 000 to 100 000 yuan; late, wrong form, not uploaded: up to "
    "50 000.",
    fields=(
        Field("fault", "违规情形", "Fault", "text", required=True,
              choices=("reported late", "wrong format", "not uploaded", "not disclosed", "untrue", "inaccurate"),
              words=(("late", "reported late"), ("逾期", "reported late"), ("未按时", "reported late"),
                     ("wrong form", "wrong format"), ("格式不符", "wrong format"), ("未上传", "not uploaded"),
                     ("未披露", "not disclosed"), ("不披露", "not disclosed"), ("false", "untrue"),
                     ("不真实", "untrue"), ("不准确", "inaccurate"))),
    ),
    standards=(_DISCLOSURE,),
    example={"inputs": {"fault": "reported late"}},
)  # fmt: skip
def disclosure_fine(case: Case) -> Result:
    """`{fine_max_yuan}`, with `fine_min_yuan` where there is one."""
    kind = rule_group(case.rules, "disclosure_faults")[str(case.required("fault"))]
    fine = rule_group(case.rules, "disclosure_fines")[kind]
    result: Result = {"fine_max_yuan": fine["most"]}
    return result if fine["least"] is None else {"fine_min_yuan": fine["least"], **result}


family(
    "disclosure",
    medium="governance",
    zh="企业环境信息披露",
    en="Disclosure of enterprises",
    members=("disclosure_temporary", "disclosure_annual", "disclosure_fine"),
)


@topic(
    "damage_simple",
    medium="governance",
    zh="简单损害赔偿案件",
    en="Simple case of damage",
    description_zh="事实简单、责任无争议、损害不超过 30 万元（省级可提高至 50 万元）的可简化评估。",
    description_en="Facts simple, liability undisputed, damage up to 300 000 yuan (a province may set up to 500 000).",
    fields=(
        Field("facts_simple", "事实简单", "Facts simple", "flag"),
        Field("liability_undisputed", "责任无争议", "Liability undisputed", "flag"),
        Field("loss_yuan", "损害数额（元）", "Damage (CNY)", required=True),
        Field("province_limit_yuan", "省级规定的数额（元）", "Limit of the province (CNY)"),
    ),
    example={"inputs": {"facts_simple": True, "liability_undisputed": True, "loss_yuan": 280000}},
)
def damage_simple(case: Case) -> Result:
    """`{simple}`; null with what is `missing` while nothing known says no."""
    rule = rule_group(case.rules, "damage_simple")
    limit = non_negative(case.inputs.get("province_limit_yuan"), name="province_limit_yuan") or exact(rule["loss"])
    if not exact(rule["loss"]) <= limit <= exact(rule["province_may_raise_to"]):
        raise InputError(
            f"A province may set {rule['loss']} to {rule['province_may_raise_to']} yuan.", fix="Check its rule."
        )
    loss = non_negative(case.required("loss_yuan"), name="loss_yuan")
    facts = {name: case.flag(name) for name in ("facts_simple", "liability_undisputed")}
    if loss is not None and (loss > limit or False in facts.values()):
        return {"simple": False}
    missing = [name for name, fact in facts.items() if fact is None]
    return {"simple": None, "missing": missing} if missing else {"simple": True}


@topic(
    "damage_negotiation",
    medium="governance",
    zh="损害赔偿磋商期限",
    en="Window of a negotiation",
    description_zh="自书面告知之日起 90 日，磋商不超过 3 次。",
    description_en="90 days from the written notice, at most three meetings.",
    fields=(Field("notice", "书面告知日期", "Written notice on", "text", required=True),),
    standards=("环法规〔2022〕31号",),
    example={"inputs": {"notice": "2026-11-23"}},
)
def damage_negotiation(case: Case) -> Result:
    """`{end, max_meetings}`."""
    rule = rule_group(case.rules, "damage_negotiation")
    notice = read_day(case.required("notice"), "notice")
    return {"end": (notice + timedelta(days=int(rule["days"]))).isoformat(), "max_meetings": rule["meetings"]}


family(
    "damage",
    medium="governance",
    zh="生态环境损害赔偿",
    en="Compensation for damage",
    members=("damage_simple", "damage_negotiation"),
)
