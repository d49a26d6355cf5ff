"""Tiles of registers in the portal: who sees them, what they say of a thing, the map of a list that asks for them."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.test import Client

from saishang.apps.organisations.models import User
from saishang.apps.registers import book
from saishang.apps.registers.actions import add_entry
from saishang.apps.registers.kinds import kind_of
from saishang.rules import load_rules
from saishang.science.register.places import read_place_text
from saishang.web.pages import registers, registers_tiles

pytestmark = pytest.mark.django_db
RULES = load_rules()
TILE = "tiles/6/50/24/"


def enter(name: str, number: int, **more: str) -> None:
    kind = kind_of(RULES, name)
    given = {
        "outfalls": {"code": f"640104-{number:04d}", "name": f"排口{number}", "region": "640104", "river": "某沟",
                     "category": kind_of(RULES, "outfalls").fields["category"].choices[0].id, "contact": "张三"},
        "nonroad_machines": {"code": f"M-{number:04d}", "name": "挖掘机", "region": "640104", "kind": "excavator"},
    }[name] | more  # fmt: skip
    for field in kind.fields.values():
        if field.required is True and field.id not in given:
            given[field.id] = field.choices[0].id if field.choices else "2026-03-01" if field.type == "date" else "1"
    add_entry("tests", kind, RULES, given, today=date(2026, 6, 30), reason="tests",
              place=read_place_text("106.27, 38.47", "point"))  # fmt: skip


def test_things_and_clusters(monkeypatch: pytest.MonkeyPatch) -> None:
    enter("outfalls", 1)
    enter("outfalls", 2, demonstration="是")
    client = Client()
    answer = client.get(f"/registers/outfalls/{TILE}", headers={"Accept-Language": "zh-hans"})
    assert answer["Content-Type"] == "application/geo+json"
    things = answer.json()["features"]
    assert [thing["geometry"]["coordinates"] for thing in things] == [[106.27, 38.47]] * 2
    assert things[0]["properties"]["note"] == "640104-0001 排口1 · 已排查"
    assert things[1]["properties"]["note"].endswith("演示条目") and things[1]["properties"]["invented"] is True
    assert client.get(things[0]["properties"]["href"]).status_code == 200
    assert "张三" not in answer.content.decode()
    monkeypatch.setattr(registers_tiles.tiles, "MOST", 1)
    (cluster,) = client.get(f"/registers/outfalls/{TILE}").json()["features"]
    assert (cluster["properties"]["count"], cluster["properties"]["short"]) == (2, "2")
    assert cluster["properties"]["invented"] == 1 and cluster["properties"]["zoom"] == 8
    lon, lat = cluster["geometry"]["coordinates"]
    assert abs(lon - 106.27) < 0.8 and abs(lat - 38.47) < 0.8
    assert client.get(f"/registers/outfalls/{TILE}?state=kept").json()["features"] == []


def test_a_square_that_is_none_is_not_found() -> None:
    client = Client()
    for rest in ("tiles/6/64/24/", "tiles/6/50/64/", "tiles/19/1/1/", "tiles/0/1/0/"):
        assert client.get(f"/registers/outfalls/{rest}").status_code == 404, rest
    for rest in ("tiles/6/63/63/", "tiles/18/1/1/", "tiles/0/0/0/"):
        assert client.get(f"/registers/outfalls/{rest}").status_code == 200, rest
    assert client.get(f"/registers/nothing/{TILE}").status_code == 404
    assert client.post(f"/registers/outfalls/{TILE}").status_code == 405


def test_a_register_for_staff_shows_no_tile_to_others() -> None:
    enter("nonroad_machines", 1)
    address = f"/registers/nonroad_machines/{TILE}"
    stranger = Client()
    assert stranger.get(address).status_code == 302
    member = Client()
    member.force_login(User.objects.create_user("member", role="member"))
    assert member.get(address).status_code == 403
    viewer = Client()
    viewer.force_login(User.objects.create_user("viewer", role="viewer"))
    assert len(viewer.get(address).json()["features"]) == 1


def test_a_long_list_has_a_map_of_tiles_and_a_short_one_of_points(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        enter("outfalls", number)
    monkeypatch.setattr(registers, "_DRAWN", 2)
    client = Client()

    def spec(query: str = "") -> dict[str, object]:
        text = client.get(f"/registers/outfalls/{query}").content.decode()
        found = [json.loads(part.partition("</script>")[0]) for part in text.split('type="application/json">')[1:]]
        (mine,) = [one for one in found if isinstance(one, dict) and "layers" in one]
        return mine

    whole = spec()
    assert whole["points"] == [] and whole["tiles"]["url"] == "/registers/outfalls/tiles/"  # type: ignore[index]
    assert spec("?state=found")["tiles"]["query"] == "?state=found"  # type: ignore[index]
    few = client.get("/registers/outfalls/?region=640104").content.decode()
    assert len(spec("?region=640104")["points"]) == 2 and "另有 1 条未画出" in few  # type: ignore[arg-type]
    monkeypatch.setattr(registers, "_DRAWN", 3)
    assert "tiles" not in spec() and len(spec()["points"]) == 3  # type: ignore[arg-type]


def test_while_the_sums_are_made_pages_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    enter("outfalls", 1)
    enter("outfalls", 2)
    book.Book.objects.all().delete()
    monkeypatch.setattr(book, "_AT_A_LOOK", 1)
    client = Client(headers={"Accept-Language": "zh-hans"})
    assert "正在汇总" in client.get("/registers/outfalls/figures/").content.decode()
    assert "条数正在汇总" in client.get("/registers/").content.decode()
    answer = client.get(f"/registers/outfalls/{TILE}")
    assert (answer.status_code, answer.json()["making"]) == (202, 0)
    assert client.get("/registers/outfalls/").status_code == 200


@pytest.mark.parametrize(
    ("count", "zh", "en"),
    [(999, "999", "999"), (1000, "1000", "1k"), (9999, "9999", "9.9k"), (10_000, "1万", "10k"),
     (12_345, "1.2万", "12k"), (1_250_000, "125万", "1.2M"), (5_000_000, "500万", "5M")],
)  # fmt: skip
def test_numbers_that_fit_into_a_dot(count: int, zh: str, en: str) -> None:
    from django.utils import translation

    for language, words in (("zh-hans", zh), ("en", en)):
        with translation.override(language):
            assert registers_tiles._short(count) == words
