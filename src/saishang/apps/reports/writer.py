"""Which program writes the files: its version with a digest of everything that decides their bytes."""

from __future__ import annotations

import hashlib
import zlib
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from saishang import __version__

__all__ = ["writer_version"]

#: Libraries that write into the file, too.
_LIBRARIES = ("python-docx", "openpyxl", "lxml")


@lru_cache(maxsize=1)
def writer_version() -> str:
    """Version of the package and a digest over the code of this app, its libraries and the compression."""
    root = Path(__file__).parent
    seal = hashlib.sha256()
    for path in sorted(root.glob("*.py")):
        seal.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    for name in _LIBRARIES:
        seal.update(f"{name}={version(name)}\0".encode())
    seal.update(zlib.ZLIB_RUNTIME_VERSION.encode())
    return f"{__version__}+{seal.hexdigest()[:12]}"
