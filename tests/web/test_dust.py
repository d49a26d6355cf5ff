"""Dust days: everybody reads, people who may decide do so with a reason, and the decision is logged."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.test import Client

from tests.portal import Portal

pytestmark = pytest.mark.django_db
PLACE = "/air/dust/640100/2015-03-02/"
WORDS = {"status": "confirmed", "reason": "自治区气象台沙尘暴通报"}


@pytest.fixture(autouse=True)
def proposals(portal: Portal) -> None:
    """Two proposals in the run's own table (the run itself holds daily values only, so it proposes none)."""
    path = Path(settings.CONFIG.runs) / portal.run / "dust_days.parquet"
    row = {
        "status": "proposed", "start": datetime(2015, 3, 2, 7), "end": datetime(2015, 3, 2, 19), "baseline_pm10": 95.5,
        "peak_pm10": 619.75, "decided_by": "", "reason": "",
    }  # fmt: skip
    rows = [
        {"region": "640100", "day": date(2015, 3, 2), **row},
        {"region": "640500", "day": date(2015, 3, 3), **row},
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=pq.read_schema(path)), path)


def test_everybody_reads_and_sees_no_form(portal: Portal, client: Client) -> None:
    found = list(csv.DictReader(io.StringIO(client.get("/air/dust/?format=csv").content.decode("utf-8-sig"))))
    assert [row["日期"] for row in found] == ["2015-03-03", "2015-03-02"]
    page = client.get(PLACE).content.decode()
    assert "620 µg/m³" in page
    assert "<textarea" not in page
    assert client.get("/air/dust/?city=640500&year=2015").content.decode().count("沙尘日（拟定）") >= 1


@pytest.mark.parametrize("role", [None, "viewer"])
def test_others_may_not_decide(role: str | None, portal: Portal, client: Client) -> None:
    from saishang.apps.indicators.models import DustDecision

    if role is not None:
        client.force_login(portal.people[role])
    answer = client.post(f"{PLACE}decide/", WORDS)
    assert answer.status_code == (302 if role is None else 403)
    assert not DustDecision.objects.exists()


def test_an_editor_decides_with_a_reason_and_it_is_logged(portal: Portal, client: Client) -> None:
    from saishang.apps.core.models import ActionLogEntry
    from saishang.apps.indicators.models import DustDecision

    client.force_login(portal.people["editor"])
    assert "<textarea" in client.get(PLACE).content.decode()
    answer = client.post(f"{PLACE}decide/", WORDS, follow=True)
    assert "已记入操作日志" in answer.content.decode()
    made = DustDecision.objects.get()
    assert (made.region, made.day, made.status, made.reason) == (
        "640100", date(2015, 3, 2), "confirmed", "自治区气象台沙尘暴通报",
    )  # fmt: skip
    entry = ActionLogEntry.objects.latest("sequence")
    assert (entry.verb, entry.actor_name) == ("indicators.decide_dust", "editor")
    # The run stays as it was: the page says both states.
    page = client.get("/air/dust/").content.decode()
    assert "沙尘日（已确认）" in page
    assert "本次评估时：沙尘日（拟定）" in page


@pytest.mark.parametrize("wrong", [{"reason": "  "}, {"status": "maybe"}, {"status": ""}])
def test_a_verdict_without_reason_or_of_another_kind_is_refused(
    wrong: dict[str, str], portal: Portal, client: Client
) -> None:
    from saishang.apps.indicators.models import DustDecision

    client.force_login(portal.people["editor"])
    assert client.post(f"{PLACE}decide/", WORDS | wrong).status_code == 422
    assert not DustDecision.objects.exists()


def test_only_proposed_days_have_a_page(portal: Portal, client: Client) -> None:
    client.force_login(portal.people["editor"])
    for place in ("/air/dust/640100/2015-03-04/", "/air/dust/640100/yesterday/", "/air/dust/999999/2015-03-02/"):
        assert client.get(place).status_code == 404
        assert client.post(f"{place}decide/", WORDS).status_code == 404
    assert client.get(f"{PLACE}decide/").status_code == 405


def test_a_decision_without_a_token_is_refused(portal: Portal) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(portal.people["editor"])
    assert client.post(f"{PLACE}decide/", WORDS).status_code == 403
