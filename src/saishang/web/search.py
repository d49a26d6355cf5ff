"""What search finds of the portal itself: its pages by name, stations and sections, the rulebook.

Words of pages stand in `wording/pages.csv`; who may open a page is what its view declares.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.urls import NoReverseMatch, resolve, reverse
from django.utils.translation import override

from saishang.apps.organisations.models import ROLES
from saishang.apps.organisations.roles import ACTIONS
from saishang.apps.registers.kinds import kinds
from saishang.apps.search.providers import PUBLIC, SOMEWHERE, STAFF, Document, Provider, register

__all__ = ["PAGE", "RULE", "STATION"]

_PAGES = Path(__file__).resolve().parent / "wording" / "pages.csv"
#: Permissions and actions that open a page for whoever holds them for everything, and those that do so anywhere.
_PERMISSIONS = sorted({*frozenset().union(*ROLES.values())} - {*ACTIONS})
_ACTIONS = ("view_internal", "view_log", "set_targets", "manage_members")
_AUDIENCES = (*_PERMISSIONS, *_ACTIONS, f"{SOMEWHERE}manage_members", f"{SOMEWHERE}view_internal")
#: Characters of one table or document of the rules that are searched.
_MOST_TEXT = 20_000
#: Columns whose words stand for a row of the rules.
_NAMING = ("code", "id", "zh", "en", "name", "parameter", "source", "clause", "note")


def _rules() -> Any:
    from saishang.web.pages import site

    return site.rules()


def _pages(_keys: Sequence[str] | None) -> Iterator[Document]:
    # Read by whoever makes the index alone: every command would wait half a second for the calculators.
    from saishang.science.calc import topics

    with _PAGES.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            audience = _audience(row["view"])
            if audience is not None:
                yield Document(
                    row["view"], row["zh"], row["view"], title_en=row["en"], text=row["words_zh"],
                    text_en=row["words_en"], audience=audience,
                )  # fmt: skip
    for kind in kinds(_rules()).values():
        yield Document(
            f"registers/{kind.id}", kind.zh, "registers-list", {"kind": kind.id}, title_en=kind.en,
            text=kind.about_zh, text_en=kind.about_en, audience=PUBLIC if kind.public else "view_internal",
        )  # fmt: skip
    for topic in topics():
        yield Document(
            f"calculators/{topic.name}", f"计算器：{topic.zh}", "calculators-topic", {"topic": topic.name},
            title_en=f"Calculator: {topic.en}", text=topic.description_zh, text_en=topic.description_en,
        )  # fmt: skip


def _audience(view: str) -> str | None:
    """Who may open a page; None for one that this portal has not."""
    from saishang.web.security import access_of

    try:
        declared = access_of(resolve(reverse(view)).func)
    except NoReverseMatch:
        return None
    if declared is None:
        raise ValueError(f"the view {view} declares no audience")
    if declared.audience == "somewhere":
        return f"{SOMEWHERE}{declared.permission}"
    return declared.permission or (PUBLIC if declared.audience == "public" else STAFF)


def _stations(_keys: Sequence[str] | None) -> Iterator[Document]:
    from saishang.web.pages import site

    rules, home = _rules(), site.site()
    for name, view, key, zh, en in (
        ("air_stations", "air-stations", "", "空气监测站", "air station"),
        ("met_stations", "climate", "", "气象站", "weather station"),
        ("water_sections", "water-section", "code", "地表水断面", "section of surface water"),
    ):  # fmt: skip
        table = rules.tables.get(f"sites/{home}/{name}")
        for row in table.rows if table is not None else ():
            region = rules.regions.get(str(row.get("city") or row.get("county") or row.get("region")))
            place = [zh, str(row["code"]), region["zh"] if region else "", row.get("river"), row.get("role")]
            place_en = [en, str(row["code"]), region["en"] if region else "", row.get("river_en"), row.get("role_en")]
            yield Document(
                f"{name}/{row['code']}", str(row["zh"]), view, {key: str(row["code"])} if key else {},
                title_en=str(row["en"] or ""), text="；".join(_texts([*place, *(row.get("aliases") or ())])),
                text_en="; ".join(_texts(place_en)),
            )  # fmt: skip


def _rulebook(_keys: Sequence[str] | None) -> Iterator[Document]:
    from saishang.web import wording
    from saishang.web.wording import rulebook

    rules = _rules()
    contents: dict[str, Any] = {name: [dict(row) for row in table.rows] for name, table in rules.tables.items()}
    contents |= rules.documents
    for name, content in contents.items():
        if name.startswith("plans/"):  # the plan itself is found under its own kinds
            continue
        own = (content.get("zh"), content.get("en")) if isinstance(content, Mapping) else (None, None)
        titles = {}
        for language in ("zh-hans", "en"):
            with override(language):
                titles[language] = rulebook.title_of(name, own)
        said = list(dict.fromkeys(_said(content)))
        with override("zh-hans"):
            zh = [wording.clause(text) or text for text in said]
        yield Document(
            name, titles["zh-hans"], "rules-document", {"name": name}, title_en=titles["en"],
            text="；".join(zh)[:_MOST_TEXT], text_en="; ".join([name, *said])[:_MOST_TEXT],
        )  # fmt: skip


def _said(content: Any, key: str = "") -> Iterator[str]:
    """Names, sources, clauses and notes of a table or document."""
    if isinstance(content, Mapping):
        for name, value in content.items():
            yield from _said(value, str(name))
    elif isinstance(content, list | tuple):
        for value in content:
            yield from _said(value, key)
    elif key in _NAMING and content not in (None, ""):
        yield str(content)


def _texts(parts: Iterable[Any]) -> list[str]:
    return [text for text in dict.fromkeys(str(part) for part in parts if part) if text]


def _made_from() -> str:
    """Rules and the table of pages."""
    return f"{_rules().digest} {hashlib.sha256(_PAGES.read_bytes()).hexdigest()[:12]}"


PAGE = register(
    Provider(
        "page", "页面", "Pages", _pages, version=_made_from, audiences=(PUBLIC, STAFF, *_AUDIENCES), place=10,
    )
)  # fmt: skip
STATION = register(Provider("station", "站点与断面", "Stations and sections", _stations, version=_made_from, place=70))
RULE = register(Provider("rule", "标准与规则", "Standards and rules", _rulebook, version=_made_from, place=90))
