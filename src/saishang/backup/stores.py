"""Where a backup lies: in a folder that shares equal parts between backups, or in one file (a plain tar).

Both begin with a head that says the layout and how it is sealed. In a folder every part is named by its content
(`objects/ab/abcdef…`), so that what has not changed since the last backup is there already; `backups/NAME.manifest` is
written last and under its name at once, so that a backup is whole or not there. In a file the list is the last member,
and the file gets its name when it is whole.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import io
import os
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from saishang.backup.errors import BackupDamaged, BackupError, PassphraseWrong
from saishang.backup.manifest import FORMAT, envelope, opened_envelope
from saishang.backup.sealing import Key, chunks_of, new_key, opened_key, seal, sealed_size, unseal

__all__ = [
    "HEAD", "SUFFIXES", "FileReader", "FileWriter", "FolderReader", "FolderWriter", "Reader", "Writer", "is_folder",
    "open_reader", "open_writer",
]  # fmt: skip

HEAD = "saishang-backup.json"
#: Endings by which a target is a file; anything else is a folder.
SUFFIXES = (".saishang", ".tar")
_LIST = "manifest"
_ENDING = ".manifest"
_GONE = "use another backup; copy this one again if it came over a network"


class Writer(Protocol):
    """A backup that is being made."""

    @property
    def key(self) -> Key | None:
        """Under which its parts are sealed; None = they are not."""

    def known(self, sha256: str, size: int) -> str | None:
        """Name of a part with this content that is there already."""

    def put(self, stream: Iterable[bytes], size: int, where: str) -> tuple[str, str]:
        """Keep `size` bytes; their name and sha256."""

    def finish(self, name: str, manifest: bytes) -> Path:
        """Make the backup whole; its place."""

    def close(self) -> None:
        """Let go; what is not finished leaves nothing behind that counts."""


class Reader(Protocol):
    """A finished backup."""

    @property
    def place(self) -> Path:
        """Where it lies."""

    def manifest(self) -> bytes:
        """Its list."""

    def part(self, at: str) -> Iterator[bytes]:
        """Plain bytes of a part (Errors: BackupDamaged)."""


def is_folder(target: Path) -> bool:
    """Whether a target is a folder of backups rather than one file."""
    return target.is_dir() or (not target.is_file() and target.suffix not in SUFFIXES)


def open_writer(target: Path, passphrase: str | None) -> Writer:
    """Begin a backup at `target` (Errors: BackupError, PassphraseWrong)."""
    return FolderWriter(target, passphrase) if is_folder(target) else FileWriter(target, passphrase)


def open_reader(place: Path, passphrase: str | None) -> Reader:
    """Open a file, a folder (its newest backup), or one backup of a folder (Errors: BackupError, PassphraseWrong)."""
    if place.is_dir():
        found = FolderReader.names(place)
        if not found:
            raise BackupError(
                "expected a folder with backups, found none in it", fix="name the folder that was given to "
                "`saishang backup`, or a file", where=str(place), code="no-backup",
            )  # fmt: skip
        return FolderReader(place, found[-1], passphrase)
    if place.suffix == _ENDING and place.parent.name == "backups":
        return FolderReader(place.parent.parent, place.stem, passphrase)
    if not place.is_file():
        raise BackupError("expected a backup, found none", fix="check the path", where=str(place), code="no-backup")
    return FileReader(place, passphrase)


# -- heads ------------------------------------------------------------------------------------------------------------


def _head(key: Key | None) -> bytes:
    return envelope({"kind": "saishang-backup", "format": FORMAT, "sealed": None if key is None else key.told})


def _opened_head(data: bytes, passphrase: str | None, where: str) -> Key | None:
    told = opened_envelope(data, where)
    if told.get("kind") != "saishang-backup" or int(told.get("format", 0)) > FORMAT:
        raise BackupError(
            f"expected a backup of layout {FORMAT} or older, got {told.get('kind')!r} of layout {told.get('format')}",
            fix="install the newer Saishang that wrote it", where=where, code="backup-newer",
        )  # fmt: skip
    sealed: dict[str, Any] | None = told.get("sealed")
    if sealed is None:
        if passphrase is not None:
            raise PassphraseWrong(
                "this backup is not sealed, a passphrase was given",
                fix="leave the passphrase out; to seal from now on, begin a new folder or file",
                where=where,
            )
        return None
    if passphrase is None:
        raise PassphraseWrong(
            "this backup is sealed under a passphrase, none was given",
            fix="add --passphrase, or --passphrase-file FILE", where=where,
        )  # fmt: skip
    return opened_key(passphrase, sealed, where)


# -- writing ----------------------------------------------------------------------------------------------------------


class _Counted:
    """Passes bytes on, counts and digests them."""

    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = iter(stream)
        self._digest = hashlib.sha256()
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._stream:
            self._digest.update(piece)
            self.size += len(piece)
            yield piece

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def check(self, size: int, where: str) -> None:
        if self.size != size:
            raise BackupError(
                f"a file changed while it was read: expected {size} bytes, got {self.size}",
                fix="make the backup again", where=where, code="file-changed",
            )  # fmt: skip


class _Pulled(io.RawIOBase):
    """A stream of pieces as something that can be read, as tar wants it."""

    def __init__(self, stream: Iterable[bytes]) -> None:
        super().__init__()
        self._stream = iter(stream)
        self._held = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._held) < size:
            piece = next(self._stream, None)
            if piece is None:
                break
            self._held += piece
        cut = len(self._held) if size < 0 else size
        given, self._held = self._held[:cut], self._held[cut:]
        return given


class FolderWriter:
    """A new backup in a folder."""

    def __init__(self, folder: Path, passphrase: str | None) -> None:
        self.folder = folder
        self._making: Path | None = None
        head = folder / HEAD
        begun = head.is_file()
        if folder.is_dir() and not begun and any(path.name != "lock" for path in folder.iterdir()):
            raise BackupError(
                "expected an empty folder or one with backups, found other things in it",
                fix="name a folder of its own", where=str(folder), code="not-a-backup-folder",
            )  # fmt: skip
        self.key = new_key(passphrase) if passphrase is not None and not begun else None
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = (folder / "lock").open("a")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise BackupError(
                "another backup to this folder is under way", fix="wait until it is over", where=str(folder),
                code="backup-busy",
            ) from error  # fmt: skip
        try:
            if begun:
                self.key = _opened_head(head.read_bytes(), passphrase, str(head))
            else:
                _write_durably(head, _head(self.key))
        except BaseException:
            self.close()
            raise
        for name in ("objects", "backups"):
            (folder / name).mkdir(mode=0o700, exist_ok=True)
        for left in (folder / "objects").glob(".making-*"):  # nobody else writes here: we hold the lock
            left.unlink()

    def _name(self, sha256: str) -> str:
        name = sha256 if self.key is None else self.key.name(sha256)
        return f"objects/{name[:2]}/{name}"

    def known(self, sha256: str, size: int) -> str | None:
        """Name of a part with this content that is there already, with all its bytes."""
        at = self._name(sha256)
        try:
            there = (self.folder / at).stat().st_size
        except FileNotFoundError:
            return None
        return at if there == (size if self.key is None else sealed_size(size)) else None

    def put(self, stream: Iterable[bytes], size: int, where: str) -> tuple[str, str]:
        """Keep `size` bytes under a name made of their content."""
        counted = _Counted(stream)
        self._making = self.folder / "objects" / f".making-{os.getpid()}"
        with _private(self._making) as out:
            for piece in counted if self.key is None else seal(counted, self.key):
                out.write(piece)
            counted.check(size, where)
            out.flush()
            os.fsync(out.fileno())
        at = self._name(counted.sha256)
        target = self.folder / at
        target.parent.mkdir(mode=0o700, exist_ok=True)
        self._making.replace(target)
        _sync(target.parent)
        self._making = None
        return at, counted.sha256

    def finish(self, name: str, manifest: bytes) -> Path:
        """Write the list: from now on the backup is there."""
        target = self.folder / "backups" / f"{name}{_ENDING}"
        _sync(self.folder / "objects")
        _write_durably(target, manifest if self.key is None else b"".join(seal([manifest], self.key)))
        return target

    def close(self) -> None:
        """Let the folder go."""
        if self._making is not None:
            self._making.unlink(missing_ok=True)
        self._lock.close()


class FileWriter:
    """A new backup in one file."""

    def __init__(self, path: Path, passphrase: str | None) -> None:
        if path.exists():
            raise BackupError(
                "expected a name that is free, there is a file already",
                fix="choose another name, or name a folder, which keeps several backups (--keep)",
                where=str(path), code="backup-exists",
            )  # fmt: skip
        self.path = path
        self.key = new_key(passphrase) if passphrase is not None else None
        path.parent.mkdir(parents=True, exist_ok=True)
        self._making = path.with_name(f".{path.name}.making-{os.getpid()}")
        self._out = _private(self._making)
        self._tar = tarfile.TarFile(fileobj=self._out, mode="w", format=tarfile.PAX_FORMAT)
        self._count = 0
        self._add(HEAD, [data := _head(self.key)], len(data))

    def known(self, sha256: str, size: int) -> str | None:
        """Nothing: a file stands alone."""
        return None

    def put(self, stream: Iterable[bytes], size: int, where: str) -> tuple[str, str]:
        """Keep `size` bytes as the next member."""
        counted = _Counted(stream)
        self._count += 1
        at = f"parts/{self._count:08d}"
        try:
            if self.key is None:
                self._add(at, counted, size)
            else:
                self._add(at, seal(counted, self.key), sealed_size(size))
        except OSError as error:
            if error.errno is not None:
                raise
            counted.check(size, where)  # tar says only that data ended early
            raise
        for _ in counted:  # a byte more than was said
            pass
        counted.check(size, where)
        return at, counted.sha256

    def _add(self, name: str, stream: Iterable[bytes], size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        self._tar.addfile(info, _Pulled(stream))

    def finish(self, name: str, manifest: bytes) -> Path:
        """Write the list and give the file its name."""
        data = manifest if self.key is None else b"".join(seal([manifest], self.key))
        self._add(_LIST, [data], len(data))
        self._tar.close()
        self._out.flush()
        os.fsync(self._out.fileno())
        self._out.close()
        try:
            # A link, unlike a rename, fails where a file appeared meanwhile.
            os.link(self._making, self.path)
        except FileExistsError:
            raise BackupError(
                "a file of this name appeared meanwhile", fix="choose another name", where=str(self.path),
                code="backup-exists",
            ) from None  # fmt: skip
        except OSError:  # file systems without links (exFAT and its like on portable disks)
            self._making.replace(self.path)
        self._making.unlink(missing_ok=True)
        _sync(self.path.parent)
        return self.path

    def close(self) -> None:
        """Remove what is not finished."""
        self._out.close()
        self._making.unlink(missing_ok=True)


def _private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _write_durably(path: Path, data: bytes) -> None:
    making = path.with_name(f".{path.name}.making-{os.getpid()}")
    try:
        with _private(making) as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        making.replace(path)
        _sync(path.parent)
    finally:
        making.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # network file systems that know no fsync of a folder
            os.fsync(handle)
    finally:
        os.close(handle)


# -- reading ----------------------------------------------------------------------------------------------------------


class FolderReader:
    """One backup of a folder."""

    def __init__(self, folder: Path, name: str, passphrase: str | None) -> None:
        self.folder = folder
        self.place = folder / "backups" / f"{name}{_ENDING}"
        head = folder / HEAD
        try:
            data = head.read_bytes()
        except FileNotFoundError:
            raise BackupDamaged(
                "the head of the folder is gone: how its parts are sealed stands there",
                fix="copy it from another copy of the folder", where=str(head),
            ) from None  # fmt: skip
        self.key = _opened_head(data, passphrase, str(head))

    @staticmethod
    def names(folder: Path) -> list[str]:
        """Names of the backups in a folder, oldest first."""
        return sorted(path.stem for path in (folder / "backups").glob(f"*{_ENDING}") if not path.name.startswith("."))

    def manifest(self) -> bytes:
        """The list."""
        try:
            with self.place.open("rb") as source:
                return source.read() if self.key is None else b"".join(unseal(source, self.key, str(self.place)))
        except FileNotFoundError:
            raise BackupError(
                "there is no such backup in this folder", where=str(self.place), code="no-backup",
                fix=f"use one of {', '.join(self.names(self.folder)) or 'another folder'}",
            ) from None  # fmt: skip

    def part(self, at: str) -> Iterator[bytes]:
        """Plain bytes of a part."""
        path = self.folder / at
        try:
            source = path.open("rb")
        except FileNotFoundError:
            raise BackupDamaged("a part is gone", fix=_GONE, where=str(path)) from None
        with source:
            yield from chunks_of(source) if self.key is None else unseal(source, self.key, str(path))


class FileReader:
    """A backup in one file."""

    def __init__(self, path: Path, passphrase: str | None) -> None:
        self.place = path
        self._members: dict[str, tuple[int, int]] = {}
        end = 0
        try:
            with tarfile.open(path, "r:") as tar:
                for member in tar:
                    self._members[member.name] = (member.offset_data, member.size)
                    end = member.offset_data + member.size
        except tarfile.TarError as error:
            if not self._members:
                raise BackupDamaged(
                    f"this is no backup, or its beginning is damaged ({error})", fix=_GONE, where=str(path)
                ) from None
        if HEAD not in self._members:
            raise BackupDamaged("this file does not begin as a backup", fix=_GONE, where=str(path))
        if _LIST not in self._members or end > path.stat().st_size:
            raise BackupDamaged(
                f"the file is cut off or damaged: it can be followed for {min(end, path.stat().st_size)} of its "
                f"{path.stat().st_size} bytes, and the list at its end is not among them",
                fix=_GONE, where=str(path),
            )  # fmt: skip
        self.key = _opened_head(self._bytes(HEAD), passphrase, f"{path}, {HEAD}")

    def manifest(self) -> bytes:
        """The list."""
        return b"".join(self._plain(_LIST))

    def part(self, at: str) -> Iterator[bytes]:
        """Plain bytes of a part."""
        if at not in self._members:
            raise BackupDamaged(f"the part {at} is not in the file", fix=_GONE, where=str(self.place))
        return self._plain(at)

    def _plain(self, name: str) -> Iterator[bytes]:
        begin, size = self._members[name]
        with self.place.open("rb") as file:
            file.seek(begin)
            part: BinaryIO = _Window(file, size)  # type: ignore[assignment]
            where = f"{self.place}, {name}"
            yield from chunks_of(part) if self.key is None else unseal(part, self.key, where)

    def _bytes(self, name: str) -> bytes:
        begin, size = self._members[name]
        with self.place.open("rb") as file:
            file.seek(begin)
            return file.read(size)


class _Window(io.RawIOBase):
    """The next `size` bytes of a file."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        super().__init__()
        self._file, self._left = file, size

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data
