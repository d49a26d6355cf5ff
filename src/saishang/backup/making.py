"""Make a backup: fix a moment of the database, list the files that belong to it, dump, copy, write the list, rotate."""

from __future__ import annotations

import contextlib
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from saishang import __version__
from saishang.backup.contents import Contents, Item, contents_of
from saishang.backup.database import Facts, facts_of, moment
from saishang.backup.errors import BackupError
from saishang.backup.manifest import DUMP, SECRET, Manifest, Part
from saishang.backup.reading import read_manifest
from saishang.backup.sealing import chunks_of, sealed_size
from saishang.backup.stores import FolderReader, FolderWriter, Writer, is_folder, open_writer
from saishang.config import Config
from saishang.database import dsn as database_dsn

__all__ = ["Made", "Progress", "backup", "require_space", "settings_told"]

#: Called with the step's name, bytes done and bytes in all (0: not known).
Progress = Callable[[str, int, int], None]
#: Left free on every disk [bytes]: a full disk stops the portal, too.
_SPARE = 256 << 20


@dataclass(frozen=True)
class Made:
    """A backup that was made.

    Attributes
    ----------
    new:
        Bytes that were written; the rest was there already.
    removed:
        Names of older backups that the rotation removed.
    """

    place: Path
    manifest: Manifest
    new: int
    removed: tuple[str, ...]
    seconds: float


def backup(
    config: Config, target: Path, *, secret: str, passphrase: str | None = None, keep: int | None = None,
    progress: Progress = lambda step, done, total: None,
) -> Made:  # fmt: skip
    """Back up the site that the settings name.

    Parameters
    ----------
    target:
        A folder, which keeps several backups and shares equal parts between them, or a file (`.saishang`, `.tar`).
    secret:
        The key of the portal, from the settings or its file.
    passphrase:
        Seals the backup; a folder keeps the one it began with.
    keep:
        In a folder: remove all but so many backups, once the new one is whole.

    Raises
    ------
    BackupError
        When the database is empty, the target cannot be used, or the space does not suffice; nothing is left behind.
    """
    began = datetime.now(UTC)
    if keep is not None and not is_folder(target):
        raise BackupError(
            "expected a folder with --keep, got one file", fix="name a folder, or leave --keep out", where=str(target),
            code="backup-usage",
        )  # fmt: skip
    address = database_dsn(config)
    with contextlib.ExitStack() as stack:
        spool = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=".backup-", dir=config.var)))
        with moment(address) as now:
            progress("tables", 0, 0)
            facts = facts_of(now.connection, lambda name: progress(f"tables {name}", 0, 0))
            contents = contents_of(config, facts, target)
            writer = open_writer(target, passphrase)
            stack.callback(writer.close)
            known = _known_before(target, passphrase)
            require_space({target: _new_bytes(contents, writer, known) + facts.size, spool: facts.size})
            progress("dump", 0, 0)
            dump = spool / DUMP
            now.dump(dump)
        facts_of_dump = dump.stat()
        total = facts_of_dump.st_size + sum(item.size for item in contents.items)
        copier = _Copier(writer, known, total, progress)
        copier.take(Item(DUMP, dump, facts_of_dump.st_size, facts_of_dump.st_mtime_ns))
        key = secret.encode()
        copier.keep(SECRET, key, began)
        for item in contents.items:
            copier.take(item)
        manifest = _manifest(config, began, facts, now.program.major, contents, copier)
        progress("finish", total, total)
        name = _free_name(target, manifest.name)
        place = writer.finish(name, manifest.to_bytes())
        removed = _rotate(writer, passphrase, keep) if keep is not None and isinstance(writer, FolderWriter) else ()
    return Made(place, manifest, copier.new, removed, (datetime.now(UTC) - began).total_seconds())


class _Copier:
    """Copies files into a backup, and leaves out what is there already."""

    def __init__(self, writer: Writer, known: dict[tuple[str, int, int], str], total: int, progress: Progress) -> None:
        self.writer, self.total, self.progress = writer, total, progress
        self.known = known
        self.parts: list[Part] = []
        self.faults: list[str] = []
        self.done = self.new = 0

    def take(self, item: Item) -> None:
        """Copy one file, unless its content is there."""
        sha256 = item.sha256 or self.known.get((item.path, item.size, item.mtime_ns))
        at = self.writer.known(sha256, item.size) if sha256 is not None else None
        if at is None or sha256 is None:
            try:
                source = item.place.open("rb")
            except FileNotFoundError:  # a vacuum removed an old version meanwhile
                self.faults += _vanished(item)
                return
            with source:
                at, found = self.writer.put(self._told(chunks_of(source)), item.size, str(item.place))
            if sha256 is not None and item.sha256 is not None and found != item.sha256:
                self.faults.append(f"the bytes of {item.path} do not fit its name: it was damaged on the site's disk")
            sha256 = found
            self.new += item.size
        else:
            self._count(item.size)
        self.parts.append(Part(item.path, item.size, sha256, at, item.mtime_ns))

    def keep(self, path: str, data: bytes, at_time: datetime) -> None:
        """Copy bytes that are no file."""
        at, sha256 = self.writer.put([data], len(data), path)
        self.parts.append(Part(path, len(data), sha256, at, int(at_time.timestamp()) * 1_000_000_000))

    def _told(self, stream: Iterator[bytes]) -> Iterator[bytes]:
        for piece in stream:
            yield piece
            self._count(len(piece))

    def _count(self, size: int) -> None:
        self.done += size
        self.progress("copy", self.done, self.total)


def _vanished(item: Item) -> list[str]:
    return [] if item.path.startswith("lake/observations/") else [f"{item.path} vanished while the backup was made"]


def _manifest(
    config: Config, began: datetime, facts: Facts, program: int, contents: Contents, copier: _Copier
) -> Manifest:
    return Manifest(
        name=began.strftime("%Y%m%dT%H%M%SZ"), made_at=began.isoformat(timespec="seconds"), code=__version__,
        server=facts.server, program=program, migrations=facts.migrations, tables=facts.tables,
        log_entries=facts.log_entries, log_sequence=facts.log_sequence, log_hash=facts.log_hash,
        lake_version=contents.lake_version, settings=settings_told(config),
        faults=[*contents.faults, *copier.faults], parts=copier.parts,
    )  # fmt: skip


def settings_told(config: Config) -> dict[str, str]:
    """Settings in force, for whoever sets up the restored site; no password, no key."""
    told = {
        "SAISHANG_VAR": config.var, "SAISHANG_LAKE": config.lake, "SAISHANG_ARCHIVE": config.archive,
        "DATABASE_URL": "(set)" if config.database_url else "(embedded)", "SAISHANG_ENGINE": config.engine,
        "SAISHANG_RULES": config.rules_overlay or "", "SAISHANG_ALLOWED_HOSTS": ",".join(config.allowed_hosts),
        "SAISHANG_HTTPS": int(config.https), "SAISHANG_KEEP_DAYS": config.keep_days,
        "SAISHANG_MAINTENANCE_HOUR": config.maintenance_hour,
        "SAISHANG_SESSION_IDLE_MINUTES": config.session_idle_minutes, "SAISHANG_SESSION_HOURS": config.session_hours,
        "SAISHANG_TOTP_ROLES": ",".join(config.totp_roles),
        "SAISHANG_OIDC_ISSUER": config.oidc.issuer if config.oidc else "",
        "SAISHANG_OIDC_CLIENT_ID": config.oidc.client_id if config.oidc else "",
        "machine": f"Python {platform.python_version()}, {platform.system()} {platform.machine()}",
    }  # fmt: skip
    return {name: str(value) for name, value in told.items()}


# -- space and what is there already ----------------------------------------------------------------------------------


def require_space(wanted: dict[Path, int]) -> None:
    """Prove that every disk has room for what is to be written to it (Errors: BackupError)."""
    disks: dict[int, tuple[Path, int]] = {}
    for path, size in wanted.items():
        there = next(folder for folder in (path.absolute(), *path.absolute().parents) if folder.exists())
        device = there.stat().st_dev
        disks[device] = (there, disks.get(device, (there, 0))[1] + size)
    for there, size in disks.values():
        free = shutil.disk_usage(there).free
        if free < size + _SPARE:
            raise BackupError(
                f"expected {_gigabytes(size + _SPARE)} GB of free space, found {_gigabytes(free)} GB",
                fix="free some space, or name another disk",
                where=str(there), code="disk-full",
            )  # fmt: skip


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.2f}"


def _known_before(target: Path, passphrase: str | None) -> dict[tuple[str, int, int], str]:
    """(path, size, time) → digest of the files of the newest backup in a folder: the same file need not be read again.

    Files of the lake, the archive and runs are never changed in place.
    """
    if not target.is_dir():
        return {}
    for name in reversed(FolderReader.names(target)):
        with contextlib.suppress(BackupError):  # a damaged list: every file is read
            manifest = read_manifest(FolderReader(target, name, passphrase))
            return {(part.path, part.size, part.mtime_ns): part.sha256 for part in manifest.parts}
    return {}


def _new_bytes(contents: Contents, writer: Writer, known: dict[tuple[str, int, int], str]) -> int:
    total = 0
    for item in contents.items:
        sha256 = item.sha256 or known.get((item.path, item.size, item.mtime_ns))
        if sha256 is None or writer.known(sha256, item.size) is None:
            total += item.size if writer.key is None else sealed_size(item.size)
    return total


def _free_name(target: Path, name: str) -> str:
    """A name behind all others, also within one second and with a clock that was set back: the rotation goes by it."""
    newest = max(FolderReader.names(target), default="") if target.is_dir() else ""
    if name > newest:
        return name
    base, _, count = newest.partition("-")
    return f"{base}-{int(count or 1) + 1:03d}"


# -- rotation ---------------------------------------------------------------------------------------------------------


def _rotate(writer: FolderWriter, passphrase: str | None, keep: int) -> tuple[str, ...]:
    """Remove all but the newest `keep` backups, and the parts that no other backup has.

    Every list that stays is read first: with one of them damaged nobody can tell which parts it needs, and nothing is
    removed.
    """
    names = FolderReader.names(writer.folder)
    old, stay = names[:-keep], names[-keep:]
    if not old:
        return ()
    needed: set[str] = set()
    for name in stay:
        try:
            needed |= {part.at for part in read_manifest(FolderReader(writer.folder, name, passphrase)).parts}
        except BackupError as error:
            raise BackupError(
                f"the new backup is whole; no older one was removed, because the list of {name} cannot be read: "
                f"{error.message}",
                fix=f"remove backups/{name}.manifest yourself when you do not need it, then make a backup again",
                where=str(writer.folder), code="not-rotated",
            ) from error  # fmt: skip
    for name in old:
        (writer.folder / "backups" / f"{name}.manifest").unlink()
    for path in (writer.folder / "objects").glob("??/*"):
        if path.relative_to(writer.folder).as_posix() not in needed:
            path.unlink()
    return tuple(old)
