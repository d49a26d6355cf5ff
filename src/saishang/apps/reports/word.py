"""An official document as a Word file in the layout of GB/T 9704-2012: cover, text, annexes, page numbers.

The same document gives the same bytes. Styles carry the standard's typefaces by their names; where they are not
installed, Word and WPS take the fallbacks that the file's table of fonts names (`layout`).
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Twips

from saishang.apps.reports import layout
from saishang.apps.reports.blocks import (
    Annex,
    Block,
    Chart,
    Cover,
    Heading,
    OfficialDocument,
    Paragraph,
    Source,
    Table,
    numbered,
)
from saishang.apps.reports.layout import CHAR, LINE, WIDTH, Face
from saishang.apps.reports.numbering import day_zh
from saishang.apps.reports.packing import FIXED_TIME, same_bytes
from saishang.apps.reports.word_charts import add_chart
from saishang.apps.reports.word_parts import (
    borders,
    clean,
    face_of,
    field,
    fixed_line,
    fonts_part,
    indent,
    keep,
    no_hanging,
    off_grid,
    own_line,
    put,
    squeeze,
)

__all__ = ["to_docx"]

#: Names of our paragraph styles, as a person sees them in Word.
TITLE, TO, TEXT, CAPTION, CELL, CELL_HEAD, SOURCE, NUMBER, MARK, COPY, ANNEX = (
    "公文标题", "主送机关", "公文正文", "图表题", "表格文字", "表头", "数据来源", "页码", "标注", "抄送机关",
    "附件标识",
)  # fmt: skip
COVER, COVER_SECOND = "封面标题", "封面文字"
#: Longer texts than this may break over a page inside a row: a row that may not must fit on one.
_WHOLE_ROW = 400
#: Tables of at most so many rows and characters stand on one page, with the line below that says where they are from.
_WHOLE_TABLE, _WHOLE_TEXT = 6, 250
_WORDS = {
    "zh": {"annex": "附件", "annexes": "附件：", "copy": "抄送：", "colon": "："},
    "en": {"annex": "Annex ", "annexes": "Annexes: ", "copy": "Copy to: ", "colon": ":"},
}


def to_docx(document: OfficialDocument) -> bytes:
    """The document as the bytes of a `.docx` file."""
    return _Writer(document).bytes()


class _Writer:
    """One file while it is written."""

    def __init__(self, document: OfficialDocument) -> None:
        self.document = document
        self.words = _WORDS[document.language]
        self.file = Document()
        self.charts = 0
        self.tables = 0
        _styles(self.file)
        #: Name → id. Looked up once: python-docx looks through all of them for every paragraph.
        self.styles = {str(style.name): str(style.style_id) for style in self.file.styles}
        _font_table(self.file)
        _chinese(self.file)
        _today(self.file)
        _no_thumbnail(self.file)
        self.file.settings.odd_and_even_pages_header_footer = True

    def bytes(self) -> bytes:
        """Write everything in its order."""
        told = self.document
        text = self.file.sections[0]
        _page(text)
        if told.cover is not None:
            self._cover(told.cover)
            text = self.file.add_section(WD_SECTION.NEW_PAGE)
            _page(text)
        _start_at_one(text)
        self._head_and_foot(text)
        for line in told.title:
            self._line(line, TITLE)
        if told.title:
            self._line("", TEXT)
        if told.to:
            self._line(told.to + self.words["colon"], TO)
        self._blocks(told.blocks)
        self._last_words_stay()
        self._list_of_annexes()
        self._signature()
        for number, annex in enumerate(told.annexes, start=1):
            self._annex(annex, number)
        if told.copy_to:
            self._copy_to()
        properties = self.file.core_properties
        properties.title, properties.author = _property("".join(told.title)), _property(told.by)
        properties.subject, properties.comments, properties.keywords = _property(told.subject), _property(told.mark), ""
        properties.language = {"zh": "zh-CN", "en": "en"}[told.language]
        properties.created = properties.modified = FIXED_TIME
        buffer = BytesIO()
        self.file.save(buffer)
        return same_bytes(buffer.getvalue())

    def _line(self, text: str, style: str) -> Any:
        paragraph = self.file.add_paragraph()
        paragraph._p.style = self.styles[style]
        if text:
            put(paragraph, text)
        return paragraph

    def _cover(self, cover: Cover) -> None:
        if cover.mark:
            borders(self._line(cover.mark, MARK), top=6, bottom=6)
        for _number in range(4 if cover.mark else 5):
            self._line("", TEXT)
        for line in cover.title:
            self._line(line, COVER)
        self._line("", TEXT)
        self._line(cover.period, COVER_SECOND)
        for _number in range(5):
            self._line("", TEXT)
        self._line(cover.by, COVER_SECOND)
        self._line(self._day(), COVER_SECOND)
        if cover.notes:
            self._line("", TEXT)
        for note in cover.notes:
            self._line(note, SOURCE).alignment = WD_ALIGN_PARAGRAPH.CENTER

    def _day(self) -> str:
        return day_zh(self.document.dated) if self.document.language == "zh" else self.document.dated.isoformat()

    def _head_and_foot(self, section: Any) -> None:
        for place in ("header", "even_page_header", "footer", "even_page_footer"):
            getattr(section, place).is_linked_to_previous = False
        for header in (section.header, section.even_page_header):
            paragraph = header.paragraphs[0]
            paragraph.style = self.file.styles[MARK]
            if self.document.mark:
                put(paragraph, self.document.mark)
        for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
            paragraph = footer.paragraphs[0]
            paragraph.style = self.file.styles[NUMBER]
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if side == "right" else WD_ALIGN_PARAGRAPH.LEFT
            # One character of its own size away from the edge of the text.
            indent(paragraph, **{side: 14 * 20})
            put(paragraph, "— ", layout.NUMBER)
            field(paragraph, "PAGE", layout.NUMBER)
            put(paragraph, " —", layout.NUMBER)

    def _blocks(self, blocks: tuple[Block, ...]) -> None:
        above: Any = None
        for block in numbered(blocks, self.document.language):
            if isinstance(block, Source) and above is not None:
                # A line that says where figures are from is not left alone on the next page.
                keep(above)
            above = None
            if isinstance(block, Heading):
                keep(self._line(block.text, f"Heading {block.level}"))
            elif isinstance(block, Paragraph):
                above = self._line(block.text, TEXT)
            elif isinstance(block, Source):
                self._line(block.text, SOURCE)
            elif isinstance(block, Table):
                self._table(block)
            else:
                above = self._chart(block)

    def _last_words_stay(self) -> None:
        """No page with nothing but the signature (7.3.5.5): the last words of the text go with it."""
        if not self.document.by:
            return
        last = [element for element in self.file.element.body if element.tag != qn("w:sectPr")][-2:]
        for paragraph in self.file.paragraphs[-2:]:
            if paragraph._p in last and paragraph.text:
                keep(paragraph)

    def _table(self, table: Table) -> None:
        self.tables += 1
        if table.title:
            keep(self._line(table.title, CAPTION))
        if not table.rows:
            self._line(table.empty, TEXT)
            return
        widths = _widths(table)
        made = self.file.add_table(rows=1, cols=len(widths))
        made.style, made.autofit = "Table Grid", False
        _table_properties(made, widths)
        _repeated(made.rows[0])
        for cell, column, width in zip(made.rows[0].cells, table.columns, widths, strict=True):
            self._cell(cell, column.head, CELL_HEAD, width, centre=True)
        for row in table.rows:
            added = made.add_row()
            if max(map(len, row)) <= _WHOLE_ROW:
                _whole(added)
            for cell, column, text, width in zip(added.cells, table.columns, row, widths, strict=True):
                self._cell(cell, text, CELL, width, centre=column.centre)
        if len(table.rows) <= _WHOLE_TABLE and sum(len(text) for row in table.rows for text in row) <= _WHOLE_TEXT:
            for paragraph in made._tbl.iter(qn("w:p")):
                paragraph.get_or_add_pPr().get_or_add_keepNext()

    def _cell(self, cell: Any, text: str, style: str, width: int, *, centre: bool) -> None:
        cell.width = Twips(width)
        cell.vertical_alignment = 1  # centre
        for number, line in enumerate(text.split("\n")):
            paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
            paragraph._p.style = self.styles[style]
            if centre:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            put(paragraph, line)

    def _chart(self, chart: Chart) -> Any:
        self.charts += 1
        keep(self._line(chart.title, CAPTION))
        paragraph = self._line("", CAPTION)
        add_chart(self.file, paragraph, chart, self.charts)
        return paragraph

    def _list_of_annexes(self) -> None:
        """附件说明 (7.3.4): one line below the text; following ones stand under the first."""
        annexes = self.document.annexes
        if not annexes:
            return
        keep(self._line("", TEXT))
        lead = self.words["annexes"]
        wide = 3 * CHAR if self.document.language == "zh" else 5 * CHAR
        for number, annex in enumerate(annexes, start=1):
            text = annex.title if len(annexes) == 1 else f"{number}. {annex.title}"
            first = (lead if number == 1 else "") + text
            paragraph = self._line(first, TO)
            # List, name and day stay together.
            keep(paragraph)
            # The number hangs: what does not fit on a line stands under the first character of the title.
            extra = 0 if len(annexes) == 1 else int(1.5 * CHAR)
            if number == 1:
                indent(paragraph, left=2 * CHAR + wide + extra, hanging=wide + extra)
            else:
                indent(paragraph, left=2 * CHAR + wide + extra, hanging=extra)

    def _signature(self) -> None:
        """署名 and 成文日期 (7.3.5.1): the day four characters from the right edge, the name centred above it."""
        told = self.document
        if not told.by:
            return
        keep(self._line("", TEXT))
        day = self._day()
        wide, by = _em(day), _em(told.by)
        right = max(0.0, 4 + (wide - by) / 2)
        for text, away in ((told.by, right), (day, 4.0)):
            paragraph = self._line(text, TO)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            indent(paragraph, right=int(away * CHAR))
            if text is told.by:
                keep(paragraph)

    def _annex(self, annex: Annex, number: int) -> None:
        """附件 (7.3.7): on another page, marked top left in 黑体, its title in the third line."""
        mark = self.words["annex"] + (str(number) if len(self.document.annexes) > 1 else "")
        self._line(mark, ANNEX).paragraph_format.page_break_before = True
        self._line("", TEXT)
        self._line(annex.title, TITLE)
        self._line("", TEXT)
        self._blocks(annex.blocks)

    def _copy_to(self) -> None:
        """抄送机关 (7.4.2): one character in on both sides, following lines under the first name; between two rules of
        0.35 mm as wide as the text (7.4.1), which are a table's: a paragraph's would begin where its text does."""
        self._line("", TEXT)
        made = self.file.add_table(rows=1, cols=1)
        _table_properties(made, [WIDTH], margin=0)
        _ruled(made)
        cell = made.rows[0].cells[0]
        cell.width = Twips(WIDTH)
        paragraph = cell.paragraphs[0]
        paragraph._p.style = self.styles[COPY]
        lead = int(_em(self.words["copy"]) * 14 * 20)
        indent(paragraph, left=14 * 20 + lead, right=14 * 20, hanging=lead)
        put(paragraph, self.words["copy"] + self.document.copy_to)


def _property(text: str) -> str:
    """A property of a file holds 255 characters at most."""
    return clean(text)[:255]


def _em(text: str) -> float:
    """Width of a text in characters of the script; Latin letters and figures are half of one."""
    return sum(0.5 if ord(ch) < 0x2000 else 1.0 for ch in text)


def _widths(table: Table) -> list[int]:
    """Widths of the columns in twips; together never more than the text area."""
    whole = sum(column.share for column in table.columns)
    return [int(WIDTH * column.share / whole) for column in table.columns]


def _ruled(table: Any) -> None:
    """Rules of 0.35 mm (8 eighths of a point) above and below a table, none beside it."""
    edges = OxmlElement("w:tblBorders")
    for side in ("top", "bottom"):
        edge = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "8"), ("space", "0"), ("color", "000000")):
            edge.set(qn(f"w:{key}"), value)
        edges.append(edge)
    table._tbl.tblPr.find(qn("w:tblLayout")).addprevious(edges)


def _table_properties(table: Any, widths: list[int], margin: int = 60) -> None:
    """A fixed layout of just so much width: long words break inside their cell; `margin` beside it in twips."""
    properties = table._tbl.tblPr
    for name in ("w:tblW", "w:tblLayout", "w:tblInd", "w:tblCellMar"):
        for old in properties.findall(qn(name)):
            properties.remove(old)
    wide = OxmlElement("w:tblW")
    wide.set(qn("w:w"), str(sum(widths)))
    wide.set(qn("w:type"), "dxa")
    ind = OxmlElement("w:tblInd")
    ind.set(qn("w:w"), "0")
    ind.set(qn("w:type"), "dxa")
    fixed = OxmlElement("w:tblLayout")
    fixed.set(qn("w:type"), "fixed")
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), str(margin))
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    look = properties.find(qn("w:tblLook"))
    for made in (wide, ind, fixed, margins):
        if look is not None:
            look.addprevious(made)
        else:
            properties.append(made)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Twips(width)


def _repeated(row: Any) -> None:
    """The heading row stands again on every page, and never breaks."""
    _whole(row)
    head = OxmlElement("w:tblHeader")
    row._tr.get_or_add_trPr().append(head)


def _whole(row: Any) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _page(section: Any) -> None:
    section.page_width, section.page_height = Twips(layout.PAGE_WIDTH), Twips(layout.PAGE_HEIGHT)
    section.top_margin, section.bottom_margin = Twips(layout.TOP), Twips(layout.BOTTOM)
    section.left_margin, section.right_margin = Twips(layout.LEFT), Twips(layout.RIGHT)
    section.header_distance, section.footer_distance = Twips(layout.twips(20)), Twips(layout.FOOTER)
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    grid = OxmlElement("w:docGrid")
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(LINE))
    section._sectPr.append(grid)


def _start_at_one(section: Any) -> None:
    numbers = OxmlElement("w:pgNumType")
    numbers.set(qn("w:start"), "1")
    section._sectPr.find(qn("w:cols")).addprevious(numbers)


def _styles(file: Any) -> None:
    styles = file.styles
    normal = styles["Normal"]
    face_of(normal, layout.BODY)
    language = OxmlElement("w:lang")
    for key, value in (("val", "en-US"), ("eastAsia", "zh-CN")):
        language.set(qn(f"w:{key}"), value)
    for old in normal.element.rPr.findall(qn("w:lang")):
        normal.element.rPr.remove(old)
    normal.element.rPr.append(language)
    fixed_line(normal)
    no_hanging(normal)
    # 22 lines a page, whatever they are: no line is pushed over for company.
    normal.paragraph_format.widow_control = False
    two = 2 * CHAR
    for level, face in enumerate(layout.HEADINGS, start=1):
        style = styles[f"Heading {level}"]
        _restyled(style, face)
        indent(style, first=two)
        style.next_paragraph_style = normal
    made: dict[str, Any] = {}
    for name, face in (
        (TEXT, layout.BODY), (TO, layout.BODY), (TITLE, layout.TITLE), (ANNEX, layout.HEADINGS[0]),
        (COVER_SECOND, layout.SECOND), (COPY, layout.COPY),
    ):  # fmt: skip
        made[name] = _new(styles, name, face)
        fixed_line(made[name])
        no_hanging(made[name])
        if face.points > layout.BODY.points:
            off_grid(made[name])
        if face.points == layout.BODY.points:
            squeeze(made[name])
    indent(made[TEXT], first=two)
    made[TEXT].paragraph_format.alignment = made[TO].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
    for name, face, before, after in (
        (COVER, layout.COVER, 120, 120), (CAPTION, layout.CAPTION, 160, 80), (CELL, layout.CELL, 30, 30),
        (CELL_HEAD, layout.CELL_HEAD, 50, 50), (SOURCE, layout.SMALL, 60, 120), (NUMBER, layout.NUMBER, 0, 0),
        (MARK, layout.CELL_HEAD, 0, 0),
    ):  # fmt: skip
        made[name] = _new(styles, name, face)
        own_line(made[name], before, after)
    for name in (TITLE, COVER, COVER_SECOND, CAPTION, MARK):
        made[name].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    made[TITLE].paragraph_format.keep_with_next = True


def _new(styles: Any, name: str, face: Face) -> Any:
    style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = styles["Normal"]
    face_of(style, face)
    return style


def _restyled(style: Any, face: Face) -> None:
    """A heading of Word, which navigation and tables of contents know, in our typeface and on our lines."""
    for old in style.element.findall(qn("w:rPr")):
        style.element.remove(old)
    face_of(style, face)
    squeeze(style)
    fixed_line(style)
    style.paragraph_format.keep_with_next = True


def _chinese(file: Any) -> None:
    """The language of the characters: the template's own would take Japanese forms of them."""
    for wanted in (file.styles.element, file.settings.element):
        for tag in ("w:lang", "w:themeFontLang"):
            for found in wanted.iter(qn(tag)):
                found.set(qn("w:eastAsia"), "zh-CN")


def _today(file: Any) -> None:
    """The rules of Word 2013 and later: a table begins at the edge of the text, not left of it by its cell's margin."""
    for setting in file.settings.element.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")


def _no_thumbnail(file: Any) -> None:
    """Without the template's own picture of an empty page."""
    relations = file.part.package.rels
    for key in [key for key, relation in relations.items() if relation.reltype.endswith("/thumbnail")]:
        del relations[key]


def _font_table(file: Any) -> None:
    for part in file.part.package.iter_parts():
        if str(part.partname) == "/word/fontTable.xml":
            part._blob = fonts_part()
