"""The tables of the contract, built from one another: what is kept in between is the caller's business."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from saishang.science.water.cwqi import CwqiRule
from saishang.science.water.series.calendar import WaterReference
from saishang.science.water.series.evaluation import evaluation_items, group_items, water_evaluation
from saishang.science.water.series.figures import item_classes, period_figures, section_items
from saishang.science.water.series.indices import water_indices
from saishang.science.water.series.lakes import trophic_state
from saishang.science.water.series.rules import WaterRules
from saishang.science.water.series.samples import (
    automatic_months,
    daily,
    day_sums,
    month_figures,
    other_rows,
    sample_months,
)
from saishang.science.water.series.sections import measured_classes, published_classes, section_class
from saishang.science.water.trophic import TrophicRule

__all__ = ["WaterStatistics"]


@dataclass(frozen=True)
class WaterStatistics:
    """Water statistics under one set of rules and one calendar."""

    rules: WaterRules
    reference: WaterReference
    trophic: TrophicRule
    cwqi: CwqiRule
    #: Items whose laboratory samples are read: those with limits, and the trophic index's.
    parameters: tuple[str, ...]

    # From the samples: each of these reads the observations once and may be called month by month.

    def day_sums(self, observations: Any) -> Any:
        """Packed sums of the automatic samples per section and day."""
        return day_sums(observations, self.rules)

    def other_rows(self, observations: Any) -> Any:
        """Rows of the other series."""
        return other_rows(observations, self.rules)

    # Days and months.

    def section_daily(self, sums: Any) -> Any:
        """Contract table `section_daily`."""
        return daily(sums, self.rules)

    def months(self, sums: Any, others: Any) -> Any:
        """One figure per section, month and parameter."""
        return month_figures(automatic_months(sums, self.rules), sample_months(others, self.parameters, self.rules))

    # Periods.

    def items(self, months: Any) -> Any:
        """Figures of every period with their classes."""
        return item_classes(period_figures(months, self.reference, self.rules), self.reference, self.rules)

    def section_items(self, items: Any) -> Any:
        """Contract table `section_items`."""
        return section_items(items, self.rules)

    def section_class(self, items: Any, others: Any) -> Any:
        """Contract table `section_class`."""
        return section_class(
            measured_classes(items, self.reference, self.rules), published_classes(others, self.reference)
        )

    def trophic_state(self, items: Any) -> Any:
        """Contract table `trophic_state`."""
        return trophic_state(items, self.trophic, self.rules)

    def indices(self, items: Any) -> Any:
        """Contract table `cwqi`."""
        return water_indices(items, self.reference, self.cwqi, self.rules)

    def group_items(self, items: Any) -> Any:
        """Items of rivers, basins, cities, regions and networks."""
        return group_items(items, self.reference, self.rules)

    def evaluation_items(self, grouped: Any) -> Any:
        """Contract table `evaluation_items`."""
        return evaluation_items(grouped, self.rules)

    def water_evaluation(self, classes: Any, grouped: Any) -> Any:
        """Contract table `water_evaluation`."""
        return water_evaluation(classes, grouped, self.reference, self.rules)
