"""A local Spark for small tables of tests: splitting and compiling its plans would take longer than running them."""

from __future__ import annotations

__all__ = ["SMALL"]

SMALL = {
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.driver.memory": "2g",
    "spark.ui.enabled": "false",
}
