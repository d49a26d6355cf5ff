"""English pages hold no Chinese but names, and results speak the reader's language."""

from __future__ import annotations

import html
import re

import pytest
from django.conf import settings
from django.test import Client

from tests.portal import Portal

pytestmark = pytest.mark.django_db


def words(client: Client, address: str) -> str:
    """What a reader sees: the page without scripts and tags."""
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = client.get(address).content.decode()
    page = re.sub(r"<script.*?</script>", "", page, flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", "\n", page))


@pytest.mark.parametrize(
    "address",
    ["/targets/", "/morning/", "/morning/640100/PM2.5/", "/air/", "/air/periods/",
     "/air/ranking/", "/air/stations/", "/air/dust/", "/data/", "/data/gaps/", "/data/runs/",
     "/calculators/", "/rules/", "/account/sign-in/"],
)  # fmt: skip
def test_english_pages_hold_no_chinese(address: str, portal: Portal, client: Client) -> None:
    found = [
        line.strip() for line in words(client, address).split("\n") if re.search(r"[\u3000-\u9fff\uff00-\uffef]", line)
    ]
    assert found == ["中文"]  # the switch back


def test_a_result_names_category_level_and_what_is_missing(portal: Portal, client: Client) -> None:
    address = "/calculators/AQI/?go=1&standard=HJ+633-2012&averaging=daily&in.PM2.5=600&in.PM10=130"
    page = words(client, address)
    # 600 µg/m³ is above the table's 500: the index stays at 500, level 6 (HJ 633-2012, tables 1 and 2).
    for text in ("Severe pollution", "level 6", "Missing", "SO2, NO2, CO, O3"):
        assert text in page, text


def test_a_written_out_unit_gets_its_symbol(portal: Portal, client: Client) -> None:
    page = words(client, "/plan/T10/")
    assert "≤ 30 µg/m³" in page
    assert "30 微克" not in page  # the words of the plan, quoted further down, have no space
