"""Names of the radiation network and the columns of its tables (their meaning stands in `radiation_tables`)."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

__all__ = ["EMF", "GAMMA", "KIND", "NETWORK", "RADIATION_TABLES"]

#: Register of the stations; parameters of the lake; the table that indicators are read from.
KIND, GAMMA, EMF, NETWORK = "radiation_stations", "GAMMA", "EMF_E", "radiation_network"

_TYPES = {
    "text": pa.string(), "int": pa.int32(), "real": pa.float64(), "day": pa.date32(), "time": pa.timestamp("us"),
    "truth": pa.bool_(),
}  # fmt: skip
_HEAD = "text station region basis"


def _schema(*columns: str) -> pa.Schema:
    """From `type name name …`, one text for a run of columns of one type."""
    fields = []
    for text in columns:
        kind, *names = text.split()
        fields += [(name, _TYPES[kind]) for name in names]
    return pa.schema(fields)


RADIATION_TABLES: Mapping[str, pa.Schema] = {
    "radiation_stations": _schema(
        "text station name region site measures", "real band_low band_high limit", "day opened closed", "text state",
        "real lon lat", "text holder basis",
    ),
    "gamma_daily": _schema(
        _HEAD, "day day", "real mean maximum", "int hours_present hours_expected",
        "real background deviation threshold", "int background_hours", "text state", "truth valid", "text reason",
    ),
    "gamma_monthly": _schema(
        _HEAD, "text period", "real mean maximum", "int days_valid days_expected hours_present hours_expected",
        "truth valid", "text reason",
    ),
    "gamma_alarms": _schema(
        _HEAD, "time start end", "int hours", "real peak background threshold", "text rain", "truth going_on"
    ),
    "emf_daily": _schema(
        _HEAD, "day day", "int minutes", "real mean maximum", "time maximum_at", "int values_present values_expected",
        "real limit share", "int over", "truth attains valid", "text reason",
    ),
    "emf_monthly": _schema(
        _HEAD, "text period", "real mean maximum", "int days_valid days_expected values_present values_expected",
        "real limit share", "int over", "truth attains valid", "text reason",
    ),
    "emf_sums": _schema(
        "text site region basis", "day day", "text stations", "real maximum", "time maximum_at",
        "int values_present values_expected over", "truth attains valid", "text reason",
    ),
    "radiation_values": _schema(_HEAD, "text parameter", "time start", "int minutes", "real value bound"),
    NETWORK: _schema(
        "text scope id period_kind period basis",
        "int gamma_stations gamma_hours_present gamma_hours_expected alarms rain_alarms gamma_undetermined",
        "int emf_stations emf_evaluated emf_over", "real emf_share",
    ),
    "radiation_strangers": _schema("text station parameter", "int values", "time first last"),
}  # fmt: skip
