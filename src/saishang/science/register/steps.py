"""Who makes which step of an entry's life, and the certificate that a certifying step leaves on the entry.

A step is made by whoever reviews for the owner, unless the kind says otherwise: by whoever may propose (`proposer`), or
by the agency that certifies (`certifier`), which may be another one than keeps the register, or the government of a
level above the thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from saishang.rules import Rules
from saishang.science.machine import StateTable
from saishang.science.periods import months_later

__all__ = ["Certificate", "Steps", "Who", "certificate_faults", "certificate_texts", "read_steps", "touched"]

Who = Literal["proposer", "owner", "certifier"]


@dataclass(frozen=True)
class Certificate:
    """Which fields hold the certificate, and which moves write them.

    Attributes
    ----------
    number, day, until:
        Fields of its number, of the day on which it was given, of its last day (empty: it has no end).
    checked:
        Field of the day of the last re-examination, which a move of `renewed` writes.
    issued, renewed:
        Moves that give it, and those by which it goes on.
    months:
        How long it is valid where the certifier names no last day; 0 = not said.
    states:
        States to which these moves lead: there the certificate is written by the certifier alone.
    """

    number: str
    day: str
    until: str = ""
    checked: str = ""
    issued: tuple[str, ...] = ()
    renewed: tuple[str, ...] = ()
    months: int = 0
    states: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the certificate that the kind has."""
        return tuple(name for name in (self.number, self.day, self.until, self.checked) if name)


@dataclass(frozen=True)
class Steps:
    """Who makes the moves of a kind.

    Attributes
    ----------
    by:
        Move → who; `owner` for those that are not named.
    agency:
        Code of the agency that certifies; empty where governments do.
    level:
        Level of the region whose government certifies.
    governments:
        Region → the region at or above it of that level; the region itself where none is.
    """

    by: Mapping[str, Who] = field(default_factory=dict)
    agency: str = ""
    level: str = ""
    governments: Mapping[str, str] = field(default_factory=dict)
    certificate: Certificate | None = None

    def who(self, action: str) -> Who:
        """Who makes a move."""
        return self.by.get(action, "owner")

    def certifier(self, region: str) -> str:
        """Code of the organisation that certifies a thing of a region; empty where nobody does."""
        return self.agency or self.governments.get(region, "")

    @property
    def certifies(self) -> bool:
        """Whether any move is a certifying one."""
        return "certifier" in self.by.values()


def read_steps(
    said: Mapping[str, Any], rules: Rules, fields: Mapping[str, Any], life: StateTable | None
) -> tuple[Steps, list[tuple[tuple[str, ...], str, str, str]]]:
    """Steps as a kind's file says them, with its faults: path, what was expected, what stands there, how to mend it."""
    faults: list[tuple[tuple[str, ...], str, str, str]] = []
    actions = life.actions if life is not None else ()
    by: dict[str, Who] = dict(said.get("by", {}))
    for action in by:
        if action not in actions:
            faults.append((("by", action), "a move of the life cycle", action, _one_of(actions)))
    named = said.get("certifier", {})
    agency, level = str(named.get("agency", "")), str(named.get("level", ""))
    if ("certifier" in by.values()) != bool(agency or level):
        faults.append((
            ("certifier",), "who certifies, where a move is a certifier's, and only there", agency or level or "none",
            "write `agency` or `level`, or name the moves under `by`",
        ))  # fmt: skip
    if agency and agency not in {str(row["code"]) for row in rules.agencies.values()}:
        faults.append((("certifier", "agency"), "the code of an agency of the table", agency, "correct the code"))
    levels = {str(row["level"]) for row in rules.regions.values()}
    if level and level not in levels:
        faults.append((("certifier", "level"), "a level of the table of regions", level, _one_of(sorted(levels))))
    if level and not any(known.type == "region" for known in fields.values()):
        faults.append((("certifier", "level"), "a field of type region", "none", "name an agency instead"))
    certificate = _certificate(said["certificate"], by, fields, life, faults) if "certificate" in said else None
    return Steps(by, agency, level, _governments(rules, level) if level else {}, certificate), faults


def _certificate(
    said: Mapping[str, Any], by: Mapping[str, Who], fields: Mapping[str, Any], life: StateTable | None,
    faults: list[tuple[tuple[str, ...], str, str, str]],
) -> Certificate:  # fmt: skip
    for part, types in (("number", ("text",)), ("day", ("date",)), ("until", ("date",)), ("checked", ("date",))):
        name = said.get(part, "")
        if name and (name not in fields or fields[name].type not in types):
            faults.append((("certificate", part), f"a field of type {types[0]}", name, "name another field"))
    for part in ("issued", "renewed"):
        for action in said.get(part, ()):
            if by.get(action) != "certifier":
                faults.append((("certificate", part), "a move of the certifier", action, "name it under `by` as well"))
    moves = {*said.get("issued", ()), *said.get("renewed", ())}
    reached = [
        move.after for state in (life.states if life is not None else ()) for move in life.moves(state)  # type: ignore[union-attr]
        if move.action in moves
    ]  # fmt: skip
    return Certificate(
        said["number"], said["day"], said.get("until", ""), said.get("checked", ""), tuple(said.get("issued", ())),
        tuple(said.get("renewed", ())), said.get("months", 0), tuple(dict.fromkeys(reached)),
    )  # fmt: skip


def _governments(rules: Rules, level: str) -> dict[str, str]:
    known = {str(row["code"]): row for row in rules.regions.values()}
    found = {}
    for code in known:
        above: str = code
        while above in known and known[above]["level"] != level:
            above = str(known[above]["parent"])
        found[code] = above if above in known else code
    return found


def certificate_texts(
    certificate: Certificate, action: str, given: Mapping[str, str], values: Mapping[str, Any], day: date
) -> dict[str, str]:
    """Field → text that a certifying move writes on the entry.

    Parameters
    ----------
    given:
        `number`, `day`, `until` as the certifier typed them; what he leaves empty follows from the move.
    values:
        What the entry says before.
    day:
        Day from which the move holds.
    """
    texts: dict[str, str] = {}
    typed = {name: text.strip() for name, text in given.items() if text.strip()}
    if action in certificate.issued:
        if "number" in typed:
            texts[certificate.number] = typed["number"]
        begun = typed.get("day") or day.isoformat()
        texts[certificate.day] = begun
        # A re-examination of an older certificate is none of this one.
        if certificate.checked and str(values.get(certificate.checked) or begun) < begun:
            texts[certificate.checked] = ""
    elif action in certificate.renewed:
        if certificate.checked:
            texts[certificate.checked] = day.isoformat()
    else:
        return {}
    if certificate.until:
        if "until" in typed:
            texts[certificate.until] = typed["until"]
        elif certificate.months:
            texts[certificate.until] = months_later(day, certificate.months).isoformat()
    return texts


def certificate_faults(certificate: Certificate, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Fields of a certificate that contradict each other: field and its text. The last day may be the first."""
    until = values.get(certificate.until) if certificate.until else None
    begun = values.get(certificate.day)
    return [(certificate.until, str(until))] if until and begun and str(until) < str(begun) else []


def touched(
    certificate: Certificate | None, state: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[str]:
    """Fields of a certificate in force that a change would write otherwise."""
    if certificate is None or state not in certificate.states:
        return []
    return [name for name in certificate.fields if before.get(name) != after.get(name)]


def _one_of(names: Any) -> str:
    return f"use one of {', '.join(names) or 'none: there are none'}"
