"""What an engine promises: bring tables in, keep intermediate ones, run an Ibis expression."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import pyarrow as pa

from saishang.errors import SaishangError

__all__ = ["Engine", "EngineError", "scratch_folder"]


class EngineError(SaishangError):
    """An engine cannot be used, or cannot do what was asked."""

    code = "engine"


class Engine(Protocol):
    """A place where Ibis expressions run. Expressions of one engine cannot be mixed with another's."""

    name: str

    def observations(self, files: Sequence[str | Path]) -> Any:
        """Lake rows from Parquet files as an Ibis table; nothing is read before it is asked for."""

    def table(self, name: str, data: pa.Table) -> Any:
        """Bring a small table in under a name.

        Texts that come as a dictionary are keys: an engine may keep them as numbers, which group, join and are written
        faster. They are read as texts again.
        """

    def keep(self, name: str, *parts: Any) -> Any:
        """Run expressions of one shape and keep their rows together as a table; return it for further use.

        An engine may go on meanwhile; whatever reads the table waits for it.
        """

    def keep_each(self, name: str, portions: Sequence[Sequence[str | Path]], make: Callable[[Any], Any]) -> Any:
        """Keep what `make` gives for the lake rows of each portion of files, together as a table."""

    def drop(self, name: str) -> None:
        """Forget a kept table and free what it holds."""

    def run(self, expression: Any) -> pa.Table:
        """Run an expression and return its rows."""

    def write(self, expression: Any, path: Path) -> None:
        """Run an expression into one Parquet file, which is there after `finish`."""

    def finish(self) -> None:
        """Wait for what an engine still does; raise what went wrong."""

    def close(self) -> None:
        """Free the engine and its scratch space."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def scratch_folder(owner: object, given: Path | None, prefix: str) -> tuple[Path, Callable[[], object]]:
    """Folder for an engine's intermediate results, and the call that cleans it up.

    A folder of our own goes when that is called, or when `owner` is forgotten without being closed; a folder that the
    caller gave stays.
    """
    folder = Path(tempfile.mkdtemp(prefix=prefix)) if given is None else given
    folder.mkdir(parents=True, exist_ok=True)
    own = shutil.rmtree if given is None else _nothing
    return folder, weakref.finalize(owner, own, folder, ignore_errors=True)


def _nothing(folder: Path, *, ignore_errors: bool) -> None:
    """Leave a folder that belongs to the caller."""
