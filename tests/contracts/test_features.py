"""OGC API - Features, Part 1: Core, corrigendum 1 (OGC 17-069r4): each test names the requirements that it checks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from saishang.apps.organisations.models import User
from saishang.apps.registers.actions import add_entry
from saishang.rules import load_rules
from tests.contracts.conftest import AT, Outfalls, get

pytestmark = pytest.mark.django_db
ITEMS = "/ogc/collections/outfalls/items"


def keys(answer: Any) -> list[str]:
    return [feature["properties"]["code"][-1] for feature in answer["features"]]


def rels(links: list[dict[str, str]]) -> set[str]:
    return {link["rel"] for link in links}


def test_landing_page() -> None:
    """/req/core/root-op, /req/core/root-success; /req/oas30/oas-definition-1: a link to the definition."""
    told = get("/ogc/")
    assert {"service-desc", "service-doc", "conformance", "data"} <= rels(told["links"])
    (definition,) = [link for link in told["links"] if link["rel"] == "service-desc"]
    assert definition["type"] == "application/vnd.oai.openapi+json;version=3.0"
    for link in told["links"]:
        assert link["href"].startswith("http://testserver/") and link["type"]
        answer = Client().get(link["href"], headers={"Accept": link["type"]})
        assert answer.status_code == 200, link
    # Without the slash at its end, too.
    assert Client().get("/ogc")["Location"] == "/ogc/"


def test_api_definition() -> None:
    """/req/core/api-definition-op, /req/core/api-definition-success: the definition is there as its link says."""
    answer = Client().get("/ogc/api")
    assert answer["Content-Type"] == "application/vnd.oai.openapi+json;version=3.0"
    limit = [one for one in answer.json()["paths"]["/collections/{kind}/items"]["get"]["parameters"]
             if one["name"] == "limit"]  # fmt: skip
    # /req/core/fc-limit-definition: an integer with least, most and default, in the style form, not exploded.
    assert limit[0]["schema"] == {"type": "integer", "minimum": 1, "maximum": 1000, "default": 10}
    assert limit[0]["in"] == "query" and limit[0]["required"] is False


def test_conformance_declaration() -> None:
    """/req/core/conformance-op, /req/core/conformance-success."""
    base = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
    assert get("/ogc/conformance") == {"conformsTo": [base + name for name in ("core", "oas30", "geojson")]}


def test_http() -> None:
    """/req/core/http: HTTP 1.1 with its statuses: 400 for a wrong parameter, 404, 405, 406; 304 for what is known."""
    first = Client().get("/ogc/conformance")
    again = Client().get("/ogc/conformance", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304 and not again.content
    assert Client().post("/ogc/").status_code == 405
    assert Client().get("/ogc/", headers={"Accept": "image/png"}).status_code == 406
    assert Client().get("/ogc/collections/none").status_code == 404


def test_collections(outfalls: Outfalls) -> None:
    """/req/core/fc-md-op, fc-md-success, fc-md-links, fc-md-items, fc-md-items-links, fc-md-extent."""
    told = get("/ogc/collections")
    assert "self" in rels(told["links"])
    named = {one["id"]: one for one in told["collections"]}
    assert "outfalls" in named and "radioactive_sources" not in named
    # Registers whose entries have no place are no collections.
    assert (
        "biodiversity_surveys" not in named and Client().get("/ogc/collections/biodiversity_surveys").status_code == 404
    )
    one = named["outfalls"]
    (items,) = [link for link in one["links"] if link["rel"] == "items"]
    assert items["type"] == "application/geo+json" and items["href"].endswith(ITEMS)
    # The first entry of the register holds from 10 January.
    assert one["extent"]["temporal"]["interval"] == [["2026-01-10T00:00:00+08:00", None]]
    # /req/core/crs84
    assert one["crs"] == ["http://www.opengis.net/def/crs/OGC/1.3/CRS84"]


def test_collection(outfalls: Outfalls) -> None:
    """/req/core/sfc-md-op, /req/core/sfc-md-success: the same as in the list."""
    (listed,) = [one for one in get("/ogc/collections")["collections"] if one["id"] == "outfalls"]
    assert get("/ogc/collections/outfalls") == listed


def test_features(outfalls: Outfalls) -> None:
    """/req/core/fc-op, fc-response, fc-links, fc-rel-type, fc-timeStamp, fc-numberMatched, fc-numberReturned;
    /req/geojson/content, /req/geojson/definition."""
    answer = Client().get(ITEMS)
    assert answer["Content-Type"] == "application/geo+json"
    told = answer.json()
    assert told["type"] == "FeatureCollection" and keys(told) == ["A", "B", "C"]
    assert told["numberMatched"] == 3 and told["numberReturned"] == 3 and told["invented"] == 1
    assert abs(datetime.fromisoformat(told["timeStamp"]).timestamp() - datetime.now().timestamp()) < 600
    assert {"self", "collection", "alternate"} <= rels(told["links"]) and "next" not in rels(told["links"])
    assert all(link["type"] for link in told["links"])
    first = told["features"][0]
    assert first["type"] == "Feature" and first["id"] == outfalls.pk["A"]
    assert first["geometry"] == {"type": "Point", "coordinates": list(AT["A"])}
    assert first["properties"]["flow"] == 12.5 and first["properties"]["_invented"] is False
    assert told["features"][2]["properties"]["_invented"] is True
    # /rec/core/etag: the same answer at another moment is the same.
    assert Client().get(ITEMS, headers={"If-None-Match": answer["ETag"]}).status_code == 304


@pytest.mark.parametrize("query", ["", "&datetime=../.."])
def test_limit_and_next(outfalls: Outfalls, query: str) -> None:
    """/req/core/fc-limit-response-1, /req/core/fc-links: pages that follow each other hold everything once."""
    found: list[str] = []
    address, pages = f"{ITEMS}?limit=2{query}", 0
    while address:
        told = get(address)
        assert told["numberReturned"] == len(told["features"]) <= 2
        found += keys(told)
        address, pages = next((link["href"] for link in told["links"] if link["rel"] == "next"), ""), pages + 1
    # All that ever were: D, too, which was withdrawn.
    assert sorted(found) == (["A", "B", "C", "D"] if query else ["A", "B", "C"]) and pages == 2
    # Of more than the most the most is given.
    assert keys(get(f"{ITEMS}?limit=10000")) == ["A", "B", "C"]
    for wrong in ("0", "-1", "x", "1.5"):
        assert Client().get(f"{ITEMS}?limit={wrong}").status_code == 400, wrong


@pytest.mark.parametrize(
    ("box", "wanted"),
    [
        ("106,38,107,40", "ABC"), ("106.2,38.4,106.2,38.4", "A"), ("106.20000001,38.4,106.29,38.49", ""),
        ("106,38,106.2,38.4", "A"), ("106,38,106.19999999,38.4", ""), ("106.3,38.5,106.5,39", "BC"),
        ("106,38,0,107,40,9000", "ABC"), ("170,38,107,40", "ABC"), ("107,38,-170,40", ""),
    ],
)  # fmt: skip
def test_bbox(outfalls: Outfalls, box: str, wanted: str) -> None:
    """/req/core/fc-bbox-response: what touches the box, its edge too; six numbers; across the 180th meridian."""
    assert "".join(keys(get(f"{ITEMS}?bbox={box}"))) == wanted
    assert set(keys(get(f"{ITEMS}?bbox={box}&datetime=2026-07-01/.."))) == set(wanted)


@pytest.mark.parametrize("box", ["", "1,2,3", "a,b,c,d", "106,40,107,38", "nan,1,2,3", "200,0,201,1", "1,2,3,4,5"])
def test_wrong_bbox(outfalls: Outfalls, box: str) -> None:
    """/req/core/query-param-invalid."""
    answer = Client().get(f"{ITEMS}?bbox={box}")
    assert (answer.status_code, answer.json()["parameter"]) == (400, "bbox")


@pytest.mark.parametrize(
    ("when", "wanted"),
    [
        # Instants: the last day before something holds, and the first.
        ("2026-01-09T00:00:00Z", ""), ("2026-01-10T00:00:00+08:00", "A"), ("2026-01-09T15:59:59Z", ""),
        ("2026-01-09T16:00:00Z", "A"), ("2026-02-28T12:00:00+08:00", "ACD"), ("2026-03-01T12:00:00+08:00", "ABCD"),
        # D is withdrawn from 1 April on.
        ("2026-03-31T12:00:00+08:00", "ABCD"), ("2026-04-01T12:00:00+08:00", "ABC"),
        # Intervals, both ends belong to them; open ends.
        ("2026-03-31T00:00:00+08:00/2026-04-30T00:00:00+08:00", "ABCD"),
        ("2026-04-01T00:00:00+08:00/2026-04-30T00:00:00+08:00", "ABC"), ("../2026-01-31T00:00:00Z", "A"),
        ("/2026-01-31T00:00:00Z", "A"), ("2026-04-01T00:00:00+08:00/..", "ABC"), ("../..", "ABCD"),
    ],
)  # fmt: skip
def test_datetime(outfalls: Outfalls, when: str, wanted: str) -> None:
    """/req/core/fc-time-response: whatever was in the register at some time within the interval."""
    assert "".join(sorted(keys(get(f"{ITEMS}?datetime={when.replace('+', '%2B')}")))) == wanted


def test_a_feature_is_as_it_last_stood_within_the_interval(outfalls: Outfalls) -> None:
    one = f"{ITEMS}/{outfalls.pk['A']}"
    assert get(one)["properties"]["name"] == "新排口A"
    assert get(f"{one}?datetime=2026-04-30T12:00:00Z")["properties"]["name"] == "排口A"
    assert get(f"{one}?datetime=../2026-04-30T12:00:00Z")["properties"]["name"] == "排口A"
    assert get(f"{one}?datetime=2026-04-30T12:00:00Z/2026-05-02T00:00:00Z")["properties"]["name"] == "新排口A"
    # Where B lay was not known before June.
    assert get(f"{ITEMS}/{outfalls.pk['B']}?datetime=2026-05-31")["geometry"] is None
    assert keys(get(f"{ITEMS}?datetime=2026-05-31&bbox=106,38,107,40&limit=1000")) == ["A", "C"]
    assert keys(get(f"{ITEMS}?datetime=2026-06-01&bbox=106,38,107,40&limit=1000")) == ["A", "C", "B"]


def test_versions_of_one_day_that_another_replaced_never_held(outfalls: Outfalls) -> None:
    from datetime import date

    from saishang.apps.registers.actions import withdraw_entry

    given = {"code": "OUT-00E", "name": "一日", "region": "640104", "category": "1", "river": "清水河"}
    given["category"] = outfalls.kind.fields["category"].choices[0].id
    row = add_entry("tests", outfalls.kind, load_rules(), given, today=date(2026, 7, 1))
    withdraw_entry("tests", outfalls.kind, row.pk, number=1, today=date(2026, 7, 1), reason="误录")
    assert "E" not in keys(get(f"{ITEMS}?datetime=../.."))
    assert Client().get(f"{ITEMS}/{row.pk}?datetime=2026-07-01").status_code == 404


@pytest.mark.parametrize("when", ["2026", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00", "../../..", "x/..",
                                  "2026-02-01T00:00:00Z/2026-01-01T00:00:00Z"])  # fmt: skip
def test_wrong_datetime(outfalls: Outfalls, when: str) -> None:
    """/req/core/query-param-invalid."""
    answer = Client().get(f"{ITEMS}?datetime={when}")
    assert (answer.status_code, answer.json()["parameter"]) == (400, "datetime")


def test_unknown_parameters(outfalls: Outfalls) -> None:
    """/req/core/query-param-unknown; /rec/core/fc-filters: properties as parameters."""
    answer = Client().get(f"{ITEMS}?nonsense=1")
    assert answer.status_code == 400 and answer.json()["parameter"] == "nonsense"
    assert Client().get("/ogc/collections?nonsense=1").status_code == 400
    assert keys(get(f"{ITEMS}?manner=pipe")) == ["A"] and keys(get(f"{ITEMS}?automatic=true")) == ["B"]
    assert keys(get(f"{ITEMS}?manner=pump&datetime=2026-03-01")) == ["B"]
    assert "manner" in get("/ogc/collections/outfalls/queryables")["properties"]
    for wrong in ("manner=boat", "automatic=maybe"):
        assert Client().get(f"{ITEMS}?{wrong}").status_code == 400


def test_feature(outfalls: Outfalls) -> None:
    """/req/core/f-op, /req/core/f-success, /req/core/f-links."""
    answer = Client().get(f"{ITEMS}/{outfalls.pk['A']}")
    assert answer["Content-Type"] == "application/geo+json"
    told = answer.json()
    assert told["id"] == outfalls.pk["A"] and {"self", "alternate", "collection"} <= rels(told["links"])
    assert Client().get(f"{ITEMS}/{outfalls.pk['D']}").status_code == 404
    assert Client().get(f"{ITEMS}/999999").status_code == 404
    assert Client().get(f"/ogc/collections/drains/items/{outfalls.pk['A']}").status_code == 404


@pytest.fixture
def reader(db: None) -> Iterator[Client]:
    made = Client()
    made.force_login(User.objects.create_user("reader", role="viewer"))
    yield made


def test_more_for_people_who_may(outfalls: Outfalls, reader: Client) -> None:
    assert "contact" not in get(ITEMS)["features"][0]["properties"]
    assert get(ITEMS, reader)["features"][0]["properties"]["contact"] == "张三"
