"""The OpenAPI document is valid, speaks of every address, and answers have the shapes that it says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from django.utils.html import escape
from jsonschema import Draft202012Validator
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import OpenAPIV30SpecValidator

from saishang.web.api.operations import OPERATIONS
from tests.contracts.conftest import Outfalls, get

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def addresses() -> None:
    """Operations are entered when the addresses are read."""
    assert get_resolver().url_patterns


@pytest.mark.parametrize("address", ["/api/openapi.json", "/ogc/api", "/api/openapi.json?lang=en"])
def test_the_document_is_valid(address: str) -> None:
    answer = Client().get(address)
    assert answer["Content-Type"] == "application/vnd.oai.openapi+json;version=3.0"
    document = answer.json()
    assert [str(error) for error in OpenAPIV30SpecValidator(document).iter_errors()] == []
    assert document["openapi"] == "3.0.3"


def test_every_operation_has_its_address_and_its_words() -> None:
    named = {
        str(pattern.name) for pattern in get_resolver().url_patterns if str(pattern.name).startswith(("api", "ogc"))
    }
    assert named == set(OPERATIONS)
    document = get("/api/openapi.json")
    ids = [path["get"]["operationId"] for path in document["paths"].values()]
    assert sorted(ids) == sorted(OPERATIONS)
    assert len(document["paths"]) == len(OPERATIONS)
    for path, methods in document["paths"].items():
        told = {one["name"] for one in methods["get"]["parameters"] if one["in"] == "path"}
        assert told == {part[1:-1] for part in path.split("/") if part.startswith("{")}, path
    below = get("/ogc/api")
    assert below["servers"] == [{"url": "http://testserver/ogc"}]
    assert set(below["paths"]) == {
        "/", "/conformance", "/api", "/collections", "/collections/{kind}", "/collections/{kind}/queryables",
        "/collections/{kind}/items", "/collections/{kind}/items/{pk}",
    }  # fmt: skip


def example(name: str, outfalls: Outfalls) -> str:
    told = OPERATIONS[name].example.replace("640104-001", "OUT-00A")
    return told.replace("items/1", f"items/{outfalls.pk['A']}")


def test_answers_have_the_shapes_that_the_document_says(outfalls: Outfalls) -> None:
    components = get("/api/openapi.json")["components"]
    seen = 0
    for name, known in OPERATIONS.items():
        for reply in known.replies:
            address = example(name, outfalls).replace("?f=csv", "")
            answer = Client().get(address, headers={"Accept": reply.media})
            body = b"".join(answer) if answer.streaming else answer.content  # type: ignore[arg-type]
            assert answer.status_code == 200, (address, body)
            assert answer["Content-Type"].startswith(reply.media), (address, answer["Content-Type"])
            if "$ref" in reply.schema:
                OAS30Validator({**reply.schema, "components": components}).validate(json.loads(body))
                seen += 1
    assert seen == sum("$ref" in reply.schema for known in OPERATIONS.values() for reply in known.replies) >= 15


def test_problems_have_their_shape(outfalls: Outfalls) -> None:
    components = get("/api/openapi.json")["components"]
    for address, status, code in (
        ("/api/registers/nothing", 404, "unknown-register"),
        ("/api/registers/radioactive_sources", 403, "not-open"),
        ("/api/registers/outfalls/entries?wrong=1", 400, "unknown-parameter"),
        ("/api/no-such-address", 404, "not-found"),
        ("/ogc/collections/排口/items", 404, "not-found"),
        ("/api/registers?lang=", 400, "wrong-value"),
        ("/api/registers/outfalls/entries?limit=0", 400, "wrong-value"),
        ("/api/registers/outfalls/entries?on=2026-02-30", 400, "wrong-value"),
        ("/api/registers/outfalls/entries?state=gone", 400, "wrong-value"),
        ("/api/registers/outfalls/entries?region=999999", 400, "wrong-value"),
        ("/api/registers/outfalls/entries?manner=boat", 400, "wrong-value"),
        ("/api/registers/outfalls/entries?cursor=%21", 400, "wrong-cursor"),
        ("/api/registers/outfalls/entries?since=2026-01-01T00:00:00Z&on=2026-01-01", 400, "wrong-value"),
        ("/api/registers/outfalls/entries/NONE", 404, "not-found"),
        ("/api/registers/outfalls/figures?from=2020-01-01&step=day", 400, "too-much"),
        ("/api/registers/outfalls/figures/none/entries", 404, "not-found"),
    ):
        answer = Client().get(address)
        assert answer["Content-Type"] == "application/problem+json", address
        told = answer.json()
        assert (answer.status_code, told["status"], told["code"]) == (status, status, code), (address, told)
        OAS30Validator({"$ref": "#/components/schemas/Problem", "components": components}).validate(told)
    for method in ("post", "put", "delete", "patch"):
        answer = getattr(Client(), method)("/api/registers")
        assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")
    assert Client().get("/api/registers", headers={"Accept": "image/png"}).status_code == 406
    assert Client().get("/api/registers/nothing?lang=en").json()["title"] == "There is no such register"


def test_entries_keep_the_schema_of_their_register(outfalls: Outfalls) -> None:
    schema = get("/api/registers/outfalls/schema")
    Draft202012Validator.check_schema(schema)
    rows = get("/api/registers/outfalls/entries")["entries"]
    assert len(rows) == 3
    for row in rows:
        Draft202012Validator(schema).validate(row)
    broken: dict[str, Any] = {**rows[0], "fields": {**rows[0]["fields"], "manner": "boat"}}
    assert not Draft202012Validator(schema).is_valid(broken)


def test_every_register_has_a_valid_schema() -> None:
    from django.test import RequestFactory

    from saishang.apps.organisations.models import User
    from saishang.web.api.schema import json_schema, kind_told
    from saishang.web.api.seeing import seen_kinds

    request = RequestFactory().get("/")
    request.user = User.objects.create_user("reader", role="viewer")
    seen = seen_kinds(request)
    assert len(seen) > 80
    for sight in seen.values():
        Draft202012Validator.check_schema(json_schema(sight))
        assert kind_told(sight)["fields"]


def test_the_page_lists_every_operation_in_both_languages() -> None:
    for language in ("zh", "en"):
        page = Client().get(f"/api/?f=html&lang={language}").content.decode()
        for known in OPERATIONS.values():
            assert f'id="{known.name}"' in page and escape(known.zh if language == "zh" else known.en) in page
    assert Client().get("/api/", headers={"Accept": "text/html,*/*;q=0.8"})["Content-Type"].startswith("text/html")
    assert Client().get("/api/")["Content-Type"] == "application/json"
