"""Air statistics of whole networks as Ibis expressions: tables in, tables out, the same digits on every engine.

`AirStatistics` binds the rules, the calendar's reference tables and the choice of figures, and offers one method per
table of the contract (ARCHITECTURE.md, "Statistics"). The steps behind it are one module each: `hourly`, `daily`,
`ozone`, `city`, `index`, `periods`, `days`, `composite`, `dust`.
"""

from __future__ import annotations

from saishang.science.air.series.calendar import KINDS, Calendar, CalendarError, Period, Reference
from saishang.science.air.series.dust import (
    DUST_DAYS,
    DustProposal,
    city_hours,
    propose_windows,
    proposed_days,
)
from saishang.science.air.series.fixed import Grid
from saishang.science.air.series.hourly import LEAD_HOURS
from saishang.science.air.series.rules import (
    DAILY,
    HOURLY,
    LINEAR,
    POLLUTANTS,
    AirRules,
    HourItem,
    IndexColumn,
    IndexRule,
    LimitStage,
    RuleGap,
)
from saishang.science.air.series.statistics import AirStatistics

__all__ = [
    "DAILY",
    "DUST_DAYS",
    "HOURLY",
    "KINDS",
    "LEAD_HOURS",
    "LINEAR",
    "POLLUTANTS",
    "AirRules",
    "AirStatistics",
    "Calendar",
    "CalendarError",
    "DustProposal",
    "Grid",
    "HourItem",
    "IndexColumn",
    "IndexRule",
    "LimitStage",
    "Period",
    "Reference",
    "RuleGap",
    "city_hours",
    "propose_windows",
    "proposed_days",
]
