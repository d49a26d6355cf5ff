"""What went wrong, for programmes: problem details (RFC 9457) in the reader's language."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse

__all__ = ["MEDIA", "Problem", "answer"]

MEDIA = "application/problem+json"


class Problem(Exception):
    """A request that cannot be answered.

    Parameters
    ----------
    status:
        HTTP status.
    code:
        Stable short name, for programmes.
    title, detail:
        For people: what it is; what was expected, what came, how to mend it.
    where:
        The parameter that is wrong; empty where it is none.
    """

    def __init__(
        self, status: int, code: str, title: str, detail: str = "", where: str = "", wait: int | None = None
    ) -> None:
        super().__init__(title)
        self.status, self.code, self.title, self.detail, self.where, self.wait = (
            status,
            code,
            title,
            detail,
            where,
            wait,
        )


def answer(problem: Problem, instance: str) -> HttpResponse:
    """The problem as an answer. OGC API - Features asks for `code` and `description`; both stand beside RFC 9457's."""
    told: dict[str, Any] = {
        "type": f"urn:saishang:problem:{problem.code}", "title": problem.title, "status": problem.status,
        "code": problem.code, "instance": instance,
    }  # fmt: skip
    if problem.detail:
        told["detail"] = told["description"] = problem.detail
    if problem.where:
        told["parameter"] = problem.where
    response = HttpResponse(json.dumps(told, ensure_ascii=False), content_type=MEDIA, status=problem.status)
    response["Cache-Control"] = "no-store"
    if problem.wait is not None:
        response["Retry-After"] = str(problem.wait)
    return response
