"""The cluster engine: Apache Spark through Ibis. Optional: `pip install saishang[spark]` and Java 17 or newer.

Everything crosses between engine and process as Parquet or Arrow: what is kept is written to the scratch folder and
read back, so that an expression is run once and its plan stays short. On a cluster the scratch folder must be one that
all nodes see.
"""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from saishang.lake.engines.base import EngineError, scratch_folder

__all__ = ["Spark", "spark_available"]


def spark_available() -> bool:
    """Whether PySpark and a Java runtime are installed."""
    return importlib.util.find_spec("pyspark") is not None and shutil.which("java") is not None


class Spark:
    """Spark behind Ibis.

    Parameters
    ----------
    master:
        `local` or `local[n]` for one process, `host:port` of a cluster's master otherwise.
    scratch:
        Folder for kept tables, seen by all nodes; a temporary one when not given.
    settings:
        Further Spark settings.
    """

    name = "spark"

    def __init__(
        self, master: str = "local", *, scratch: Path | None = None, settings: dict[str, str] | None = None
    ) -> None:
        if not spark_available():
            raise EngineError(
                "expected PySpark and a Java runtime for the Spark engine, one of them is not installed",
                fix="pip install 'saishang[spark]', install Java 17 or newer, or use SAISHANG_ENGINE=duckdb",
                where="SAISHANG_ENGINE",
            )
        from pyspark.sql import SparkSession

        self._scratch, self._clean = scratch_folder(self, scratch, "saishang-spark-")
        address = {"local": "local[*]"}.get(master, master if master.startswith("local") else f"spark://{master}")
        chosen = {
            "spark.sql.session.timeZone": "UTC",  # observations carry no zone: no shifting
            "spark.sql.ansi.enabled": "true",  # an overflow is an error, never a wrong number
            "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
            "spark.ui.enabled": "false",
            "spark.sql.warehouse.dir": str(self._scratch / "warehouse"),
            "spark.driver.host": "127.0.0.1" if address.startswith("local") else "",
            "spark.sql.shuffle.partitions": "8" if address.startswith("local") else "",
        } | (settings or {})
        builder = SparkSession.builder.appName("saishang").master(address)
        for key, value in chosen.items():
            if value:
                builder = builder.config(key, value)
        self._session = builder.getOrCreate()
        self._session.sparkContext.setLogLevel("ERROR")
        self._connection = ibis.pyspark.connect(self._session)

    def observations(self, files: Sequence[str | Path]) -> Any:
        """Lake rows from Parquet files as an Ibis table.

        Raises
        ------
        EngineError
            When there is no file.
        """
        paths = [str(path) for path in files]
        if not paths:
            raise EngineError("expected Parquet files of observations, got none", fix="load measurements first")
        frame = self._session.read.parquet(*paths)
        name = f"observations_{abs(hash(tuple(paths)))}"
        frame.createOrReplaceTempView(name)
        return self._connection.table(name)

    def table(self, name: str, data: pa.Table) -> Any:
        """Bring a small table in under a name."""
        folder = self._folder(name)
        folder.mkdir(parents=True)
        pq.write_table(data, folder / "part.parquet")
        return self._view(name, folder)

    def keep(self, name: str, *parts: Any) -> Any:
        """Run expressions of one shape one after the other and keep their rows together."""
        folder = self._folder(name)
        for part in parts:
            self._frame(part).write.mode("append").parquet(str(folder))
        return self._view(name, folder)

    def keep_each(self, name: str, portions: Sequence[Sequence[str | Path]], make: Callable[[Any], Any]) -> Any:
        """Run one expression over each portion of files and keep the rows together."""
        return self.keep(name, *(make(self.observations(files)) for files in portions))

    def drop(self, name: str) -> None:
        """Forget a kept table."""
        self._session.catalog.dropTempView(name)
        shutil.rmtree(self._scratch / name, ignore_errors=True)

    def run(self, expression: Any) -> pa.Table:
        """Run an expression and return its rows."""
        return self._frame(expression).toArrow()

    def write(self, expression: Any, path: Path) -> None:
        """Run an expression into one Parquet file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(self.run(expression), path, compression="zstd")

    def finish(self) -> None:
        """Nothing is left to wait for: every call is done when it returns."""

    def close(self) -> None:
        """Stop the session and remove the scratch folder if it is ours."""
        self._session.stop()
        self._clean()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _frame(self, expression: Any) -> Any:
        return self._session.sql(self._connection.compile(expression))

    def _folder(self, name: str) -> Path:
        folder = self._scratch / name
        if folder.exists():
            shutil.rmtree(folder)
        return folder

    def _view(self, name: str, folder: Path) -> Any:
        self._session.read.parquet(str(folder)).createOrReplaceTempView(name)
        return self._connection.table(name)
