"""Read a backup: its list, and whether every part is what was written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from saishang.backup.errors import BackupDamaged, BackupError
from saishang.backup.manifest import Manifest, Part
from saishang.backup.stores import Reader, open_reader

__all__ = ["Verified", "copy_part", "read_manifest", "verify"]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Verified:
    """What a check of a backup found: `faults` is empty when every byte is what was written."""

    place: Path
    manifest: Manifest
    faults: tuple[str, ...]


def read_manifest(reader: Reader) -> Manifest:
    """The list of a backup (Errors: BackupDamaged; BackupError for a layout newer than this code)."""
    return Manifest.from_bytes(reader.manifest(), str(reader.place))


def copy_part(reader: Reader, part: Part, into: BinaryIO | None, told: Callable[[int], None]) -> None:
    """Read a part, hold it against the list, and write it on the way (Errors: BackupDamaged)."""
    digest, size = hashlib.sha256(), 0
    for piece in reader.part(part.at):
        digest.update(piece)
        size += len(piece)
        if into is not None:
            into.write(piece)
        told(len(piece))
    if size != part.size or digest.hexdigest() != part.sha256:
        raise BackupDamaged(
            f"expected {part.size} bytes with SHA-256 {part.sha256}, the part has {size} with {digest.hexdigest()}",
            fix="use another backup; copy this one again if it came over a network",
            where=f"{reader.place}, {part.path}",
        )


def verify(
    place: Path, *, passphrase: str | None = None, progress: Progress = lambda step, done, total: None
) -> Verified:
    """Read every part of a backup and hold it against the list.

    Raises
    ------
    BackupError, BackupDamaged, PassphraseWrong
        When the backup cannot be opened at all; faults of single parts are in the answer.
    """
    reader = open_reader(place, passphrase)
    manifest = read_manifest(reader)
    faults: list[str] = []
    done = 0

    def told(size: int) -> None:
        nonlocal done
        done += size
        progress("verify", done, manifest.size)

    seen: set[tuple[str, str]] = set()
    for part in manifest.parts:
        if (part.at, part.sha256) in seen:  # two files with one content
            told(part.size)
            continue
        try:
            copy_part(reader, part, None, told)
            seen.add((part.at, part.sha256))
        except BackupError as error:
            faults.append(f"{part.path}: {error.message}")
    return Verified(reader.place, manifest, tuple(faults))
