"""What lies in a folder of rules: the files that are read, and those that somebody put there in vain.

A rule that is silently not read is worse than none. So a table saved as `limits.xlsx`, a document that ends in `.yml`
and a schema in a site's own folder are faults, said with what to do; only notes for readers (`*.md`, README, LICENCE),
hidden files and what an office program leaves open beside a table (`~$…`) may lie there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from saishang.rules.errors import Problem

__all__ = ["Layer", "read_layer"]

_SUFFIXES = {".csv", ".yaml", ".geojson"}
_READERS = ("readme", "licen", "notice", "changelog")
_INSTEAD = {
    ".yml": "rename it to end in .yaml",
    ".json": "rename it to end in .geojson if it holds outlines; schemas belong to the program",
    ".xlsx": "save it as CSV UTF-8 with the name that the table has",
    ".xls": "save it as CSV UTF-8 with the name that the table has",
}


@dataclass(frozen=True)
class Layer:
    """One folder of rules: bytes by relative path, in path order, and what cannot be read in it."""

    folder: Path
    label: str
    files: Mapping[str, bytes]
    problems: list[Problem] = field(default_factory=list)

    def name(self, relative: str) -> str:
        """Path as the reader of a message knows it."""
        return f"{self.label}/{relative}"


def read_layer(folder: Path, label: str, *, own: bool) -> Layer:
    """Read a folder.

    Parameters
    ----------
    folder, label:
        Where it is, and how messages call it.
    own:
        Whether it is a site's own folder: that has no manifest, no schemas and no program text.
    """
    files: dict[str, bytes] = {}
    layer = Layer(folder, label, files)

    def fault(relative: str, code: str, expected: str, got: str, fix: str) -> None:
        layer.problems.append(Problem(layer.name(relative), 0, "", code, expected, got, fix))

    for relative, path in sorted(_walk(folder)):
        suffix = PurePosixPath(relative).suffix
        if path.is_dir():
            fault(relative, "unreadable-file", "a file", "a folder", "rename the folder, or put the file there")
        elif own and relative == "manifest.yaml":
            fix = "remove it; a whole set of rules with a manifest is checked with `saishang rules check FOLDER`"
            fault(relative, "undeclared-file", "a site's own rules, without a manifest", "a manifest", fix)
        elif suffix in _SUFFIXES:
            try:
                files[relative] = path.read_bytes()
            except OSError as error:
                said = error.strerror or str(error)
                fault(relative, "unreadable-file", "a file that can be read", said, "mend the link or the rights")
        elif own or not _of_the_program(relative):
            expected = f"a rules file ({', '.join(sorted(_SUFFIXES))})"
            other = suffix.lower()
            instead = "write the ending in small letters" if other in _SUFFIXES else _INSTEAD.get(other)
            fix = instead or "move it out of the folder of rules: nobody reads it there"
            fault(relative, "undeclared-file", expected, f"the ending {suffix!r}" if suffix else "no ending", fix)
    return layer


def _walk(folder: Path) -> Iterator[tuple[str, Path]]:
    """Files below a folder, through links to folders too (once each), and folders that are named like a file."""
    seen: set[str] = set()
    for place, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = [name for name in folders if not name.startswith(".") and name != "__pycache__"]
        named = [name for name in folders if PurePosixPath(name).suffix in _SUFFIXES]
        for name in (*names, *named):
            if not _for_readers(name):
                path = Path(place) / name
                yield path.relative_to(folder).as_posix(), path


def _for_readers(name: str) -> bool:
    low = name.lower()
    return low.startswith((".", "~$", *_READERS)) or low.endswith(".md")


def _of_the_program(relative: str) -> bool:
    path = PurePosixPath(relative)
    return path.suffix in {".py", ".pyc"} or path.name == "py.typed" or path.match("schemas/*.schema.json")
