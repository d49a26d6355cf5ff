"""The list of a backup: every part with its digest, and what the restored site must come out as."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from saishang.backup.errors import BackupDamaged, BackupError

__all__ = ["DUMP", "FORMAT", "SECRET", "Manifest", "Part", "TableState", "envelope", "file_digest", "opened_envelope"]

#: Layout of backups that this code writes; it reads this one and older ones.
FORMAT = 1
#: Parts that are no files of the site.
DUMP = "database.dump"
SECRET = "secret.key"  # noqa: S105 - the name of a file


@dataclass(frozen=True)
class Part:
    """One file of a backup.

    Attributes
    ----------
    path:
        Place in the site: `archive/…`, `lake/…`, `runs/…`, `var/…`, `rules/…`, `database.dump`, `secret.key`.
    size, sha256:
        Of the plain bytes.
    at:
        Name in the backup.
    mtime_ns:
        When the file was last written; the upkeep of the lake reads it.
    """

    path: str
    size: int
    sha256: str
    at: str
    mtime_ns: int


@dataclass(frozen=True)
class TableState:
    """Rows of a table, and the sum of their digests: what comes out of the restored database must give the same."""

    rows: int
    digest: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds; times are UTC.

    Attributes
    ----------
    server, program:
        Versions of the database server and of the program that wrote the dump.
    migrations:
        (app, name) of those that had been applied.
    log_entries, log_sequence, log_hash:
        Length and head of the chain of the action log.
    lake_version:
        Version of the observations; None without a table.
    settings:
        Settings in force, without secrets: for people, a restore sets none.
    faults:
        What was missing or damaged in the site itself when the backup was made.
    """

    name: str
    made_at: str
    code: str
    server: str
    program: int
    migrations: list[list[str]]
    tables: dict[str, TableState]
    log_entries: int
    log_sequence: int
    log_hash: str
    lake_version: int | None
    settings: dict[str, str]
    faults: list[str]
    parts: list[Part] = field(default_factory=list)
    format: int = FORMAT

    @property
    def size(self) -> int:
        """Plain bytes of all parts."""
        return sum(part.size for part in self.parts)

    def part(self, path: str) -> Part:
        """The part at a place (Errors: BackupDamaged)."""
        for part in self.parts:
            if part.path == path:
                return part
        raise BackupDamaged(f"the list names no part {path}", fix="use another backup", where=self.name)

    def to_bytes(self) -> bytes:
        """As it is written, with its own digest."""
        return envelope(asdict(self))

    @classmethod
    def from_bytes(cls, data: bytes, where: str) -> Manifest:
        """Read one (Errors: BackupDamaged, BackupError for a layout that is newer than this code)."""
        told = dict(opened_envelope(data, where))
        if int(told.get("format", 0)) > FORMAT:
            raise BackupError(
                f"expected a backup of layout {FORMAT} or older, got {told['format']}",
                fix=f"install Saishang {told.get('code', 'of that time')} or newer, then restore",
                where=where,
                code="backup-newer",
            )
        told["tables"] = {name: TableState(**state) for name, state in told["tables"].items()}
        told["parts"] = [Part(**part) for part in told["parts"]]
        return cls(**told)


def file_digest(path: Path) -> str:
    """sha256 over the bytes of a file."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def envelope(content: Mapping[str, Any]) -> bytes:
    """JSON that says the digest of its own content."""
    text = _canonical(content)
    seal = hashlib.sha256(text.encode()).hexdigest()
    return f'{{"sha256": "{seal}", "content": {text}}}\n'.encode()


def opened_envelope(data: bytes, where: str) -> Mapping[str, Any]:
    """The content of an envelope (Errors: BackupDamaged)."""
    try:
        told = json.loads(data)
        content = told["content"]
        fits = hashlib.sha256(_canonical(content).encode()).hexdigest() == told["sha256"]
    except (ValueError, KeyError, TypeError):
        content, fits = {}, False
    if not fits or not isinstance(content, dict):
        raise BackupDamaged(
            "the list of the backup does not fit its own digest",
            fix="use another backup; copy this one again if it came over a network",
            where=where,
        )
    return content


def _canonical(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
