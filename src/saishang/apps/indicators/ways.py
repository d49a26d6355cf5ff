"""The ways by which an indicator is computed (`statistic`, `also`): every source with the keys that its reader takes.

One entry per source that `media_list.READERS` reads, beside reported parts and registers; a reader looks at no other
key. A way that names a table, figure, level or index that does not exist would give no value and no word of it, so
`saishang rules check` refuses it here. The module knows rules and science only: a check needs no database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from saishang.rules import Problem, Rules
from saishang.science.composed import FORMULAS
from saishang.science.waste.from_rules import streams

__all__ = ["WAYS", "Way", "check_ways"]


@dataclass(frozen=True)
class Way:
    """Keys of one source.

    Attributes
    ----------
    needed, optional:
        Key → the values that it may have; none listed = any text.
    """

    needed: Mapping[str, tuple[str, ...]]
    optional: Mapping[str, tuple[str, ...]]


def _way(optional: Mapping[str, tuple[str, ...]] | None = None, **needed: tuple[str, ...]) -> Way:
    return Way(needed, {"period_kind": ("year",)} | dict(optional or {}))


_SPAN = ("day", "night")
#: Source → its keys, medium by medium as in `media_list.MEDIA`.
WAYS: Mapping[str, Way] = {
    # air_values: an air parameter of the table of parameters, and how the hours of a period become one figure
    "period_statistics": _way(parameter=(), statistic=("mean", "p98", "p95", "p90")),
    "period_days": _way(),
    "attainment": _way(),
    "composite": _way(),
    # water_values: `id` is the name of a river, network, basin … as the site's tables of sections have it
    "water_evaluation": _way(
        scope=("river", "lake", "basin", "city", "region", "network", "drains"), id=(),
        figure=("good", "worse_than_v", "class_2_or_better", "compliance"),
    ),
    "water_source_shares": _way(figure=("by_number", "by_volume")),
    "water_flow": _way(figure=("met",)),
    # climate_values: a column of the year's table
    "climate_years": _way(
        statistic=(
            "mean", "maximum", "minimum", "rain", "heavy_days", "rainstorm_days", "hot_days", "heat_waves",
            "cold_waves", "dry_days", "wettest",
        ),
    ),
    # noise_values
    "noise_rates": _way(span=_SPAN),
    "noise_surveys": _way(scope=("regional", "road"), span=_SPAN, figure=("mean", "grade")),
    # radiation_values
    "radiation_network": _way(figure=("gamma_capture", "gamma_alarms", "emf_over", "emf_share")),
    # groundwater_values, soil_values
    "groundwater_shares": _way(network=("all", "national"), figure=("class_five", "compliance")),
    "soil_shares": _way(land=("all", "farmland", "development")),
    "soil_construction": _way(),
    # ecology_values: columns of the table; levels of degraded land by `science.ecology.degraded`
    "ecology_index": _way(index=("ei", "eqi", "bi"), statistic=("value", "change")),
    "ecology_protected": _way(statistic=("share", "area", "places", "overlap")),
    "ecology_alien": _way(
        statistic=("finds", "species", "key_species", "handled", "handled_share", "warnings", "warnings_open"),
    ),
    "ecology_fish": _way(statistic=("change", "current", "base")),
    "ecology_degraded": _way(kind=("sandy", "saline"), level=("0", "1", "2", "3", "4"), statistic=("share", "area")),
    # register_values: kind and figure are checked with the registers; `levels` = of which regions there are values
    "register": _way({"levels": ()}, register=(), figure=()),
    # composed: parts that agencies report
    "reports": _way({"stream": ()}, formula=(*FORMULAS, "balance"), parts=()),
}  # fmt: skip
#: (keys below the way, expected, got, fix)
_Fault = tuple[tuple[str, ...], str, str, str]


def check_ways(rules: Rules, known: Collection[Problem] = ()) -> list[Problem]:
    """Every way of the catalogue that leads nowhere, with file and line.

    Files with a `known` problem are left alone: what the schema says about them comes first.
    """
    faulty = {problem.file for problem in known}
    listed = {
        name: document
        for name, document in rules.documents_under("indicators").items()
        if rules.where(name).rpartition(":")[0] not in faulty
    }
    # A part may be an indicator of any file, also of one that has another fault.
    indicators = {
        str(entry.get("id"))
        for document in rules.documents_under("indicators").values()
        for entry in document.get("indicators", ())
    }
    found = []
    for name, document in listed.items():
        for index, entry in enumerate(document.get("indicators", ())):
            ways: list[tuple[tuple[str | int, ...], Any]] = [(("statistic",), entry.get("statistic") or {})]
            ways += [(("also", place), way) for place, way in enumerate(entry.get("also") or ())]
            for path, way in ways:
                if not way:
                    continue
                for below, expected, got, fix in _faults(way, rules, indicators):
                    file, line = rules.trees[name].locate(("indicators", index, *path, *below))
                    cell = ".".join(map(str, (*path, *below)))
                    found.append(Problem(file, line, cell, "bad-value", expected, got, fix))
    return sorted(found)


def _faults(way: Mapping[str, Any], rules: Rules, indicators: Collection[str]) -> Iterator[_Fault]:
    source = str(way.get("source"))
    if source not in WAYS:
        yield ("source",), "a table that a reader takes", repr(source), f"use one of {', '.join(sorted(WAYS))}"
        return
    shape = WAYS[source]
    allowed = {**shape.needed, **shape.optional}
    for key in sorted(shape.needed.keys() - way.keys()):
        choices = ", ".join(shape.needed[key])
        yield (), f"the key {key} of source {source}", "none", f"add it{f': one of {choices}' if choices else ''}"
    for key, value in way.items():
        if key == "source":
            continue
        if key not in allowed:
            yield (key,), f"a key of source {source}", repr(key), f"use {', '.join(sorted(allowed)) or 'no other key'}"
        elif allowed[key] and str(value) not in allowed[key]:
            yield (key,), f"{key} of source {source}", repr(str(value)), f"use one of {', '.join(allowed[key])}"
    if source == "period_statistics":
        yield from _parameter(way, rules)
    elif source == "register":
        yield from _levels(way, rules)
    elif source == "reports":
        yield from _parts(way, rules, indicators)


def _parameter(way: Mapping[str, Any], rules: Rules) -> Iterator[_Fault]:
    code = way.get("parameter")
    if code is not None and (code not in rules.parameters or rules.parameters[code]["medium"] != "air"):
        yield ("parameter",), "an air parameter", repr(str(code)), "use a code of parameters.csv with medium air"


def _levels(way: Mapping[str, Any], rules: Rules) -> Iterator[_Fault]:
    if "levels" not in way:
        return
    known = sorted({str(row["level"]) for row in rules.regions.values()})
    levels = way["levels"]
    listed = [str(level) for level in levels] if isinstance(levels, list | tuple) else []
    strange = [level for level in listed if level not in known]
    if strange or not listed:
        got = ", ".join(strange) or repr(levels)
        yield ("levels",), "levels of regions", got, f"use a list of {', '.join(known)}"


def _parts(way: Mapping[str, Any], rules: Rules, indicators: Collection[str]) -> Iterator[_Fault]:
    formula, stream = str(way.get("formula")), way.get("stream")
    parts = way.get("parts")
    if not isinstance(parts, Mapping) or not parts:
        yield ("parts",), "parts: name → indicator", repr(parts), "name every part of the formula"
        return
    takes: Collection[str] = FORMULAS[formula][0] if formula in FORMULAS else ()
    if formula == "balance":
        known = streams(rules)
        if stream not in known:
            yield (
                ("stream",) if "stream" in way else (), "a stream of waste", repr(stream),
                f"use one of {', '.join(known)}",
            )  # fmt: skip
            return
        takes = (*known[stream].of_region.sources, *known[stream].of_region.sinks)
    elif stream is not None:
        yield ("stream",), f"no stream beside the formula {formula}", repr(stream), "leave it out"
    for name in takes:
        if name not in parts:
            yield ("parts",), f"the part {name} of {stream or formula}", "none", f"it takes {', '.join(takes)}"
    for name, code in parts.items():
        if takes and name not in takes:
            yield ("parts", name), f"a part of {stream or formula}", repr(name), f"it takes {', '.join(takes)}"
        if code not in indicators:
            yield ("parts", name), "an indicator of the catalogue", repr(code), "correct the id, or add the indicator"
