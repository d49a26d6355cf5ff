"""A split as a table (分解表): the same columns go out of the page and come in again, as CSV or Excel."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from saishang.apps.indicators.actions.set_cascade import PartRow
from saishang.apps.indicators.actions.upload_values import region_code
from saishang.apps.indicators.target_settings import Start, read_number, refused
from saishang.errors import Fault
from saishang.lake.readers.blocks import Reject
from saishang.lake.readers.form import read_form
from saishang.rules import Rules

__all__ = ["SPLIT_COLUMNS", "part_row", "read_split"]

#: Field → headings under which it is understood; the first two are what the form gives out in Chinese and English.
SPLIT_COLUMNS: dict[str, tuple[str, ...]] = {
    "region": ("地区", "Region", "区域", "区域代码"),
    "goal": ("目标值", "Goal"),
    "weight": ("权重", "Weight"),
    "baseline_year": ("基准年", "Base year"),
    "baseline_value": ("基准值", "Baseline value"),
    "baseline_source": ("基准值来源", "Source of the baseline value", "Source of the baseline"),
    "exempt": ("不承担的理由", "Why it carries none"),
}
_MOST_ROWS = 500


def part_row(region: str, told: Mapping[str, str], faults: list[Fault], *, field: str = "{name}") -> PartRow:
    """One region's line of a split from its texts; what cannot be read goes to `faults`.

    Parameters
    ----------
    told:
        Column of `SPLIT_COLUMNS` → text.
    field:
        How a fault names its place, with a slot for the column's name.
    """
    goal = read_number(told.get("goal"), field.format(name="goal"), faults)
    weight = read_number(told.get("weight"), field.format(name="weight"), faults)
    start = _start(told, faults, field)
    return PartRow(region, goal, weight, start, str(told.get("exempt") or "").strip())


def _start(told: Mapping[str, str], faults: list[Fault], field: str) -> Start | None:
    given = {key: str(told.get(f"baseline_{key}") or "").strip() for key in ("year", "value", "source")}
    if not any(given.values()):
        return None
    if not all(given.values()):
        message = "expected year, value and source of a baseline together; one lacks"
        faults.append(Fault(field.format(name="baseline_value"), message, "give all three, or leave all three empty"))
        return None
    value = read_number(given["value"], field.format(name="baseline_value"), faults)
    if not (given["year"].isdecimal() and len(given["year"]) == 4):
        message = f"expected a year with four digits; got {given['year']!r}"
        faults.append(Fault(field.format(name="baseline_year"), message, "write it with four digits"))
        return None
    return None if value is None else Start(int(given["year"]), value, given["source"])


def read_split(path: Path, name: str, rules: Rules) -> tuple[PartRow, ...]:
    """Lines of a split from a CSV or Excel table.

    Parameters
    ----------
    name:
        What the sender called the file, for errors.

    Raises
    ------
    SaishangError
        When the file is no table of that form; with every cell that cannot be read (`SettingRefused`).
    """
    faults: list[Fault] = []

    def refuse(reject: Reject) -> None:
        faults.append(Fault(f"{name}:{reject.line}", reject.message, "correct the row"))

    rows = []
    for line, told in read_form(path, name, SPLIT_COLUMNS, ("region", "goal"), refuse, most_rows=_MOST_ROWS):
        code = region_code(told["region"], rules)
        if code not in rules.regions:
            message = f"expected a region of the table; got {told['region']!r}"
            faults.append(Fault(f"{name}:{line}", message, "take its code from the regions"))
            continue
        rows.append(part_row(code, told, faults, field=f"{name}:{line} {{name}}"))
    if faults:
        raise refused(faults)
    return tuple(rows)
