"""The same content gives the same bytes: Office files packed again in one order and with one date."""

from __future__ import annotations

import re
import zipfile
from datetime import datetime
from io import BytesIO

__all__ = ["FIXED_TIME", "same_bytes"]

#: Office keeps times in its files; a fixed one keeps the bytes of one content the same.
FIXED_TIME = datetime(2000, 1, 1)
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:)")
_FIXED_TEXT = FIXED_TIME.strftime("%Y-%m-%dT%H:%M:%SZ").encode()


def same_bytes(file: bytes) -> bytes:
    """The Office file (docx, xlsx) with its parts in order of their names, each with the same date, without others.

    Writers of such files put the clock into the archive and into `docProps/core.xml`, even over a time that was set.
    """
    result = BytesIO()
    with zipfile.ZipFile(BytesIO(file)) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            body = old.read(name)
            if name == "docProps/core.xml":
                body = _STAMP.sub(rb"\g<1>" + _FIXED_TEXT + rb"\g<2>", body)
            entry = zipfile.ZipInfo(name, FIXED_TIME.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, body)
    return result.getvalue()
