"""Plans in the database: taking in, what is refused, reading back, settling units, export."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from openpyxl import load_workbook

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.plan import queries
from saishang.apps.plan.actions import import_plan_from_file, import_plan_from_rules, settle_unit
from saishang.apps.plan.actions.import_plan import PlanImportError, import_document
from saishang.apps.plan.export import write_workbook
from saishang.apps.plan.importer.agencies import shipped_agencies
from saishang.apps.plan.importer.document import PlanDocument
from saishang.apps.plan.importer.parse import parse_document
from saishang.apps.plan.models import ItemOwner, PlanVersion
from tests.apps.plan.expected import CORPUS

pytestmark = pytest.mark.django_db

PLAN = """柳溪市清水行动方案
一、主要任务
1.整治排口。完成排口溯源。（市生态环境局牵头，清流办配合）
2.=修复河岸。到2027年，生态岸线比例达到**%。（市水务局负责）
"""


def _person(role: str) -> Any:
    return get_user_model().objects.create_user(username=role, password="x", role=role)


@pytest.fixture
def ningxia() -> PlanVersion:
    return import_plan_from_rules("command", "ningxia")


def test_the_plan_of_the_rules_is_stored_whole(ningxia: PlanVersion) -> None:
    view = queries.version(str(ningxia))
    assert (view.name, view.tasks, view.targets, view.unresolved) == ("ningxia@draft-2024", 31, 11, 0)
    assert len(queries.items(view.id)) == 38  # 3 opening parts, 31 tasks, 4 safeguards
    assert len(queries.targets(view.id)) == 37
    assert len(queries.targets(view.id, numeric_only=True)) == 11
    counts = queries.owners(view.id, ("task",))
    assert sum(o.items for o in counts) == 168
    assert sum(o.inherited for o in counts) == 62
    assert sum(bool(o.items) for o in counts) == 34


def test_an_import_is_in_the_log(ningxia: PlanVersion) -> None:
    entry = ActionLogEntry.objects.get(verb="plan.import")
    assert entry.after["plan"] == "ningxia"
    assert (entry.after["items"], entry.after["targets"]) == (38, 11)


def test_the_same_data_twice_change_nothing(ningxia: PlanVersion, tmp_path: Path) -> None:
    assert import_plan_from_rules("command", "ningxia") == ningxia
    path = tmp_path / "plan.txt"
    path.write_text(PLAN, encoding="utf-8")
    first = import_plan_from_file("command", path, plan="clean-water")
    assert import_plan_from_file("command", path, plan="clean-water") == first
    assert PlanVersion.objects.count() == 2
    assert ActionLogEntry.objects.filter(verb="plan.import").count() == 2


@pytest.mark.parametrize(("role", "allowed"), [("viewer", False), ("editor", True), ("admin", True)])
def test_only_who_may_import_imports(role: str, allowed: bool) -> None:
    person = _person(role)
    if allowed:
        assert import_plan_from_rules(person, "ningxia").pk
        return
    with pytest.raises(PlanImportError) as caught:
        import_plan_from_rules(person, "ningxia")
    assert caught.value.code == "permission"
    assert not PlanVersion.objects.exists()
    assert not ActionLogEntry.objects.exists()


def test_a_version_is_never_overwritten(ningxia: PlanVersion) -> None:
    other = parse_document(CORPUS / "01-air-province.txt")
    with pytest.raises(PlanImportError, match="exists"):
        import_document("command", other, plan="ningxia", label="draft-2024", origin="x", digest="d" * 64)
    assert queries.version("ningxia@draft-2024").tasks == 31


@pytest.mark.parametrize("label", ["", "a b", "../x", "v" * 61])
def test_names_that_cannot_be_used_are_refused(label: str) -> None:
    document = parse_document(CORPUS / "01-air-province.txt")
    with pytest.raises(PlanImportError, match="version name"):
        import_document("command", document, plan="air", label=label, origin="x", digest="d" * 64)


def test_a_document_without_items_is_refused() -> None:
    with pytest.raises(PlanImportError, match="at least one item"):
        import_document("command", PlanDocument("空方案"), plan="none", label="v1", origin="x", digest="d" * 64)


def test_search_and_filters(ningxia: PlanVersion) -> None:
    def ids(**words: Any) -> list[str]:
        return [i.id for i in queries.items(ningxia.pk, **words)]

    assert "T10" in ids(text="蓝天")
    assert ids(text="没有这样的词") == []
    assert len(ids(role="safeguard")) == 4
    assert set(ids(role="task", has_target=True)) | set(ids(role="task", has_target=False)) == {
        f"T{n}" for n in range(1, 32)
    }
    audit = next(o for o in queries.owners(ningxia.pk, ("task",)) if o.items == 1)
    assert len(ids(owner=audit.agency, role="task")) == 1
    assert ids(owner=audit.agency_code, role="task") == ids(owner=audit.agency, role="task")


def test_duties_and_chapters(ningxia: PlanVersion) -> None:
    report = [d for d in queries.duties(ningxia.pk) if d.when == "每年12月底"]
    assert [(d.to, d.copy) for d in report] == [("自治区生态文明建设领导小组", "自治区生态文明建设领导小组办公室")]
    tasks = next(c for c in queries.chapters(ningxia.pk) if c.number == "二")
    assert len(tasks.sections) == 7
    assert sum(len(s.items) for s in tasks.sections) == 31


def test_names_of_versions(ningxia: PlanVersion) -> None:
    for name in ("ningxia@draft-2024", "draft-2024", "ningxia", str(ningxia.pk)):
        assert queries.version(name).id == ningxia.pk
    with pytest.raises(queries.PlanNotFoundError, match="expected one plan version"):
        queries.version("ningxia@final")


def test_a_plan_of_somebody_else_is_not_what_everybody_is_judged_by(ningxia: PlanVersion, tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_text(PLAN, encoding="utf-8")
    other = import_plan_from_file("command", path, plan="clean-water")
    newest = queries.current_version()
    assert newest is not None and newest.id == ningxia.pk
    of_its_own = queries.current_version("clean-water")
    assert of_its_own is not None and of_its_own.id == other.pk
    later = import_plan_from_file("command", path, plan="ningxia", label="final")
    newest = queries.current_version()
    assert newest is not None and newest.id == later.pk


def test_without_a_plan_of_the_rules_the_newest_counts(tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_text(PLAN, encoding="utf-8")
    other = import_plan_from_file("command", path, plan="clean-water")
    newest = queries.current_version()
    assert newest is not None and newest.id == other.pk


@pytest.mark.parametrize("name", ["01-air-province", "07-three-way", "09-per-sentence"])
def test_what_is_stored_reads_back_as_it_was(name: str) -> None:
    document = parse_document(CORPUS / f"{name}.txt")
    version = import_document("command", document, plan="p", label="v1", origin=name, digest="0" * 64)
    back = queries.document_of(str(version)).to_dict()
    first = document.to_dict()
    for key in ("title", "draft", "chapters", "sections", "duties", "inherited_owners"):
        assert back[key] == first[key], key
    assert [(i["id"], i["number"], i["title"], i["measures"]) for i in back["items"]] == [
        (i["id"], i["number"], i["title"], i["measures"]) for i in first["items"]
    ]
    drop = {"code"}
    assert [{k: v for k, v in t.items() if k not in drop} for t in back["targets"]] == [
        {k: v for k, v in t.items() if k not in drop} for t in first["targets"]
    ]


def test_an_unknown_unit_waits_for_a_person_and_is_settled(tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_text(PLAN, encoding="utf-8")
    version = import_plan_from_file("command", path, plan="clean-water")
    assert [(unit, at) for unit, at, _ in queries.unresolved(version.pk)] == [("清流办", ["T1"])]
    with pytest.raises(PlanImportError) as caught:
        settle_unit(_person("viewer"), version, "清流办", "柳溪市清流行动办公室")
    assert caught.value.code == "permission"
    with pytest.raises(PlanImportError, match="expected an unresolved unit"):
        settle_unit("command", version, "市水务局", "柳溪市水务局")
    assert settle_unit(_person("editor"), version, "清流办", "柳溪市清流行动办公室", "说明") == 1
    assert queries.unresolved(version.pk) == []
    assert [i.id for i in queries.items(version.pk, owner="柳溪市清流行动办公室")] == ["T1"]
    assert ActionLogEntry.objects.get(verb="plan.settle_unit").reason == "说明"


def test_the_codes_of_owners_come_from_the_site(tmp_path: Path, settings: Any) -> None:
    overlay = tmp_path / "rules"
    overlay.mkdir()
    (overlay / "agencies.csv").write_text(
        "code,zh,aliases,kind,level\nnx-test-office,宁夏回族自治区清流行动办公室,自治区清流办;清流办,office,province\n",
        encoding="utf-8",
    )
    settings.CONFIG = replace(settings.CONFIG, rules_overlay=overlay)
    path = tmp_path / "plan.txt"
    path.write_text(
        "宁夏回族自治区清洁河湖行动方案\n一、重点任务\n（一）清理河道。开展清漂。（自治区清流办、自治区水利厅负责）\n"
        "（二）巡查河岸。落实巡查。（自治区水务专班负责）\n",
        encoding="utf-8",
    )
    version = import_plan_from_file("command", path, plan="rivers")
    owners = list(ItemOwner.objects.filter(item__version=version).values_list("unit", "agency_code"))
    shipped = next(a.code for a in shipped_agencies() if a.name == "宁夏回族自治区水利厅")
    assert owners == [("自治区清流办", "nx-test-office"), ("自治区水利厅", shipped), ("自治区水务专班", "")]
    settle_unit("command", version, "自治区水务专班", "宁夏回族自治区清流行动办公室")
    assert ItemOwner.objects.get(item__version=version, unit="自治区水务专班").agency_code == "nx-test-office"


def test_workbook(tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_text(PLAN, encoding="utf-8")
    write_workbook(parse_document(path), tmp_path / "plan.xlsx")
    book = load_workbook(tmp_path / "plan.xlsx")
    assert book.sheetnames == ["任务", "措施", "责任单位", "量化目标", "定性目标", "周期性职责", "待认定单位"]
    tasks = list(book["任务"].iter_rows(values_only=True))
    assert [row[0] for row in tasks[1:]] == ["T1", "T2"]
    assert all(c.data_type != "f" for sheet in book for row in sheet.iter_rows() for c in row)
    (row,) = list(book["量化目标"].iter_rows(values_only=True))[1:]
    assert (row[5], row[8], row[9], row[15]) == ("**", "%", 2027, "是")
    assert [r[0] for r in book["待认定单位"].iter_rows(min_row=2, values_only=True)] == ["清流办"]
