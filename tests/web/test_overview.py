"""The overview says at a glance what stands where, what needs somebody and how fresh the data are."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.test import Client

from tests.portal import Portal

pytestmark = pytest.mark.django_db


def test_notices_count_what_the_filters_find(portal: Portal, client: Client) -> None:
    page = client.get("/").content.decode()
    notices = re.findall(r'<li class="tone-\w+"><a href="(/targets/[^"]+)">.*?<b class="num">(\d+)</b>', page, re.S)
    assert len(notices) >= 3
    for address, number in notices:
        exported = client.get(f"{address.replace('&amp;', '&')}&format=csv").content.decode("utf-8-sig")
        assert len(list(csv.DictReader(io.StringIO(exported)))) == int(number), address


def test_open_dust_proposals_are_counted_until_decided(portal: Portal, client: Client) -> None:
    assert "个沙尘日提案等待认定" not in client.get("/").content.decode()


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
