"""Take a file that a person sent through a page: into the archive at once, into the table by a job."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import Any, Protocol

from saishang.apps.core.actions import record
from saishang.apps.jobs.actions import Job, start
from saishang.apps.observations.queries import site_lake
from saishang.errors import SaishangError
from saishang.lake import Batch, Lake
from saishang.lake.ingest import Progress, note_refusal
from saishang.lake.readers.opening import sniff

__all__ = ["LOAD_FILE", "MAX_UPLOAD", "PERMISSION", "Sent", "UploadRefused", "load_archived", "upload"]

#: Largest file that a page takes [bytes]; larger ones go through the command line.
MAX_UPLOAD = 1 << 30
PERMISSION = "upload_data"
LOAD_FILE = "load_file"


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
) -> Job:  # fmt: skip
    """Permission → size → archive → job; returns the job that loads the file.

    The bytes are in the raw archive before the page answers, so that nothing is lost when the worker is not there. The
    kind of the file is decided by its content; its name is kept for people and never used as a path.

    Raises
    ------
    UploadRefused
        Without the permission `upload_data`, or when the file is too large.
    LakeError
        When the content is no table that can be read (also written to the ledger and the log), or the disk is full.
    """
    _allowed(actor)
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
            sniff(path)
        except SaishangError as error:  # what nothing can read is refused while the person is still looking
            who = str(actor.get_username())
            note_refusal(path, error, ledger=target.ledger, archive=target.archive, actor=who, file_name=name)
            _log_refusal(actor, name, error, reason, address)
            raise
        archived = target.archive.put(path)
    params = {"sha256": archived.sha256, "file": name, "size": archived.size, "source": source}
    return start(actor, LOAD_FILE, params, reason=reason, address=address)


def load_archived(
    actor: Any, sha256: str, name: str, *, source: str | None = None, reason: str = "",
    progress: Progress | None = None, lake: Lake | None = None,
) -> Batch:  # fmt: skip
    """Permission → load a file of the raw archive → log; returns the batch (`no_op` when the file was known).

    Raises
    ------
    UploadRefused
        Without the permission `upload_data`; it is asked again here, roles change while jobs wait.
    LakeError
        When nothing of the file can be used; also written to the log.
    """
    _allowed(actor)
    target = lake or site_lake()
    path = target.archive.path(sha256)
    try:
        batch = target.ingest(path, source, actor=str(actor.get_username()), file_name=name, progress=progress)
    except SaishangError as error:
        _log_refusal(actor, name, error, reason, None)
        if error.where in {None, str(path)}:
            error.where = name
        elif error.where is not None:
            error.where = error.where.replace(path.name, name)
        raise
    record(
        actor, "observations.upload", ("lake_batch", str(batch.id)),
        after={"file": name, "sha256": batch.sha256, "added": batch.added, "replaced": batch.replaced,
               "rejected": batch.rejected, "no_op": batch.no_op},
        reason=reason,
    )  # fmt: skip
    return batch


def _log_refusal(actor: Any, name: str, error: SaishangError, reason: str, address: str | None) -> None:
    record(
        actor, "observations.upload_refused", ("file", name), after={"code": error.code, "why": error.message},
        reason=reason, address=address,
    )  # fmt: skip


def _allowed(actor: Any) -> None:
    if not getattr(actor, "is_authenticated", False) or not actor.may(PERMISSION):
        raise UploadRefused(
            "loading data needs the permission upload_data", fix="ask an administrator for the role editor"
        )
