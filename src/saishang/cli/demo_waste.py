"""Solid waste in the demonstration: two real cities of the programme; invented units, manifests, uses and reports."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from saishang.cli.demo_steps import ACTOR
from saishang.config import Config
from saishang.rules import Rules

__all__ = ["load_waste"]

#: Day on which the ministry published the list of the programme's cities.
_LISTED_ON = date(2022, 4, 24)
_LISTED = "“十四五”时期“无废城市”建设名单（环办固体函〔2022〕164号） · list of the programme"
_INVENTED = "演示：虚构数据，不代表任何真实单位 · invented, no real unit"
#: Kind → file, reason, day from which the entries hold (today when there is none).
_REGISTERS: tuple[tuple[str, str, str, date | None], ...] = (
    ("zero_waste_cities", "register_zero_waste_cities.csv", _LISTED, _LISTED_ON),
    ("zero_waste_cells", "register_zero_waste_cells_demonstration.csv", _INVENTED, None),
    ("waste_units", "register_waste_units_demonstration.csv", _INVENTED, None),
    ("hazardous_manifests", "register_hazardous_manifests_demonstration.csv", _INVENTED, None),
    ("new_pollutant_uses", "register_new_pollutant_uses_demonstration.csv", _INVENTED, None),
)
_REPORTS = "reported_waste_demonstration.csv"


def load_waste(config: Config, rules: Rules, today: date) -> str:
    """Fill the registers of waste and report the invented masses; what is new, in one line."""
    import saishang.demo_data
    from saishang.apps.indicators.actions.upload_values import upload_values
    from saishang.apps.indicators.catalogue import Catalogue
    from saishang.apps.registers.actions import load_table
    from saishang.apps.registers.kinds import kind_of
    from saishang.lake.archive import Archive

    folder = Path(saishang.demo_data.__file__).parent
    archive = Archive(config.archive)
    new = same = refused = 0
    for name, file, reason, effective in _REGISTERS:
        if effective is not None and effective > today:
            effective = today
        outcome = load_table(
            ACTOR, kind_of(rules, name), rules, archive, folder / file, file, today=today, reason=reason,
            effective=effective,
        )  # fmt: skip
        new += outcome.count("added")
        same += outcome.count("unchanged")
        refused += len(outcome.refusals)
    told = upload_values(
        ACTOR, folder / _REPORTS, _REPORTS, Catalogue(rules), rules, archive, reason=_INVENTED
    )  # fmt: skip
    refused += len(told.refusals)
    return (
        f"固体废物 waste: 新增 new {new}，未变 unchanged {same}；演示报送 invented reports {told.added}，"
        f"拒绝 refused {refused}"
    )
