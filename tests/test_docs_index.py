"""The index of the documentation lists every page, and no link in the documentation leads nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def links(page: Path) -> set[Path]:
    found = (link for link in _LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link)
    return {(page.parent / link).resolve() for link in found}


def test_the_index_lists_every_page() -> None:
    index = DOCS / "README.md"
    assert set(PAGES) - {index} <= links(index)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    assert [link for link in links(page) if not link.exists()] == []


def test_registers_and_sources_that_a_how_to_names_exist() -> None:
    from saishang.rules import load_rules

    rules = load_rules()
    names = {str(document["zh"]) for document in rules.documents_under("registers").values()}
    sources = {str(document["id"]) for document in rules.documents_under("sources").values()}
    text = "\n".join(page.read_text(encoding="utf-8") for page in (DOCS / "how-to").glob("*.md"))
    for register in (
        "功能区声环境自动监测站", "辐射环境自动监测站", "地下水监测点", "土壤环境长期监测点", "城乡黑臭水体",
        "集中式饮用水水源", "生态流量控制断面", "危险废物转移联单", "外来入侵物种发现点",
    ):  # fmt: skip
        assert register in names and register in text
    assert set(re.findall(r"--source ([a-z0-9-]+)", text)) <= sources
