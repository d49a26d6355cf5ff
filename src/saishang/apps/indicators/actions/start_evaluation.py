"""Put an evaluation into the queue of jobs."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.utils import timezone

from saishang.apps.indicators.models import Run
from saishang.apps.jobs.actions import Job, JobRefused, start
from saishang.errors import SaishangError
from saishang.rules import load_rules

__all__ = ["home", "start_evaluation"]


def home() -> tuple[str, str]:
    """Site and region that evaluations are about: of the newest run, else the only site and province of the rules.

    Provinces that the rules know as neighbours on a river are none to evaluate. Raises SaishangError when the rules
    hold several sites and nothing was evaluated yet.
    """
    newest = Run.objects.filter(finished__isnull=False).order_by("-started").first()
    if newest is not None and newest.parameters.get("site"):
        return str(newest.parameters["site"]), str(newest.parameters["region"])
    rules = load_rules(settings.CONFIG.rules_overlay)
    sites = sorted({name.split("/")[1] for name in rules.tables if name.startswith("sites/")})
    provinces = [str(row.code) for row in rules.regions.values() if row.level == "province" and row["use"] == "in_plan"]
    if len(sites) != 1 or len(provinces) != 1:
        raise SaishangError(
            f"expected one site and one province in the rules, found {len(sites)} and {len(provinces)}",
            fix="make the first run with `saishang evaluate --as-of DATE --site NAME --region CODE`",
            code="evaluation-site",
        )
    return sites[0], provinces[0]


def start_evaluation(actor: Any, as_of: date, *, reason: str = "", address: str | None = None) -> Job:
    """Permission → date → job; returns it (Errors: JobRefused, SaishangError of `home`)."""
    today = timezone.localdate()
    if as_of > today:
        raise JobRefused(f"expected a day that is not later than {today}, got {as_of}", fix="choose an earlier day")
    site, region = home()
    params = {"as_of": as_of.isoformat(), "site": site, "region": region}
    return start(actor, "evaluate", params, reason=reason, address=address)
