"""The raw archive: every file that ever came in, byte for byte, named by its content.

`<archive>/ab/abcdef….raw`: the name is the SHA-256 of the bytes, so the same file is kept once and a damaged one
shows. Readers always read the archived copy; what the file was called is in the ledger.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from saishang.lake.errors import FileRefused, LakeError, disk_errors, readable

__all__ = ["Archive", "Archived", "require_file"]

_CHUNK = 1 << 20
_TEMPORARY = ".incoming-"


def require_file(path: Path) -> None:
    """Refuse what is no readable file, saying what it is; never opens it, so that a pipe cannot keep us waiting."""
    try:
        if path.is_file():
            return
        folder, there = path.is_dir(), path.exists()
    except OSError:  # the name is too long
        folder = there = False
    place = readable(str(path))[:300]
    if folder:
        raise FileRefused("expected a file, this is a folder", fix="name the files in it", where=place, code="no-file")
    if there:
        raise FileRefused(
            "expected a file, this is a device or a pipe", fix="save the data as a file first", where=place,
            code="no-file",
        )  # fmt: skip
    raise FileRefused("expected a file, found none", fix="check the path", where=place, code="no-file")


@dataclass(frozen=True)
class Archived:
    """One file of the archive: its digest (64 hex digits), size [bytes] and place."""

    sha256: str
    size: int
    path: Path


class Archive:
    """A folder of raw files named by their SHA-256; safe for several processes at once."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, sha256: str) -> Path:
        """Place of the file with this digest, whether or not it is there."""
        return self.root / sha256[:2] / f"{sha256}.raw"

    def put(self, path: Path) -> Archived:
        """Copy a file into the archive and return its place there.

        The copy is hashed while it is written, made durable, and only then given its name, so that a reader never
        sees half a file. Raises FileRefused when `path` is not a readable file, LakeError when the disk is full.
        """
        require_file(path)
        digest = hashlib.sha256()
        size = 0
        with disk_errors("the raw archive", str(self.root)):
            self.root.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=_TEMPORARY, dir=self.root)
            try:
                with os.fdopen(handle, "wb") as out, path.open("rb") as source:
                    while chunk := source.read(_CHUNK):
                        digest.update(chunk)
                        size += len(chunk)
                        out.write(chunk)
                    out.flush()
                    os.fsync(out.fileno())
                Path(name).chmod(0o440)
                target = self.path(digest.hexdigest())
                if not target.exists():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    Path(name).replace(target)
                    _sync_folder(target.parent)
            finally:
                Path(name).unlink(missing_ok=True)
        return Archived(digest.hexdigest(), size, target)

    def verify(self, sha256: str) -> Path:
        """Return the place of an archived file after checking that its bytes still have this digest."""
        path = self.path(sha256)
        digest = hashlib.sha256()
        try:
            with path.open("rb") as source:
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
        except FileNotFoundError:
            raise LakeError(
                "the archive lacks this file", fix="restore it from a backup", where=str(path), code="archive-lost"
            ) from None
        if digest.hexdigest() != sha256:
            raise LakeError(
                f"expected SHA-256 {sha256}, the bytes have {digest.hexdigest()}",
                fix="restore the file from a backup; the disk may be failing",
                where=str(path),
                code="archive-damaged",
            )
        return path

    def line(self, sha256: str, number: int, *, encodings: tuple[str, ...] = ("utf-8-sig", "gb18030")) -> str | None:
        """Text of line `number` (from 1) of an archived text file; None when the file is shorter."""
        if encodings[0].startswith("utf-16"):  # a line end is two bytes there
            with self.path(sha256).open(encoding="utf-16", newline="\n") as wide:
                return next((text.rstrip("\r\n") for i, text in enumerate(wide, start=1) if i == number), None)
        with self.path(sha256).open("rb") as source:
            head = source.read(_CHUNK)
            source.seek(0)
            lines: Iterable[bytes] = source
            if b"\n" not in head and b"\r" in head:  # line ends of old Macintosh programs, as the reader takes them
                lines = source.read().split(b"\r")
            for count, raw in enumerate(lines, start=1):
                if count == number:
                    for encoding in encodings:
                        with contextlib.suppress(UnicodeDecodeError):
                            return raw.decode(encoding).rstrip("\r\n")
                    return raw.decode("utf-8", errors="replace").rstrip("\r\n")
        return None

    def sweep(self, *, older_than_seconds: float = 86_400.0, now: float | None = None) -> int:
        """Remove what interrupted copies left behind; returns how many. Younger ones may still be in use."""
        limit = (time.time() if now is None else now) - older_than_seconds
        removed = 0
        for path in self.root.glob(f"{_TEMPORARY}*") if self.root.exists() else ():
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < limit:
                    path.unlink()
                    removed += 1
        return removed


def _sync_folder(folder: Path) -> None:
    """Make a new name durable: on Linux a file's name lives in its folder and needs its own fsync."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
