"""Make an answer about a run once; it stays beside the run and is never changed."""

from __future__ import annotations

import json
import os
from typing import Any

from django.db import transaction

from saishang.apps.core.actions import record
from saishang.apps.indicators import queries
from saishang.apps.indicators.kept import Kept, Progress
from saishang.apps.indicators.provenance import code_version, digest
from saishang.apps.indicators.seals import file_seal
from saishang.errors import SaishangError

__all__ = ["KeepRefused", "keep"]


class KeepRefused(SaishangError):
    """The answer cannot be made."""

    code = "answer-refused"


def keep(
    actor: Any, kept: Kept, identifier: str, *, again: bool = False, progress: Progress = lambda step: None
) -> list[dict[str, Any]]:
    """Permission → check → compute → write → log; the rows that are kept.

    Parameters
    ----------
    identifier:
        Run, or `latest`.
    again:
        Compute even when it is there, and compare: with the same rules and code every digit must come out the same.

    Raises
    ------
    KeepRefused
        Without permission, or when it comes out otherwise than before.
    """
    if not isinstance(actor, str) and not actor.may("run_evaluation"):
        raise KeepRefused(
            f"this account may not make analyses of a run ({kept.zh} {kept.en})", fix="ask for the role admin"
        )
    run = queries.get_run(identifier)
    known = kept.read(run.id)
    if known is not None and not again:
        return list(known["rows"])
    rows = kept.compute(run.id, progress)
    body = {"run": run.id, "rules": run.rules_digest, "code": code_version(), "rows": rows}
    if known is not None:
        if known["code"] == body["code"] and digest(known["rows"]) != digest(rows):
            raise KeepRefused(
                f"an analysis of run {run.id} ({kept.zh} {kept.en}) comes out otherwise than before",
                fix="do not publish either; report the run id, the same run and code must give the same draws",
                code="replay-differs",
            )
        return list(known["rows"])
    path = kept.file_of(run.id)
    making = path.with_name(f".{path.name}.{os.getpid()}")
    making.write_text(json.dumps(body, ensure_ascii=False, indent=1), encoding="utf-8")
    seal = file_seal(making)
    # The seal is over the bytes: `saishang audit verify` finds any that changed.
    told = {"result": digest(rows), "code": body["code"], "file": seal}
    try:
        with transaction.atomic():
            record(actor, f"indicators.{kept.name}", run, None, told)
            # A link, unlike a rename, fails where the file is there already: whoever was first stays.
            os.link(making, path)
    except FileExistsError:
        return list((kept.read(run.id) or body)["rows"])
    finally:
        making.unlink()
    return rows
