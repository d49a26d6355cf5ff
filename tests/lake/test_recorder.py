"""Statements that are written down once: kept in a folder, written again when a file there is not whole."""

from __future__ import annotations

from pathlib import Path

from saishang.lake.engines.recorder import Recipe, RecipeBook

RECIPE = Recipe(("create table a as select 1",), {"a": "from a"})


def test_recipes_are_kept_for_other_processes(tmp_path: Path) -> None:
    asked: list[str] = []

    def write() -> Recipe:
        asked.append("written")
        return RECIPE

    folder = tmp_path / "recipes"
    book = RecipeBook(folder)
    assert book.get(["rules", "days"], write) == RECIPE == book.get(["rules", "days"], write)
    assert RecipeBook(folder).get(["rules", "days"], write) == RECIPE and len(asked) == 1
    # Other rules, another recipe; parts of a key do not run together.
    RecipeBook(folder).get(["rule", "sdays"], write)
    assert len(asked) == 2 and len(list(folder.iterdir())) == 2
    for path in folder.iterdir():
        path.write_text(path.read_text().replace("select 1", "select 2"), encoding="utf-8")
    assert RecipeBook(folder).get(["rules", "days"], write) == RECIPE and len(asked) == 3
    for path in folder.iterdir():
        path.write_text("{", encoding="utf-8")
    assert RecipeBook(folder).get(["rules", "days"], write) == RECIPE and len(asked) == 4


def test_a_folder_that_cannot_be_written_costs_time_only(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert RecipeBook(tmp_path / "file" / "recipes").get(["a"], lambda: RECIPE) == RECIPE
    assert RecipeBook().get(["a"], lambda: RECIPE) == RECIPE
