"""Culture, disclosure, volunteers, cases of damage, finance, science, honours: lives, terms, figures by hand."""

from __future__ import annotations

import pytest

from saishang.apps.registers.kinds import kind_of
from saishang.science.register.kind import read_kinds
from tests.registers_kinds.cases import Case, D, check, numbers_are_there
from tests.registers_kinds.walk import RULES, New, Step

pytestmark = pytest.mark.django_db

BASE = {
    "code": "CB-1", "name": "某展示馆", "region": "640424", "kind": "hall", "level": "regional", "manager": "分局",
}  # fmt: skip
EVENT = {
    "code": "EV-1", "name": "六五环境日主场", "region": "640104", "series": "六五环境日", "organiser": "宣传部",
    "begins_on": "2025-06-05", "ends_on": "2025-06-05",
}  # fmt: skip
OPEN = {
    "code": "OF-1", "name": "第一污水处理厂", "region": "640104", "kind": "sewage", "level": "national",
    "capacity": "50",
}  # fmt: skip
FIRM = {
    "code": "DE-1", "name": "甲化工厂", "region": "640181", "credit_code": "91640100MA00000A1B",
    "reason": "重点排污单位", "list_year": "2025", "published_on": "2025-03-31",
}  # fmt: skip
ANNUAL = {
    "code": "DR-1",
    "name": "2024年度报告",
    "region": "640181",
    "enterprise": "DE-1",
    "covers_until": "2024-12-31",
}
TEMPORARY = {
    "code": "DT-1", "name": "处罚临时报告", "region": "640181", "enterprise": "DE-1", "cause": "penalty",
    "received_on": "2026-11-23",
}  # fmt: skip
GROUP = {
    "code": "VG-1", "name": "护河队", "region": "640502", "kind": "students", "members": "40", "leader": "某人",
    "field": "rivers",
}  # fmt: skip
HELP = {"code": "VA-1", "name": "巡河", "region": "640502", "group": "VG-1", "held_on": "2025-04-12", "field": "rivers"}
DAMAGE = {"code": "DC-1", "name": "倾倒固废案", "region": "640202", "clue_from": "penalty", "solid_waste": "是"}
LOSSES = {
    "simple": "否", "loss_service": "10000", "loss_permanent": "0", "cost_survey": "20000.50",
    "cost_repair": "69999.50", "cost_prevent": "5000",
}  # fmt: skip
STANDARD = {
    "code": "LG-1", "name": "某行业大气污染物排放标准", "region": "640000", "kind": "地方标准", "field": "pollution",
    "region_level": "region", "drafter": "生态环境厅", "plan_by": "2025-12-31", "mark": "unconfirmed",
}  # fmt: skip
LOAN = {
    "code": "GF-1", "name": "分布式光伏", "region": "640500", "instrument": "绿色贷款", "field": "energy",
    "borrower": "某公司", "lender": "某银行",
}  # fmt: skip
EOD = {
    "code": "EO-1", "name": "某流域治理项目", "region": "640402", "treats": "river", "industry": "文旅",
    "developer": "某公司", "money_treatment": "30000", "money_industry": "20000",
}  # fmt: skip
TARIFF = {
    "code": "TF-1", "name": "居民污水处理费", "region": "640121", "service": "污水处理", "users": "residents",
    "price": "0.95", "cost": "1.9",
}  # fmt: skip
PLATFORM = {
    "code": "PF-1", "name": "某重点实验室", "region": "640105", "kind": "laboratory", "level": "regional",
    "field": "air", "host": "某大学",
}  # fmt: skip
RESEARCH = {
    "code": "PJ-1", "name": "臭氧成因研究", "region": "640100", "topic": "ozone", "platform": "PF-1",
    "undertaker": "某大学", "money_public": "200", "money_own": "50.5", "begins_on": "2025-01-01",
    "ends_on": "2026-12-31",
}  # fmt: skip
TALENT = {
    "code": "TA-1", "name": "大气领域-001", "region": "640100", "person": "某人", "field": "air",
    "level": "高层次领军人才", "way": "full", "employer": "某大学", "consent_on": "2025-01-05",
}  # fmt: skip
TECHNOLOGY = {
    "code": "TE-1", "name": "低温脱硝", "region": "640100", "field": "air", "holder": "某公司", "readiness": "8",
}  # fmt: skip
HONOUR = {
    "code": "CM-1", "name": "先进集体-01", "region": "640424", "honour": "unit", "round": "第一届",
    "recipient": "某单位", "nominated_by": "泾源县", "deeds": "治理成效明显",
}  # fmt: skip
LISTED = {"listed_on": "2025-05-06", "valid_until": "2028-05-05", "uses": "3"}

CASES = [
    Case(
        "culture_bases",
        [BASE, BASE | {"code": "CB-2", "kind": "museum", "level": "国家级", "region": "640402"}],
        [
            Step("CB-1", "open", D(2025, 3, 3),
                 {"capacity": "500", "visits": "12000", "booking": "online", "reported_on": "2025-02-28"},
                 ("capacity", "visits", "booking", "reported_on")),
            Step("CB-1", "improve", D(2025, 10, 9)),
        ],
        {"CB-1": "improving", "CB-2": "building"},
        D(2025, 3, 3),
        {"bases": "1", "national": "0", "visits": "12000", "counties_share": "4.5"},
        {"open_days": "367", "manager": ""},
        {D(2025, 3, 3): [("CB-1", "report", D(2026, 2, 28))]},
    ),
    Case(
        "eco_events",
        [EVENT, EVENT | {"code": "EV-2", "region": "640202", "series": "ecology_day", "begins_on": "2025-08-15",
                         "ends_on": "2025-08-15"},
         EVENT | {"code": "EV-3", "region": "640502"}],
        [
            Step("EV-1", "hold", D(2025, 6, 5), {"people": "800"}, ("people",)),
            Step("EV-2", "hold", D(2025, 8, 15), {"people": "200"}),
            Step("EV-1", "report", D(2025, 7, 1)),
            Step("EV-3", "cancel", D(2025, 6, 4), {"cancelled_why": "大风"}, ("cancelled_why",)),
        ],
        {"EV-1": "reported", "EV-2": "held", "EV-3": "cancelled"},
        D(2025, 8, 15),
        {"held": "2", "people": "1000", "reported_share": "50.0", "counties_share": "9.1"},
        {"ends_on": "", "series": "picnic"},
        {
            D(2025, 6, 5): [("EV-1", "report", D(2025, 7, 5)), ("EV-2", "hold", D(2025, 8, 15))],
            D(2025, 8, 15): [("EV-2", "report", D(2025, 9, 14))],
        },
    ),
    Case(
        "open_facilities",
        [OPEN, OPEN | {"code": "OF-2", "kind": "环境监测", "region": "640205", "level": "regional"}],
        [
            Step("OF-1", "admit", D(2025, 3, 3),
                 {"booking": "公众号", "opened_on": "2025-02-28", "times": "1", "visits": "45"},
                 ("booking", "opened_on", "times", "visits")),
            Step("OF-1", "suspend", D(2025, 7, 1)),
            Step("OF-1", "resume", D(2025, 9, 1)),
        ],
        {"OF-1": "open", "OF-2": "declared"},
        D(2025, 9, 1),
        {"open": "1", "visits": "45", "counties_share": "4.5", "demonstration_units": "0"},
        {"capacity": "0", "region": "640100"},
        {D(2025, 3, 3): [("OF-1", "next", D(2025, 4, 28))]},
    ),
    Case(
        "disclosing_enterprises",
        [FIRM, FIRM | {"code": "DE-2", "credit_code": "91640200MA00000C2D", "reason": "audit"},
         FIRM | {"code": "DE-3", "credit_code": "91640300MA00000E3F", "reason": "bond"}],
        [
            Step("DE-1", "disclose", D(2025, 4, 10), {"disclosed_on": "2025-04-10"}, ("disclosed_on",)),
            Step("DE-1", "blame", D(2025, 9, 1)),
            Step("DE-1", "mend", D(2025, 9, 15)),
            Step("DE-3", "leave", D(2025, 6, 3), {"left_why": "停产"}, ("left_why",)),
        ],
        {"DE-1": "disclosing", "DE-2": "listed", "DE-3": "left"},
        D(2025, 9, 1),
        {"enterprises": "2", "disclosing_share": "0.0", "faulty": "1"},
        {"credit_code": "91640100MA00000A1B", "list_year": "2021"},
        # Ten working days after Monday 31 March 2025: the 4th of April was off, so 1 to 3, 7 to 11, 14 and 15.
        {D(2025, 9, 1): [("DE-2", "first", D(2025, 4, 15)), ("DE-1", "mend", D(2025, 10, 1)),
                         ("DE-1", "update", D(2026, 3, 31)), ("DE-2", "update", D(2026, 3, 31))]},
    ),
    Case(
        "disclosure_annual_reports",
        [New(FIRM, kind="disclosing_enterprises"), ANNUAL, ANNUAL | {"code": "DR-2", "covers_until": "2023-12-31"},
         ANNUAL | {"code": "DR-3"}],
        [
            Step("DR-1", "submit", D(2025, 3, 10), {"submitted_on": "2025-03-10", "in_time": "是"},
                 ("submitted_on", "in_time")),
            Step("DR-1", "blame", D(2025, 4, 1), {"fault": "不准确"}, ("fault",)),
            Step("DR-1", "correct", D(2025, 4, 8), {"violations": "0"}, ("violations",)),
            Step("DR-3", "waive", D(2025, 2, 10)),
        ],
        {"DR-1": "corrected", "DR-2": "due", "DR-3": "waived"},
        D(2025, 4, 8),
        {"reports": "2", "submitted_share": "50.0", "in_time_share": "50.0", "faulty": "0"},
        {"enterprise": "DE-9", "covers_until": "2024"},
        {
            # 15 March, after a February of 29 days and after one of 28.
            D(2025, 2, 10): [("DR-2", "submit", D(2024, 3, 15)), ("DR-1", "submit", D(2025, 3, 15))],
            D(2025, 4, 1): [("DR-2", "submit", D(2024, 3, 15)), ("DR-1", "correct", D(2025, 4, 11))],
        },
    ),
    Case(
        "disclosure_temporary_reports",
        [New(FIRM, kind="disclosing_enterprises"), New(TEMPORARY, D(2026, 11, 23)),
         New(TEMPORARY | {"code": "DT-2", "cause": "行政许可变更"}, D(2026, 11, 23))],
        [
            Step("DT-1", "submit", D(2026, 11, 30), {"submitted_on": "2026-11-30", "in_time": "是"},
                 ("submitted_on", "in_time")),
            Step("DT-1", "blame", D(2026, 12, 1)),
            Step("DT-1", "check", D(2026, 12, 2)),
        ],
        {"DT-1": "checked", "DT-2": "due"},
        D(2026, 12, 2),
        {"reports": "2", "in_time_share": "50.0", "due": "1"},
        {"cause": "rumour", "received_on": ""},
        # The worked example of the measure: received on 23 November 2026, owed by the 30th.
        {D(2026, 12, 2): [("DT-2", "submit", D(2026, 11, 30))]},
    ),
    Case(
        "volunteer_groups",
        [GROUP, GROUP | {"code": "VG-2", "kind": "社会组织", "members": "10"}],
        [
            Step("VG-1", "start", D(2025, 4, 14), {"last_active_on": "2025-04-12"}, ("last_active_on",)),
            Step("VG-2", "dissolve", D(2025, 5, 6)),
        ],
        {"VG-1": "active", "VG-2": "dissolved"},
        D(2025, 4, 14),
        {"groups": "2", "active_share": "50.0", "members": "50"},
        {"members": "0", "leader": ""},
        {D(2025, 5, 6): [("VG-1", "active", D(2026, 4, 12))]},
    ),
    Case(
        "volunteer_activities",
        [New(GROUP, kind="volunteer_groups"), HELP, HELP | {"code": "VA-2"}, HELP | {"code": "VA-3"}],
        [
            Step("VA-1", "hold", D(2025, 4, 12), {"people": "30", "hours": "2.5"}, ("people", "hours")),
            Step("VA-1", "confirm", D(2025, 4, 21)),
            Step("VA-2", "hold", D(2025, 4, 12), {"people": "10", "hours": "1"}),
            Step("VA-3", "cancel", D(2025, 4, 11)),
        ],
        {"VA-1": "confirmed", "VA-2": "held", "VA-3": "cancelled"},
        D(2025, 4, 21),
        {"held": "2", "person_hours": "75.0", "people": "30"},
        {"group": "VG-9", "hours": "25"},
        {D(2025, 4, 21): [("VA-2", "confirm", D(2025, 4, 27))]},
        {("VA-1", "person_hours"): "75.0"},
    ),
    Case(
        "damage_cases",
        [
            New(DAMAGE, D(2026, 11, 2)), New(DAMAGE | {"code": "DC-2"}, D(2026, 11, 2)),
            New(DAMAGE | {"code": "DC-3", "solid_waste": "否", "clue_from": "complaint"}, D(2026, 11, 2)),
        ],
        [
            Step("DC-2", "drop", D(2026, 11, 6), {"drop_why": "显著轻微"}, ("drop_why",)),
            Step("DC-1", "investigate", D(2026, 11, 9), {"liable": "某公司"}, ("liable",)),
            Step("DC-1", "appraise", D(2026, 11, 16), LOSSES, tuple(LOSSES)),
            Step("DC-1", "negotiate", D(2026, 11, 23), {"notice_on": "2026-11-23"}, ("notice_on",)),
            Step("DC-1", "agree", D(2027, 1, 12), {"meetings": "2", "agreed_on": "2027-01-12", "claim": "105000"},
                 ("meetings", "agreed_on", "claim")),
            Step("DC-1", "repair", D(2027, 2, 1), {"repair_kind": "替代修复", "repair_by": "2027-08-31"},
                 ("repair_kind", "repair_by")),
            Step("DC-1", "evaluate", D(2027, 8, 2)),
            Step("DC-1", "close", D(2027, 9, 1)),
        ],
        {"DC-1": "closed", "DC-2": "dropped", "DC-3": "clue"},
        D(2027, 9, 1),
        # One of the two clues that were decided; of two about solid waste one was taken up.
        {"cases": "1", "closed_share": "100.0", "claims": "105000.00", "begun_share": "50.0",
         "solid_waste_share": "50.0"},
        {"clue_from": "dream", "solid_waste": ""},
        {
            # The worked example of the negotiation: notice on 23 November 2026, 90 days, 21 February 2027.
            D(2026, 11, 23): [("DC-3", "check", D(2026, 12, 2)), ("DC-1", "negotiate", D(2027, 2, 21))],
            D(2027, 2, 1): [("DC-3", "check", D(2026, 12, 2)), ("DC-1", "repair", D(2027, 8, 31))],
        },
        {("DC-1", "damage"): "105000.00"},
    ),
    Case(
        "regulations_standards",
        [STANDARD, STANDARD | {"code": "LG-2", "name": "某条例", "kind": "regulation"},
         STANDARD | {"code": "LG-3", "name": "旧标准"},
         STANDARD | {"code": "LG-4", "name": "某排放标准", "kind": "污染物排放地方标准", "field": "climate"},
         STANDARD | {"code": "LG-5", "name": "某低碳条例", "kind": "regulation", "field": "climate"}],
        [
            Step("LG-1", "draft", D(2025, 2, 5)),
            Step("LG-1", "consult", D(2025, 5, 6)),
            Step("LG-1", "submit", D(2025, 9, 1)),
            Step("LG-1", "issue", D(2025, 12, 1), {"number": "DB64/0001-2025", "in_force_on": "2026-01-01"},
                 ("number", "in_force_on")),
            Step("LG-3", "drop", D(2025, 3, 3)),
            Step("LG-4", "draft", D(2025, 2, 5)),
            Step("LG-4", "consult", D(2025, 5, 6)),
            Step("LG-4", "submit", D(2025, 9, 1)),
            Step("LG-4", "issue", D(2025, 11, 3), {"number": "DB64/0002-2025", "in_force_on": "2026-01-01"},
                 ("number", "in_force_on")),
            Step("LG-1", "revise", D(2029, 1, 8), {"plan_by": "2029-12-31"}),
            Step("LG-1", "issue", D(2029, 12, 3), {"reviewed_on": "2029-12-03"}),
        ],
        {"LG-1": "in_force", "LG-2": "planned", "LG-3": "dropped", "LG-4": "in_force", "LG-5": "planned"},
        D(2025, 12, 1),
        # LG-1 and LG-4 are in force, of these LG-4 a standard of discharges; LG-2 and LG-5 are laws on their way.
        {"in_force": "2", "standards": "2", "discharge_standards": "1", "laws": "0", "laws_under_way": "2",
         "climate": "1", "climate_under_way": "1", "under_way": "2", "issued_share": "50.0"},
        {"plan_by": "", "kind": "song"},
        {
            D(2025, 12, 1): [
                ("LG-2", "finish", D(2025, 12, 31)), ("LG-5", "finish", D(2025, 12, 31)),
                ("LG-4", "review", D(2030, 11, 3)), ("LG-1", "review", D(2030, 12, 1)),
            ],
            D(2029, 12, 3): [
                ("LG-2", "finish", D(2025, 12, 31)), ("LG-5", "finish", D(2025, 12, 31)),
                ("LG-4", "review", D(2030, 11, 3)), ("LG-1", "review", D(2034, 12, 3)),
            ],
        },
    ),
    Case(
        "green_finance_projects",
        [LOAN, LOAN | {"code": "GF-2", "instrument": "气候投融资"}, LOAN | {"code": "GF-3", "instrument": "bond"}],
        [
            Step("GF-1", "grant", D(2025, 3, 3), {"amount": "8000", "granted_on": "2025-03-03"},
                 ("amount", "granted_on")),
            Step("GF-1", "use", D(2025, 5, 6), {"used": "6000", "proved_on": "2025-06-30"}, ("used",)),
            Step("GF-2", "grant", D(2025, 4, 1), {"amount": "1500.5", "granted_on": "2025-04-01"}),
        ],
        {"GF-1": "used", "GF-2": "granted", "GF-3": "reserve"},
        D(2025, 5, 6),
        {"amount": "9500.50", "used_amount": "6000.00", "bonds": "0", "climate_amount": "1500.50", "reserve": "1"},
        {"lender": "", "instrument": "gold"},
        {D(2025, 5, 6): [("GF-2", "prove", D(2026, 4, 1)), ("GF-1", "prove", D(2026, 6, 30))]},
        {("GF-1", "left"): "2000.0000", ("GF-1", "used_share"): "75.0"},
    ),
    Case(
        "eod_projects",
        [EOD, EOD | {"code": "EO-2", "treats": "mine", "money_treatment": "10000", "money_industry": "0"},
         EOD | {"code": "EO-3"}],
        [
            Step("EO-1", "bank", D(2025, 2, 5)),
            Step("EO-2", "bank", D(2025, 2, 5)),
            Step("EO-1", "finance", D(2025, 6, 3), {"loan": "35000", "contract_until": "2040-06-02"},
                 ("loan", "contract_until")),
            Step("EO-1", "begin", D(2025, 9, 1), {"subsidy": "120.5", "checked_on": "2025-08-31"}, ("subsidy",)),
            Step("EO-3", "drop", D(2025, 3, 3)),
        ],
        {"EO-1": "building", "EO-2": "banked", "EO-3": "dropped"},
        D(2025, 9, 1),
        {"banked": "2", "money": "60000.00", "loans": "35000.00", "subsidies": "120.50", "financed_share": "50.0"},
        {"money_treatment": "x", "developer": ""},
        # Half a year after 31 August: the last day of February.
        {D(2025, 9, 1): [
            ("EO-2", "look", D(2025, 8, 5)), ("EO-1", "look", D(2026, 2, 28)), ("EO-1", "end", D(2040, 6, 2)),
        ]},
        {("EO-1", "money"): "50000.0000"},
    ),
    Case(
        "utility_tariffs",
        [TARIFF, TARIFF | {"code": "TF-2", "service": "sludge", "region": "640205", "price": "2", "cost": "1.6"},
         TARIFF | {"code": "TF-3", "service": "water"}],
        [
            Step("TF-1", "hear", D(2025, 2, 5)),
            Step("TF-1", "issue", D(2025, 4, 1),
                 {"covers_cost": "否", "document": "2025-1", "in_force_on": "2025-05-01", "audited_on": "2024-12-31"},
                 ("covers_cost", "document", "in_force_on")),
            Step("TF-2", "hear", D(2025, 2, 5)),
            Step("TF-2", "issue", D(2025, 4, 1),
                 {"covers_cost": "是", "document": "2025-2", "in_force_on": "2025-05-01"}),
            Step("TF-3", "drop", D(2025, 3, 3)),
        ],
        {"TF-1": "in_force", "TF-2": "in_force", "TF-3": "dropped"},
        D(2025, 4, 1),
        {"in_force": "2", "sewage_counties_share": "4.5", "covering_share": "50.0", "floor_share": "0.0"},
        {"price": "", "tier": "6"},
        {D(2025, 4, 1): [("TF-1", "audit", D(2027, 12, 31)), ("TF-2", "audit", D(2028, 4, 1))]},
        {("TF-1", "cover"): "50.0", ("TF-2", "cover"): "125.0"},
    ),
    Case(
        "research_platforms",
        [PLATFORM, PLATFORM | {"code": "PF-2", "level": "国家级"}],
        [
            Step("PF-1", "name", D(2025, 3, 3),
                 {"instruments": "12", "shared": "300", "available": "1200", "named_on": "2025-03-03"},
                 ("instruments", "shared", "available", "named_on")),
            Step("PF-1", "warn", D(2028, 3, 1)),
            Step("PF-1", "restore", D(2028, 9, 1), {"assessed_on": "2028-09-01"}),
        ],
        {"PF-1": "running", "PF-2": "building"},
        D(2028, 9, 1),
        {"running": "1", "national": "0", "shared_hours": "300.0"},
        {"host": "", "field": "gold"},
        {
            D(2025, 3, 3): [("PF-1", "assess", D(2028, 3, 3))], D(2028, 3, 1): [("PF-1", "restore", D(2029, 3, 1))],
            D(2028, 9, 1): [("PF-1", "assess", D(2031, 9, 1))],
        },
        {("PF-1", "shared_share"): "25.0"},
    ),
    Case(
        "research_projects",
        [New(PLATFORM, kind="research_platforms"), RESEARCH,
         RESEARCH | {"code": "PJ-2", "topic": "新污染物治理", "money_own": "0"}],
        [
            Step("PJ-1", "begin", D(2025, 2, 5)),
            Step("PJ-1", "accept", D(2026, 11, 30), {"papers": "3", "patents": "1", "accepted_on": "2026-11-30"},
                 ("papers", "patents", "accepted_on")),
            Step("PJ-1", "deposit", D(2027, 3, 1), {"dataset": "DS-7"}, ("dataset",)),
        ],
        {"PJ-1": "deposited", "PJ-2": "approved"},
        D(2026, 11, 30),
        {"projects": "2", "money": "450.50", "accepted_share": "50.0", "deposited_share": "0.0"},
        {"money_public": "-1", "platform": "PF-9"},
        {D(2026, 11, 30): [("PJ-2", "end", D(2026, 12, 31)), ("PJ-1", "deposit", D(2027, 5, 30))]},
        {("PJ-1", "money"): "250.5000"},
    ),
    Case(
        "environmental_talents",
        [TALENT | {"term_until": "2030-01-05"}, TALENT | {"code": "TA-2", "level": "young", "way": "trained"},
         TALENT | {"code": "TA-3"}],
        [
            Step("TA-1", "list", D(2025, 2, 5)),
            Step("TA-2", "list", D(2025, 2, 5)),
            Step("TA-3", "leave", D(2025, 3, 3)),
        ],
        {"TA-1": "listed", "TA-2": "listed", "TA-3": "left"},
        D(2025, 3, 3),
        {"talents": "2", "leading": "1", "young": "1", "full_leading": "1"},
        {"consent_on": "", "birth_year": "1929"},
        {D(2025, 3, 3): [("TA-1", "term", D(2030, 1, 5))]},
    ),
    Case(
        "environmental_technologies",
        [TECHNOLOGY, TECHNOLOGY | {"code": "TE-2", "field": "治沙"}, TECHNOLOGY | {"code": "TE-3"}],
        [
            Step("TE-1", "review", D(2025, 3, 3)),
            Step("TE-1", "recommend", D(2025, 5, 6), LISTED, ("listed_on", "valid_until", "uses")),
            Step("TE-1", "spread", D(2025, 9, 1), {"contract_money": "360"}, ("contract_money",)),
            Step("TE-2", "review", D(2025, 3, 3)),
            Step("TE-2", "recommend", D(2025, 5, 6), LISTED | {"valid_until": "2027-05-05"}),
            Step("TE-3", "leave", D(2025, 4, 1)),
        ],
        {"TE-1": "spread", "TE-2": "recommended", "TE-3": "left"},
        D(2025, 9, 1),
        {"listed": "2", "spread_share": "50.0", "contract_money": "360.00"},
        {"readiness": "10", "holder": ""},
        {D(2025, 9, 1): [("TE-2", "expire", D(2027, 5, 5)), ("TE-1", "expire", D(2028, 5, 5))]},
    ),
    Case(
        "commendations",
        [HONOUR, HONOUR | {"code": "CM-2", "honour": "宁夏生态环保人物"}, HONOUR | {"code": "CM-3", "honour": "case"}],
        [
            Step("CM-1", "review", D(2025, 9, 1), {"score": "95"}, ("score",)),
            Step("CM-1", "publish", D(2025, 9, 26)),
            Step("CM-1", "award", D(2025, 10, 20), {"objections": "0", "document": "2025-1", "bonus": "5"},
                 ("objections", "document", "bonus")),
            Step("CM-3", "refuse", D(2025, 9, 1)),
            Step("CM-1", "withdraw", D(2026, 9, 1), {"withdrawn_why": "事迹不实"}, ("withdrawn_why",)),
        ],
        {"CM-1": "withdrawn", "CM-2": "nominated", "CM-3": "refused"},
        D(2025, 10, 20),
        {"nominated": "3", "awarded": "1", "units": "1", "awarded_share": "33.3", "bonus": "5.00"},
        {"recipient": "", "honour": "queen"},
        # Friday 26 September 2025: Sunday the 28th was worked, then 29, 30, and after the holiday 9 and 10 October.
        {D(2025, 9, 26): [("CM-1", "publish", D(2025, 10, 10))]},
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_a_kind_lives_and_counts(case: Case) -> None:
    check(case)
    assert numbers_are_there(kind_of(RULES, case.kind)) == []


def test_what_names_people_is_for_staff_and_not_for_good() -> None:
    """Names of people are for signed-in people, and no longer shown some years after the end."""
    kinds = read_kinds(RULES)
    named = {
        ("courtyard_pilots", "holder"), ("emergency_stores", "keeper"), ("emergency_stores", "phone"),
        ("volunteer_groups", "leader"), ("environmental_talents", "person"), ("environmental_talents", "birth_year"),
        ("commendations", "recipient"), ("commendations", "deeds"), ("damage_cases", "liable"),
    }  # fmt: skip
    for kind, name in named | {(case.kind, "contact") for case in CASES}:
        known = kinds[kind].fields[name]
        assert (known.public, known.open, known.kept_years) == (False, False, 3), (kind, name)
    staff = {"commendations", "damage_cases", "emergency_materials", "emergency_stores", "environmental_talents",
             "risk_sources"}  # fmt: skip
    assert {name for name in staff if kinds[name].public} == set()
