"""Make the forecasts of a run once; they stay beside it and are never changed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

from saishang.apps.core.actions import record
from saishang.apps.indicators import forecast, queries
from saishang.apps.indicators.forecast import ForecastRow
from saishang.apps.indicators.provenance import code_version, digest
from saishang.errors import SaishangError

__all__ = ["make_forecast"]


class ForecastRefused(SaishangError):
    """The forecasts cannot be made."""

    code = "forecast-refused"


def make_forecast(
    actor: Any, identifier: str, *, again: bool = False, progress: Callable[[str], None] = lambda step: None
) -> tuple[ForecastRow, ...]:
    """Permission → check → compute → write → log.

    Parameters
    ----------
    identifier:
        Run, or `latest`.
    again:
        Compute even when they are there, and compare: with the same rules and code every digit must come out the same.

    Raises
    ------
    ForecastRefused
        Without permission, or when they come out otherwise than before.
    """
    if not isinstance(actor, str) and not actor.may("run_evaluation"):
        raise ForecastRefused("this account may not make forecasts", fix="ask for the role admin")
    run = queries.get_run(identifier)
    known = forecast.read(run.id)
    if known is not None and not again:
        return known
    rows = forecast.compute(run.id, progress)
    body = {"run": run.id, "rules": run.rules_digest, "code": code_version(), "rows": forecast.plain(rows)}
    path = forecast.file_of(run.id)
    if known is not None:
        before = json.loads(path.read_text(encoding="utf-8"))
        if before["code"] == body["code"] and digest(before["rows"]) != digest(body["rows"]):
            raise ForecastRefused(
                f"the forecasts of run {run.id} come out otherwise than before",
                fix="do not publish either; report the run id, the same run and code must give the same draws",
                code="replay-differs",
            )
        return known
    making = path.with_name(f".{path.name}.{os.getpid()}")
    making.write_text(json.dumps(body, ensure_ascii=False, indent=1), encoding="utf-8")
    try:
        # A link, unlike a rename, fails where the file is there already: whoever was first stays.
        os.link(making, path)
    except FileExistsError:
        return forecast.read(run.id) or rows
    finally:
        making.unlink()
    record(actor, "indicators.forecast", run, None, {"result": digest(body["rows"]), "code": body["code"]})
    return forecast.read(run.id) or rows
