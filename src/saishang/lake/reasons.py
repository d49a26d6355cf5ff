"""Why a cell was refused, in Chinese and English: one text per reason, filled with what was found.

A reason is a stable name (`time.hour`: the code before the dot is what the ledger counts by) and parameters. The
ledger keeps both beside the English text, so that a page, an export or a later translation can say it anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["REASONS", "Why", "explain"]

#: Name → (Chinese, English); the names in braces are the parameters.
REASONS: dict[str, tuple[str, str]] = {
    "number": ("应为数值，实为“{found}”", "expected a number, found {found!r}"),
    "number.note": (
        "应为数值，实为“{found}”：注释号会与数字连成另一个数，请从单元格中去掉",
        "expected a number, found {found!r}: a note's number would join the digits; take it out of the cell",
    ),
    "number.comma": (
        "应为以“.”为小数点的数值，实为“{found}”：逗号只能作千位分隔符",
        "expected a number with a decimal point, found {found!r}: a comma only parts thousands",
    ),
    "formula": ("应为数值，实为公式“{found}”", "expected a value, found the formula {found!r}"),
    "mark": (
        "应为来源说明中列出的标记（{known}），实为“{found}”",
        "expected a mark that the source declares ({known}), found {found!r}",
    ),
    "below-possible": (
        "{parameter} 不可能低于 {lowest} {unit}，实为 {found} {stated}；如果来源用它表示缺测，请在说明中列为缺测标记",
        "{parameter} cannot be below {lowest} {unit}, found {found} {stated}; declare it as a missing mark if the "
        "source means that",
    ),
    "unit": (
        "单位“{found}”不能换算为 {unit}：{hint}",
        "expected a unit that converts to {unit}, got {found!r}: {hint}",
    ),
    "unit.empty": (
        "没有写明 {parameter} 的单位：请填写单位，如 {unit}",
        "the unit of {parameter} is not stated: write it, for example {unit}",
    ),
    "detection": (
        "{parameter} 的检出限 {found} 高于 {largest} {unit}，“未检出”不能说明任何问题：请改用检出限更低的方法",
        "{parameter} was not found, but the detection limit {found} is over {largest} {unit}, so that it says nothing: "
        "use a method with a lower limit",
    ),
    "time.form": (
        "应为日期或时间，如 2019-05-12 08:00，实为“{found}”",
        "expected a date or time such as 2019-05-12 08:00, found {found!r}",
    ),
    "time.empty": ("时间为空", "the time is empty"),
    "time.header": ("表头在此重复出现", "the header stands here again"),
    "time.serial": (
        "应为日期或时间，如 2019-05-12 08:00，实为“{found}”：这是表格软件的日期序号，请把该列设为日期格式后重新导出",
        "expected a date or time such as 2019-05-12 08:00, found {found!r}: a spreadsheet's count of days; give the "
        "column a date format and export again",
    ),
    "time.hour": ("时间应有日和时，实为“{found}”", "expected a stamp with day and hour, found {found!r}"),
    "time.day": ("时间应有日，实为“{found}”", "expected a stamp with day, found {found!r}"),
    "time.year": (
        "年份应在 {first} 至 {last} 之间，实为 {found}",
        "expected a year from {first} to {last}, found {found}",
    ),
    "time.none": ("没有这个日期或时刻：“{found}”", "there is no such date or hour: {found!r}"),
    "time.six": ("应为整 6 分钟，实为 {found}", "expected a full six minutes, found {found}"),
    "time.full": ("应为整点，实为 {found}", "expected a full hour, found {found}"),
    "station": (
        "应为来源 {source} 列出的站点，实为“{found}”",
        "expected a station that {source} lists, found {found!r}",
    ),
    "station.register": (
        "名录 {register} 中没有点位“{found}”：请先登记该点位，再重新导入文件",
        "the register {register} has no point {found!r}: enter it, then load the file again",
    ),
    "station.control": (
        "站点编码含有不可见的控制字符：“{found}”",
        "the station holds characters that cannot be seen: {found!r}",
    ),
    "station.empty": ("站点为空", "the station is empty"),
    "parameter": ("应为 {known} 之一，实为“{found}”", "expected one of {known}; found {found!r}"),
    "contradiction": (
        "{station} {parameter} {start} 在第 {line} 行已是 {value}",
        "{station} {parameter} {start} was already {value} in line {line}",
    ),
    "cells": (
        "应与表头同为 {expected} 列，实为 {found} 列",
        "expected {expected} cells as in the header, found {found}",
    ),
    "cells.right": ("最后一个有名称的列右边还有内容", "a cell right of the last named column"),
    "quotation": ("引号没有闭合", "a quotation mark is not closed"),
    "encoding": (
        "应为 {expected} 编码，本行第 {byte} 个字节不符",
        "expected {expected}, byte {byte} of the line does not fit",
    ),
}


class Why(str):
    """A reason in English that knows its name and parameters; as a text it is the English sentence."""

    __slots__ = ("name", "params")
    name: str
    params: Mapping[str, Any]

    def __new__(cls, name: str, **params: Any) -> Why:
        """Fill the reason `name` of REASONS with its parameters."""
        made = super().__new__(cls, REASONS[name][1].format(**params))
        made.name, made.params = name, params
        return made

    @property
    def code(self) -> str:
        """What the ledger counts by: the name before the dot."""
        return self.name.partition(".")[0]

    def kept(self) -> dict[str, Any]:
        """What the ledger keeps: the name as `reason`, and the parameters."""
        return {"reason": self.name, **self.params}


def explain(params: Mapping[str, Any], message: str, language: str) -> str:
    """The reason in `zh` or `en`; the stored English text where a row was written before parameters were kept."""
    texts = REASONS.get(str(params.get("reason", "")))
    if texts is None:
        return message
    try:
        return texts[0 if language.startswith("zh") else 1].format(**params)
    except (KeyError, ValueError, IndexError):  # the text has changed since: what was written then still holds
        return message
