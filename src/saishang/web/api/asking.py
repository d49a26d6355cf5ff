"""Filters of a list of entries, read from an address; what is hidden from the caller cannot be asked."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from saishang.apps.registers.lists import Wanted
from saishang.apps.registers.queries import Filter, inside
from saishang.apps.registers.reading import Asked
from saishang.science.register.boxes import Box
from saishang.science.register.kind import Field
from saishang.web.api.operations import Called, Parameter
from saishang.web.api.problems import Problem
from saishang.web.api.seeing import Sight
from saishang.web.pages import site

__all__ = [
    "BOX", "CURSOR", "FILTERS", "KIND", "LIMIT", "MOST", "ON", "REGION", "asked_of", "box_in", "day_shown",
    "fields_asked", "region_in", "since_in",
]  # fmt: skip

#: Entries of one page.
MOST = 1000
KIND = Parameter(
    "kind", "名录的编号", "id of the register", {"type": "string", "pattern": "^[a-z0-9_]+$"}, "outfalls", "path"
)
ON = Parameter(
    "on", "名录在某日的状态；不给出时为现在", "the register as it stood on a day; else now",
    {"type": "string", "format": "date"}, "2026-06-30",
)  # fmt: skip
REGION = Parameter(
    "region", "行政区划代码，含其下级", "code of a region, with all below it",
    {"type": "string", "maxLength": 12}, "640100",
)  # fmt: skip
LIMIT = Parameter(
    "limit", "一页的条目数", "entries of a page",
    {"type": "integer", "minimum": 1, "maximum": MOST, "default": 100}, 100,
)  # fmt: skip
CURSOR = Parameter(
    "cursor", "上一页 next 链接里的翻页标记", "mark from the link `next` of the page before",
    {"type": "string", "maxLength": 1000},
)  # fmt: skip
BOX = Parameter(
    "bbox", "经纬度范围：西,南,东,北（WGS-84 度）；边界上的算在内",
    "west,south,east,north [degrees]; the edge belongs to it",
    {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}, "105,36,107,39",
)  # fmt: skip
FILTERS = (
    Parameter("q", "内容的一部分（只查公开字段，按现在的内容）", "any part of the public fields, as they are now",
              {"type": "string", "maxLength": 200}),
    REGION,
    Parameter("state", "状态，可以有几个", "states",
              {"type": "array", "items": {"type": "string", "maxLength": 40}}, many=True),
    ON,
    Parameter("overdue", "只要有期限已过的", "only those with a term that has passed", {"type": "boolean"}),
    Parameter("key", "条目的编码", "key of one entry", {"type": "string", "maxLength": 200}),
    BOX,
    Parameter("withdrawn", "是否包括已撤销的（只对有权查看内部内容的人）", "withdrawn entries, too (staff)",
              {"type": "boolean"}),
    Parameter(
        "since", "此时刻（含）以来写下的改动，包括撤销，按写下的先后；下次从回答里的 until 接着问",
        "what was written from this moment on, withdrawals too, in the order of writing; go on with `until`",
        {"type": "string", "format": "date-time"}, "2026-06-30T00:00:00+08:00",
    ),
)  # fmt: skip


def asked_of(called: Called, sight: Sight) -> Asked:
    """Which entries a caller wants.

    Raises
    ------
    Problem
        400 for what cannot be asked, with the parameter.
    """
    kind = sight.kind
    if called["overdue"] and not (kind.terms and sight.terms):
        raise _cannot("overdue", _("此名录没有期限，或期限依据不公开的字段。"))
    if called["withdrawn"] and not sight.inside:
        raise _cannot("withdrawn", _("已撤销的条目只对有权查看内部内容的人开放；同步请用 since。"))
    states = called["state"] or ()
    for state in states:
        if kind.life is None or state not in kind.life.states:
            known = ", ".join(kind.life.states) if kind.life is not None else "-"
            raise _cannot("state", _("此名录的状态有：%(known)s。") % {"known": known})
    on = called["on"]
    asked = Filter(
        called["q"] or "", region_in(called, sight), states, on, bool(called["withdrawn"]),
    )  # fmt: skip
    day = day_shown(on) if called["overdue"] else None
    wanted = Wanted(asked, fields_asked(called, sight), overdue=day, box=box_in(called))
    return Asked(wanted, called["key"] or "")


def day_shown(on: date | None) -> date:
    """The day of which an answer speaks."""
    return on or timezone.localdate()


def region_in(called: Called, sight: Sight) -> tuple[str, ...]:
    """Codes of the region that is asked for and of all below it; none = everywhere."""
    code = called["region"]
    if code is None:
        return ()
    if not sight.region:
        raise _cannot("region", _("此名录没有公开的地区字段。"))
    if code not in site.rules().regions:
        raise _cannot("region", _("应为行政区划代码，得到“%(code)s”。") % {"code": code})
    return inside(site.rules(), code)


def box_in(called: Called) -> Box | None:
    """West, south, east, north of `bbox`; heights of one with six numbers are passed over, for nothing here has one."""
    text = called["bbox"]
    if text is None:
        return None
    try:
        numbers = [float(part) for part in str(text).split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    ok = len(numbers) == 4 and all(map(math.isfinite, numbers))
    ok = ok and all(-180 <= number <= 180 for number in numbers[::2])
    if not ok or not -90 <= numbers[1] <= numbers[3] <= 90:
        raise _cannot("bbox", _("应为 西,南,东,北 四个数（度），南不大于北。"))
    return (numbers[0], numbers[1], numbers[2], numbers[3])


def fields_asked(called: Called, sight: Sight) -> dict[str, Any]:
    """Further parameters as values of fields: choices, truths, regions and texts in full.

    Raises
    ------
    Problem
        For a field that is not there, and in the same words for one that is hidden.
    """
    found: dict[str, Any] = {}
    known = {field.id: field for field in sight.fields if field.type in ("choice", "truth", "region", "text", "entry")}
    for name, text in called.others.items():
        field = known.get(name)
        if field is None:
            names = ", ".join([*(p.name for p in called.operation.parameters if p.within == "query"), *known])
            raise Problem(
                400, "unknown-parameter", _("没有这个参数"),
                _("没有名为“%(name)s”的参数；可用：%(known)s。") % {"name": name[:80], "known": names}, name[:80],
            )  # fmt: skip
        found[name] = _field_value(field, text)
    return found


def _field_value(field: Field, text: str) -> Any:
    if "\x00" in text:
        raise _cannot(field.id, _("不能含控制字符。"))
    if field.type == "truth":
        if text not in ("true", "false"):
            raise _cannot(field.id, _("应为 true 或 false。"))
        return text == "true"
    if field.type == "choice" and text not in {choice.id for choice in field.choices}:
        raise _cannot(field.id, _("应为：%(known)s。") % {"known": ", ".join(choice.id for choice in field.choices)})
    return text


def _cannot(name: str, detail: str) -> Problem:
    return Problem(400, "wrong-value", _("参数的值不对"), detail, name)


def since_in(called: Called) -> datetime | None:
    """The moment since which changes are asked for; a register of a day, or a map, does not go with it."""
    since: datetime | None = called["since"]
    if since is not None:
        for other in ("on", "overdue", "withdrawn"):
            if called[other] is not None:
                raise _cannot("since", _("since 不能与 %(other)s 同时使用。") % {"other": other})
    return since
