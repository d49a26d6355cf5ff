"""Sound energies as whole numbers, so that every engine gives the same tenth of a decibel.

Engines add doubles in different orders and have their own logarithms. Levels are reported to 0.1 dB, so there are only
`TOP + 1` of them: a small table gives the energy of each as a whole number, sums of which are exact. The way back needs
one logarithm, which may be a hair off; the same table corrects it, so the result depends on a division alone.
"""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Any

import ibis
import pyarrow as pa

__all__ = ["ENERGY", "TOP", "energy_table", "level_of", "tenths_of"]

#: Loudest level that is taken [tenths of a dB]; beyond it is no measurement. 24 hours of it stay within 64 bits.
TOP = 1400
#: Energy of 0 dB. At 30 dB a unit is a millionth of the energy, far below what 0.1 dB can show.
_UNIT = 1000
_CONTEXT = Context(prec=40)
ENERGY = pa.schema([("tenths", pa.int64()), ("energy", pa.int64()), ("low", pa.float64()), ("high", pa.float64())])


def energy_table() -> pa.Table:
    """`tenths, energy, low, high`: whole energy of a level, and the energies that round to it (low ≤ mean < high)."""
    tenths = list(range(TOP + 1))
    edges = [_energy(Decimal(2 * step - 1) / 2) for step in range(TOP + 2)]
    return pa.table(
        [
            pa.array(tenths, pa.int64()),
            pa.array([int(_energy(Decimal(step)).to_integral_value()) for step in tenths], pa.int64()),
            pa.array([float(edges[step]) for step in tenths], pa.float64()),
            pa.array([float(edges[step + 1]) for step in tenths], pa.float64()),
        ],
        schema=ENERGY,
    )


def _energy(tenths: Decimal) -> Decimal:
    return _CONTEXT.multiply(Decimal(_UNIT), _CONTEXT.power(Decimal(10), tenths / 100))


def tenths_of(level: Any) -> Any:
    """Level [dB] → whole tenths, half up; levels are reported to 0.1 dB, so this only removes binary noise."""
    return (level * 10.0 + 0.5).floor().cast("int64")


def level_of(table: Any, mean: str, energies: Any, name: str) -> Any:
    """Add the level of a mean energy in whole tenths of a dB, null where the mean is null.

    Parameters
    ----------
    table:
        Any table with the column `mean`, a double in units of `energy_table`.
    energies:
        `energy_table` as the engine holds it.
    """
    # Half a tenth before the cut: an estimate that is right, or one off where the logarithm is a hair off.
    guess = ((table[mean] / float(_UNIT)).log10() * 100.0 + 0.5).floor().cast("int64")
    # A level below 0 dB or above the table has no row and stays null.
    guessed = table.mutate(guess=ibis.ifelse(table[mean] > 0, guess, ibis.null("int64")))
    edges = energies.select(guess=energies.tenths, low=energies.low, high=energies.high)
    joined = guessed.left_join(edges, "guess")
    exact = ibis.cases(
        (joined[mean] < joined.low, joined.guess - 1),
        (joined[mean] >= joined.high, joined.guess + 1),
        else_=joined.guess,
    )
    level = ibis.ifelse(joined.low.isnull(), ibis.null("int64"), exact)
    return joined.select(*table.columns, **{name: level})
