"""Drinking-water sources (集中式饮用水水源): tables 1 to 3 of GB 3838, and the shares of sources that comply.

A surface source complies when its table 1 class is Ⅲ or better and no supplementary or specific item is over its
limit. Two shares are published: by the number of sources and by the water they give.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from saishang.science.detection import HALF, measured
from saishang.science.numbers import InputError, Number, non_negative

__all__ = ["SourceResult", "SourceRule", "compliance_shares", "evaluate_source"]


@dataclass(frozen=True)
class SourceRule:
    """Limits of tables 2 and 3 by parameter, and the class that table 1 must keep."""

    supplementary: Mapping[str, Fraction]
    specific: Mapping[str, Fraction]
    limit_class: int = 3
    left_out: frozenset[str] = frozenset()
    multiple_decimals: int = 2
    share_decimals: int = 1
    below_share: Fraction = HALF

    def limit(self, parameter: str) -> Fraction:
        """Limit of a table 2 or 3 item.

        Raises
        ------
        InputError
            When neither table has the item.
        """
        found = self.supplementary.get(parameter, self.specific.get(parameter))
        if found is None:
            raise InputError(
                f"Neither table 2 nor table 3 of GB 3838 has {parameter}.", fix="Give table 1 items by their class."
            )
        return found


@dataclass(frozen=True)
class SourceResult:
    """Verdict on a source; `compliant` is None when nothing is over but a class or an item asked for is not known."""

    compliant: bool | None
    over: tuple[tuple[str, Fraction], ...]
    missing: tuple[str, ...] = ()


def evaluate_source(table1_class: int | None, items: Mapping[str, object], rule: SourceRule) -> SourceResult:
    """Judge one surface source.

    Parameters
    ----------
    table1_class:
        Class by table 1, 1 … 6; None when it was not evaluated.
    items:
        Supplementary and specific items: parameter → value [mg/L]; None = asked for, but without a value.

    Returns
    -------
    Items over their limit with the multiple (C - limit) / limit, the largest first.
    """
    over, missing = [], []
    for parameter, value in items.items():
        limit = rule.limit(parameter)
        read = measured(value, name=parameter, share=rule.below_share)
        if read is None:
            missing.append(parameter)
        elif read.value > limit:
            over.append((parameter, (read.value - limit) / limit))
    over.sort(key=lambda pair: (-pair[1], pair[0]))
    bad = bool(over) or (table1_class is not None and table1_class > rule.limit_class)
    # What is asked for and not there may be over its limit: that is no pass.
    verdict = False if bad else (None if table1_class is None or missing else True)
    return SourceResult(verdict, tuple(over), tuple(missing))


def compliance_shares(sources: Sequence[tuple[Number, bool]]) -> tuple[Fraction, Fraction | None]:
    """Shares of compliant sources [%] by number and by volume (None when no water was taken).

    Parameters
    ----------
    sources:
        (water taken, whether the source complies) of each.
    """
    if not sources:
        raise InputError("The share needs at least one source.", fix="Give [volume, true or false] of each source.")
    volumes = [non_negative(volume, name="volume") for volume, _ in sources]
    known = [Fraction(0) if volume is None else volume for volume in volumes]
    good = [compliant for _, compliant in sources]
    total = sum(known, Fraction(0))
    by_volume = (
        sum((v for v, fits in zip(known, good, strict=True) if fits), Fraction(0)) * 100 / total if total else None
    )
    return Fraction(100 * sum(good), len(good)), by_volume
