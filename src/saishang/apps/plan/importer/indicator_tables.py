"""Tables of targets: one indicator per row (主要指标表), or one place per row (各市目标表)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from saishang.apps.plan.importer.document import Target
from saishang.apps.plan.importer.phrases import METRIC_END, lower_is_better, split_scope, suffix_after
from saishang.apps.plan.importer.quantities import Quantity, find_quantities, find_years, split_unit
from saishang.apps.plan.importer.text import clean, normalise

__all__ = ["read_indicator_table"]

_PLACE_COLUMN = re.compile(
    "^(?:城市|地区|市|州|县|区|县区|市县|设区市|地级市|市州|市地|县（市、区）|市（州）|州（市）|市（地）|市、州|区域|行政区|省份|流域)(?:名称)?$"
)
_SECOND_HEADING = re.compile(r"(?:19|20)\d\d|目标|现状|完成")
_NO_VALUE = re.compile(
    "属性|性质|类型|备注|单位(?!地区|国内|GDP|工业|面积|产品|建筑|增加值|农业)|序号|编号|牵头|责任(?!权重)|部门|说明|来源|类别|监测点位"
)
_BASELINE = re.compile("现状|基期|基准|基数|实际|实绩|完成|现值|实况|起始")
_MONEY = re.compile("^[万亿千百]*元$")
_MONEY_NAME = re.compile("投资|资金|经费|支出|补助")
#: ① ② behind a name and stars that mark obligatory indicators.
_FOOTNOTE = re.compile(r"[①-⑳*★☆▲△#]+$|^[*★☆▲△#]+")
_CHANGE_NAME = re.compile(
    "^(?P<name>.{4,}?)(?:累计|同比|较上年|比上年)*(?P<verb>降低|下降|减少|削减|提高|提升|增加|增长|上升|降幅|增幅|减幅|改善)(?P<tail>率|幅度|比例)?$"
)
_SIGN = re.compile(
    r"^(?:≥|≤|>=|<=|>|<|＞|＜|不低于|不少于|不高于|不超过|不大于|不小于|低于|高于|超过|达到|控制在|控制到|降低[到至]|下降[到至]|减少[到至]|降[到至]|提[高升][到至]|增[加至][到至]?|保持在|稳定在|约|新增|完成|累计|年均|下降|降低|减少|提高|增长|增加|上升|\[|〔|【|\()*"
)


@dataclass(frozen=True)
class _Column:
    """A column of numbers: what its heading says."""

    index: int
    name: str
    unit: str
    year: int | None
    baseline: bool
    goal: bool


def read_indicator_table(rows: Sequence[Sequence[str]], at: str, caption: str = "") -> list[Target]:
    """Read a table of targets; [] when it is of another kind.

    One indicator per row and one year (or 目标值) per column, or one place per row and one indicator per column. The
    unit stands in its own column, behind the name in brackets, or in the cell; the year in the heading or in `caption`,
    the lines above the table. Sums of money that are to be spent are no targets.
    """
    columns, body = _heading(rows)
    if not columns:
        return []
    if any("指标" in c for c in columns):
        return _by_indicator(columns, body, at, caption)
    if (columns and _PLACE_COLUMN.match(columns[0])) or (len(columns) > 1 and _PLACE_COLUMN.match(columns[1])):
        return _by_place(columns, body, at, caption)
    return []


def _heading(rows: Sequence[Sequence[str]]) -> tuple[list[str], Sequence[Sequence[str]]]:
    """Give the column names, two rows of headings joined, and the rows below."""
    for n, row in enumerate(rows[:3]):
        cells = [normalise(clean(c.replace("\n", ""))) for c in row]
        told = any("指标" in c and len(c) <= 16 for c in cells) or any(_PLACE_COLUMN.match(c) for c in cells[:2])
        if not told:
            continue
        below = [normalise(clean(c.replace("\n", ""))) for c in rows[n + 1]] if n + 1 < len(rows) else []
        same = sum(a == b for a, b in zip(cells, below, strict=False))
        pairs = list(zip(cells, below, strict=False)) if len(below) == len(cells) and same else []
        if any(a != b for a, b in pairs) and all(a == b or _SECOND_HEADING.search(b) for a, b in pairs):
            return [a if a == b else f"{a}{b}" for a, b in pairs], rows[n + 2 :]
        return cells, rows[n + 1 :]
    return [], []


def _year(heading: str) -> int | None:
    text = heading if "年" in heading else re.sub(r"((?:19|20)\d\d)", r"\1年", heading)
    years = [y for m in find_years(text) for y in m.years]
    return years[-1] if years else None


def _by_indicator(columns: list[str], body: Sequence[Sequence[str]], at: str, caption: str) -> list[Target]:
    names = [
        i
        for i, c in enumerate(columns)
        if "指标" in c and not re.search("目标值|指标值|属性|性质|类型|类别|来源|值$|单位", c)
    ]
    unit_at = next((i for i, c in enumerate(columns) if re.fullmatch("(?:计量)?单位", c)), None)
    numbers = [
        _Column(i, "", "", _year(c), bool(_BASELINE.search(c)), "目标" in c)
        for i, c in enumerate(columns)
        if i not in names and not _NO_VALUE.search(c) and (_year(c) or re.search("目标|现状|基期|基准", c))
    ]
    wanted, base_year = _wanted(numbers)
    if not names or not wanted:
        return []
    found = []
    for row in body:
        cell = next((row[i] for i in reversed(names) if i < len(row) and row[i].strip()), "")
        name, unit = split_unit(_FOOTNOTE.sub("", normalise(clean(cell.replace("\n", "")))))
        name = _FOOTNOTE.sub("", name)
        if unit_at is not None and unit_at < len(row) and clean(row[unit_at]).strip("-—/"):
            unit = normalise(clean(row[unit_at])).strip("-—/")
        for column in wanted:
            text = clean(row[column.index]) if column.index < len(row) else ""
            line = " | ".join(clean(c) for c in row)
            target = _cell_target(name, text, unit, column.year or _year(caption), base_year, at, line)
            if target is not None:
                found.append(target)
    return found


def _wanted(numbers: Sequence[_Column]) -> tuple[list[_Column], int | None]:
    """Columns that promise, and the year of the column they start from."""
    ahead = [c for c in numbers if not c.baseline]
    goals = [c for c in ahead if c.goal]
    if goals:
        wanted = goals
    elif any(c.baseline for c in numbers) or len(ahead) == 1:
        wanted = ahead
    else:
        # Two years side by side without a word: the first is where one stands.
        first = min((c.year for c in ahead if c.year), default=None)
        wanted = [c for c in ahead if c.year != first]
    base = next((c.year for c in numbers if c not in wanted and c.year), None)
    return wanted, base


def _by_place(columns: list[str], body: Sequence[Sequence[str]], at: str, caption: str) -> list[Target]:
    place_at = 0 if _PLACE_COLUMN.match(columns[0]) else 1
    numbers: list[_Column] = []
    for i, heading in enumerate(columns):
        if i <= place_at or _NO_VALUE.search(heading) or _BASELINE.search(heading):
            continue
        bare = re.sub(r"(?:到|至)?(?:19|20)\d\d年(?:底|度)?(?:目标值?)?|“?十[一二三四五六]五”?(?:期间)?", "", heading)
        name, unit = split_unit(bare)
        goal = re.search("(?:基本|激励|约束|力争)?目标值?$", name)
        name = name[: goal.start()] if goal else name
        if goal and not name and numbers:
            # 降低基本目标（%） | 激励目标（%）: a second goal for the same thing.
            name = numbers[-1].name
        if METRIC_END.search(name) or _CHANGE_NAME.match(name):
            numbers.append(_Column(i, name, unit, _year(heading) or _year(caption), False, "目标" in heading))
    found = []
    for row in body:
        place = clean(row[place_at].replace("\n", "")) if place_at < len(row) else ""
        if not place or re.search("合计|总计|备注|^注", place):
            continue
        for column in numbers:
            text = clean(row[column.index]) if column.index < len(row) else ""
            line = " | ".join(clean(c) for c in row)
            target = _cell_target(column.name, text, column.unit, column.year, None, at, line)
            if target is not None:
                found.append(replace(target, scope=place))
    return found


def _cell_target(
    name: str, text: str, unit: str, year: int | None, base_year: int | None, at: str, line: str
) -> Target | None:
    """Read one cell: ≥92, 93左右, 22—23, [20.5], 比2020年下降18%, **."""
    plain = normalise(text).replace(" ", "")
    marks = [m for m in find_years(plain) if m.kind == "base" and m.start == 0]
    if marks:
        base_year, plain = marks[0].years[0], plain[marks[0].end :]
    sign = _SIGN.match(plain)
    head = sign.group(0) if sign else ""
    body = re.sub(r"(?:以?[\]〕】)]|[\[（(](?:累计|五年累计)[\]）)])$", "", plain[len(head) :])
    number = _number(body, unit)
    if number is None or not name:
        return None
    if _MONEY.match(number.unit) and _MONEY_NAME.search(name):
        return None
    suffix, _ = suffix_after(body, number.end)
    changed = _CHANGE_NAME.match(name)
    told = head + (changed.group("verb") if changed else "") + name[-6:]
    change = (
        "drop"
        if re.search("(?:下降|降低|减少|削减|降幅|减幅|改善(?=率|幅度))(?![到至])", told)
        else "rise"
        if re.search("(?:提高|提升|增长|上升|增幅)(?![到至])", told)
        else None
    )
    if changed and not changed.group("tail"):
        name = changed.group("name")
    indicator, scope = split_scope(re.sub(r"^[\d.、（()）]+(?=[^\d])", "", name))
    return Target(
        at, indicator, _comparator(head, suffix, number, change, name), number.value, number.low, number.high,
        number.unit, year, base_year if change else None, change, "每年" if "年均" in head else None, scope, False,
        number.undetermined, line,
    )  # fmt: skip


def _number(body: str, unit: str) -> Quantity | None:
    """The number a cell begins with; its unit may stand elsewhere."""
    quantities = find_quantities(body)
    if quantities and quantities[0].start == 0 and not quantities[0].plain:
        return replace(quantities[0], unit=quantities[0].unit or unit)
    span = re.match(r"^(\d+(?:\.\d+)?)(?:—{1,2}|-|~|～|至)(\d+(?:\.\d+)?)(?=$|[^\d])", body)
    if span:
        return Quantity(0, span.end(), None, Decimal(span.group(1)), Decimal(span.group(2)), unit)
    single = re.match(r"^(\d[\d,]*(?:\.\d+)?|[*×]{1,3}|[Xx]{2,})(?:\([\d.]*\))?(?=$|以上|以下|以内|左右|及以|\()", body)
    if single is None:
        return None
    redacted = not single.group(1)[0].isdigit()
    value = None if redacted else Decimal(single.group(1).replace(",", ""))
    return Quantity(0, single.end(), value, None, None, unit, undetermined=redacted)


def _comparator(head: str, suffix: str | None, number: Quantity, change: str | None, name: str) -> str:
    if re.search("≥|>=|不低于|不少于|不小于", head) or suffix in ("以上", "及以上"):
        return ">="
    if re.search("≤|<=|不高于|不超过|不大于|控制[在到]|[降低少][到至]", head) or suffix in ("以下", "以内", "及以下"):
        return "<="
    if re.search("低于|<|＜", head):
        return "<"
    if re.search("高于|超过|>|＞", head):
        return ">"
    if suffix == "左右" or "约" in head:
        return "~"
    if number.low is not None or re.search("保持在|稳定在", head):
        return "="
    return "<=" if lower_is_better(name) and change is None else ">="
