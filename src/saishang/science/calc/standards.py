"""Which standard a text means: `HJ633-2026`, `HJ 633-2026`, `2026`, `GB 3095-2026 transition + HJ 663-2026 Table 3`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from saishang.science.numbers import InputError

__all__ = ["check_edition", "choose_standard"]

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
#: Words of a stage → how people write them, folded. A stage that is written and not understood would be the wrong one.
_STAGES = {
    "transition": ("transition", "过渡", "第一阶段", "stage1", "phase1"),
    "final": ("final", "full", "2031", "第二阶段", "正式", "最终", "stage2", "phase2"),
}


def choose_standard(text: str, known: Sequence[str]) -> tuple[str, ...]:
    """The names among `known` that `text` speaks of, in the order of `known`.

    Parameters
    ----------
    text:
        What a case file or a person wrote; may name several standards, or two editions of one (`HJ 663-2013/2026`).
    known:
        Names of one family, `FAMILY-YEAR` with or without a stage behind it (`GB 3095-2026 final`), oldest first.

    Returns
    -------
    Every fitting name: stages of an edition when no stage is named, both editions of `2013/2026`. Empty when the text
    speaks of no standard of this family, or of the family without a year.

    Raises
    ------
    InputError
        When the text names this family, or is nothing but a year, with an edition that is not known.
    """
    if not _speaks_of(text, known):
        return ()
    years = _years(text, known)
    if not years:
        return ()
    fitting = [name for name in known if set(_YEAR.findall(name)) & years]
    if not fitting:
        raise InputError(
            f"The standard {text!r} is not known here.", fix=f"Use one of {', '.join(known)}.", code="unknown-standard"
        )
    folded = _fold(text).lower()
    staged = [
        name for name in fitting
        if _stage(name) and any(word in folded for word in _STAGES.get(_stage(name), (_stage(name),)))
    ]  # fmt: skip
    return tuple(staged or fitting)


def check_edition(text: str, standards: Sequence[str]) -> None:
    """Refuse a text that names one of the standards with a year that is not known here.

    For calculations of one edition only: what is asked for by another edition must not be answered by this one. A text
    that names none of them (a bulletin, a rule without a year) is not looked at.

    Raises
    ------
    InputError
        When the edition is not known.
    """
    dated = [name for name in standards if re.search(r"-(?:19|20)\d{2}$", name)]
    if any(_fold(_family(name)) in _fold(text) for name in dated):
        choose_standard(text, dated)


def _speaks_of(text: str, known: Sequence[str]) -> bool:
    folded = _fold(text)
    if _YEAR.match(folded):
        return True
    return any(_fold(_family(name)) in folded for name in known)


def _years(text: str, known: Sequence[str]) -> set[str]:
    """Years that belong to this family: those right behind its name, or all of a text that names no family."""
    folded = _fold(text)
    if _YEAR.match(folded):
        return set(_YEAR.findall(folded))
    years: set[str] = set()
    for family in {_fold(_family(name)) for name in known}:
        for match in re.finditer(re.escape(family) + r"[-—–:]?((?:(?:19|20)\d{2}[/、,;]?)+)", folded):
            years |= set(re.findall(r"(?:19|20)\d{2}", match.group(1)))
    return years


def _family(name: str) -> str:
    return name.split("-")[0]


def _stage(name: str) -> str:
    return name.partition(" ")[2].partition(" ")[2] if name.count(" ") > 1 else ""


def _fold(text: str) -> str:
    return re.sub(r"[\s_]", "", text).replace("/T", "").upper()
