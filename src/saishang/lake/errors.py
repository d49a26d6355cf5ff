"""Errors of the lake: each says what was expected, what came, where, and how to mend it."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator

from saishang.errors import SaishangError

__all__ = ["FileRefused", "LakeError", "MappingError", "disk_errors", "is_disk_full", "readable"]


class LakeError(SaishangError):
    """The lake cannot do what was asked."""

    code = "lake"


class FileRefused(LakeError):
    """A whole file cannot be read; nothing of it enters the table, its bytes stay in the archive."""

    code = "file-refused"


class MappingError(LakeError):
    """A source description or a mapping file is wrong or does not fit the file."""

    code = "mapping"


def readable(text: str) -> str:
    """A text that database, log and terminal can hold: NUL as ␀, bytes of a name that are no UTF-8 as ?."""
    return text.replace("\x00", "␀").encode("utf-8", "replace").decode("utf-8")


def is_disk_full(error: BaseException) -> bool:
    """Tell whether an error, or one that caused it, means that no more bytes can be written.

    Rust and C++ libraries hand on the system's message without its number, so the text is read as well.
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            return True
        text = str(seen).lower()
        if any(
            mark in text for mark in ("no space left", "os error 28", "disk quota", "file too large", "os error 27")
        ):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


@contextlib.contextmanager
def disk_errors(what: str, where: str) -> Iterator[None]:
    """Turn a full disk into words while `what` is written to `where`; other errors pass unchanged."""
    try:
        yield
    except SaishangError:
        raise
    except Exception as error:
        if not is_disk_full(error):
            raise
        raise LakeError(
            f"no space left while writing {what}; the table was not changed and the batch is recorded as aborted",
            fix="free space or move the folder (SAISHANG_LAKE, SAISHANG_ARCHIVE), then load the same file again",
            where=where,
            code="disk-full",
        ) from error
