"""Surface-water statistics of whole networks as Ibis expressions: tables in, tables out, the same digits everywhere.

`WaterStatistics` binds rules and reference tables and offers one method per table of the contract (ARCHITECTURE.md,
"Statistics"). The steps behind it: `samples` (4-hourly → days → months), `figures` (periods, classes), `sections`,
`evaluation` (rivers, basins, cities, regions), `lakes`.
"""

from __future__ import annotations

from saishang.science.water.series.calendar import CalendarError, Group, WaterCalendar, WaterReference, WaterSection
from saishang.science.water.series.rules import WaterEdition, WaterRules
from saishang.science.water.series.scales import AUTOMATIC
from saishang.science.water.series.statistics import WaterStatistics

__all__ = [
    "AUTOMATIC",
    "CalendarError",
    "Group",
    "WaterCalendar",
    "WaterEdition",
    "WaterReference",
    "WaterRules",
    "WaterSection",
    "WaterStatistics",
]
