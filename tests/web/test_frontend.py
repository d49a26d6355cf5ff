"""The built front end, the translations, and the small pictures that the server draws."""

from __future__ import annotations

import importlib.util
import json
import sys
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest

from saishang.errors import ConfigurationError
from saishang.web import assets
from saishang.web.pages.charts import spark
from saishang.web.pages.targets import position

ROOT = Path(__file__).resolve().parents[2]


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def test_every_sentence_of_the_portal_has_an_english_one() -> None:
    assert tool("messages").missing() == []


def test_the_manifest_names_files_that_exist_with_their_packed_twins() -> None:
    manifest = json.loads((assets.DIST / "manifest.json").read_text())
    assert set(manifest) >= {"app.js", "theme.js", "styles.css", "map-worker.js", "icons.svg", "mark.svg"}
    for name in manifest.values():
        assert (assets.DIST / name).is_file()
        assert (assets.DIST / f"{name}.gz").is_file()


def test_an_unknown_asset_is_a_teaching_error() -> None:
    with pytest.raises(ConfigurationError, match=r"app\.js"):
        assets.asset_url("nothing.js")


def test_a_front_end_that_is_not_built_says_how_to_build_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(assets, "DIST", tmp_path)
    assert not assets.front_end_is_built()
    with pytest.raises(ConfigurationError, match=r"tools/frontend\.py"):
        assets.asset_url("app.js")


def test_the_lock_file_names_no_registry() -> None:
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()


def test_old_or_missing_node_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    frontend = tool("frontend")
    monkeypatch.setattr(frontend.shutil, "which", lambda _: None)
    monkeypatch.setattr(frontend.importlib.util, "find_spec", lambda _: None)
    assert frontend.find_node() is None


@pytest.mark.parametrize(
    ("period", "place"),
    [("2019", 2019.0), ("2019-12", 2019.0), ("2019-06", 2018.5), ("2019-Q1", 2018.25), ("2019-01..2019-09", 2018.75),
     ("unknown", None)],
)  # fmt: skip
def test_a_part_of_a_year_stands_before_the_whole_year(period: str, place: float | None) -> None:
    assert position(period) == place


def test_a_spark_keeps_to_its_box() -> None:
    picture = spark(
        [(2020, Decimal(40)), (2027, Decimal(30))], [(2020, Decimal(40), True), (2021, Decimal(36), False)], ""
    )
    assert picture is not None
    # Box 120 x 32 with a margin of 4: the earliest and largest value stands top left, the goal bottom right.
    assert picture.way == "4.0,4.0 116.0,28.0"
    assert picture.goal == ("116.0", "28.0")
    assert picture.real == "4.0,4.0"  # the invalid value is a dot, not a part of the line
    assert [valid for _, _, valid in picture.dots] == [True, False]


def test_nothing_to_draw_is_no_picture() -> None:
    assert spark([], [(2020, Decimal(1), True)], "") is None
