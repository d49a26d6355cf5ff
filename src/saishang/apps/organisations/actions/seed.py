"""Take the tree of organisations over from the rules' agencies and regions; what people changed stays (机构初始化)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from saishang.apps.organisations.actions.doing import Doing, allowed, lock, log
from saishang.apps.organisations.models import Organisation, OrganisationName
from saishang.apps.organisations.refusals import ChangeRefused, refuse
from saishang.rules import Rules

__all__ = ["Seeded", "seed_organisations"]

#: Kinds of agencies in the rules that are leading groups; all others are departments.
_GROUPS = {"coordinating_body"}
#: Rows that stand for many bodies at once are no organisation.
_MANY = {"all_levels", "prefecture_and_county"}
_NAMED = ("zh", "en", "short", "aliases")
_PLACED = ("parent", "kind", "region", "position", "opened", "closed")


@dataclass(frozen=True)
class Seeded:
    """What seeding did: codes that are new, sentences on what was taken over, and on what differs and was kept."""

    added: tuple[str, ...]
    taken: tuple[str, ...]
    kept: tuple[str, ...]

    @property
    def unchanged(self) -> bool:
        """Whether nothing was written."""
        return not (self.added or self.taken)


def seed_organisations(doing: Doing, rules: Rules, region: str) -> Seeded:
    """Permission → check → change → log: the government of `region` on top, below it agencies, cities and counties.

    A second time it adds what is new in the rules and takes over what the rules say otherwise, as far as nobody here
    changed that field since; what differs for another reason is told and stays.

    Raises
    ------
    ChangeRefused
        Without permission for everything or reason; for a region that the rules do not know.
    """
    allowed(doing, "manage_organisations", None)
    refuse(doing.faults())
    if region not in rules.regions:
        raise ChangeRefused(f"expected a region of the rules; got {region!r}", fix="use a code of regions.csv")
    added: list[str] = []
    taken: list[str] = []
    kept: list[str] = []
    with transaction.atomic():
        lock()
        known = {row.code: row for row in Organisation.objects.select_related("parent").prefetch_related("names")}
        told: set[str] = set()
        for said in _rows(rules, region):
            told.add(said["code"])
            row = known.get(said["code"])
            if row is None:
                known[said["code"]] = _make(said, known)
                added.append(said["code"])
            elif row.seeded is None:
                kept.append(f"{row.code}: made by people, the rules now have it too")
            else:
                _compare(row, said, taken, kept)
        kept += [
            f"{row.code}: not in the rules any more"
            for row in known.values() if row.seeded is not None and row.code not in told
        ]  # fmt: skip
        if added or taken:
            top = known[region]
            log(doing, "seed", top, None, {
                "organisation": region, "added": added, "taken": taken, "kept": kept, "rules": rules.digest,
            })  # fmt: skip
    return Seeded(tuple(added), tuple(taken), tuple(kept))


def _make(said: Mapping[str, Any], known: Mapping[str, Organisation]) -> Organisation:
    above = known.get(said["parent"] or "")
    made = Organisation.objects.create(
        code=said["code"], kind=said["kind"], parent=above, region=said["region"], position=said["position"],
        path=f"{above.path if above else '/'}{said['code']}/", opened=_day(said["opened"]),
        closed=_day(said["closed"]), seeded=_plain(said),
    )  # fmt: skip
    OrganisationName.objects.create(
        organisation=made, first=None, zh=said["zh"], en=said["en"], short=said["short"], aliases=said["aliases"]
    )
    return made


def _compare(row: Organisation, said: Mapping[str, Any], taken: list[str], kept: list[str]) -> None:
    """Take over what the rules say otherwise than last time, where it still is as it was taken over then."""
    was, now = dict(row.seeded or {}), _plain(said)
    first = next((name for name in row.names.all() if name.first is None), None)
    for key in (*_NAMED, *_PLACED):
        if now[key] == was.get(key):
            continue
        held = getattr(first, key, None) if key in _NAMED else _held(row, key)
        told = f"{row.code}: {key} {_words(was.get(key))} → {_words(now[key])}"
        # Who stands where, and from when to when, is changed by the actions that say what follows from it.
        if key in ("parent", "opened", "closed") or held != was.get(key) or (key in _NAMED and first is None):
            kept.append(f"{told} in the rules; here it is {_words(held)}")
            continue
        if key in _NAMED:
            setattr(first, key, now[key])
            first.save()  # type: ignore[union-attr]
        else:
            setattr(row, key, now[key])
        was[key] = now[key]
        taken.append(told)
    if was != row.seeded:
        row.seeded = was
        row.save()


def _held(row: Organisation, key: str) -> Any:
    if key == "parent":
        return row.parent.code if row.parent is not None else None
    value = getattr(row, key)
    return value.isoformat() if isinstance(value, date) else value


def _words(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(value) or "(none)"
    return str(value) if value not in (None, "") else "(none)"


def _plain(said: Mapping[str, Any]) -> dict[str, Any]:
    return {key: said[key] for key in (*_NAMED, *_PLACED)}


def _rows(rules: Rules, top: str) -> Iterator[dict[str, Any]]:
    """What the rules say, parents first: the top, leading groups, agencies, regions."""
    regions = {str(row["code"]): row for row in rules.regions.values()}
    yield _government(regions[top], None, 0)
    agencies = [row for row in rules.agencies.values() if row["level"] not in _MANY]
    here = [row for row in agencies if row["region"] == top]
    codes = {str(row["code"]) for row in here}
    waiting = {str(row["code"]): (number, row) for number, row in enumerate(here, start=1)}
    placed = {top}
    while waiting:
        ready = [code for code, (_n, row) in waiting.items() if _above(row, codes, top) in placed]
        for code in ready or list(waiting):  # a circle in the table: everything that is left goes to the top
            number, row = waiting.pop(code)
            above = _above(row, codes, top)
            yield _agency(row, above if above in placed else top, number)
            placed.add(code)
    by_region = {str(row["region"]): row for row in agencies if row["region"] and row["region"] != top}
    chains = {code: rules.regions_above(code) for code in regions}
    inside = [code for code in regions if top in chains[code]]
    for number, code in enumerate(sorted(inside, key=lambda code: (len(chains[code]), code)), start=1000):
        own, parent = by_region.get(code), str(regions[code]["parent"])
        if own is not None:  # a management area has a body of its own in the table
            yield _agency(own, parent, number) | {"kind": "government", "code": code, "region": code}
        else:
            yield _government(regions[code], parent, number)


def _above(row: Mapping[str, Any], codes: set[str], top: str) -> str:
    parent = str(row["parent"] or "")
    return parent if parent in codes else top


def _government(row: Mapping[str, Any], parent: str | None, position: int) -> dict[str, Any]:
    """The Party committee and government (党委和政府) of a region, which answer for it together."""
    zh, en, short = str(row["zh"]), str(row["en"] or ""), str(row["short"] or "")
    aliases = [zh, f"{zh}人民政府"] + ([short] if short and short != zh else [])
    if parent is None and zh.endswith("自治区"):
        aliases += ["自治区", "自治区人民政府", "自治区党委和政府"]
    return {
        "code": str(row["code"]), "kind": "government", "parent": parent, "region": str(row["code"]),
        "position": position, "zh": f"{zh}党委和政府", "en": f"Party Committee and Government of {en}" if en else "",
        "short": zh, "aliases": aliases, "opened": _iso(row["from"]), "closed": _iso(row["to"]),
    }  # fmt: skip


def _agency(row: Mapping[str, Any], parent: str, position: int) -> dict[str, Any]:
    return {
        "code": str(row["code"]), "kind": "leading_group" if row["kind"] in _GROUPS else "agency", "parent": parent,
        "region": str(row["region"]), "position": position, "zh": str(row["zh"]), "en": str(row["en"] or ""),
        "short": str(row["short"] or ""), "aliases": [str(alias) for alias in row["aliases"] or ()],
        "opened": _iso(row["from"]), "closed": _iso(row["to"]),
    }  # fmt: skip


def _iso(value: Any) -> str | None:
    return value.isoformat() if isinstance(value, date) else (str(value) if value else None)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
