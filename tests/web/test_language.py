"""English pages hold no Chinese but names (numbers of documents are names), and results speak the reader's language."""

from __future__ import annotations

import html
import re

import pytest
from django.conf import settings
from django.test import Client

from tests.portal import Portal

#: 环办〔2011〕22号, 公告2005年第62号: a document is asked for by its number, in any language.
NUMBERED = re.compile(r"[\u4e00-\u9fff]+(?:〔\d{4}〕|\d{4}年第)\d+号")

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
    lines = (NUMBERED.sub("", line).strip() for line in words(client, address).split("\n"))
    found = [line for line in lines if re.search(r"[\u3000-\u9fff\uff00-\uffef]", line)]
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


def test_documents_are_named_by_their_number_in_english_too(portal: Portal, client: Client) -> None:
    page = words(client, "/calculators/")
    assert "环办〔2011〕22号" in page  # evaluation of surface water
    assert "危险废物转移管理办法" not in page  # a title is Chinese, not a name


def test_tables_of_rules_speak_the_readers_language(portal: Portal, client: Client) -> None:
    english = words(client, "/rules/standards/soil/farmland_limits/")
    for text in ("land use", "paddy", "screening value", "Confirmed"):
        assert text in english, text
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    page = client.get("/rules/standards/soil/farmland_limits/?q=果园").content.decode()
    for text in ("土地利用", "果园", "筛选值", "已核实", "据两份公开转录"):
        assert text in page, text
    assert "水旱轮作地取" not in page  # the note of paddy rows, which the search leaves out
    # A reader may look for the code as well.
    assert "果园" in client.get("/rules/standards/soil/farmland_limits/?q=orchard").content.decode()
    document = client.get("/rules/indicators/groundwater/").content.decode()
    assert "越低越好" in document
    assert "地下水" in document


def test_choices_and_results_of_a_calculator_are_words(client: Client) -> None:
    from saishang.science import calc

    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    for topic in (one for one in calc.topics() if not one.members):
        chosen = [one for known in topic.fields for one in known.choices if re.search("[a-z]{3}", one)]
        if not chosen:
            continue
        page = client.get(f"/calculators/{topic.name}/").content.decode()
        for choice in chosen:
            # The code is what is sent, the words are what is read.
            shown = re.search(rf'<option value="{re.escape(choice)}"[^>]*>([^<]+)<', page)
            assert shown is not None, (topic.name, choice)
            assert re.search("[\u4e00-\u9fff]", shown[1]), (topic.name, choice)


def test_what_is_counted_has_a_singular_in_english() -> None:
    from django.utils import translation

    from saishang.web.texts import counted

    told = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            told[language] = [counted("已附上 %(count)s 个文件。", number) % {"count": number} for number in (0, 1, 2)]
    assert told == {
        "en": ["0 files attached.", "1 file attached.", "2 files attached."],
        "zh-hans": ["已附上 0 个文件。", "已附上 1 个文件。", "已附上 2 个文件。"],
    }


def test_a_template_that_counts_has_a_singular_in_english() -> None:
    from django.template import engines
    from django.utils import translation

    words = "{{ count }} 个协调事项"
    page = f"{{% load i18n %}}{{% blocktranslate count count=n %}}{words}{{% plural %}}{words}{{% endblocktranslate %}}"
    with translation.override("en"):
        made = engines["django"].from_string(page)
        assert [made.render({"n": number}) for number in (1, 2)] == ["1 matter", "2 matters"]
