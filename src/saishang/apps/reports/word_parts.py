"""Pieces of a Word file that python-docx has no words for: typefaces, fields, borders, the table of fonts."""

from __future__ import annotations

import re
from typing import Any
from xml.sax.saxutils import quoteattr

from docx.oxml import OxmlElement
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, RGBColor

from saishang.apps.reports.layout import FONTS, LINE, SQUEEZE, Face

__all__ = [
    "borders", "clean", "face_of", "field", "fixed_line", "fonts_part", "indent", "keep", "no_hanging", "off_grid",
    "own_line", "put", "squeeze",
]  # fmt: skip

_NOT_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def face_of(thing: Any, face: Face) -> None:
    """Set the typeface of a run or a style, in black; what a theme says no longer holds."""
    thing.font.size, thing.font.bold, thing.font.italic = Pt(face.points), face.bold, False
    thing.font.color.rgb = RGBColor(0, 0, 0)
    properties = thing.element.get_or_add_rPr()
    for old in properties.findall(qn("w:rFonts")):
        properties.remove(old)
    fonts = OxmlElement("w:rFonts")
    for key, name in (("ascii", face.latin), ("hAnsi", face.latin), ("eastAsia", face.name), ("cs", face.latin)):
        fonts.set(qn(f"w:{key}"), name)
    # Quotation marks, ≥, µ and their like belong to both worlds: in a Chinese text they are Chinese.
    fonts.set(qn("w:hint"), "eastAsia")
    properties.insert(0, fonts)


def clean(text: str) -> str:
    """The text without what XML cannot hold: control characters, halves of pairs."""
    return _NOT_XML.sub("", text)


def put(paragraph: Any, text: str, face: Face | None = None) -> Any:
    """Add text to a paragraph, in a typeface of its own where one is given."""
    run = paragraph.add_run(clean(text))
    if face is not None:
        face_of(run, face)
    else:
        fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:hint"), "eastAsia")
    return run


def fixed_line(style: Any) -> None:
    """Lines of exactly the height that makes 22 of them a page, without space before or after."""
    _spacing(style, {"before": "0", "after": "0", "line": str(LINE), "lineRule": "exact"})


def own_line(style: Any, before: int = 0, after: int = 0) -> None:
    """Lines as high as their type needs, off the grid of the page; space before and after in twips."""
    _spacing(style, {"before": str(before), "after": str(after), "line": "240", "lineRule": "auto"})
    off_grid(style)


def off_grid(style: Any) -> None:
    """Not on the grid of the page: a grid gives type that is larger than its lines two of them."""
    properties = style.element.get_or_add_pPr()
    grid = OxmlElement("w:snapToGrid")
    grid.set(qn("w:val"), "0")
    properties.insert_element_before(grid, "w:spacing", "w:ind", "w:jc", "w:outlineLvl", "w:rPr")


def _spacing(style: Any, values: dict[str, str]) -> None:
    properties = style.element.get_or_add_pPr()
    for old in properties.findall(qn("w:spacing")):
        properties.remove(old)
    spacing = OxmlElement("w:spacing")
    for key, value in values.items():
        spacing.set(qn(f"w:{key}"), value)
    properties._insert_spacing(spacing)


def squeeze(style: Any) -> None:
    """Set the characters so close that 28 of them make a line."""
    properties = style.element.get_or_add_rPr()
    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), str(SQUEEZE))
    properties.insert_element_before(
        spacing, "w:w", "w:kern", "w:position", "w:sz", "w:szCs", "w:highlight", "w:u", "w:lang"
    )


def no_hanging(style: Any) -> None:
    """No punctuation in the margin, no blanks that Word adds between Chinese and Latin: both break the 28."""
    properties = style.element.get_or_add_pPr()
    for name in ("overflowPunct", "autoSpaceDE", "autoSpaceDN"):
        switch = OxmlElement(f"w:{name}")
        switch.set(qn("w:val"), "0")
        properties.insert_element_before(
            switch, "w:bidi", "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:jc", "w:outlineLvl", "w:rPr"
        )


def indent(thing: Any, *, first: int = 0, left: int = 0, right: int = 0, hanging: int = 0) -> None:
    """Indents of a style or paragraph in twips."""
    element = thing.element if hasattr(thing, "element") else thing._p
    properties = element.get_or_add_pPr()
    ind = properties.get_or_add_ind()
    for key, value in (("firstLine", first), ("left", left), ("right", right), ("hanging", hanging)):
        if value:
            ind.set(qn(f"w:{key}"), str(value))


def keep(paragraph: Any) -> None:
    """Keep with what follows on one page."""
    paragraph.paragraph_format.keep_with_next = True


def field(paragraph: Any, code: str, face: Face) -> None:
    """A field such as PAGE, with the text 1 until somebody counts."""
    for kind, text in (("begin", ""), ("instr", code), ("separate", ""), ("text", "1"), ("end", "")):
        run = paragraph.add_run()
        face_of(run, face)
        if kind == "instr":
            made = OxmlElement("w:instrText")
            made.set(qn("xml:space"), "preserve")
            made.text = f" {text} "
            run._r.append(made)
        elif kind == "text":
            run.text = text
        else:
            made = OxmlElement("w:fldChar")
            made.set(qn("w:fldCharType"), kind)
            run._r.append(made)


def borders(paragraph: Any, **sizes: int) -> None:
    """Rules above or below a paragraph, in eighths of a point."""
    properties = paragraph._p.get_or_add_pPr()
    box = OxmlElement("w:pBdr")
    for side in ("top", "bottom"):
        if side in sizes:
            edge = OxmlElement(f"w:{side}")
            for key, value in (("val", "single"), ("sz", str(sizes[side])), ("space", "4"), ("color", "000000")):
                edge.set(qn(f"w:{key}"), value)
            box.append(edge)
    properties.insert_element_before(
        box, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:wordWrap", "w:overflowPunct", "w:topLinePunct",
        "w:autoSpaceDE", "w:autoSpaceDN", "w:bidi", "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind",
        "w:contextualSpacing", "w:mirrorIndents", "w:jc", "w:textDirection", "w:outlineLvl", "w:rPr",
    )  # fmt: skip


def fonts_part() -> bytes:
    """The table of fonts with the fallbacks (`altName`) that Word and WPS take where a typeface is missing."""
    fonts = "".join(
        f"<w:font w:name={quoteattr(face.name)}><w:altName w:val={quoteattr(','.join(face.fallbacks))}/>"
        f'<w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="default"/></w:font>'
        for face in FONTS
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:fonts {nsdecls("w")}>{fonts}</w:fonts>'.encode()
    )
