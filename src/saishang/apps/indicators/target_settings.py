"""What an office sets about a target (目标设定): typed, read from plain JSON with every fault told at once.

A target of the plan has a goal, a year and owners by itself. What the plan leaves open, or what an office decides later
(a withheld goal, the baseline, the yearly path, the tolerance, the split over cities and counties), is a *setting*.
Fields that are None or empty leave the plan's own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, cast

from saishang.errors import Fault, Refused
from saishang.science.cascade import COMBINE, Combine
from saishang.science.targets import Comparator, PathPoint, Tolerance

__all__ = [
    "COMPARATORS", "OWNER_ROLES", "PATHS", "Cascade", "Owner", "SettingRefused", "Start", "TargetSetting",
    "Way", "plain_setting", "read_number", "read_setting", "read_year_values", "refused",
]  # fmt: skip

PathKind = Literal["straight", "stepped", "entered"]
PATHS: tuple[PathKind, ...] = ("straight", "stepped", "entered")
#: 牵头, 责任, 配合, 指导: as in the plan's own owners.
OWNER_ROLES = ("lead", "responsible", "support", "guide")
COMPARATORS = (">=", ">", "<=", "<", "=", "~")
#: Years that a plan can speak of; a typing error of a digit lies outside.
_YEARS = range(1990, 2101)
_NUMBER = re.compile(r"[+-]?\d{1,14}(\.\d{1,6})?")


class SettingRefused(Refused):
    """A setting of a target cannot be taken."""

    code = "target-refused"


@dataclass(frozen=True)
class Start:
    """Baseline (基准): value [unit of the indicator] of a year, and where it stands."""

    year: int
    value: Decimal
    source: str


@dataclass(frozen=True)
class Way:
    """Yearly path (序时进度). `points`: steps of a stepped path, years of an entered one; a straight one has none."""

    kind: PathKind
    points: tuple[PathPoint, ...] = ()


@dataclass(frozen=True)
class Owner:
    """An agency (code, else its name) and the role in which it owes the target."""

    agency: str
    role: str = "responsible"


@dataclass(frozen=True)
class Cascade:
    """How the target is split (分解) over the regions below.

    Attributes
    ----------
    combine:
        How the parts make the whole (`science.cascade`).
    members:
        Codes of the regions that carry a part.
    exempt:
        Region → why it carries none.
    weights_from:
        Where the weights stand; empty without weights.
    accepted:
        Why a split that does not add up is kept nevertheless; empty when it has to add up.
    """

    combine: Combine
    members: tuple[str, ...]
    exempt: Mapping[str, str] = field(default_factory=dict)
    weights_from: str = ""
    accepted: str = ""


@dataclass(frozen=True)
class TargetSetting:
    """Everything that an office has set about one target in one region."""

    goal: Decimal | None = None
    comparator: Comparator | None = None
    year: int | None = None
    baseline: Start | None = None
    way: Way | None = None
    tolerance: Tolerance | None = None
    owners: tuple[Owner, ...] = ()
    clause: str = ""
    weight: Decimal | None = None
    cascade: Cascade | None = None
    demonstration: bool = False

    @property
    def empty(self) -> bool:
        """Whether it leaves everything as the plan has it."""
        return self == TargetSetting()


def plain_setting(setting: TargetSetting) -> dict[str, Any]:
    """For JSON; what is not set is left out, numbers are texts."""
    told: dict[str, Any] = {}
    if setting.goal is not None:
        told["goal"] = _text(setting.goal)
    if setting.comparator is not None:
        told["comparator"] = setting.comparator
    if setting.year is not None:
        told["year"] = setting.year
    if setting.baseline is not None:
        start = setting.baseline
        told["baseline"] = {"year": start.year, "value": _text(start.value), "source": start.source}
    if setting.way is not None:
        points = {str(point.year): _text(point.value) for point in setting.way.points}
        told["path"] = {"kind": setting.way.kind} | ({"points": points} if points else {})
    if setting.tolerance is not None:
        told["tolerance"] = {"value": _text(setting.tolerance.value), "of": setting.tolerance.of}
    if setting.owners:
        told["owners"] = [{"agency": owner.agency, "role": owner.role} for owner in setting.owners]
    if setting.clause:
        told["clause"] = setting.clause
    if setting.weight is not None:
        told["weight"] = _text(setting.weight)
    if setting.cascade is not None:
        split = setting.cascade
        told["cascade"] = {
            "combine": split.combine, "members": list(split.members), "exempt": dict(split.exempt),
            "weights_from": split.weights_from, "accepted": split.accepted,
        }  # fmt: skip
    if setting.demonstration:
        told["demonstration"] = True
    return told


def read_setting(raw: Mapping[str, Any]) -> TargetSetting:
    """A setting from plain JSON (`plain_setting`), or as a form or a command gives it, numbers as people type them.

    Raises
    ------
    SettingRefused
        With every fault, field by field.
    """
    faults: list[Fault] = []
    known = {"goal", "comparator", "year", "baseline", "path", "tolerance", "owners", "clause", "weight", "cascade",
             "demonstration"}  # fmt: skip
    for name in sorted(set(raw) - known):
        faults.append(Fault(name, f"expected one of {', '.join(sorted(known))}; got {name!r}", "mend the name"))
    comparator = str(raw.get("comparator") or "")
    if comparator and comparator not in COMPARATORS:
        faults.append(Fault("comparator", f"expected one of {' '.join(COMPARATORS)}; got {comparator!r}", "choose one"))
    made = TargetSetting(
        goal=read_number(raw.get("goal"), "goal", faults),
        comparator=cast("Comparator | None", comparator or None),
        year=_year(raw.get("year"), "year", faults),
        baseline=_start(raw.get("baseline"), faults),
        way=_way(raw.get("path"), faults),
        tolerance=_tolerance(raw.get("tolerance"), faults),
        owners=_owners(raw.get("owners"), faults),
        clause=str(raw.get("clause") or "").strip(),
        weight=read_number(raw.get("weight"), "weight", faults),
        cascade=_cascade(raw.get("cascade"), faults),
        demonstration=bool(raw.get("demonstration")),
    )
    if made.weight is not None and made.weight <= 0:
        faults.append(
            Fault("weight", f"expected a weight above 0; got {_text(made.weight)}", "enter the base it stands for")
        )
    if faults:
        raise refused(faults)
    return made


def refused(faults: Sequence[Fault]) -> SettingRefused:
    """The error that carries these faults; the first one speaks for all."""
    first = faults[0]
    return SettingRefused(first.message, fix=first.fix, where=first.field, faults=faults)


def read_number(raw: Any, name: str, faults: list[Fault]) -> Decimal | None:
    """A number as typed (full width and thousands separators too); None when empty, a fault when it is none."""
    text = str(raw if raw is not None else "").strip()
    if not text:
        return None
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "").replace("−", "-")
    if not _NUMBER.fullmatch(plain):
        faults.append(Fault(name, f"expected a number with at most six decimals; got {text!r}", "write it like 29.5"))
        return None
    return Decimal(plain)


def read_year_values(text: str, name: str, faults: list[Fault]) -> dict[str, str]:
    """Years with their values as a person types them, a pair a line or between semicolons: `2025: 31.5`."""
    found: dict[str, str] = {}
    for piece in re.split(r"[\n;；]+", text):
        if not piece.strip():
            continue
        parts = [part for part in re.split(r"[\s:：=,，\t]+", piece.strip().replace("年", " ")) if part]
        if len(parts) != 2:
            faults.append(
                Fault(name, f"expected a year and its value, such as 2025 31.5; got {piece.strip()!r}",
                      "write one pair on a line")
            )  # fmt: skip
        elif parts[0] in found:
            faults.append(Fault(name, f"expected every year once; got {parts[0]} again", "leave one of them"))
        else:
            found[parts[0]] = parts[1]
    return found


def _year(raw: Any, name: str, faults: list[Fault]) -> int | None:
    text = str(raw if raw is not None else "").strip()
    if not text:
        return None
    if not re.fullmatch(r"\d{4}", text) or int(text) not in _YEARS:
        message = f"expected a year from {_YEARS.start} to {_YEARS.stop - 1}; got {text!r}"
        faults.append(Fault(name, message, "write it with four digits"))
        return None
    return int(text)


def _start(raw: Any, faults: list[Fault]) -> Start | None:
    told = raw or {}
    given = {key: "" if told.get(key) is None else str(told[key]).strip() for key in ("year", "value", "source")}
    if not any(given.values()):
        return None
    for key in given:
        if not given[key]:
            faults.append(
                Fault(f"baseline_{key}", "expected year, value and source of a baseline together; one lacks",
                      "give all three, or leave all three empty")
            )  # fmt: skip
    year = _year(given["year"], "baseline_year", faults)
    value = read_number(given["value"], "baseline_value", faults)
    return None if year is None or value is None else Start(year, value, given["source"])


def _way(raw: Any, faults: list[Fault]) -> Way | None:
    kind = str((raw or {}).get("kind") or "")
    if not kind:
        return None
    if kind not in PATHS:
        faults.append(Fault("path", f"expected one of {', '.join(PATHS)}; got {kind!r}", "choose one"))
        return None
    points = []
    for name, value in ((raw or {}).get("points") or {}).items():
        year = _year(name, "points", faults)
        number = read_number(value, "points", faults)
        if year is not None and number is not None:
            points.append(PathPoint(year, number))
    if kind == "straight" and points:
        faults.append(
            Fault("points", "a straight path takes no years of its own", "choose stepped or entered, or clear them")
        )
    if kind != "straight" and not points:
        faults.append(Fault("points", "a stepped or entered path needs at least one year with its value; got none",
                            "enter years and values, such as 2025 31.5"))  # fmt: skip
    return Way(kind, tuple(sorted(points, key=lambda point: point.year)))


def _tolerance(raw: Any, faults: list[Fault]) -> Tolerance | None:
    value = read_number((raw or {}).get("value"), "tolerance", faults)
    of = str((raw or {}).get("of") or "percent")
    if of not in ("percent", "unit"):
        faults.append(Fault("tolerance_of", f"expected one of percent, unit; got {of!r}", "choose one"))
        return None
    if value is None:
        return None
    if value < 0:
        faults.append(
            Fault("tolerance", f"expected a tolerance of 0 or more; got {_text(value)}", "leave out the sign")
        )
    return Tolerance(value, cast("Literal['percent', 'unit']", of))


def _owners(raw: Any, faults: list[Fault]) -> tuple[Owner, ...]:
    found: dict[str, Owner] = {}
    for entry in raw or ():
        agency, role = str(entry.get("agency") or "").strip(), str(entry.get("role") or "responsible")
        if role not in OWNER_ROLES:
            faults.append(Fault("owners", f"expected one of {', '.join(OWNER_ROLES)}; got {role!r}", "choose a role"))
        elif agency:
            found.setdefault(agency, Owner(agency, role))
    return tuple(found.values())


def _cascade(raw: Any, faults: list[Fault]) -> Cascade | None:
    if not raw:
        return None
    combine = str(raw.get("combine") or "")
    if combine not in COMBINE:
        faults.append(Fault("combine", f"expected one of {', '.join(COMBINE)}; got {combine!r}", "choose one"))
        return None
    return Cascade(
        combine,
        tuple(dict.fromkeys(str(code) for code in raw.get("members") or ())),
        {str(code): str(why).strip() for code, why in (raw.get("exempt") or {}).items()},
        str(raw.get("weights_from") or "").strip(),
        str(raw.get("accepted") or "").strip(),
    )


def _text(value: Decimal) -> str:
    return f"{value.normalize():f}"
