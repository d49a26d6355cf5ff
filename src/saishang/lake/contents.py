"""What a file is, told by its content and not by its name: documents that may stand as evidence."""

from __future__ import annotations

import zipfile
from pathlib import Path

from saishang.errors import SaishangError

__all__ = ["EVIDENCE", "EvidenceRefused", "evidence_kind"]

#: Kind → what people call it.
EVIDENCE = {"pdf": "PDF", "office": "Word, Excel", "ofd": "OFD", "image": "PNG, JPEG"}
_MARKS = ((b"%PDF-", "pdf"), (b"\x89PNG\r\n\x1a\n", "image"), (b"\xff\xd8\xff", "image"))
#: Parts of an Office file that run by themselves.
_MACROS = ("vbaproject.bin", "vbadata.xml")


class EvidenceRefused(SaishangError):
    """A file that cannot stand as evidence."""

    code = "evidence-kind"


def evidence_kind(path: Path, name: str) -> str:
    """Kind of a file: pdf, office, ofd or image.

    Raises
    ------
    EvidenceRefused
        For an empty file, any other content, a damaged package, and Office files with macros.
    """
    with path.open("rb") as content:
        head = content.read(16)
    for mark, kind in _MARKS:
        if head.startswith(mark):
            return kind
    if head.startswith(b"PK\x03\x04"):
        return _package_kind(path, name)
    raise _refused(name, "empty" if not head else "none of these")


def _package_kind(path: Path, name: str) -> str:
    try:
        with zipfile.ZipFile(path) as package:
            parts = {part.lower() for part in package.namelist()}
    except zipfile.BadZipFile:
        raise _refused(name, "a damaged package") from None
    if any(part.rsplit("/", 1)[-1] in _MACROS for part in parts):
        raise EvidenceRefused(
            f"expected evidence without macros; {name!r} carries some", fix="save the document as PDF", where="evidence"
        )
    if "[content_types].xml" in parts and any(part.startswith(("word/", "xl/")) for part in parts):
        return "office"
    if "ofd.xml" in parts:
        return "ofd"
    raise _refused(name, "an archive of other files")


def _refused(name: str, what: str) -> EvidenceRefused:
    kinds = ", ".join(EVIDENCE.values())
    return EvidenceRefused(
        f"expected evidence as {kinds}; the content of {name!r} is {what}", fix="save the document as PDF",
        where="evidence",
    )  # fmt: skip
