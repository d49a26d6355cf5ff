"""Restore a backup into a place that holds nobody's work; wholly or not at all.

First every part is read, held against the list and laid beside its place; then the database is loaded in one
transaction; then files get their names, which takes no time. Whatever fails before the database is loaded leaves the
place as it was. A mark tells of a restore that was killed in between; `again` takes away what that one left, as long as
nobody has worked with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import psycopg

import saishang
from saishang.backup.contents import roots
from saishang.backup.database import load, states_of, table_names
from saishang.backup.errors import BackupDamaged, BackupError
from saishang.backup.making import Progress, require_space
from saishang.backup.manifest import DUMP, SECRET, Manifest, Part, TableState, file_digest
from saishang.backup.place import MARK, files_of_use, state_of_database
from saishang.backup.reading import copy_part, read_manifest
from saishang.backup.stores import Reader, open_reader
from saishang.config import Config, state_folder
from saishang.database import dsn as database_dsn

__all__ = ["Restored", "restore", "unknown_migrations"]

_EMPTY = "drop schema public cascade; create schema public;\n"
_BESIDE = ".restoring"


@dataclass(frozen=True)
class Restored:
    """What was restored; `differences` is empty when every table came out with the rows that the list tells.

    `rules` is the folder of the site's own rules when no setting named one: it is in force from now on.
    """

    place: Path
    manifest: Manifest
    differences: tuple[str, ...]
    rules: Path | None


def restore(
    config: Config, source: Path, *, passphrase: str | None = None, over_unused: bool = False, again: bool = False,
    progress: Progress = lambda step, done, total: None,
) -> Restored:  # fmt: skip
    """Restore the site from a backup.

    Parameters
    ----------
    source:
        File, folder (its newest backup) or one `backups/NAME.manifest` of a folder.
    over_unused:
        Also where a portal was set up but never used (its tables have no rows).
    again:
        After a restore of the same backup that did not come to its end.

    Raises
    ------
    BackupError
        When the place holds somebody's work, the backup was made by newer code, or the space does not suffice.
    BackupDamaged, PassphraseWrong
        When the backup cannot be read; nothing was changed.
    """
    reader = open_reader(source, passphrase)
    manifest = read_manifest(reader)
    _refuse_newer(manifest, reader)
    state_folder(config)
    secret = b"".join(reader.part(manifest.part(SECRET).at)).decode()
    _same_key(config, secret)
    folders = roots(config)
    targets = {part.path: _target(part, folders, reader) for part in manifest.parts if part.path not in {DUMP, SECRET}}
    kept_rules = _rules_there(config, manifest)
    # Loaded rows and their indexes need more than the packed dump.
    sizes: dict[Path, int] = {config.var: manifest.part(DUMP).size * (2 if config.database_url else 12)}
    for part in manifest.parts:
        if part.path in targets:
            root = folders[part.path.partition("/")[0]]
            sizes[root] = sizes.get(root, 0) + part.size
    require_space(sizes)
    address = database_dsn(config)
    unfinished = _unfinished(config, manifest, targets, address, again=again)
    made = _require_unused(config, secret, address, over_unused=over_unused or unfinished)
    mark = config.var / MARK
    _write_private(mark, json.dumps({"backup": manifest.name, "log": manifest.log_hash}).encode())
    kinds = {"var", *(path.partition("/")[0] for path in targets)}
    beside = {kind: root / _BESIDE for kind, root in folders.items() if kind in kinds}
    loaded = False
    try:
        with _folders(beside):
            dump = beside["var"] / f"{DUMP}.part"
            skipped = {path for path in targets if kept_rules and path.startswith("rules/")}
            _lay_beside(reader, manifest, beside, dump, skipped, progress)
            progress("load", 0, 0)
            load(dump, address, major=manifest.program, before=_EMPTY if made else "")
            loaded = True
            dump.unlink()
            progress("place", 0, 0)
            for folder in beside.values():
                _move_up(folder)
        _write_private(config.var / "secret.key", secret.encode())
        os.sync()
    except BaseException:
        if not loaded:
            mark.unlink(missing_ok=True)
        raise
    mark.unlink()
    progress("compare", 0, 0)
    with psycopg.connect(address, autocommit=True) as connection:
        differences = tuple(_differences(manifest.tables, states_of(connection)))
    has_rules = any(path.startswith("rules/") for path in targets) and not config.rules_overlay
    return Restored(reader.place, manifest, differences, folders["rules"] if has_rules else None)


# -- checks before anything is touched ---------------------------------------------------------------------------------


def unknown_migrations(migrations: list[list[str]]) -> list[str]:
    """Migrations that this code does not have: the backup was made by a newer one."""
    import django
    import procrastinate

    ours = Path(saishang.__file__).parent
    third = {"procrastinate": Path(procrastinate.__file__).parent / "contrib" / "django" / "migrations"}
    missing = []
    for app, name in migrations:
        folders = (
            ours / "apps" / app / "migrations", ours / app / "migrations",
            Path(django.__file__).parent / "contrib" / app / "migrations", third.get(app, ours),
        )  # fmt: skip
        if not any((folder / f"{name}.py").is_file() for folder in folders):
            missing.append(f"{app}.{name}")
    return missing


def _refuse_newer(manifest: Manifest, reader: Reader) -> None:
    missing = unknown_migrations(manifest.migrations)
    if missing:
        raise BackupError(
            f"the backup was made by Saishang {manifest.code}, which is newer than this one ({saishang.__version__}): "
            f"its tables come from {len(missing)} migrations that are not here, the first: {missing[0]}",
            fix=f"install Saishang {manifest.code} or newer, then restore",
            where=str(reader.place), code="backup-newer",
        )  # fmt: skip


def _same_key(config: Config, secret: str) -> None:
    if config.secret_key is not None and config.secret_key != secret:
        raise BackupError(
            "expected the key of the backed-up portal, got another one: with it, nobody's one-time codes could be read",
            fix="unset SAISHANG_SECRET_KEY; the key is then restored into the file secret.key",
            where="SAISHANG_SECRET_KEY", code="other-key",
        )  # fmt: skip


def _target(part: Part, folders: Mapping[str, Path], reader: Reader) -> Path:
    kind, _, inside = part.path.partition("/")
    pure = PurePosixPath(inside)
    if kind not in folders or not inside or pure.is_absolute() or ".." in pure.parts:
        raise BackupDamaged(
            f"the list names a place outside the site: {part.path!r}",
            fix="do not restore it: somebody else wrote this list",
            where=str(reader.place),
        )  # fmt: skip
    return folders[kind] / pure


def _rules_there(config: Config, manifest: Manifest) -> bool:
    """Whether the site's own rules stand already, byte for byte, where the settings say."""
    folder = config.rules_overlay
    parts = [part for part in manifest.parts if part.path.startswith("rules/")]
    if folder is None or not parts or not any(path.is_file() for path in folder.rglob("*")):
        return False
    for part in parts:
        path = folder / part.path.removeprefix("rules/")
        if not path.is_file() or file_digest(path) != part.sha256:
            raise BackupError(
                "expected the site's own rules as they were, or an empty folder for them, found others",
                fix="point SAISHANG_RULES to an empty folder, or unset it; runs are computed again by their own rules",
                where=str(path), code="other-rules",
            )  # fmt: skip
    return True


def _unfinished(config: Config, manifest: Manifest, targets: Mapping[str, Path], address: str, *, again: bool) -> bool:
    """Take away what a killed restore left (True), as long as it is the same backup and nobody worked with it."""
    mark = config.var / MARK
    if not mark.is_file():
        return False
    told = json.loads(mark.read_text() or "{}")
    if not again or told.get("backup") != manifest.name:
        raise BackupError(
            f"a restore of the backup {told.get('backup')} into this place did not come to its end",
            fix="restore the same backup with --again, or choose another place (SAISHANG_VAR, DATABASE_URL)",
            where=str(mark), code="restore-unfinished",
        )  # fmt: skip
    with psycopg.connect(address, autocommit=True) as connection:
        if "core_actionlogentry" in table_names(connection):
            row = connection.execute("select hash from core_actionlogentry order by sequence desc limit 1").fetchone()
            if row is not None and str(row[0]) != manifest.log_hash:
                raise BackupError(
                    "somebody has worked with what the unfinished restore left: its log has grown",
                    fix="choose another place (SAISHANG_VAR, DATABASE_URL); back this one up first if you need it",
                    where="database", code="place-in-use",
                )  # fmt: skip
            connection.execute(_EMPTY.encode())
    for root in roots(config).values():
        shutil.rmtree(root / _BESIDE, ignore_errors=True)
    for path in targets.values():
        path.unlink(missing_ok=True)
    return True


def _require_unused(config: Config, secret: str, address: str, *, over_unused: bool) -> bool:
    """Whether tables without rows have to go first (Errors: BackupError when anybody's work is there)."""
    with psycopg.connect(address, autocommit=True) as connection:
        database = state_of_database(connection)
    files = files_of_use(config)
    held = [*database.held, *files.held]
    if held:
        raise BackupError(
            f"expected a place that holds nothing, found {'; '.join(held[:4])}"
            f"{f' and {len(held) - 4} more' if len(held) > 4 else ''}",
            fix="choose an empty SAISHANG_VAR and an empty database; nothing is ever restored over somebody's work",
            where=str(config.var), code="place-in-use",
        )  # fmt: skip
    made = [*database.made, *files.made]
    key = config.var / "secret.key"
    if key.is_file() and key.read_text().strip() != secret:
        made.append("a key of its own")
    if made and not over_unused:
        raise BackupError(
            f"expected an empty place, found one that was set up and never used: {'; '.join(made)}",
            fix="add --over-unused to put the backup in its place, or choose an empty SAISHANG_VAR and database",
            where=str(config.var), code="place-set-up",
        )  # fmt: skip
    return bool(database.made)


# -- files ------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _folders(beside: Mapping[str, Path]) -> Iterator[None]:
    made = [folder.parent for folder in beside.values() if not folder.parent.exists()]
    for folder in beside.values():
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
    try:
        yield
    finally:
        for folder in beside.values():
            shutil.rmtree(folder, ignore_errors=True)
        for folder in made:
            with contextlib.suppress(OSError):  # it holds something now
                folder.rmdir()


def _lay_beside(
    reader: Reader, manifest: Manifest, beside: Mapping[str, Path], dump: Path, skipped: set[str], progress: Progress
) -> None:
    done = 0

    def told(size: int) -> None:
        nonlocal done
        done += size
        progress("read", done, manifest.size)

    for part in manifest.parts:
        if part.path == SECRET or part.path in skipped:
            continue
        kind, _, inside = part.path.partition("/")
        path = dump if part.path == DUMP else beside[kind] / inside
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as out:
            copy_part(reader, part, out, told)
        if kind == "archive":
            path.chmod(0o440)
        os.utime(path, ns=(part.mtime_ns, part.mtime_ns))


def _move_up(folder: Path) -> None:
    """Give files their place. What has the name already was found to hold nothing."""
    for child in sorted(folder.iterdir()):
        target = folder.parent / child.name
        if target.is_dir():
            shutil.rmtree(target)
        child.replace(target)


def _write_private(path: Path, data: bytes) -> None:
    making = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    making.replace(path)


def _differences(expected: Mapping[str, TableState], found: Mapping[str, TableState]) -> Iterator[str]:
    for name in sorted({*expected, *found}):
        was: Any = expected.get(name)
        now: Any = found.get(name)
        if was is None or now is None:
            yield f"the table {name} is {'not in the backup' if was is None else 'gone'}"
        elif was.rows != now.rows:
            yield f"the table {name} had {was.rows} rows, it has {now.rows}"
        elif was != now:
            yield f"rows of the table {name} differ"
