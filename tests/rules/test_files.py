"""What lies in a folder of rules beside the rules: nothing that looks like a rule is passed over in silence."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from saishang.apps.plan.loader import PlanDataError, check_plans, load_plan
from saishang.lake.source_check import check_units
from saishang.rules import check_rules, clear_cache, load_rules
from saishang.rules.loader import ROOT

LIMITS = "edition,stage,from,to,parameter,averaging,class1,class2,unit,binding,source,clause,status,note\n"
PARAMETERS = "code,zh,en,medium,unit,decimals,min,max,source,clause,status\n"


def _put(folder: Path, name: str, text: str = "x\n") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("standards/air/hj663.yml", "rename it to end in .yaml"),
        ("parameters.CSV", "small letters"),
        ("parameters.xlsx", "save it as CSV"),
        ("limits.csv.bak", "move it out"),
        ("sites/own/stations", "move it out"),
        ("schemas/limits.schema.json", "schemas belong to the program"),
        ("manifest.yaml", "remove it"),
        ("standard/air/limits.csv", "standards/air/limits.csv"),
    ],
)
def test_a_stray_file_is_named_with_its_mend(tmp_path: Path, name: str, told: str) -> None:
    _put(tmp_path, name)
    (problem,) = check_rules(tmp_path)[1]
    assert (problem.file, problem.code) == (f"{tmp_path}/{name}", "undeclared-file")
    assert told in problem.fix


def test_notes_for_readers_and_hidden_files_may_lie_there(tmp_path: Path) -> None:
    for name in ("README", "README.zh-CN.md", "LICENSE.txt", "notes/why.md", ".git/config.yaml", "~$parameters.csv"):
        _put(tmp_path, name)
    assert check_rules(tmp_path)[1] == []


def test_folders_and_links_in_the_way(tmp_path: Path) -> None:
    own, elsewhere = tmp_path / "own", tmp_path / "elsewhere"
    (own / "parameters.csv").mkdir(parents=True)
    (own / "regions.csv").symlink_to(tmp_path / "nowhere")
    (own / "loop").symlink_to(own)
    _put(elsewhere, "air/trend.yaml", "min_periods: six\n")
    (own / "standards").symlink_to(elsewhere)
    found = [(Path(problem.file).name, problem.line, problem.code) for problem in check_rules(own)[1]]
    # The folder behind the link is read: its fault is found.
    assert found == [
        ("parameters.csv", 0, "unreadable-file"),
        ("regions.csv", 0, "unreadable-file"),
        ("trend.yaml", 1, "wrong-type"),
    ]


def test_the_program_s_own_folder_holds_no_stray_file(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(ROOT, copy)
    assert check_rules(root=copy)[1] == []
    _put(copy, "standards/air/limits.yml")
    (problem,) = check_rules(root=copy)[1]
    assert problem.code == "undeclared-file"


def test_a_limit_in_another_unit_is_refused(tmp_path: Path) -> None:
    row = "GB 3095-2026,transition,2026-03-01,2030-12-31,PM2.5,annual,15,0.028,{},true,local,1,confirmed,\n"
    path = _put(tmp_path, "standards/air/limits.csv", LIMITS + row.format("mg/m³"))
    (problem,) = check_rules(tmp_path)[1]
    assert (problem.file, problem.line, problem.cell) == (str(path), 2, "unit")
    assert "µg/m³" in problem.expected and "'mg/m³'" in problem.got
    # The Greek letter mu instead of the micro sign: the same unit to the eye, another text to a program.
    path.write_text(LIMITS + row.format("\u03bcg/m³"), encoding="utf-8")
    assert [problem.cell for problem in check_rules(tmp_path)[1]] == ["unit"]
    path.write_text(LIMITS + row.format("\u00b5g/m³"), encoding="utf-8")
    assert check_rules(tmp_path)[1] == []


def test_a_published_figure_in_another_unit_is_refused(tmp_path: Path) -> None:
    text = (ROOT / "sites/ningxia/published_figures.csv").read_text(encoding="utf-8")
    _put(
        tmp_path,
        "sites/ningxia/published_figures.csv",
        text.replace("air.heavy_days,640000,2021,0,%", "air.heavy_days,640000,2021,0,天"),
    )
    (problem,) = check_rules(tmp_path)[1]
    assert problem.expected == "%, the unit of air.heavy_days" and problem.line > 1


def test_a_cell_is_as_long_as_its_column_asks(tmp_path: Path) -> None:
    _put(tmp_path, "parameters.csv", PARAMETERS + "X1,某,Some,air,mg/m³,1,1,5,s,1,confirmed\n")
    (problem,) = check_rules(tmp_path)[1]
    assert (problem.cell, problem.expected) == ("source", "at least 2 characters")


def test_a_range_upside_down_and_a_unit_that_nobody_knows(tmp_path: Path) -> None:
    _put(tmp_path, "parameters.csv", PARAMETERS + "X1,某,Some,air,mg/m4,1,5,1,list,1,confirmed\n")
    rules, problems = check_rules(tmp_path)
    (order,) = problems
    assert (order.line, order.cell) == (2, "max") and "at least 5" in order.expected
    (unit,) = check_units(rules, load_rules())
    assert (unit.line, unit.cell, unit.got) == (2, "unit", "'mg/m4'") and "mg/m³" in unit.fix
    _put(tmp_path, "parameters.csv", PARAMETERS + "X1,某,Some,air,mg/m³,1,1,1,list,1,confirmed\n")
    rules, problems = check_rules(tmp_path)
    assert [*problems, *check_units(rules, load_rules())] == []


# Plans: a site's folder stands for the whole plan, and what its tables say has to fit together.

PLAN = {
    "plan.yaml": "plan: ningxia\nversion: '1'\ntitle: 某方案\nregion: 宁夏回族自治区\nsource: some\nclause: c\n"
    "status: confirmed\nchapters: [{number: 一, title: 任务}]\n"
    "inherited_owners: [{role: responsible, units: [某], agencies: [NX-STT], from: T1, to: T2, text: 某}]\n",
    "items.csv": "id,number,chapter,section,role,title,owners,etc,source,clause,status\n"
    "T1,1,一,,task,甲,NX-STT,no,some,1,confirmed\nT2,2,一,,task,乙,,no,some,2,confirmed\n",
    "measures.csv": "item,zh,en,source,clause,status\nT1,做,Do,some,1,confirmed\n",
    "targets.csv": "id,item,kind,indicator,indicator_en,comparator,value,low,high,unit,year,aspirational,undetermined,"
    "source,clause,status\nG1,T1,numeric,甲率,A,=,,20,25,%,2027,no,no,some,c,confirmed\n",
    "duties.csv": "id,item,what,what_en,who,cycle,stated,source,clause,status\n"
    "D1,T1,报告,Report,某,yearly,no,some,c,confirmed\n",
}


def _plan(folder: Path, **changed: str) -> Path:
    for name, text in PLAN.items():
        _put(folder, f"plans/ningxia/{name}", changed.get(name.partition(".")[0], text))
    clear_cache()
    return folder


def test_a_site_s_plan_replaces_the_shipped_one_as_a_whole(tmp_path: Path) -> None:
    rules, problems = check_rules(_plan(tmp_path))
    assert [*problems, *check_plans(rules)] == []
    assert len(rules.table("plans/ningxia/items")) == 2
    document = load_plan("ningxia", overlay=tmp_path).document
    assert [item.id for item in document.items] == ["T1", "T2"]
    (target,) = document.targets
    assert (target.low, target.high, target.text) == (20, 25, "到2027年，甲率20～25%")


def test_half_a_plan_is_no_plan(tmp_path: Path) -> None:
    _put(tmp_path, "plans/ningxia/items.csv", PLAN["items.csv"])
    rules, problems = check_rules(tmp_path)
    assert problems == []
    missing = {Path(problem.file).name for problem in check_plans(rules)}
    assert missing == {"plan.yaml", "measures.csv", "targets.csv", "duties.csv"}
    clear_cache()
    with pytest.raises(PlanDataError, match=r"plan\.yaml"):
        load_plan("ningxia", overlay=tmp_path)


@pytest.mark.parametrize(
    ("table", "old", "new", "where", "told"),
    [
        ("measures", "T1,做", "T9,做", "measures.csv:2 [item]", "'T9'"),
        ("duties", "D1,T1", "D1,T9", "duties.csv:2 [item]", "'T9'"),
        ("items", "T1,1,一", "T1,1,九", "items.csv:2 [chapter]", "一"),
        ("targets", "=,,20,25", "=,,20,", "targets.csv:2 [value]", "low and high"),
        ("targets", "no,no,some", "no,yes,some", "targets.csv:2 [undetermined]", "withheld"),
        ("targets", "numeric,甲率,A,=", "numeric,甲率,A,", "targets.csv:2 [comparator]", "comparator"),
        ("plan", "to: T2", "to: T3", "plan.yaml:9 [inherited_owners.0]", "T3"),
        ("plan", "from: T1, to: T2", "from: T2, to: T1", "plan.yaml:9 [inherited_owners.0]", "reading order"),
    ],
)
def test_what_does_not_fit_together_is_named(
    tmp_path: Path, table: str, old: str, new: str, where: str, told: str
) -> None:
    name = next(name for name in PLAN if name.startswith(f"{table}."))
    assert PLAN[name].count(old) == 1
    rules, problems = check_rules(_plan(tmp_path, **{table: PLAN[name].replace(old, new)}))
    assert problems == []
    (problem,) = check_plans(rules)
    assert problem.where == f"{tmp_path}/plans/ningxia/{where}" and told in str(problem)
