"""Who finds what: the index in PostgreSQL, audiences and reach, order, changes that are taken in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction

from saishang.apps.organisations.models import Membership, Organisation, OrganisationName, User
from saishang.apps.search import providers as registry
from saishang.apps.search import queries
from saishang.apps.search.actions import catch_up, rebuild
from saishang.apps.search.models import IndexedDocument, WaitingChange
from saishang.apps.search.providers import PUBLIC, STAFF, Document, Provider
from saishang.apps.search.queries import search

pytestmark = pytest.mark.django_db
NOBODY = AnonymousUser()


@pytest.fixture
def offices() -> dict[str, Organisation]:
    """Top, a city and a district below it, a city beside it, an agency elsewhere."""
    made: dict[str, Organisation] = {}
    for name, above in (("top", None), ("city", "top"), ("district", "city"), ("beside", "top"), ("agency", "top")):
        parent = made[above] if above else None
        path = f"{parent.path if parent else '/'}{name}/"
        made[name] = Organisation.objects.create(code=name, kind="government", parent=parent, path=path)
        OrganisationName.objects.create(organisation=made[name], zh=f"机构{name}")
    return made


def person(name: str, *roles: tuple[Organisation, str], **more: Any) -> User:
    made = User.objects.create(username=name, **more)
    for organisation, role in roles:
        Membership.objects.create(
            user=made, organisation=organisation, role=role, first=date(2020, 1, 1), granted_by="tests", reason="x"
        )
    return made


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Kinds of the tests alone; gives a function that indexes documents of one."""
    monkeypatch.setattr(registry, "_PROVIDERS", {})
    audiences = (PUBLIC, STAFF, "view_internal", "upload_data", "somewhere:manage_members")

    def make(documents: Sequence[Document], kind: str = "thing", **more: Any) -> None:
        def some(keys: Sequence[str] | None) -> list[Document]:
            return [one for one in documents if keys is None or one.key in keys]

        registry.register(Provider(kind, "物", "Things", some, audiences=audiences, **more))
        rebuild([kind])

    return make


def thing(key: str, title: str = "扬尘治理", **more: Any) -> Document:
    return Document(key, title, "about", **more)


def keys(reader: Any, typed: str) -> list[str]:
    return [hit.key for hit in search(reader, typed).hits]


@pytest.mark.parametrize("few_places", [8, 1])
@pytest.mark.parametrize("many", [False, True])
def test_role_and_audience(
    known: Any, offices: dict[str, Organisation], many: bool, few_places: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every role × every audience × every place, by hand; whether the index answers who sees, or what it found does."""
    monkeypatch.setattr(queries, "_FEW_PLACES", few_places)
    known(
        [
            thing("public"), thing("staff", audience=STAFF), thing("all", audience="view_internal"),
            thing("upload", audience="upload_data"), thing("managers", audience="somewhere:manage_members"),
            *(thing(name, audience="view_internal", organisations=(place.pk,)) for name, place in offices.items()),
            thing("shared", audience="view_internal", organisations=(offices["beside"].pk, offices["district"].pk)),
        ],
        many=many,
    )  # fmt: skip
    every = {"top", "city", "district", "beside", "agency", "shared", "all"}
    city = offices["city"]
    expected = {
        "reporter": {"city"}, "reviewer": {"city", "district", "shared"}, "head": {"city", "district", "shared"},
        "office": every, "assessor": every, "auditor": every, "administrator": {"city", "managers"},
    }  # fmt: skip
    assert set(keys(NOBODY, "扬尘")) == {"public"}
    for role, opened in expected.items():
        assert set(keys(person(role, (city, role)), "扬尘")) == {"public", "staff"} | opened, role
    assert set(keys(person("none"), "扬尘")) == {"public", "staff"}
    assert set(keys(person("closed", (city, "auditor"), is_active=False), "扬尘")) <= {"public", "staff"}
    assert set(keys(person("viewer", role="viewer"), "扬尘")) == {"public", "staff"} | every
    assert set(keys(person("editor", role="editor"), "扬尘")) == {"public", "staff", "upload"} | every
    assert "managers" in keys(person("admin", role="admin"), "扬尘")
    two = person("two", (offices["beside"], "reporter"), (offices["agency"], "reporter"))
    assert set(keys(two, "扬尘")) == {"public", "staff", "beside", "agency", "shared"}


def test_a_role_that_ended_opens_nothing(known: Any, offices: dict[str, Organisation]) -> None:
    known([thing("city", audience="view_internal", organisations=(offices["city"].pk,))])
    reader = person("was", (offices["city"], "reporter"))
    assert keys(reader, "扬尘") == ["city"]
    Membership.objects.filter(user=reader).update(last=date(2020, 12, 31))
    assert keys(reader, "扬尘") == []


def test_what_may_open_refuses_is_not_found(known: Any) -> None:
    known([thing("a"), thing("b")], may_open=lambda _person, given: {key for key in given if key == "a"})
    found = search(NOBODY, "扬尘")
    assert [hit.key for hit in found.hits] == ["a"]
    assert [facet.count for facet in found.facets] == [1]


@pytest.mark.parametrize(
    "typed",
    ["'", "''", "\\", "a' | '@view_internal", "@view_internal", "'@view_internal'", "#thing", "~0", "^扬尘",
     "!扬尘 | *:",
     "扬尘' & !'x", "') or true --", "%", "_", "\x00扬尘", "<script>alert(1)</script>",
     "扬尘:*", "扬尘 <-> 治理", "🙂"],
)  # fmt: skip
def test_characters_of_questions_ask_for_nothing_else(known: Any, typed: str) -> None:
    known([thing("public", "扬尘治理 alert x"), thing("secret", "秘密 view internal", audience="view_internal")])
    assert "secret" not in keys(NOBODY, typed)


def test_order_title_then_phrase_then_scattered_then_newer(known: Any) -> None:
    known([
        thing("apart", "别的", text="河道旁的湿地需要修复"),
        thing("scattered", "别的", text="河道修，道湿地，湿地修复，河道湿"),
        thing("text", "别的", text="全区河道湿地修复进展"), thing("scattered title", "湿地修复 道湿 河道湿"),
        thing("title", "全区河道湿地修复"), thing("itself", "河道湿地修复", day=date(2020, 1, 1)),
        thing("text newer", "别的", text="全区河道湿地修复进展", day=date(2026, 1, 1)),
        thing("nothing", "别的", text="湿地"),
    ])  # fmt: skip
    assert keys(NOBODY, "河道湿地修复") == [
        "itself", "title", "scattered title", "text newer", "text", "scattered", "apart",
    ]  # fmt: skip
    assert keys(NOBODY, '"河道湿地修复"') == ["itself", "title", "text newer", "text"]


def test_forms_of_words(known: Any) -> None:
    known([thing("zh", "PM2.5浓度限值", title_en="Limits of PM2.5", text="依据GB 3095—2012"), thing("其他", "臭氧")])
    for typed in ("ＰＭ２.５", "pm 2.5 濃度", "限", "GB3095", "limit", "浓度 limits", "值"):
        assert keys(NOBODY, typed) == ["zh"], typed
    assert keys(NOBODY, "度浓") == []
    assert keys(NOBODY, "mits") == []


def test_a_single_character_beside_other_words(known: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST_OF_A_KIND", 3)
    monkeypatch.setattr(queries, "FEW_HITS", 2)
    days = [date(2026, 1, n + 1) for n in range(8)]
    # The newest four hold no 渠; two older ones do, one of them with the other word only.
    titles = ("沟渠治理", "渠首工程", "扬尘治理", "扬尘治理", "扬尘治理", "扬尘治理")
    known([thing(str(n), title, day=days[n]) for n, title in enumerate(titles)], many=True)
    assert keys(NOBODY, "治理 渠") == ["0"]
    assert keys(NOBODY, "渠 治理") == ["0"]
    assert sorted(keys(NOBODY, "渠")) == ["0", "1"]
    assert keys(NOBODY, "渠 首") == ["1"]


def test_large_kinds_show_the_newest_and_older_titles(known: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """10 hits at most of 60 over bundles of 2 rows: the newest ten, and the oldest of all by its title."""
    monkeypatch.setattr(queries, "MOST_OF_A_KIND", 10)
    monkeypatch.setattr(queries, "BUNDLE", 1)
    monkeypatch.setattr("saishang.apps.search.entries.BUNDLE", 1)
    old = thing("oldest", "扬尘治理", day=date(2000, 1, 1))
    known([old, *(thing(str(n), "别的", text="扬尘治理", day=date(2020, 1, n)) for n in range(1, 32))], many=True)
    found = search(NOBODY, "扬尘治理")
    assert [hit.key for hit in found.hits] == ["oldest", *(str(n) for n in range(31, 21, -1))]
    assert found.facets[0].more
    # A rare word far back is found by the last question to all that is older.
    known([thing("rare", "稀有词汇"), *(thing(str(n), "别的") for n in range(400))], many=True)
    assert keys(NOBODY, "稀有词汇") == ["rare"]


def test_every_change_waits_and_is_taken_in(offices: dict[str, Organisation]) -> None:
    rebuild(["organisation", "person"])
    WaitingChange.objects.all().delete()
    city = offices["city"]
    OrganisationName.objects.filter(organisation=city).update(zh="银川市党委和政府", aliases=["旧名称"])
    assert keys(NOBODY, "银川市") == []
    assert catch_up() == 1
    assert keys(NOBODY, "银川市") == keys(NOBODY, "旧名称") == ["city"]
    with connection.cursor() as cursor:  # a correction by hand passes the actions by, not the index
        cursor.execute("update organisations_organisationname set zh = '石嘴山市' where zh like '银川%%'")
    catch_up()
    assert keys(NOBODY, "银川市") == []
    assert keys(NOBODY, "石嘴山") == ["city"]
    User.objects.bulk_create([User(username=f"u{n}", display_name="张三丰") for n in range(3)])
    assert WaitingChange.objects.filter(kind="person").count() == 3
    catch_up()
    admin = person("root", is_superuser=True)
    assert len(keys(admin, "张三丰")) == 3
    assert keys(NOBODY, "张三丰") == []
    User.objects.filter(username="u0").delete()
    catch_up()
    assert len(keys(admin, "张三丰")) == 2


def test_a_change_that_is_taken_back_does_not_wait(offices: dict[str, Organisation]) -> None:
    WaitingChange.objects.all().delete()
    with pytest.raises(RuntimeError), transaction.atomic():
        OrganisationName.objects.update(zh="改名")
        raise RuntimeError
    assert not WaitingChange.objects.exists()


def test_people_are_found_by_who_may_manage_them(offices: dict[str, Organisation]) -> None:
    person("li", (offices["district"], "reporter"), display_name="李四")
    person("wang", (offices["district"], "auditor"), display_name="李四光")  # reaches further than the city's keeper
    person("zhao", (offices["beside"], "reporter"), display_name="李四季")
    rebuild(["person"])
    keeper = person("keeper", (offices["city"], "administrator"))
    assert [hit.title for hit in search(keeper, "李四").hits] == ["李四"]
    assert keys(person("reader", (offices["city"], "head")), "李四") == []
    assert len(keys(person("system", role="admin"), "李四")) == 3


def test_a_logged_action_takes_its_change_in(django_capture_on_commit_callbacks: Any) -> None:
    from saishang.apps.organisations.actions import Doing, Named, add_organisation

    with django_capture_on_commit_callbacks(execute=True):
        top = Organisation.objects.create(code="640000", kind="government", path="/640000/")
        add_organisation(Doing("tests", "依据文件"), top.code, "NX-X", Named("新设办公室", "", "", []))
    assert keys(NOBODY, "新设办公室") == ["NX-X"]
    assert not WaitingChange.objects.exists()


def test_a_rebuild_says_what_the_updates_said(offices: dict[str, Organisation]) -> None:
    OrganisationName.objects.create(organisation=offices["city"], first=date(2021, 1, 1), zh="新名", en="New name")
    catch_up()
    fields = ("kind", "key", "title", "title_en", "text", "audience", "view", "args")
    before = sorted(map(str, IndexedDocument.objects.filter(kind="organisation").values_list(*fields)))
    rebuild(["organisation"])
    assert sorted(map(str, IndexedDocument.objects.filter(kind="organisation").values_list(*fields))) == before
    assert len(before) == 5
