"""Charts of Word's own kind (DrawingML), with their figures in a workbook inside: sharp, editable, no pictures.

Why not pictures: `docs/decisions/2026-11-30-official-documents.md`.
"""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml

from saishang.apps.reports.blocks import Chart
from saishang.apps.reports.layout import WIDTH
from saishang.apps.reports.packing import FIXED_TIME, same_bytes
from saishang.apps.reports.word_parts import clean

__all__ = ["add_chart"]

_EMU = 635  # English Metric Units in a twip
_NS = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_CHART = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart"
_PACKAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/package"
_CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILL = "595959"
#: Points of the labels, and heights of one bar and of the rest, in twips.
_POINTS = 10.5
_BAR, _REST = 480, 300


def add_chart(document: Any, paragraph: Any, chart: Chart, number: int) -> None:
    """Put a chart into a paragraph of a python-docx document.

    Parameters
    ----------
    number:
        Which chart of the document it is, from 1 on; names its parts.
    """
    chart = replace(chart, names=tuple(clean(name) for name in chart.names), title=clean(chart.title))
    package = document.part.package
    book = Part(PackURI(f"/word/embeddings/chart{number}.xlsx"), _BOOK_TYPE, _workbook(chart), package)
    part = Part(PackURI(f"/word/charts/chart{number}.xml"), _CHART_TYPE, b"", package)
    data = part.relate_to(book, _PACKAGE)
    part._blob = _chart_xml(chart, data).encode("utf-8")
    relation = document.part.relate_to(part, _CHART)
    paragraph.add_run()._r.append(parse_xml(_inline(chart, relation, number)))


def _inline(chart: Chart, relation: str, number: int) -> str:
    wide, high = WIDTH * _EMU, (_REST + _BAR * len(chart.names)) * _EMU
    told = "; ".join(f"{name} {_shown(value)}" for name, value in zip(chart.names, chart.values, strict=True))
    return (
        '<w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
        f'{_NS}><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{wide}" cy="{high}"/>'
        f'<wp:docPr id="{1000 + number}" name="chart{number}" descr={quoteattr(f"{chart.title}: {told}")}/>'
        "<wp:cNvGraphicFramePr/><a:graphic><a:graphicData "
        'uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
        f'<c:chart r:id="{relation}"/></a:graphicData></a:graphic></wp:inline></w:drawing>'
    )


def _shown(value: int | None) -> str:
    return "—" if value is None else str(value)


def _chart_xml(chart: Chart, data: str) -> str:
    count = len(chart.names)
    names = "".join(f'<c:pt idx="{n}"><c:v>{escape(name)}</c:v></c:pt>' for n, name in enumerate(chart.names))
    values = "".join(
        f'<c:pt idx="{n}"><c:v>{value}</c:v></c:pt>' for n, value in enumerate(chart.values) if value is not None
    )
    font = (
        f'<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="{int(_POINTS * 100)}" b="0">'
        '<a:solidFill><a:srgbClr val="000000"/></a:solidFill><a:latin typeface="宋体"/><a:ea typeface="宋体"/>'
        '</a:defRPr></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
    )
    nothing = "<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>"
    labels = (
        f'<c:dLbls>{nothing}{font}<c:dLblPos val="outEnd"/><c:showLegendKey val="0"/><c:showVal val="1"/>'
        '<c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbls>'
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<c:chartSpace {_NS}><c:roundedCorners val="0"/>'
        '<c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/><c:barChart><c:barDir val="bar"/>'
        '<c:grouping val="clustered"/><c:varyColors val="0"/><c:ser><c:idx val="0"/><c:order val="0"/>'
        f'<c:tx><c:strRef><c:f>data!$B$1</c:f><c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>{escape(chart.unit)}'
        "</c:v></c:pt></c:strCache></c:strRef></c:tx>"
        f'<c:spPr><a:solidFill><a:srgbClr val="{_FILL}"/></a:solidFill></c:spPr><c:invertIfNegative val="0"/>{labels}'
        f'<c:cat><c:strRef><c:f>data!$A$2:$A${count + 1}</c:f><c:strCache><c:ptCount val="{count}"/>{names}'
        "</c:strCache></c:strRef></c:cat>"
        f"<c:val><c:numRef><c:f>data!$B$2:$B${count + 1}</c:f><c:numCache><c:formatCode>0</c:formatCode>"
        f'<c:ptCount val="{count}"/>{values}</c:numCache></c:numRef></c:val></c:ser>'
        '<c:gapWidth val="60"/><c:axId val="1001"/><c:axId val="1002"/></c:barChart>'
        '<c:catAx><c:axId val="1001"/><c:scaling><c:orientation val="maxMin"/></c:scaling><c:delete val="0"/>'
        '<c:axPos val="l"/><c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/>'
        '<c:minorTickMark val="none"/><c:tickLblPos val="low"/>'
        f'<c:spPr><a:ln w="6350"><a:solidFill><a:srgbClr val="000000"/></a:solidFill></a:ln></c:spPr>{font}'
        '<c:crossAx val="1002"/><c:crosses val="autoZero"/></c:catAx>'
        '<c:valAx><c:axId val="1002"/><c:scaling><c:orientation val="minMax"/><c:min val="0"/></c:scaling>'
        '<c:delete val="1"/><c:axPos val="b"/><c:numFmt formatCode="0" sourceLinked="0"/><c:majorTickMark val="none"/>'
        '<c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:crossAx val="1001"/><c:crosses val="autoZero"/>'
        f'</c:valAx>{nothing}</c:plotArea><c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>{nothing}'
        f'<c:externalData r:id="{data}"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>'
    )


def _workbook(chart: Chart) -> bytes:
    """The figures behind the chart, for whoever edits it in Word."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    if sheet is None:  # a new workbook has a sheet; the type says it may not
        sheet = book.create_sheet()
    sheet.title = "data"
    sheet.append([None, chart.unit])
    for name, value in zip(chart.names, chart.values, strict=True):
        sheet.append([name, value])
        # A name is text, whatever it begins with.
        sheet.cell(sheet.max_row, 1).data_type = "s"
    book.properties.created = FIXED_TIME
    buffer = BytesIO()
    book.save(buffer)
    return same_bytes(buffer.getvalue())
