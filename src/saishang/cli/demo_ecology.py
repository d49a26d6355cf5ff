"""Ecology in the demonstration: the reserves that could be read, and invented entries, through the ordinary doors."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from saishang.config import Config
from saishang.rules import Rules

__all__ = ["load_ecology"]

_INVENTED = "演示：虚构数据，不代表任何真实地方 · invented, no real place"
_PARTIAL = "公开页面可查的部分国家级自然保护区，名录不全 · national reserves from public pages, a partial list"
#: Register → file of the package, and why it is taken in.
_FILES = {
    "protected_areas": ("register_protected_areas_ningxia_partial.csv", _PARTIAL),
    "ei_inputs": ("register_ei_inputs_demonstration.csv", _INVENTED),
    "eqi_inputs": ("register_eqi_inputs_demonstration.csv", _INVENTED),
    "biodiversity_surveys": ("register_biodiversity_surveys_demonstration.csv", _INVENTED),
    "invasive_sites": ("register_invasive_sites_demonstration.csv", _INVENTED),
    "fish_surveys": ("register_fish_surveys_demonstration.csv", _INVENTED),
    "degraded_land": ("register_degraded_land_demonstration.csv", _INVENTED),
    "function_factors": ("register_function_factors_demonstration.csv", _INVENTED),
}
_RECORDS = "species_demonstration_darwin_core.csv"


def load_ecology(config: Config, rules: Rules, today: date, actor: str) -> str:
    """Fill the registers of ecology; what is new and what was refused, in one line."""
    import saishang.demo_data
    from saishang.apps.ecology.actions import load_records
    from saishang.apps.registers.actions import load_table
    from saishang.apps.registers.kinds import kind_of
    from saishang.lake.archive import Archive

    folder, archive = Path(saishang.demo_data.__file__).parent, Archive(config.archive)
    outcomes = [
        load_table(
            actor, kind_of(rules, kind), rules, archive, folder / name, name, today=today, reason=reason
        )
        for kind, (name, reason) in _FILES.items()
    ]  # fmt: skip
    records = load_records(
        actor, rules, archive, folder / _RECORDS, _RECORDS, today=today, reason=_INVENTED, demonstration=True
    )  # fmt: skip
    outcomes.append(records.table)
    new = sum(outcome.count("added") for outcome in outcomes)
    refused = sum(len(outcome.refusals) for outcome in outcomes)
    return f"新增 new {new}，拒绝 refused {refused}（保护区真实、不全 reserves real, partial；其余虚构 rest invented）"
