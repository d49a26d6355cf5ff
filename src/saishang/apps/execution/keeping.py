"""Keep a file that somebody lays beside something (佐证材料): size, content, plain name; bytes in the archive."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from saishang.apps.execution.refusals import WorkRefused
from saishang.lake.archive import Archive
from saishang.lake.contents import evidence_kind
from saishang.rules import Rules

__all__ = ["KeptFile", "keep_file"]

_MIB = 1024 * 1024
_LONG_NAME = 200


@dataclass(frozen=True)
class KeptFile:
    """A file in the archive: plain name, digest, size [bytes], what its content is."""

    name: str
    sha256: str
    size: int
    kind: str


def keep_file(rules: Rules, archive: Archive, path: Path, name: str, beside: int) -> KeptFile:
    """Check a file against `rules/execution.yaml` and its own content, then put it into the archive.

    Parameters
    ----------
    beside:
        How many files lie there already.

    Raises
    ------
    WorkRefused
        For too many or too large files.
    EvidenceRefused
        For a content that is none of those that evidence may have.
    """
    limits = rules.document("execution")["execution"]["evidence"]
    size = path.stat().st_size
    if size > limits["largest_mib"] * _MIB:
        raise WorkRefused(f"expected a file of at most {limits['largest_mib']} MiB; {name!r} has "
                          f"{size / _MIB:.1f} MiB", fix="make it smaller, or split it")  # fmt: skip
    kind = evidence_kind(path, name)
    if beside >= limits["most_files"]:
        raise WorkRefused(f"expected at most {limits['most_files']} files", fix="join some of them into one")
    kept = archive.put(path)
    return KeptFile(_plain_name(name), kept.sha256, kept.size, kind)


def _plain_name(name: str) -> str:
    """The file's own name, without folders and signs that no file name has."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(sign for sign in last if sign.isprintable()).strip()
    if len(clean) <= _LONG_NAME:
        return clean or "file"
    stem, dot, ending = clean.rpartition(".")
    return f"{stem[: _LONG_NAME - len(ending) - 1]}{dot}{ending}" if dot and len(ending) < 10 else clean[:_LONG_NAME]
