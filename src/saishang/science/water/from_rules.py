"""Rule objects of surface water from `rules/standards/water`, by the day of the measurement or by name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any, cast

from saishang.rules import Row, RuleLookupError, Rules
from saishang.science.machine import StateTable
from saishang.science.numbers import exact
from saishang.science.trend import TrendRule
from saishang.science.water.black_odorous import BlackItem, BlackRule
from saishang.science.water.blooms import BloomGrade, BloomRule
from saishang.science.water.change import ChangeRule
from saishang.science.water.cwqi import CwqiRule
from saishang.science.water.flow import FlowRule
from saishang.science.water.limits import Body, Direction, ItemLimits, SurfaceLimits
from saishang.science.water.river import GradeStep, RiverRule
from saishang.science.water.section import SectionRule
from saishang.science.water.sources import SourceRule
from saishang.science.water.trophic import TrophicGrade, TrophicItem, TrophicRule

__all__ = [
    "black_rule", "bloom_rule", "change_rule", "class_grades", "cwqi_rule", "flow_rule", "grade_words",
    "outfall_states", "river_rule", "section_rule", "setting", "source_rule", "surface_limits", "trend_rule",
    "trophic_rule", "water_edition",
]  # fmt: skip

_FOLDER = "standards/water"
_CLASSES = ("class1", "class2", "class3", "class4", "class5")


def _document(rules: Rules, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = rules.document(f"{_FOLDER}/{name}")
    return found


def setting(rules: Rules, name: str, document: str = "evaluation") -> Any:
    """Default of a named setting of a document: what applies where the measures are silent."""
    for entry in _document(rules, document).get("settings", ()):
        if entry["id"] == name:
            return entry["default"]
    raise RuleLookupError(
        f"expected a setting {name!r} of {document}, got none", fix="add it under settings", where=document
    )


def water_edition(rules: Rules, on: str | date) -> Mapping[str, Any]:
    """Edition of the evaluation measures of a day, or by its name."""
    found: Mapping[str, Any] = rules.edition(f"{_FOLDER}/evaluation", on)
    return found


def class_grades(rules: Rules) -> dict[int, str]:
    """Class number → word of quality (优 … 重度污染)."""
    words = grade_words(rules)
    return {int(entry["number"]): words[entry["grade"]] for entry in _document(rules, "evaluation")["classes"]}


def grade_words(rules: Rules) -> dict[str, str]:
    """Id of a grade → its word; in the order of quality, the best first."""
    return {entry["id"]: entry["zh"] for entry in _document(rules, "evaluation")["grades"]}


def surface_limits(rules: Rules, on: date) -> SurfaceLimits:
    """Limits of GB 3838 table 1 in force on a day."""
    rows = rules.table(f"{_FOLDER}/surface_limits").in_force(on)
    if not rows:
        raise RuleLookupError(f"expected limits in force on {on}, got none", fix="choose a later day", where="limits")
    return SurfaceLimits(
        name=rows[0]["edition"],
        river=_limits(rows, "river"),
        lake=_limits(rows, "lake"),
        evaluated=frozenset(row["parameter"] for row in rows if row["evaluated"]),
    )


def _limits(rows: tuple[Row, ...], body: Body) -> dict[str, ItemLimits]:
    found = {}
    for row in rows:
        if row["body"] not in ("all", body):
            continue
        bounds = tuple(exact(row[name]) for name in _CLASSES if row[name] is not None)
        found[row["parameter"]] = ItemLimits(
            parameter=row["parameter"],
            direction=cast("Direction", row["direction"]),
            bounds=bounds,
            low=exact(row["low"] or 0),
            high=exact(row["high"] or 0),
        )
    return found


def section_rule(rules: Rules, on: date) -> SectionRule:
    """How a section is judged on a day."""
    document, edition = _document(rules, "evaluation"), water_edition(rules, on)
    main = document["main_pollutants"]
    return SectionRule(
        limits=surface_limits(rules, on),
        items=frozenset(edition["items"]),
        basic=tuple(edition["basic"]),
        priority=frozenset(main["priority"]),
        no_multiple=frozenset(main["no_multiple"]),
        grades=class_grades(rules),
        over_class=int(main["over_class"]),
        most=int(main["most"]),
        multiple_decimals=int(main["multiple_decimals"]),
        below_share=exact(document["below_detection"]["share_of_limit"]),
        saturation=setting(rules, "dissolved_oxygen_class1") == "limit_or_saturation",
    )


def river_rule(rules: Rules) -> RiverRule:
    """How a river is graded."""
    document, words = _document(rules, "evaluation"), grade_words(rules)
    rivers = document["rivers"]
    return RiverRule(
        steps=tuple(
            GradeStep(words[step["grade"]], _optional(step.get("good_from")), _optional(step.get("bad_below")))
            for step in rivers["grades"]
        ),
        shares_from=int(setting(rules, "sections_for_shares")),
        good_up_to=int(document["good_up_to_class"]),
        bad_from=int(document["bad_from_class"]),
        most=int(rivers["main_pollutants"]["most"]),
    )


def _optional(value: Any) -> Fraction | None:
    return None if value is None else exact(value)


def change_rule(rules: Rules) -> ChangeRule:
    """From when on a change between two periods is one."""
    trend = _document(rules, "evaluation")["trend"]
    return ChangeRule(
        grades_changed=int(trend["grades"]["changed"]),
        grades_clearly=int(trend["grades"]["clearly"]),
        points_above=exact(trend["shares"]["changed_above"]),
        points_clearly_above=exact(trend["shares"]["clearly_above"]),
    )


def trend_rule(rules: Rules, level: str = "critical_005") -> TrendRule:
    """Critical values of Spearman's rank correlation of the water measures (`critical_005` or `critical_001`)."""
    years = _document(rules, "evaluation")["trend"]["years"]
    critical = {int(entry["n"]): exact(entry["value"]) for entry in years[level]}
    return TrendRule(critical=critical, min_periods=min(critical), significant_when=years["significant"])


def trophic_rule(rules: Rules) -> TrophicRule:
    """Formulas and grades of the trophic state index."""
    document = _document(rules, "trophic_index")
    return TrophicRule(
        items={
            entry["key"]: TrophicItem(
                entry["key"],
                entry["parameter"],
                exact(entry["a"]),
                exact(entry["b"]),
                exact(entry["r2"]),
                entry["unit"],
            )
            for entry in document["items"]
        },
        grades=tuple(
            TrophicGrade(entry["zh"], entry["en"], _optional(entry.get("below")), _optional(entry.get("up_to")))
            for entry in document["grades"]
        ),
        decimals=int(document["decimals"]),
    )


def cwqi_rule(rules: Rules, on: str | date) -> CwqiRule:
    """The city index by the day, or by the name of its basis."""
    document = _document(rules, "cwqi")
    edition = rules.edition(f"{_FOLDER}/cwqi", on)
    day = on if isinstance(on, date) else edition["from"] or edition["to"]
    ph = document["index"]["ph"]
    return CwqiRule(
        name=edition["id"],
        items=frozenset(edition["items"]),
        limits=surface_limits(rules, day),
        limit_class=int(document["limit_class"]),
        neutral=exact(ph["neutral"]),
        low=exact(ph["low"]),
        high=exact(ph["high"]),
        below_share=exact(_document(rules, "evaluation")["below_detection"]["share_of_limit"]),
        decimals=int(document["index"]["decimals"]),
        change_decimals=int(document["change"]["decimals"]),
    )


def black_rule(rules: Rules) -> BlackRule:
    """Grades of black-odorous water."""
    document = _document(rules, "black_odorous")
    names = tuple(entry["zh"] for entry in document["grades"])
    sampling = document["sampling"]
    return BlackRule(
        items={
            entry["key"]: BlackItem(
                entry["key"], entry["direction"] == "low", exact(entry["mild_at"]),
                exact(entry["heavy_below"] if entry["direction"] == "low" else entry["heavy_above"]),
            )
            for entry in document["items"]
        },
        grades=cast("tuple[str, str, str]", names),
        ends_are_mild=setting(rules, "band_ends", "black_odorous") == "mild",
        one_item_share=exact(document["point"]["one_item_share"]),
        two_items_share=exact(document["point"]["two_items_share"]),
        neighbours=int(document["stretch"]["neighbours"]),
        body_share=exact(document["body"]["heavy_points_share"]),
        shallow_below=exact(document["shallow"]["depth_below_cm"]),
        shallow_share=exact(document["shallow"]["share"]),
        least_points=int(sampling["points"]),
        least_times=int(sampling["times"]),
    )  # fmt: skip


def bloom_rule(rules: Rules) -> BloomRule:
    """Grades and warning of algal blooms."""
    document = _document(rules, "algal_bloom")
    return BloomRule(
        grades=tuple(
            BloomGrade(
                entry["id"], entry["zh"], entry["en"], exact(entry["density_from"]), exact(entry["area_from"]),
                bool(entry.get("area_above", False)),
            )
            for entry in document["grades"]
        ),
        points_share=exact(document["points"]["share"]),
        warn_from=document["warning"]["from_grade"],
        days_ahead=int(document["warning"]["days_ahead"]),
        least_days=int(document["warning"]["least_days"]),
    )  # fmt: skip


def flow_rule(rules: Rules) -> FlowRule:
    """Assurance of ecological flow: what is asked where a section names nothing, and the days that it needs."""
    document = _document(rules, "ecological_flow")
    return FlowRule(
        asked_percent=exact(document["assurance_percent"]),
        days_needed_percent=exact(setting(rules, "days_needed_percent", "ecological_flow")),
        decimals=int(document["share_decimals"]),
    )


def source_rule(rules: Rules, on: date) -> SourceRule:
    """Limits and class of drinking-water sources on a day."""
    document = _document(rules, "drinking_sources")
    rows = rules.table(f"{_FOLDER}/source_limits").in_force(on)
    limits = {
        kind: {row["parameter"]: exact(row["limit"]) for row in rows if row["kind"] == kind}
        for kind in ("supplementary", "specific")
    }
    return SourceRule(
        supplementary=limits["supplementary"],
        specific=limits["specific"],
        limit_class=int(document["surface"]["class"]),
        left_out=frozenset(document["surface"]["left_out"]),
        multiple_decimals=int(document["multiple_decimals"]),
        share_decimals=int(document["share_decimals"]),
        below_share=exact(_document(rules, "evaluation")["below_detection"]["share_of_limit"]),
        year_verdict=setting(rules, "year_verdict", "drinking_sources"),
    )


def outfall_states(rules: Rules) -> StateTable:
    """States of an outfall and the moves between them (查、测、溯、治)."""
    document = _document(rules, "outfalls")
    return StateTable.from_entries(document["states"], document["transitions"], name="outfall")
