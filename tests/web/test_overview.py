"""The overview says at a glance what stands where, what needs somebody and how fresh the data are."""

from __future__ import annotations

import csv
import io
import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from django.test import Client

from saishang.apps.indicators.queries import catalogue
from saishang.web.pages.targets import lacks, needs
from tests.portal import Portal

if TYPE_CHECKING:
    from saishang.apps.indicators.queries import TargetRow

pytestmark = pytest.mark.django_db


def test_notices_count_what_the_filters_find(portal: Portal, client: Client) -> None:
    page = client.get("/").content.decode()
    notices = re.findall(r'<li class="tone-\w+"><a href="(/targets/[^"]+)">.*?<b class="num">(\d+)</b>', page, re.S)
    assert len(notices) >= 3
    for address, number in notices:
        exported = client.get(f"{address.replace('&amp;', '&')}&format=csv").content.decode("utf-8-sig")
        assert len(list(csv.DictReader(io.StringIO(exported)))) == int(number), address


def test_the_reasons_for_what_is_not_judged_add_up(portal: Portal, client: Client) -> None:
    """The scoreboard's two halves are the 37 targets of the plan, and every reason leads to exactly its targets."""
    page = client.get("/").content.decode()
    judged = int(re.search(r'class="board-head"><b class="num">(\d+)</b>', page)[1])  # type: ignore[index]
    waits = re.findall(
        r'<li class="tone-not_evaluated"><a href="(/targets/\?need=[^"]+)"><b class="num">(\d+)</b>', page
    )
    assert judged + sum(int(number) for _address, number in waits) == 37
    for address, number in waits:
        exported = client.get(f"{address.replace('&amp;', '&')}&format=csv").content.decode("utf-8-sig")
        found = list(csv.DictReader(io.StringIO(exported)))
        assert len(found) == int(number), address
        assert {row["状态"] for row in found} <= {"未评估", "目标值未定"}


@pytest.mark.parametrize(
    ("status", "reason", "wanted"),
    [
        ("not_evaluated", "qualitative", "promise"),
        ("not_evaluated", "no_report", "value"),
        ("not_evaluated", "value_too_old", "old"),
        # A fresh value without a baseline is not an outdated one.
        ("not_evaluated", "no_baseline", "baseline"),
        ("not_evaluated", "no_valid_year", "valid"),
        ("not_evaluated", "other_unit", "indicator"),
        ("not_evaluated", "a reason of a later version", "other"),
        ("undetermined", "goal_withheld", "goal"),
        ("on_track", "on_path", ""),
    ],
)
def test_what_a_target_waits_for(status: str, reason: str, wanted: str) -> None:
    row = cast("TargetRow", SimpleNamespace(status=status, reason=reason))
    assert lacks(row) == wanted
    assert not wanted or wanted in needs()


def test_every_reason_of_the_rules_is_sorted() -> None:
    """A reason added to the rules must be given a place on the scoreboard (those of judged targets have none)."""
    judged = {
        "standing_kept", "standing_missed", "goal_year_kept", "goal_year_missed", "already_at_goal", "on_path",
        "little_behind", "far_behind", "goal_withheld", "part_not_set",
    }  # fmt: skip
    for reason in set(catalogue().status.reasons) - judged:
        assert lacks(cast("TargetRow", SimpleNamespace(status="not_evaluated", reason=reason))) != "other", reason


def test_the_chosen_run_stays_chosen(portal: Portal, client: Client) -> None:
    page = client.get(f"/?run={portal.run}").content.decode()
    board = re.search(r'class="panel board".*?</section>', page, re.S)
    assert board is not None
    addresses = re.findall(r'<a href="([^"]+)"', board[0])
    assert addresses
    assert all(f"run={portal.run}" in address for address in addresses)


def test_open_dust_proposals_are_counted_until_decided(portal: Portal, client: Client) -> None:
    assert "个沙尘日待认定" not in client.get("/").content.decode()


def test_freshness_lists_every_loaded_source(portal: Portal, client: Client) -> None:
    exported = client.get("/?format=csv&table=freshness").content.decode("utf-8-sig")
    found = {row["数据"]: row["数据到"] for row in csv.DictReader(io.StringIO(exported))}
    # The file of the tests ends with the hour that ends at 02:00 of 2015-06-01.
    assert found["cnemc-site-hourly"] == "2015-06-01"
    assert found["city-daily-aqi"] == "2015-12-31"


def test_only_targets_with_a_value_are_unfolded_at_first(portal: Portal, client: Client) -> None:
    page = client.get("/targets/").content.decode()
    assert page.count('<details class="target-group" open>') == 1
    found = client.get("/targets/?status=undetermined").content.decode()
    assert '<details class="target-group">' not in found


def test_calculators_are_found_by_standard_and_input(portal: Portal, client: Client) -> None:
    whole = client.get("/calculators/").content.decode()
    assert 'href="#m-air"' in whole
    part = client.get("/calculators/?q=HJ 633", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "空气质量指数" in part
    assert "data-announce" in part
    assert "没有符合条件的计算" in client.get("/calculators/?q=没有这样的词").content.decode()
