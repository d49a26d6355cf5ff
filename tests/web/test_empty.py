"""A new installation: no plan, no data, no run. Every page opens and says what to do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_there(settings: Any, tmp_path: Path) -> None:
    settings.CONFIG = replace(settings.CONFIG, var=tmp_path, lake=tmp_path / "lake", archive=tmp_path / "archive")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/", "saishang evaluate"), ("/targets/", "saishang evaluate"), ("/targets/G02/", "saishang evaluate"),
        ("/air/", "saishang evaluate"), ("/air/periods/", "saishang evaluate"), ("/air/ranking/", "saishang evaluate"),
        ("/water/", "saishang evaluate"), ("/water/months/", "saishang evaluate"),
        ("/water/ratios/", "saishang evaluate"), ("/noise/", "noise-station-hourly"),
        ("/noise/months/", "saishang evaluate"), ("/noise/cities/", "还没有城市普查结果"),
        ("/air/stations/", "1484A"), ("/morning/", "saishang evaluate"),
        ("/morning/640100/PM2.5/", "saishang evaluate"), ("/plan/", "saishang plan import"),
        ("/data/", "saishang ingest"),
        ("/data/gaps/", "saishang ingest gaps"), ("/about/", "saishang ingest"),
    ],
)  # fmt: skip
def test_empty_pages_say_what_to_do(address: str, words: str, client: Client) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    assert words in answer.content.decode()


@pytest.mark.parametrize("address", ["/plan/T1/", "/?run=none", "/data/batches/99/", "/data/batches/99/line/1/"])
def test_what_is_not_there_is_not_found(address: str, client: Client) -> None:
    assert client.get(address).status_code == 404
