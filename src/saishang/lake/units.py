"""Units at the border: exact factors from what a source states to a parameter's canonical unit.

Only conversions by a constant factor (and the shift of temperatures) are here. Mixing ratios (ppb) need the
reference state of the gas and are refused with that reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from saishang.lake.errors import MappingError

__all__ = ["Conversion", "conversion"]

# Unit -> (dimension, factor to the dimension's base unit, shift added after the factor). Factors are definitions.
_UNITS: dict[str, tuple[str, Decimal, Decimal]] = {
    "ng/m³": ("mass per volume of air", Decimal("0.001"), Decimal(0)),
    "µg/m³": ("mass per volume of air", Decimal(1), Decimal(0)),
    "mg/m³": ("mass per volume of air", Decimal(1000), Decimal(0)),
    "µg/L": ("mass per volume of water", Decimal("0.001"), Decimal(0)),
    "mg/L": ("mass per volume of water", Decimal(1), Decimal(0)),
    "g/L": ("mass per volume of water", Decimal(1000), Decimal(0)),
    "°C": ("temperature", Decimal(1), Decimal(0)),
    "K": ("temperature", Decimal(1), Decimal("-273.15")),
    "Pa": ("pressure", Decimal("0.01"), Decimal(0)),
    "hPa": ("pressure", Decimal(1), Decimal(0)),
    "kPa": ("pressure", Decimal(10), Decimal(0)),
    "µS/cm": ("conductivity", Decimal(1), Decimal(0)),
    "mS/cm": ("conductivity", Decimal(1000), Decimal(0)),
    "mS/m": ("conductivity", Decimal(10), Decimal(0)),
    "cells/L": ("cells per volume", Decimal(1), Decimal(0)),
    "cells/mL": ("cells per volume", Decimal(1000), Decimal(0)),
    "m/s": ("speed", Decimal(1), Decimal(0)),
    "km/h": ("speed", Decimal(1) / Decimal("3.6"), Decimal(0)),
    "mm": ("length of rain", Decimal(1), Decimal(0)),
    "cm": ("length of rain", Decimal(10), Decimal(0)),
    "h": ("duration", Decimal(1), Decimal(0)),
    "min": ("duration", Decimal(1) / Decimal(60), Decimal(0)),
    "%": ("share", Decimal(1), Decimal(0)),
    "NTU": ("turbidity", Decimal(1), Decimal(0)),
    "°": ("angle", Decimal(1), Decimal(0)),
    "1": ("number", Decimal(1), Decimal(0)),
}
#: Other spellings of the same unit; both micro signs and the full-width ones are common in Chinese files.
_SPELLINGS = {
    "ug/m3": "µg/m³", "μg/m3": "µg/m³", "μg/m³": "µg/m³", "µg/m3": "µg/m³", "ug/m³": "µg/m³", "微克/立方米": "µg/m³",
    "mg/m3": "mg/m³", "毫克/立方米": "mg/m³", "ng/m3": "ng/m³", "ug/l": "µg/L", "μg/l": "µg/L", "mg/l": "mg/L",
    "毫克/升": "mg/L", "℃": "°C", "degc": "°C", "c": "°C", "us/cm": "µS/cm", "μs/cm": "µS/cm", "ms/cm": "mS/cm",
    "ms/m": "mS/m", "cell/l": "cells/L", "cells/l": "cells/L", "个/l": "cells/L", "个/升": "cells/L",
    "cells/ml": "cells/mL", "pa": "Pa", "hpa": "hPa", "kpa": "kPa", "ntu": "NTU", "-": "1", "": "1",
    "dimensionless": "1", "无量纲": "1", "deg": "°", "小时": "h", "毫米": "mm", "m·s⁻¹": "m/s", "ph": "1", "class": "1",
}  # fmt: skip


@dataclass(frozen=True)
class Conversion:
    """`canonical = stated * factor + shift`, in exact decimals."""

    stated: str
    canonical: str
    factor: Decimal
    shift: Decimal

    @property
    def identity(self) -> bool:
        """Whether stated and canonical unit are the same."""
        return self.factor == 1 and self.shift == 0

    def __call__(self, value: Decimal) -> Decimal:
        """Convert one stated value."""
        return value * self.factor + self.shift


def _known(unit: str) -> str | None:
    text = unit.strip()
    if text in _UNITS:
        return text
    return _SPELLINGS.get(text) or _SPELLINGS.get(text.lower())


def conversion(stated: str, canonical: str, *, where: str = "") -> Conversion:
    """Find the conversion between two units (Errors: MappingError when there is none by a constant factor)."""
    if stated.strip() == canonical.strip():
        return Conversion(stated, canonical, Decimal(1), Decimal(0))
    known, target = _known(stated), _known(canonical)
    if known is not None and known == target:
        return Conversion(stated, canonical, Decimal(1), Decimal(0))
    if known is None or target is None or _UNITS[known][0] != _UNITS[target][0]:
        hint = (
            "mixing ratios depend on temperature and pressure: convert them to mass concentrations first"
            if stated.strip().lower() in {"ppb", "ppm", "ppbv", "ppmv"}
            else f"state one of {', '.join(u for u, v in _UNITS.items() if target and v[0] == _UNITS[target][0])}"
            if target
            else "use the unit of rules/parameters.csv"
        )
        raise MappingError(
            f"expected a unit that converts to {canonical}, got {stated!r}", fix=hint, where=where or None, code="unit"
        )
    _, factor_in, shift_in = _UNITS[known]
    _, factor_out, shift_out = _UNITS[target]
    return Conversion(stated, canonical, factor_in / factor_out, (shift_in - shift_out) / factor_out)
