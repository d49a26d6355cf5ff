"""The rules of climate as the objects that the functions of this package take; it only reads `standards/climate`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from saishang.rules import RuleLookupError, Rules
from saishang.science.climate.cold_waves import ColdWaveRule
from saishang.science.climate.distributions import ZeroProbability
from saishang.science.climate.drought import DroughtRule
from saishang.science.climate.mci import COMPONENTS, MciRule
from saishang.science.climate.signals import Kind, SignalRow
from saishang.science.climate.spells import HeatRule
from saishang.science.climate.station import ClimateRules
from saishang.science.grading import Scale, scale_from_rules
from saishang.science.numbers import exact

__all__ = [
    "AdaptiveItem",
    "adaptive_city_indicators",
    "climate_rules",
    "cold_wave_rule",
    "drought_rule",
    "heat_rule",
    "mci_rule",
    "scale",
    "setting",
    "signal_rows",
]

_FOLDER = "standards/climate"


def scale(rules: Rules, name: str) -> Scale:
    """A scale of grades by name: `mci`, `spi`, `spei`, `pa_month`, `rain_24h`."""
    return scale_from_rules(rules, f"{_FOLDER}/grades", name)


def _group(rules: Rules, document: str, group: str) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], rules.document(f"{_FOLDER}/{document}")["groups"][group]["values"])


def setting(rules: Rules, document: str, name: str) -> Any:
    """Default of a named setting: what applies where the standard is silent or leaves a choice."""
    for entry in rules.document(f"{_FOLDER}/{document}").get("settings", ()):
        if entry["id"] == name:
            return entry["default"]
    raise RuleLookupError(
        f"expected a setting {name!r} of {document}, got none", fix="add it under settings", where=document
    )


def drought_rule(rules: Rules) -> DroughtRule:
    """How SPI and SPEI are fitted and graded."""
    return DroughtRule(
        years=int(_group(rules, "drought", "climatology")["years"]),
        provisional=int(setting(rules, "drought", "provisional_years")),
        zeros=cast(ZeroProbability, str(setting(rules, "drought", "zero_probability"))),
        spi=scale(rules, "spi"),
        spei=scale(rules, "spei"),
        mci=scale(rules, "mci"),
        anomaly=scale(rules, "pa_month"),
    )


def mci_rule(rules: Rules, region: str | None = None, season: float | None = None) -> MciRule:
    """Weights and spans of the MCI.

    Parameters
    ----------
    region:
        `north` (with the west) or `south`; by default the setting's.
    season:
        Ka; by default the setting's.
    """
    name = region or str(setting(rules, "drought", "mci_region"))
    groups = rules.document(f"{_FOLDER}/drought")["groups"]
    if f"mci_{name}" not in groups or name == "data":
        raise RuleLookupError(f"expected a region of the MCI, got {name!r}", fix="use north or south", where="drought")
    weights, spans = _group(rules, "drought", f"mci_{name}"), _group(rules, "drought", "mci_data")
    decay = _group(rules, "drought", "weighted_precipitation")
    return MciRule(
        weights={component: float(weights[component]) for component in COMPONENTS},
        season=float(setting(rules, "drought", "mci_season")) if season is None else season,
        decay=float(decay["decay"]),
        weighted_days=int(spans["weighted_days"]),
        moisture_days=int(spans["moisture_days"]),
        short_days=int(spans["short_days"]),
        long_days=int(spans["long_days"]),
    )


def cold_wave_rule(rules: Rules) -> ColdWaveRule:
    """Falls of the daily minimum that make a cold wave."""
    falls = {int(hours): exact(fall) for hours, fall in _group(rules, "extremes", "cold_wave").items()}
    return ColdWaveRule(
        falls=dict(sorted(falls.items())), at_most=exact(_group(rules, "extremes", "cold_wave_minimum")["at_most"])
    )


def heat_rule(rules: Rules) -> HeatRule:
    """Hot days and heat waves."""
    return HeatRule(
        least=exact(_group(rules, "extremes", "hot_day")["least"]),
        days=int(_group(rules, "extremes", "heat_wave")["days"]),
    )


def signal_rows(rules: Rules, kind: Kind) -> tuple[SignalRow, ...]:
    """Colours of one warning signal, red first."""
    rows = rules.table(f"{_FOLDER}/signals").find(kind=kind)
    found = [
        SignalRow(
            level=int(row["level"]),
            zh=str(row["zh"]),
            en=str(row["en"]),
            hours=row["hours"],
            days=row["days"],
            least=exact(row["least"]),
            tmin_at_most=None if row["tmin_at_most"] is None else exact(row["tmin_at_most"]),
            wind_at_least=None if row["wind_at_least"] is None else exact(row["wind_at_least"]),
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda row: row.level))


@dataclass(frozen=True)
class AdaptiveItem:
    """One item of the set for climate-adaptive cities, and the catalogue's indicator that gives its figure."""

    zh: str
    en: str
    unit: str
    indicator: str


def adaptive_city_indicators(rules: Rules) -> Mapping[str, AdaptiveItem]:
    """The set for climate-adaptive cities (气候适应型城市) by the names of its items."""
    entries = _group(rules, "extremes", "adaptive_city")
    return {
        name: AdaptiveItem(str(entry["zh"]), str(entry["en"]), str(entry["unit"]), str(entry["indicator"]))
        for name, entry in entries.items()
    }


def climate_rules(rules: Rules) -> ClimateRules:
    """All that a run needs to tell the climate of a station."""
    rain = _group(rules, "extremes", "rain_day")
    return ClimateRules(
        drought=drought_rule(rules),
        mci=mci_rule(rules),
        cold=cold_wave_rule(rules),
        heat=heat_rule(rules),
        rain=scale(rules, "rain_24h"),
        wet=exact(rain["least"]),
        heavy=exact(rain["heavy"]),
        rainstorm=exact(rain["rainstorm"]),
        evapotranspiration=cast(
            Literal["penman_monteith", "thornthwaite"], str(setting(rules, "drought", "evapotranspiration"))
        ),
    )
