"""Let the virtual environment find the source by a path relative to itself, where the absolute one is not plain ASCII.

Python reads the line of an editable install in the locale's encoding. Under `LC_ALL=C` it would not even start when the
checkout lies in a folder with a Chinese name; relative, the line is `../../../../src`, whatever the folders are called.

Usage: python tools/portable_venv.py VENV
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["make_portable"]


def make_portable(environment: Path) -> list[Path]:
    """Rewrite the lines of our editable install that need it; the files that were changed."""
    changed = []
    for file in environment.resolve().glob("lib*/python*/site-packages/*saishang*.pth"):
        lines = file.read_bytes().decode("utf-8").splitlines()
        relative = [line if line.isascii() else os.path.relpath(line, file.parent) for line in lines]
        if relative != lines:
            file.write_text("\n".join(relative) + "\n", encoding="utf-8")
            changed.append(file)
    return changed


if __name__ == "__main__":
    make_portable(Path(sys.argv[1]))
