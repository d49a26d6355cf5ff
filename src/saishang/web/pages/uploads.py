"""Files that come in by a form and go out again: in a folder of their own while they are read, out as they came in."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Any

from django.conf import settings
from django.http import FileResponse

from saishang.lake.archive import Archive

__all__ = ["as_it_came", "laid_down", "plain_name"]

_LONGEST_NAME = 200


def plain_name(sent: Any, otherwise: str = "file") -> str:
    """Name of an uploaded file without its folders, of whichever system they are."""
    return PurePath((sent.name or otherwise).replace("\\", "/")).name[:_LONGEST_NAME]


@contextmanager
def laid_down(sent: Any) -> Iterator[Path]:
    """An uploaded file on disk, in a folder of its own that goes with the block."""
    with tempfile.TemporaryDirectory(prefix="saishang-upload-") as folder:
        path = Path(folder) / "sent"
        with path.open("wb") as out:
            for chunk in sent.chunks():
                out.write(chunk)
        yield path


def as_it_came(sha256: str, name: str) -> FileResponse:
    """A file of the archive for download; never shown inside the portal: it has no business in our origin."""
    path = Archive(settings.CONFIG.archive).verify(sha256)
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/octet-stream")
