"""Mass balances of waste streams: what comes in goes somewhere (物料平衡).

A stream's rule names its sources (generated, stored at the start, received) and its sinks (used, disposed of, shipped,
stored at the end …). The difference beyond a tolerance is an alarm; with a part missing there is no verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from saishang.science.numbers import InputError, exact_or_none

__all__ = ["Balance", "Stream", "balance", "together"]

Verdict = Literal["balanced", "missing_mass", "surplus_mass", "cannot_tell"]


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of waste: what adds to it, what takes from it, and the flow whose share is its rate.

    `border_in` and `border_out` are the flows that a region's balance needs beside these.
    """

    id: str
    zh: str
    en: str
    sources: tuple[str, ...]
    sinks: tuple[str, ...]
    rate: str
    border_in: tuple[str, ...] = ()
    border_out: tuple[str, ...] = ()

    @property
    def of_region(self) -> Stream:
        """The stream as a region balances it: with what crosses its border."""
        return replace(self, sources=self.sources + self.border_in, sinks=self.sinks + self.border_out)


@dataclass(frozen=True, slots=True)
class Balance:
    """Sums of a stream [unit of the masses given, one for all].

    `missing_mass`: less is accounted for than came in; `surplus_mass`: more. `missing` names flows without a value.
    """

    stream: str
    sources: Fraction | None
    sinks: Fraction | None
    difference: Fraction | None
    tolerance: Fraction | None
    verdict: Verdict
    missing: tuple[str, ...]

    @property
    def difference_percent(self) -> Fraction | None:
        """Difference over what came in [%]; None when nothing came in or a part is missing."""
        if self.difference is None or not self.sources:
            return None
        return 100 * self.difference / self.sources


def balance(stream: Stream, flows: Mapping[str, object], tolerance_percent: object) -> Balance:
    """Balance one stream over one period.

    Parameters
    ----------
    flows:
        Flow → mass, one unit; every source and sink must be given, 0 where there was none, None = missing.
    tolerance_percent:
        Allowed difference in percent of what came in.

    Raises
    ------
    InputError
        For a flow that the stream does not have, or a negative mass.
    """
    known = (*stream.sources, *stream.sinks)
    for name in flows:
        if name not in known:
            raise InputError(f"{stream.zh} ({stream.id}) has no flow {name!r}.", fix=f"It has {', '.join(known)}.")
    masses: dict[str, Fraction] = {}
    missing = []
    for name in known:
        mass = exact_or_none(flows.get(name), name=name)
        if mass is None:
            missing.append(name)
        elif mass < 0:
            raise InputError(f"{name} must not be negative, got {float(mass):g}.", fix="Check the mass.")
        else:
            masses[name] = mass
    if missing:
        return Balance(stream.id, None, None, None, None, "cannot_tell", tuple(missing))
    came = sum((masses[name] for name in stream.sources), Fraction(0))
    went = sum((masses[name] for name in stream.sinks), Fraction(0))
    share = exact_or_none(tolerance_percent, name="tolerance_percent") or Fraction(0)
    allowed = came * share / 100
    difference = came - went
    verdict: Verdict = (
        "balanced" if abs(difference) <= allowed else "missing_mass" if difference > 0 else "surplus_mass"
    )
    return Balance(stream.id, came, went, difference, allowed, verdict, ())


def together(reports: Iterable[Mapping[str, object]], stream: Stream) -> dict[str, Fraction | None]:
    """Flows of several holders added up; a flow that one of them does not tell is not told for all."""
    total: dict[str, Fraction | None] = dict.fromkeys((*stream.sources, *stream.sinks), Fraction(0))
    for report in reports:
        for name, so_far in total.items():
            mass = exact_or_none(report.get(name), name=name)
            total[name] = None if so_far is None or mass is None else so_far + mass
    return total
