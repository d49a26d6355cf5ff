"""The admission chain of a construction plot and the gate in front of its supply (“净土”供地).

The chain is a state table (`rules/standards/soil/admission.yaml`): survey → risk assessment → register → control or
remediation → evaluation of the effect → release. The gate answers for an area and an intended use: yes or no, with
every reason. Law on the prevention and control of soil pollution (土壤污染防治法), articles 58 to 66.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from saishang.science.machine import StateTable
from saishang.science.naming import NameBook
from saishang.science.soil.geometry import Area, areas_overlap

__all__ = ["AdmissionRules", "GateDecision", "GateReason", "Plot", "area_may_be_supplied", "may_be_supplied"]


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot with a record.

    Attributes
    ----------
    state:
        State of the chain, None when the record does not say it.
    land_class:
        Class of land (1 or 2) for which it was surveyed, assessed or remediated; None = not said, which counts as 2.
    """

    name: str
    state: str | None
    land_class: int | None = None


@dataclass(frozen=True, slots=True)
class GateReason:
    """Why the gate says yes or no; `plot` is empty when it concerns the area without any record."""

    code: str
    allowed: bool
    plot: str
    zh: str
    en: str
    clause: str


@dataclass(frozen=True, slots=True)
class GateDecision:
    """Yes only when every plot touched says yes. `undetermined`: no, because something is not known."""

    allowed: bool
    undetermined: bool
    reasons: tuple[GateReason, ...]


@dataclass(frozen=True)
class AdmissionRules:
    """State table and gate as rules.

    Attributes
    ----------
    uses:
        Spelling of a use → `sensitive` or `other`.
    gate:
        (state, use) → (allowed, reason code).
    reasons:
        Code → (zh, en, clause).
    """

    table: StateTable
    uses: NameBook
    gate: Mapping[tuple[str, str], tuple[bool, str]]
    reasons: Mapping[str, tuple[str, str, str]]

    def reason(self, code: str, allowed: bool, plot: str) -> GateReason:
        """A reason in both languages with its article."""
        zh, en, clause = self.reasons[code]
        return GateReason(code, allowed, plot, zh, en, clause)


def may_be_supplied(
    plots: Iterable[Plot], use: str | None, rules: AdmissionRules, *, change_of_use: bool = True
) -> GateDecision:
    """Whether land may be supplied for a use, given the recorded plots that its area touches.

    Parameters
    ----------
    plots:
        Every plot with a record that touches the area; none = the area has no record.
    use:
        Intended use (住宅, 公共管理与公共服务, 工业 …); None or unknown = undetermined.
    change_of_use:
        Whether the supply changes the use; without a record, a change to a sensitive use needs a survey first
        (article 59).

    Returns
    -------
    A missing state or use is never a yes.
    """
    kind = None if use is None else rules.uses.get(_folded(rules.uses, use))
    if kind is None:
        return GateDecision(False, True, (rules.reason("use_unknown", False, ""),))
    found = [_judge(plot, kind, rules) for plot in plots]
    if not found:
        blocked = kind == "sensitive" and change_of_use
        code = "no_record_sensitive" if blocked else "no_record_other"
        return GateDecision(not blocked, False, (rules.reason(code, not blocked, ""),))
    # What forbids comes first: a reader who sees one line sees the one that counts.
    reasons = tuple(sorted(found, key=lambda reason: (reason.allowed, reason.plot)))
    return GateDecision(
        allowed=all(reason.allowed for reason in found),
        undetermined=any(reason.code == "state_unknown" for reason in found)
        and not any(not reason.allowed and reason.code != "state_unknown" for reason in found),
        reasons=reasons,
    )


def area_may_be_supplied(
    area: Area,
    register: Iterable[tuple[Plot, Area]],
    use: str | None,
    rules: AdmissionRules,
    *,
    change_of_use: bool = True,
) -> GateDecision:
    """The gate asked with a polygon: the recorded plots that share ground with it decide (a common border does not).

    Parameters
    ----------
    area:
        The land to be supplied, as `read_area` gives it; in the coordinates of the register.
    register:
        Every recorded plot with its area.
    """
    touched = [plot for plot, ground in register if areas_overlap(area, ground)]
    return may_be_supplied(touched, use, rules, change_of_use=change_of_use)


def _folded(book: NameBook, use: str) -> str:
    return use if use in book else ""


def _judge(plot: Plot, use: str, rules: AdmissionRules) -> GateReason:
    if plot.state is None or plot.state not in rules.table.states:
        return rules.reason("state_unknown", False, plot.name)
    allowed, code = rules.gate[plot.state, use]
    if allowed and use == "sensitive" and plot.land_class != 1:
        # A plot found clean, or made clean, for industry is not therefore fit for homes.
        return rules.reason("assessed_for_less", False, plot.name)
    return rules.reason(code, allowed, plot.name)
