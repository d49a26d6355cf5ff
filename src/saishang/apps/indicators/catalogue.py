"""The catalogue of indicators (指标目录), typed, and the search for the indicator that a plan's target means."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal, cast

from saishang.rules import Rules
from saishang.science.targets import Comparator, Direction, PathPoint, Tolerance

__all__ = ["Baseline", "Catalogue", "Indicator", "StatusRule"]


@dataclass(frozen=True)
class Indicator:
    """One entry of rules/indicators/*.yaml.

    `statistic` is how it is computed; `also` are further ways to the same figure, each with a basis of its own. A
    percentage that is `signed` is a change and may be below 0 or above 100.
    """

    id: str
    zh: str
    en: str
    names: tuple[str, ...]
    medium: str
    kind: Literal["computed", "reported"]
    unit: str
    decimals: int
    compare_decimals: int
    direction: Direction
    statistic: dict[str, Any]
    target_basis: str
    max_age_years: int
    caliber: str
    caliber_en: str
    source: str
    clause: str
    status: str
    owner: str
    note: str
    implied_goal: Decimal | None
    implied_comparator: Comparator | None
    also: tuple[dict[str, Any], ...] = ()
    signed: bool = False

    def by(self, *sources: str) -> list[Indicator]:
        """The indicator once for each of its ways that starts from one of the sources, with that way as `statistic`."""
        ways = (self.statistic, *self.also)
        return [replace(self, statistic=way) for way in ways if way and str(way["source"]) in sources]


@dataclass(frozen=True)
class Baseline:
    """Where the path of an indicator begins in a region."""

    point: PathPoint
    basis: str
    source: str
    status: str
    note: str


@dataclass(frozen=True)
class StatusRule:
    """How states are judged, and their words."""

    tolerance: Tolerance
    states: dict[str, dict[str, Any]]
    reasons: dict[str, dict[str, str]]

    def words(self, reason: str, detail: dict[str, Any], language: str) -> str:
        """Say a reason in `language` (zh or en); an unknown key is shown as it is rather than hidden."""
        entry = self.reasons.get(reason)
        if entry is None:
            return reason
        return entry["zh" if language.startswith("zh") else "en"].format(**detail)


class Catalogue:
    """All indicators of the loaded rules."""

    def __init__(self, rules: Rules) -> None:
        self.indicators: dict[str, Indicator] = {}
        for document in rules.documents_under("indicators").values():
            for entry in document.get("indicators", ()):
                indicator = _indicator(entry)
                self.indicators[indicator.id] = indicator
        status = rules.document("indicators/status")["status"]
        self.status = StatusRule(
            tolerance=Tolerance(Decimal(status["at_risk_band_percent_of_goal"])),
            states={s["id"]: dict(s) for s in status["states"]},
            reasons={key: dict(value) for key, value in status["reasons"].items()},
        )
        self._by_name = {
            _plain(name): indicator
            for indicator in self.indicators.values()
            for name in (indicator.zh, *indicator.names)
        }

    def for_target(self, text: str) -> Indicator | None:
        """Find the indicator that a target's own words mean.

        The whole phrase first; then the longest catalogue name that the phrase contains, since plans put the place
        or a qualifier in front (全区细颗粒物…, 地级及以上城市…). None when nothing fits: a person has to say.
        """
        phrase = _plain(text)
        if phrase in self._by_name:
            return self._by_name[phrase]
        inside = [name for name in self._by_name if len(name) >= 4 and name in phrase]
        return self._by_name[max(inside, key=len)] if inside else None

    @staticmethod
    def baselines(rules: Rules, site: str) -> dict[tuple[str, str], Baseline]:
        """Baselines of a site by (indicator, region); a site that has none yet has no paths."""
        table = rules.tables.get(f"sites/{site}/baselines")
        return {
            (row["indicator"], row["region"]): Baseline(
                PathPoint(row["year"], row["value"]), row["basis"], row["source"], row["status"], row["note"] or ""
            )
            for row in (table.rows if table is not None else ())
        }


def _plain(text: str) -> str:
    """Bring a phrase to the form in which names are compared: half width, no quotation marks or spaces."""
    return re.sub(r"[\s“”\"'「」（）()·]", "", unicodedata.normalize("NFKC", text)).lower()


def _indicator(entry: Any) -> Indicator:
    goal = entry.get("implied_goal")
    return Indicator(
        id=entry["id"],
        zh=entry["zh"],
        en=entry["en"],
        names=tuple(entry.get("names", ())),
        medium=entry["medium"],
        kind=entry["kind"],
        unit=entry["unit"],
        decimals=int(entry["decimals"]),
        compare_decimals=int(entry.get("compare_decimals", entry["decimals"])),
        direction=entry["direction"],
        statistic=dict(entry.get("statistic") or {}),
        target_basis=entry.get("target_basis", "as_published"),
        max_age_years=int(entry.get("max_age_years", 1)),
        caliber=entry.get("caliber", ""),
        caliber_en=entry.get("caliber_en", ""),
        source=entry["source"],
        clause=entry["clause"],
        status=entry["status"],
        owner=entry.get("owner", ""),
        note=entry.get("note", ""),
        implied_goal=None if goal is None else Decimal(goal),
        implied_comparator=cast("Comparator | None", entry.get("implied_comparator")),
        also=tuple(dict(way) for way in entry.get("also") or ()),
        signed=bool(entry.get("signed", False)),
    )
