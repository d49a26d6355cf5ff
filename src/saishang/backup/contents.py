"""Which files belong to a moment of the database.

The order makes a backup consistent while people work. Whatever the database refers to is written before the row that
refers to it is committed: the bytes of a file before its batch (`lake.ingest`), the commit of the table before the
ledger says `committed`, the folder of a run before the run, an analysis before its entry of the log is committed. So
the database is fixed first and files are listed afterwards: nothing that it names can be missing. What came after the
moment is left out where it would be wrong to have it:

- the observations end before the first commit of a batch that the database had not yet prepared; otherwise rows would
  stand in the table that no ledger knows, under a number that the next file would get again;
- folders of runs, and analyses beside them, only when the database knows them;
- rejects and empty places only of batches that it knows.

A file of the archive that no row names does no harm: its name is its content.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa

from saishang.backup.database import Facts
from saishang.backup.errors import BackupError
from saishang.backup.stores import HEAD
from saishang.config import Config
from saishang.lake.table import ObservationsTable

__all__ = ["LEFT_OUT", "Contents", "Item", "contents_of", "fixed_version", "roots"]

#: What lies in the folder of all state and is in no backup: the server's own files (the dump has what is in them), the
#: key (a part of its own), and what the demonstration wrote down for its reader.
LEFT_OUT = frozenset({
    "postgres", "postgres.log", "postgres.lock", "postgres.password", "postgres.socket", "secret.key",
    "demo-users.txt", "demo",
})  # fmt: skip
_LOG = re.compile(r"(\d{20})(?:\.json|\.checkpoint(?:\.\d+\.\d+)?\.parquet)")
_RAW = re.compile(r"([0-9a-f]{64})\.raw")


@dataclass(frozen=True)
class Item:
    """A file of the site; `sha256` only where its name says it."""

    path: str
    place: Path
    size: int
    mtime_ns: int
    sha256: str | None = None


@dataclass(frozen=True)
class Contents:
    """Files to take, the version of the observations (None: no table), and what is missing in the site itself."""

    items: tuple[Item, ...]
    lake_version: int | None
    faults: tuple[str, ...]


def roots(config: Config) -> dict[str, Path]:
    """First word of a part's path → folder of the site. The site's own rules lie wherever the settings say."""
    return {
        "archive": config.archive, "lake": config.lake, "runs": config.runs, "var": config.var,
        "rules": config.rules_overlay or config.var / "rules",
    }  # fmt: skip


def contents_of(config: Config, facts: Facts, target: Path) -> Contents:
    """Every file that belongs to the moment (Errors: BackupError, LakeError)."""
    faults: list[str] = []
    items = [*_archive(config, facts, faults)]
    table = ObservationsTable(config.lake / "observations")
    version = fixed_version(table, facts) if table.exists() else None
    if version is not None:
        items += _table(config.lake, table, version, faults)
    elif any(batch.status == "committed" for batch in facts.batches.values()):
        faults.append("the ledger has batches, and there is no observations table")
    items += _batches(config.lake, facts)
    items += _runs(config.runs, facts, faults)
    items += _rest(config, target)
    if config.rules_overlay is not None:
        items += (_item(path, "rules", config.rules_overlay) for path in _files(config.rules_overlay))
    return Contents(tuple(item for item in items if item is not None), version, tuple(faults))


def fixed_version(table: ObservationsTable, facts: Facts) -> int:
    """Newest version of the table all of whose commits the ledger of the moment can account for.

    A batch that was `prepared` at the moment may have been committed since: the restored ledger finds its commit and
    says so. One that was only `started`, or not there, must not be in the table.
    """
    floor = max((b.version for b in facts.batches.values() if b.version is not None), default=0)
    newest = table.version
    if newest < floor:
        raise BackupError(
            f"expected the observations at version {floor} or newer, as the ledger says, found {newest}",
            fix="`saishang ingest check` tells what is wrong with the table; restore it from an older backup",
            where=str(table.path), code="lake-behind",
        )  # fmt: skip
    if newest == floor:
        return newest
    # As of that version: commits that come while we look must not push older ones out of the count.
    commits = {entry.version: entry for entry in table.history(newest - floor, version=newest)}
    for version in range(floor + 1, newest + 1):
        commit = commits.get(version)
        if commit is not None and commit.batch is None:  # joined small files, tidied up: no new rows
            continue
        known = facts.batches.get(commit.batch) if commit is not None and commit.batch is not None else None
        if known is None or known.status in {"started", "refused"}:
            return version - 1
    return newest


# -- parts of the site ------------------------------------------------------------------------------------------------


def _archive(config: Config, facts: Facts, faults: list[str]) -> Iterator[Item | None]:
    there: set[str] = set()
    for path in sorted(config.archive.glob("??/*.raw")):
        if match := _RAW.fullmatch(path.name):
            there.add(match[1])
            yield _item(path, "archive", config.archive, sha256=match[1])
    faults += [f"the archive lacks the file {sha256}, which rows name" for sha256 in sorted(facts.archived - there)]


def _table(lake: Path, table: ObservationsTable, version: int, faults: list[str]) -> Iterator[Item | None]:
    """Log and data files of every version up to one; what a vacuum removed is not there any more, and need not be."""
    log = table.path / "_delta_log"
    numbered = {path: int(match[1]) for path in log.iterdir() if (match := _LOG.fullmatch(path.name))}
    kept = sorted(path for path, number in numbered.items() if number <= version)
    needed = _names(table, version)
    names = set(needed)
    commits = [path for path in kept if path.suffix == ".json"]
    for path in commits:
        names |= _added(path)
    if commits and numbered[commits[0]] > 0:  # older commits live on in a checkpoint only
        first = min(numbered[path] for path in kept if path.suffix == ".parquet")
        names |= _names(table, first)
    for path in kept:
        yield _item(path, "lake", lake)
    for name in sorted(names):
        path = table.path / name
        item = _item(path, "lake", lake)
        if item is None and name in needed:
            faults.append(f"the observations lack the file {name} of their version {version}")
        yield item


def _names(table: ObservationsTable, version: int) -> set[str]:
    return {unquote(name) for name in pa.table(table.delta(version).get_add_actions())["path"].to_pylist()}


def _added(commit: Path) -> set[str]:
    with commit.open(encoding="utf-8") as lines:
        return {unquote(json.loads(line)["add"]["path"]) for line in lines if line.startswith('{"add"')}


def _batches(lake: Path, facts: Facts) -> Iterator[Item | None]:
    known = {str(number) for number, batch in facts.batches.items() if batch.status != "started"}
    for folder in ("rejects", "empty"):
        for path in sorted((lake / folder).glob("*.*")):
            if path.stem in known:
                yield _item(path, "lake", lake)


def _runs(runs: Path, facts: Facts, faults: list[str]) -> Iterator[Item | None]:
    for run in facts.runs:
        folder = runs / run
        if not folder.is_dir():
            faults.append(f"the folder of the run {run} is gone")
        for path in _files(folder):
            # An analysis that the log does not know yet would look like one that somebody slipped in.
            if path.suffix != ".json" or path.parent != folder or (run, path.stem) in facts.analyses:
                yield _item(path, "runs", runs)
    there = {(run, path.stem) for run in facts.runs for path in (runs / run).glob("*.json")}
    made = {(run, name) for run, name in facts.analyses if run in facts.runs}
    faults += [f"the analysis {name} of the run {run} is gone" for run, name in sorted(made - there)]


def _rest(config: Config, target: Path) -> Iterator[Item | None]:
    """Whatever else lies under the folder of all state: uploads, and what a later version keeps there."""
    elsewhere = {path.resolve() for path in (config.lake, config.archive, config.runs, target)}
    if config.rules_overlay is not None:
        elsewhere.add(config.rules_overlay.resolve())
    for top in sorted(config.var.iterdir()):
        if top.name in LEFT_OUT or top.name.startswith(".") or top.resolve() in elsewhere:
            continue
        for path in [top] if top.is_file() else _files(top):
            inside = {path.resolve(), *path.resolve().parents}
            if not inside & elsewhere and not any((folder / HEAD).is_file() for folder in path.parents):
                yield _item(path, "var", config.var)


def _files(folder: Path) -> Iterable[Path]:
    """Files under a folder; what is being written has a hidden name."""
    if not folder.is_dir():
        return []
    return (
        path for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(name.startswith(".") for name in path.relative_to(folder).parts)
    )  # fmt: skip


def _item(path: Path, kind: str, root: Path, *, sha256: str | None = None) -> Item | None:
    try:
        facts = path.stat()
    except FileNotFoundError:  # removed since it was listed
        return None
    inside = path.relative_to(root).as_posix()
    return Item(f"{kind}/{inside}", path, facts.st_size, facts.st_mtime_ns, sha256)
