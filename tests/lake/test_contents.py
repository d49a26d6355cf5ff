"""What a file is, told by its content."""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest

from saishang.lake.contents import EvidenceRefused, evidence_kind


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def package(folder: Path, name: str, *parts: str) -> Path:
    with zipfile.ZipFile(folder / name, "w") as made:
        for part in parts:
            made.writestr(part, "x")
    return folder / name


@pytest.mark.parametrize(
    ("head", "kind"),
    [(b"%PDF-1.7\n", "pdf"), (b"\x89PNG\r\n\x1a\n0000", "image"), (b"\xff\xd8\xff\xe0", "image")],
)
def test_the_first_bytes_say_it_whatever_the_name(tmp_path: Path, head: bytes, kind: str) -> None:
    assert evidence_kind(written(tmp_path, "a.exe", head), "a.exe") == kind


def test_office_files_are_packages_of_their_parts(tmp_path: Path) -> None:
    word, excel = tmp_path / "a.docx", tmp_path / "a.xlsx"
    docx.Document().save(str(word))
    openpyxl.Workbook().save(excel)
    assert evidence_kind(word, "a.docx") == evidence_kind(excel, "a.xlsx") == "office"
    assert evidence_kind(package(tmp_path, "a.ofd", "OFD.xml", "Doc_0/Document.xml"), "a.ofd") == "ofd"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "is empty"),
        (b"MZ\x90\x00", "is none of these"),
        (b"<html>", "is none of these"),
        (b"PK\x03\x04 torn", "is a damaged package"),
    ],
)
def test_anything_else_is_refused(tmp_path: Path, content: bytes, what: str) -> None:
    with pytest.raises(EvidenceRefused, match=what) as refused:
        evidence_kind(written(tmp_path, "a.pdf", content), "a.pdf")
    assert "'a.pdf'" in refused.value.message and refused.value.fix


def test_archives_and_macros_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EvidenceRefused, match="an archive of other files"):
        evidence_kind(package(tmp_path, "a.zip", "b.pdf"), "a.zip")
    with pytest.raises(EvidenceRefused, match="without macros"):
        made = package(tmp_path, "a.docm", "[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")
        evidence_kind(made, "a.docm")
