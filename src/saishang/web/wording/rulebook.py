"""Titles of the rules' tables and documents in the reader's language, and the field each belongs to.

`rulebook.csv` names them by path; `*` stands for the folder of a site or of a plan. A document that carries its own
title (a source description, a register) needs no row.
"""

from __future__ import annotations

import csv
import re
from functools import lru_cache
from pathlib import Path

from django.utils.translation import gettext as _

from saishang.web import texts

__all__ = ["FIELDS", "field_name", "field_of", "place_of", "title_of"]

#: The fields in the order in which the index lists them.
FIELDS = (
    "名录", "方案", "指标", "站点", "空气", "地表水", "地下水", "土壤", "固体废物", "噪声", "辐射", "生态", "气候",
    "应急", "管理", "质控", "数据来源",
)  # fmt: skip
_FOLDERS = re.compile(r"^(sites|plans)/[^/]+/")


def title_of(name: str, own: tuple[str | None, str | None] = (None, None)) -> str:
    """Title of a table or document; `own` is the one it carries itself; its path where it has none."""
    row = _titles().get(_FOLDERS.sub(r"\1/*/", name))
    return texts.both(*row[1:]) if row else texts.both(*own) or name


def field_of(name: str) -> str:
    """Field of a table or document, one of `FIELDS`; what nobody has sorted stands with the registers."""
    if name.startswith("sources/"):
        return "数据来源"
    row = _titles().get(_FOLDERS.sub(r"\1/*/", name))
    if row is None and name.startswith(("indicators/", "targets/")):
        return "指标"  # files of a site's own
    return row[0] if row else FIELDS[0]


def place_of(name: str) -> int:
    """Where the field of a table or document stands in the index."""
    return FIELDS.index(field_of(name))


def field_name(field: str) -> str:
    """Words for a field in the reader's language."""
    return {
        "名录": _("名录"), "方案": _("方案"), "指标": _("指标"), "站点": _("站点"),
        "空气": _("空气"), "地表水": _("地表水"), "地下水": _("地下水"), "土壤": _("土壤"),
        "固体废物": _("固体废物"), "噪声": _("噪声"), "辐射": _("辐射"), "生态": _("生态"),
        "气候": _("气候"), "应急": _("应急"), "管理": _("管理"), "质控": _("质控"), "数据来源": _("数据来源"),
    }.get(field, field)  # fmt: skip


@lru_cache(maxsize=1)
def _titles() -> dict[str, tuple[str, str, str]]:
    """Path → field, Chinese, English."""
    with (Path(__file__).resolve().parent / "rulebook.csv").open(encoding="utf-8", newline="") as handle:
        return {row["name"]: (row["group"], row["zh"], row["en"]) for row in csv.DictReader(handle)}
