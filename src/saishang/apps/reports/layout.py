"""Measures and typefaces of official documents: GB/T 9704-2012 (党政机关公文格式), sections 5.1, 5.2 and 7.

Lengths are in twips (1/20 point, 1/1440 inch) as Word counts them, unless the name says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "BODY", "BOTTOM", "CAPTION", "CELL", "CELL_HEAD", "CHAR", "COPY", "COVER", "FONTS", "FOOTER", "HEADINGS", "HEIGHT",
    "LEFT", "LINE", "NUMBER", "PAGE_HEIGHT", "PAGE_WIDTH", "RIGHT", "SECOND", "SMALL", "SQUEEZE", "TITLE", "TOP",
    "WIDTH", "Face", "twips",
]  # fmt: skip


def twips(millimetres: float) -> int:
    """Millimetres as twips, cut off: a sum of parts must never be longer than the whole."""
    return int(millimetres * 1440 / 25.4)


#: A4 (5.1); 天头 37 mm, 订口 28 mm; the text area (版心) is 156 mm × 225 mm (5.2.1).
PAGE_WIDTH, PAGE_HEIGHT = twips(210), twips(297)
TOP, LEFT = twips(37), twips(28)
WIDTH, HEIGHT = twips(156), twips(225)
RIGHT, BOTTOM = PAGE_WIDTH - LEFT - WIDTH, PAGE_HEIGHT - TOP - HEIGHT
#: 22 lines a page (5.2.3): 225 mm / 22 = 28.99 points, the next lower twentieth.
LINE = HEIGHT // 22
#: 28 characters a line (5.2.3): 156 mm / 28 = 15.79 points, though 三号 is 16 points wide: each is set closer by so
#: many twips, which makes 28 × 15.75 = 441 points of 442.2.
SQUEEZE = -5
#: Width of a character of 三号 as set.
CHAR = 16 * 20 + SQUEEZE
#: The page number's rule stands 7 mm below the text area (7.5); its line is 14 points, about 5 mm.
FOOTER = BOTTOM - twips(7) - 14 * 20


@dataclass(frozen=True)
class Face:
    """A typeface: its Chinese name, its size in points, the fallbacks that Word takes where it is not installed."""

    name: str
    points: float
    fallbacks: tuple[str, ...]
    latin: str = "Times New Roman"
    bold: bool = False


_SONG = ("方正小标宋_GBK", "华文中宋", "STZhongsong", "SimSun", "Noto Serif CJK SC")
_FANGSONG = ("仿宋", "FangSong", "华文仿宋", "STFangsong", "Noto Serif CJK SC")
_KAI = ("楷体", "KaiTi", "华文楷体", "STKaiti", "Noto Serif CJK SC")
_HEI = ("SimHei", "华文黑体", "STHeiti", "Noto Sans CJK SC")
_SIMSUN = ("SimSun", "华文宋体", "STSong", "Noto Serif CJK SC")
#: 标题 二号小标宋 (7.3.1), 正文 三号仿宋 (5.2.2), first level 黑体, second 楷体, third and fourth 仿宋 (7.3.3),
#: page number 四号宋体 (7.5).
TITLE = Face("方正小标宋简体", 22, _SONG)
BODY = Face("仿宋_GB2312", 16, _FANGSONG)
HEADINGS = (
    Face("黑体", 16, _HEI),
    Face("楷体_GB2312", 16, _KAI),
    BODY,
    BODY,
)
NUMBER = Face("宋体", 14, _SIMSUN, latin="宋体")
#: Not in the standard: the cover's title 一号, second lines 三号楷体, tables 五号仿宋, source lines 小五.
COVER = Face("方正小标宋简体", 26, _SONG)
SECOND = Face("楷体_GB2312", 16, _KAI)
CAPTION = Face("黑体", 12, _HEI)
CELL = Face("仿宋_GB2312", 10.5, _FANGSONG)
CELL_HEAD = Face("黑体", 10.5, _HEI)
SMALL = Face("仿宋_GB2312", 9, _FANGSONG)
#: 抄送 is 四号仿宋 (7.4.2).
COPY = Face("仿宋_GB2312", 14, _FANGSONG)
#: Every typeface once, for the file's own table of fonts.
FONTS: tuple[Face, ...] = tuple({face.name: face for face in (TITLE, *HEADINGS, NUMBER)}.values())
