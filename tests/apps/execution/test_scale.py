"""What was changed so that lists answer at full size says the same as before: expectations by hand."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from saishang.apps.core.queries import counted
from saishang.apps.execution import queries
from saishang.apps.execution.models import ItemUnit, WorkItem
from saishang.apps.execution.queries import ItemFilter, ReportFilter
from saishang.apps.execution.queries_boards import fold, matrix, tallies
from saishang.apps.execution.sight import touching, visible
from saishang.apps.organisations.access import Span
from saishang.apps.organisations.models import Organisation
from tests.work_world import make_item, make_report, make_tree

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 30)
EVERYTHING = Span(everything=True)


@pytest.fixture
def tree() -> dict[str, Organisation]:
    """The small tree of work."""
    return make_tree()


def codes(span: Span, **wanted: str) -> list[str]:
    """Codes of the items on a list."""
    return [row.code for row in queries.items(span, ItemFilter(**wanted), TODAY, 30)]


def test_few_and_many_organisations_see_the_same(
    tree: dict[str, Organisation], monkeypatch: pytest.MonkeyPatch
) -> None:
    own, part, foreign = (make_item(f"T1-{n}", code) for n, code in enumerate(("640104", "NX-STT", "NX-SLT")))
    ItemUnit.objects.create(item=part, organisation=tree["640104"])
    ItemUnit.objects.create(item=own, organisation=tree["640100"])  # owned and supported: still one row
    span = Span(below=frozenset({tree["640100"].path}))
    for few in (0, 1, 2, 5):
        monkeypatch.setattr("saishang.apps.execution.sight._FEW", few)
        found = WorkItem.objects.filter(visible(span)).order_by("code")
        assert [row.code for row in found] == [own.code, part.code]
        assert not WorkItem.objects.filter(touching([])).exists()
    assert foreign.code in codes(EVERYTHING)
    assert codes(Span()) == []
    assert codes(EVERYTHING, unit="640104") == [own.code, part.code]
    assert codes(EVERYTHING, unit="no such code") == []
    assert codes(EVERYTHING, organisation="640100") == [own.code]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("燃煤锅炉", ["T1-A"]), ("锅炉", ["T1-A", "T1-B"]), ("炉", ["T1-A", "T1-B"]), ("锅炉 淘汰", ["T1-A"]),
        ("炉锅", []), ("t1-b", ["T1-B"]), ("PM2.5", ["T1-B"]), ("pm2.5", ["T1-B"]), ("100%", ["T1-B"]), ("1_0", []),
        # The end of the title and the beginning of the content are neighbours in no text.
        ("造完", []), ("", ["T1-A", "T1-B"]),
    ],
)  # fmt: skip
def test_a_text_is_found_in_title_content_and_code(tree: dict[str, Organisation], text: str, found: list[str]) -> None:
    make_item("T1-A", "NX-STT", title="燃煤锅炉淘汰", content="完成改造")
    make_item("T1-B", "NX-STT", title="锅炉改造", content="完成率100%，PM2.5 达标")
    assert codes(EVERYTHING, text=text) == found


def test_pairs_of_characters_by_hand() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select execution_pairs('ab炉', '', 'c')")
        # ab炉, line, line, c: single characters, neighbours, and neighbours across the lines.
        assert sorted(cursor.fetchone()[0]) == sorted(["A", "AB", "B", "B炉", "炉", "炉\n", "\n", "\n\n", "\nC", "C"])


def test_boards_count_what_lists_show(tree: dict[str, Organisation]) -> None:
    make_item("T1-1", "640104", due=date(2026, 11, 29), region="640104")
    make_item("T1-2", "640104", due=date(2026, 11, 30), region="640104")
    make_item("T2-3", "NX-STT", due=None)
    owners = fold(tallies(EVERYTHING, ItemFilter(), TODAY, 30), lambda row: row.organisation)
    assert sorted((key, group.counts) for key, group in owners.items()) == [
        ("640104", {"late": 1, "due_soon": 1}), ("NX-STT", {"no_day": 1}),
    ]  # fmt: skip
    assert matrix(EVERYTHING, ItemFilter(), TODAY, 30) == {
        ("T1", "640104"): {"late": 1, "due_soon": 1}, ("T2", ""): {"no_day": 1},
    }  # fmt: skip
    assert [row.code for row in queries.items(EVERYTHING, ItemFilter(standing="late"), TODAY, 30)] == ["T1-1"]


def test_periods_newest_first_and_reports_of_one(tree: dict[str, Organisation]) -> None:
    item, other = make_item("T1-1", "640104"), make_item("T1-2", "NX-STT")
    assert queries.periods() == []
    make_report(item, "2026-M09", date(2026, 9, 1), date(2026, 9, 30), date(2026, 10, 14))
    make_report(other, "2026-Q3", date(2026, 7, 1), date(2026, 9, 30), date(2026, 10, 21))
    make_report(other, "2026-M10", date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 6))
    make_report(other, "2025", date(2025, 1, 1), date(2025, 12, 31), date(2025, 12, 31))
    assert queries.periods() == ["2026-M10", "2026-M09", "2026-Q3", "2025"]
    assert queries.periods(2) == ["2026-M10", "2026-M09"]

    def listed(**wanted: str) -> list[tuple[str, str]]:
        return [(row.item.code, row.period) for row in queries.reports(EVERYTHING, ReportFilter(**wanted), TODAY)]

    assert listed() == [("T1-2", "2026-M10"), ("T1-1", "2026-M09"), ("T1-2", "2026-Q3"), ("T1-2", "2025")]
    assert listed(period="2026-Q3") == [("T1-2", "2026-Q3")]
    assert listed(period="no period") == []
    assert listed(organisation="640100") == [("T1-1", "2026-M09")]


@pytest.mark.parametrize(("most", "answer"), [(2, (2, False)), (3, (3, True)), (4, (3, True))])
def test_counting_stops(tree: dict[str, Organisation], most: int, answer: tuple[int, bool]) -> None:
    for number in range(3):
        make_item(f"T1-{number}", "NX-STT")
    assert counted(WorkItem.objects.all(), most) == answer
