"""Labels with QR code: what the code says, what stands beside it, for which entries."""

from __future__ import annotations

import re
from datetime import date
from unittest.mock import patch

import pytest
import segno
from django.test import Client

from saishang.apps.registers.actions import add_entry, withdraw_entry
from saishang.apps.registers.kinds import kind_of
from saishang.apps.registers.models import Entry
from saishang.rules import load_rules
from saishang.web.pages import registers_labels
from tests.registers_world import hidden_fields

pytestmark = pytest.mark.django_db
KIND = "/registers/construction_plots/"


@pytest.fixture
def rows() -> list[Entry]:
    kind, rules = kind_of(load_rules(), "construction_plots"), load_rules()
    return [
        add_entry("tests", kind, rules, {"code": f"LABEL-{n}", "name": f"Plot {n}", "region": region, "area": "10"},
                  today=date(2026, 2, 1))
        for n, region in enumerate(("640104", "640104", "640202"))
    ]  # fmt: skip


def page(query: str, client: Client | None = None) -> str:
    answer = (client or Client()).get(f"{KIND}labels/?{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_code_is_the_address_of_the_entry(rows: list[Entry]) -> None:
    # The picture of the same address, made here by the library alone.
    wanted = segno.make(f"http://testserver{KIND}{rows[0].pk}/", error="m", micro=False)
    path = re.search(r'd="([^"]+)"', wanted.svg_inline(border=2, dark="#000"))
    told = page(f"pk={rows[0].pk}&one=1")
    assert path is not None and path[1] in told
    assert "LABEL-0" in told and "Plot 0" in told and "兴庆区" in told and "labels-one" in told
    assert " style=" not in told[told.index("<main") :]
    assert told.count('class="label-code"') == 1
    # One sort of paper for one label; a sheet for several.
    assert "labels-one" not in page(f"pk={rows[0].pk}&pk={rows[1].pk}&one=1")


def test_for_what_was_picked_or_filtered(rows: list[Entry]) -> None:
    assert page(f"pk={rows[2].pk}&pk={rows[0].pk}&pk={rows[0].pk}").count('class="label-code"') == 2
    assert page("all=1&q=LABEL").count('class="label-code"') == 3
    assert page("all=1&q=LABEL&region=640100").count('class="label-code"') == 2
    with patch.object(registers_labels, "MOST", 2):
        told = page("all=1&q=LABEL")
        assert told.count('class="label-code"') == 2 and "这里是前 2 张" in told
    withdraw_entry("tests", kind_of(load_rules(), "construction_plots"), rows[0].pk, number=None,
                   today=date(2026, 3, 1), reason="x")  # fmt: skip
    for nothing in ("", f"pk={rows[0].pk}", "pk=x", "pk=99999999", "all=1&q=nothing"):
        assert "没有选中条目" in page(nothing), nothing
    # An entry of another register is none of this one.
    assert "没有选中条目" in Client().get(f"/registers/drains/labels/?pk={rows[1].pk}").content.decode()


def test_a_label_bears_what_everybody_may_see(rows: list[Entry]) -> None:
    with hidden_fields("construction_plots", private=("name", "region")):
        told = page(f"pk={rows[0].pk}")
        assert "LABEL-0" in told and "Plot 0" not in told and "兴庆区" not in told
        assert Client().get(f"{KIND}labels/?all=1&f.former_use=coking").status_code == 200
    with hidden_fields("construction_plots", private=("former_use",)):
        assert Client().get(f"{KIND}labels/?all=1&f.former_use=coking").status_code == 403
    answer = Client().get("/registers/radioactive_sources/labels/?all=1")
    assert answer.status_code == 302 and answer["Location"].startswith("/account/sign-in/")


def test_the_ways_to_it_and_english(rows: list[Entry]) -> None:
    assert f"{KIND}labels/?pk={rows[0].pk}&amp;one=1" in Client().get(f"{KIND}{rows[0].pk}/").content.decode()
    assert f"{KIND}labels/?q=LABEL&amp;all=1" in Client().get(f"{KIND}?q=LABEL").content.decode()
    english = Client()
    english.cookies["django_language"] = "en"
    told = page(f"pk={rows[0].pk}", english)
    words = re.sub(r"<script.*?</script>|<[^>]*>", " ", told[told.index("<main") : told.index("</main>")], flags=re.S)
    assert not re.findall(r"[\u4e00-\u9fff]+", words), words
