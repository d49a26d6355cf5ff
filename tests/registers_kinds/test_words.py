"""Where a register and its terms come from is said in both languages: what nobody can read proves nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.utils.translation import override

from saishang.rules import load_rules
from saishang.science.register.kind import Kind, read_kinds
from saishang.web import wording

KINDS = read_kinds(load_rules())
#: In Chinese: names that have no other form (Darwin Core is one of them, with its Chinese beside it).
_NAMES = re.compile(r"\b(HJ|GB|NY|DB|CJJ|SL|TDWG|GBZ|EOD|COD)\b")


def sources(kind: Kind) -> Iterator[str]:
    yield from (kind.source, kind.clause, kind.note)
    for term in kind.terms:
        yield from (term.source, term.clause, term.note)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_sources_are_said_in_both_languages(kind: Kind) -> None:
    said = [text for text in sources(kind) if text]
    with override("en"):
        assert not [text for text in said if re.search(r"[\u4e00-\u9fff]", wording.clause(text))]
    with override("zh-hans"):
        assert not [text for text in said if re.search(r"[a-z]{3}", _NAMES.sub("", wording.clause(text)))]
