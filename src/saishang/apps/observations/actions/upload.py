"""Load a file that a person sent through a page."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import Any, Protocol

from saishang.apps.core.actions import record
from saishang.apps.observations.queries import site_lake
from saishang.errors import SaishangError
from saishang.lake import Batch, Lake

__all__ = ["MAX_UPLOAD", "Sent", "UploadRefused", "upload"]

#: Largest file that a page takes [bytes]; larger ones go through the command line.
MAX_UPLOAD = 200 << 20
PERMISSION = "upload_data"


class UploadRefused(SaishangError):
    """The file may not be, or cannot be, taken."""

    code = "upload-refused"


class Sent(Protocol):
    """What Django's upload handlers give: a name, a size, the bytes in chunks."""

    @property
    def name(self) -> str | None: ...  # noqa: D102

    @property
    def size(self) -> int | None: ...  # noqa: D102

    def chunks(self) -> Iterable[bytes]: ...  # noqa: D102


def upload(
    actor: Any, sent: Sent, *, source: str | None = None, reason: str = "", address: str | None = None,
    lake: Lake | None = None,
) -> Batch:  # fmt: skip
    """Permission → size → load → log; returns the batch (with `no_op` when the file was known).

    The kind of the file is decided by its content; its name is kept for people and never used as a path.

    Raises
    ------
    UploadRefused
        Without the permission `upload_data`, or when the file is too large.
    LakeError
        When nothing of the file can be used; also written to the log.
    """
    if not getattr(actor, "is_authenticated", False) or not actor.may(PERMISSION):
        raise UploadRefused(
            "loading data needs the permission upload_data", fix="ask an administrator for the role editor"
        )
    name = PurePath((sent.name or "upload").replace("\\", "/")).name[:200] or "upload"
    if (sent.size or 0) > MAX_UPLOAD:
        raise UploadRefused(
            f"expected at most {MAX_UPLOAD >> 20} MiB, got {(sent.size or 0) / (1 << 20):.0f} MiB",
            fix="split the file, or load it on the server with `saishang ingest`",
            where=name,
        )
    target = lake or site_lake()
    with tempfile.TemporaryDirectory(prefix="saishang-upload-") as folder:
        path = Path(folder) / "sent"
        size = 0
        with path.open("wb") as out:
            for chunk in sent.chunks():
                size += len(chunk)
                if size > MAX_UPLOAD:  # the stated size can be a lie
                    raise UploadRefused(f"expected at most {MAX_UPLOAD >> 20} MiB", fix="split the file", where=name)
                out.write(chunk)
        try:
            batch = target.ingest(path, source, actor=str(actor.get_username()), file_name=name)
        except SaishangError as error:
            record(
                actor, "observations.upload_refused", ("file", name), after={"code": error.code, "why": error.message},
                reason=reason, address=address,
            )  # fmt: skip
            error.where = name if error.where in {None, "sent", str(path)} else error.where
            raise
    record(
        actor, "observations.upload", ("lake_batch", str(batch.id)),
        after={"file": name, "sha256": batch.sha256, "added": batch.added, "replaced": batch.replaced,
               "rejected": batch.rejected, "no_op": batch.no_op},
        reason=reason, address=address,
    )  # fmt: skip
    return batch
