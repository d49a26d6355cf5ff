"""The media of a run, in the order in which they are computed. A new medium adds its line here,
and the keys of its readers in `ways.WAYS`.
"""

from __future__ import annotations

from collections.abc import Mapping

from saishang.apps.indicators import (
    air_tables,
    climate_tables,
    ecology_tables,
    groundwater_tables,
    noise_tables,
    radiation_tables,
    soil_tables,
    water_tables,
)
from saishang.apps.indicators.air_values import AIR_READERS
from saishang.apps.indicators.climate_values import CLIMATE_READERS
from saishang.apps.indicators.ecology_values import ECOLOGY_READERS
from saishang.apps.indicators.groundwater_values import GROUNDWATER_READERS
from saishang.apps.indicators.media import Medium
from saishang.apps.indicators.noise_values import NOISE_READERS
from saishang.apps.indicators.radiation_values import RADIATION_READERS
from saishang.apps.indicators.soil_values import SOIL_READERS
from saishang.apps.indicators.values import Reader
from saishang.apps.indicators.water_values import WATER_READERS

__all__ = ["MEDIA", "READERS"]

MEDIA: tuple[Medium, ...] = (
    Medium("air", air_tables.tables_of, readers=AIR_READERS),
    Medium("water", water_tables.tables_of, water_tables.parameters_of, WATER_READERS),
    Medium("climate", climate_tables.tables_of, readers=CLIMATE_READERS),
    Medium("noise", noise_tables.tables_of, noise_tables.parameters_of, NOISE_READERS),
    Medium("radiation", radiation_tables.tables_of, radiation_tables.parameters_of, RADIATION_READERS),
    Medium("groundwater", groundwater_tables.tables_of, groundwater_tables.parameters_of, GROUNDWATER_READERS),
    Medium("soil", soil_tables.tables_of, soil_tables.parameters_of, SOIL_READERS),
    # What decides its digits beside the lake is how far the registers were written, which every run keeps anyway.
    Medium("ecology", ecology_tables.tables_of, readers=ECOLOGY_READERS),
)
READERS: Mapping[str, Reader] = {name: reader for medium in MEDIA for name, reader in medium.readers.items()}
