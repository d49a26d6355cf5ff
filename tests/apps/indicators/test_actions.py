"""Reported values and dust decisions: who may, what is refused, what supersedes, what the log says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from saishang.apps.core.actions import verify_chain
from saishang.apps.core.models import ActionLogEntry
from saishang.apps.indicators.actions.decide_dust import decide_dust
from saishang.apps.indicators.actions.report_value import Report, load_published, report_value
from saishang.apps.indicators.catalogue import Catalogue
from saishang.apps.indicators.models import DustDecision, ReportedValue
from saishang.apps.organisations.models import ROLES, User
from saishang.errors import SaishangError
from saishang.rules import load_rules

pytestmark = pytest.mark.django_db
RULES = load_rules()
CATALOGUE = Catalogue(RULES)
REPORT = Report("soil.farmland_safe_use", "640000", "2025", "98.6", "%", "as_published", "农业农村厅", "年度报告第3页")


def _user(role: str) -> User:
    return User.objects.create_user(f"u-{role}", password="a-long-password", role=role)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_who_may_report_and_decide(role: str) -> None:
    user = _user(role)
    for permission, act in (
        ("report_value", lambda: report_value(user, REPORT, CATALOGUE, RULES)),
        ("decide_dust", lambda: decide_dust(user, "640100", date(2019, 5, 12), "confirmed", "卫星影像")),
    ):
        if user.may(permission):
            act()
        else:
            with pytest.raises(SaishangError):
                act()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"indicator": "no.such"}, "no.such"),
        ({"region": "999999"}, "999999"),
        ({"unit": "kg"}, "kg"),
        ({"text": "about 98"}, "about 98"),
        ({"text": "100.1"}, "100.1"),
        ({"text": "-0.1"}, "-0.1"),
        ({"text": "NaN"}, "NaN"),
        ({"evidence": " "}, "evidence"),
    ],
)
def test_what_is_refused(wrong: dict[str, str], told: str) -> None:
    with pytest.raises(SaishangError, match=told.replace(".", r"\.")) as caught:
        report_value("test", replace(REPORT, **wrong), CATALOGUE, RULES)
    assert caught.value.fix
    assert ReportedValue.objects.count() == 0


def test_a_correction_supersedes_and_both_stay() -> None:
    first = report_value("test", REPORT, CATALOGUE, RULES)
    assert report_value("test", REPORT, CATALOGUE, RULES) == first
    second = report_value("test", replace(REPORT, text="98.4"), CATALOGUE, RULES, reason="更正")
    first.refresh_from_db()
    assert first.superseded_by == second and first.text == "98.6"
    last = ActionLogEntry.objects.order_by("-sequence").first()
    assert last is not None and (last.before["text"], last.after["text"], last.reason) == ("98.6", "98.4", "更正")
    assert verify_chain() == []


def test_published_figures_are_taken_once() -> None:
    there = len(RULES.table("sites/ningxia/published_figures").rows)
    assert load_published(RULES, "ningxia") == there
    assert load_published(RULES, "ningxia") == 0


def test_the_newest_decision_counts_and_needs_a_reason() -> None:
    from saishang.apps.indicators.air_tables import decisions

    editor = _user("editor")
    with pytest.raises(SaishangError, match="reason"):
        decide_dust(editor, "640100", date(2019, 5, 12), "confirmed", " ")
    with pytest.raises(SaishangError, match="named person"):
        decide_dust("script", "640100", date(2019, 5, 12), "confirmed", "x")
    decide_dust(editor, "640100", date(2019, 5, 12), "confirmed", "影像")
    decide_dust(editor, "640100", date(2019, 5, 12), "rejected", "复核为局地扬尘")
    assert decisions()["640100", date(2019, 5, 12)][0] == "rejected"
    assert DustDecision.objects.count() == 2
