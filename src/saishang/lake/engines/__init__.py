"""Engines: where Ibis expressions run. DuckDB is embedded; Spark is an optional cluster engine with equal results."""

from __future__ import annotations

from saishang.errors import ConfigurationError
from saishang.lake.engines.air import (
    AIR_TABLES,
    DAY_STATES,
    EXCLUDED,
    EXTRA_TABLES,
    HOURLY_TABLES,
    STATIONS,
    AirRun,
    evaluate_air,
    propose_dust,
)
from saishang.lake.engines.base import Engine, EngineError
from saishang.lake.engines.duckdb import DuckDB
from saishang.lake.engines.spark import Spark, spark_available

__all__ = [
    "AIR_TABLES",
    "DAY_STATES",
    "EXCLUDED",
    "EXTRA_TABLES",
    "HOURLY_TABLES",
    "STATIONS",
    "AirRun",
    "DuckDB",
    "Engine",
    "EngineError",
    "Spark",
    "evaluate_air",
    "open_engine",
    "propose_dust",
    "spark_available",
]


def open_engine(setting: str = "duckdb") -> Engine:
    """Open the engine of the setting `SAISHANG_ENGINE`: `duckdb`, `spark://local` or `spark://host:port`.

    Raises
    ------
    ConfigurationError
        For any other text.
    """
    if setting == "duckdb":
        return DuckDB()
    if setting.startswith("spark://") and len(setting) > len("spark://"):
        return Spark(setting.removeprefix("spark://"))
    raise ConfigurationError(
        f"expected duckdb or spark://…, got {setting!r}",
        fix="unset it for the embedded engine",
        where="SAISHANG_ENGINE",
    )
