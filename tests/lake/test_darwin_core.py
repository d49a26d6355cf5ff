"""Darwin Core files: tables and archives, there and back, and what is refused."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from saishang.lake.darwin_core import OccurrenceFile, read_occurrences, write_archive

HEADER = ["occurrenceID", "basisOfRecord", "scientificName", "eventDate", "locality"]
ROWS = [
    ["nx-1", "HumanObservation", "Ardea cinerea", "2024-07-01", '鸣翠湖 "东岸"'],
    ["nx-2", "MachineObservation", "Capreolus pygargus", "2024-08", "tab\tand, comma"],
]


def test_an_archive_there_and_back(tmp_path: Path) -> None:
    path = tmp_path / "birds.zip"
    write_archive(path, HEADER, ROWS, title="鸟类 & 兽类 <2024>")
    assert [(line, list(row.values())) for line, row in read_occurrences(path)] == [(2, ROWS[0]), (3, ROWS[1])]
    again = tmp_path / "again.zip"
    write_archive(again, HEADER, ROWS, title="鸟类 & 兽类 <2024>")
    assert again.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_tables(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "list.csv"
    lines = [delimiter.join(["dwc:occurrenceID", "scientificName"]), delimiter.join(["1", "Grus grus"]), "", ""]
    path.write_text("\ufeff" + "\n".join(lines), encoding="utf-8")
    assert list(read_occurrences(path)) == [(2, {"occurrenceID": "1", "scientificName": "Grus grus"})]


def test_defaults_and_other_separators(tmp_path: Path) -> None:
    """An archive of another maker: semicolons, no header line, country by default, identifier from <id>."""
    path = tmp_path / "other.zip"
    terms = "http://rs.tdwg.org/dwc/terms/"
    meta = f"""<archive xmlns="http://rs.tdwg.org/dwc/text/"><core fieldsTerminatedBy=";" rowType="{terms}Occurrence">
      <files><location>data.csv</location></files><id index="0"/>
      <field index="1" term="{terms}scientificName"/><field default="CN" term="{terms}countryCode"/></core></archive>"""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("meta.xml", meta)
        archive.writestr("data.csv", "a;Grus grus\nb;Otis tarda\n")
    assert [row for _, row in read_occurrences(path)] == [
        {"countryCode": "CN", "occurrenceID": "a", "scientificName": "Grus grus"},
        {"countryCode": "CN", "occurrenceID": "b", "scientificName": "Otis tarda"},
    ]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "no meta.xml"),
        ({"meta.xml": "<archive"}, "no XML"),
        ({"meta.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><archive/>"}, "document type"),
        ({"meta.xml": "<archive xmlns='http://rs.tdwg.org/dwc/text/'/>"}, "does not hold occurrences"),
        (
            {"meta.xml": "<archive xmlns='http://rs.tdwg.org/dwc/text/'><core rowType='http://rs.tdwg.org/dwc/terms/"
                         "Occurrence'><files><location>../x</location></files></core></archive>"},
            "has no ../x",
        ),
    ],
)  # fmt: skip
def test_other_archives_are_refused(tmp_path: Path, files: dict[str, str], words: str) -> None:
    path = tmp_path / "bad.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "x")
        for name, text in files.items():
            archive.writestr(name, text)
    with pytest.raises(OccurrenceFile) as caught:
        list(read_occurrences(path))
    assert words in str(caught.value) and caught.value.fix


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"scientificName,x\n\xff\xfe,1\n"])
def test_other_tables_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(OccurrenceFile):
        list(read_occurrences(path))


def test_an_archive_needs_identifiers(tmp_path: Path) -> None:
    with pytest.raises(OccurrenceFile, match="occurrenceID"):
        write_archive(tmp_path / "x.zip", ["scientificName"], [], title="x")
