"""The media of a run, in the order in which they are computed. A new medium adds its line here,
and the keys of its readers in `ways.WAYS`.
"""

from __future__ import annotations

from collections.abc import Mapping

from saishang.apps.indicators import (
    air_again,
    air_tables,
    climate_tables,
    ecology_tables,
    groundwater_tables,
    noise_tables,
    radiation_tables,
    rests,
    soil_tables,
    water_tables,
)
from saishang.apps.indicators.air_values import AIR_READERS
from saishang.apps.indicators.climate_values import CLIMATE_READERS
from saishang.apps.indicators.ecology_values import ECOLOGY_READERS
from saishang.apps.indicators.groundwater_values import GROUNDWATER_READERS
from saishang.apps.indicators.media import Medium
from saishang.apps.indicators.noise_values import NOISE_READERS
from saishang.apps.indicators.radiation_schemas import KIND as RADIATION_STATIONS
from saishang.apps.indicators.radiation_values import RADIATION_READERS
from saishang.apps.indicators.soil_construction import PLOTS
from saishang.apps.indicators.soil_values import SOIL_READERS
from saishang.apps.indicators.values import Reader
from saishang.apps.indicators.water_places import BLACK, DRAINS, FLOW, SOURCES
from saishang.apps.indicators.water_values import WATER_READERS

__all__ = ["MEDIA", "READERS"]

MEDIA: tuple[Medium, ...] = (
    Medium(
        "air", air_tables.tables_of, readers=AIR_READERS, lake=("air",), decisions=True, again=air_again.tables_again,
        rests=rests.air,
    ),
    Medium(
        "water", water_tables.tables_of, water_tables.parameters_of, WATER_READERS, lake=("water", "groundwater"),
        registers=(DRAINS, SOURCES, BLACK, FLOW), rests=rests.water,
    ),
    Medium(
        "climate", climate_tables.tables_of, readers=CLIMATE_READERS, lake=("met",), flags=False,
        again=climate_tables.tables_again, rests=rests.climate,
    ),
    Medium(
        "noise", noise_tables.tables_of, noise_tables.parameters_of, NOISE_READERS, lake=("noise", "met"),
        registers=(noise_tables.STATIONS_KIND, *noise_tables.SURVEYS.values()), rests=rests.noise,
    ),
    Medium(
        "radiation", radiation_tables.tables_of, radiation_tables.parameters_of, RADIATION_READERS,
        lake=("radiation", "met"), registers=(RADIATION_STATIONS,), rests=rests.radiation,
    ),
    Medium(
        "groundwater", groundwater_tables.tables_of, groundwater_tables.parameters_of, GROUNDWATER_READERS,
        lake=("groundwater",), registers=(groundwater_tables.POINTS,), rests=rests.groundwater,
    ),
    Medium(
        "soil", soil_tables.tables_of, soil_tables.parameters_of, SOIL_READERS, lake=("soil",),
        registers=(soil_tables.POINTS, PLOTS), rests=rests.soil,
    ),
    # What decides its digits beside the lake is how far the registers were written, which every run keeps anyway.
    Medium("ecology", ecology_tables.tables_of, readers=ECOLOGY_READERS, registers=ecology_tables.KINDS),
)  # fmt: skip
READERS: Mapping[str, Reader] = {name: reader for medium in MEDIA for name, reader in medium.readers.items()}
