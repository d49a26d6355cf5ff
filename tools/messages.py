"""Translations of the portal: collect the Chinese sentences, and compile the English catalogue.

The sentences stand in Chinese in templates and code; `locale/en/LC_MESSAGES/django.po` holds the English. The compiled
`.mo` is made at build time and is not kept in the repository. A sentence that counts something (`{% plural %}` in a
template, `counted(…)` in code) is the same in Chinese for one and for many; its English has two forms.

Usage: python tools/messages.py [--check]        collect into the .po (or only say what is missing) and compile
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

__all__ = ["collect", "compile_catalogue", "missing"]

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "saishang"
CATALOGUE = SOURCE / "web" / "locale" / "en" / "LC_MESSAGES" / "django.po"
_FUNCTIONS = {"_", "gettext", "gettext_lazy", "gettext_noop", "counted"}
_TRANSLATE = re.compile(r"""\{%-?\s*trans(?:late)?\s+(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")
_BLOCK = re.compile(
    r"\{%\s*blocktrans(?:late)?\b([^%]*)%\}(.*?)(\{%\s*plural\s*%\}.*?)?\{%\s*endblocktrans(?:late)?\s*%\}", re.S
)
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def collect() -> dict[str, list[str]]:
    """Every sentence that pages and code want translated, with the places where it stands."""
    return _collected()[0]


def _collected() -> tuple[dict[str, list[str]], set[str]]:
    """The sentences with their places, and those of them that count something somewhere."""
    found: dict[str, list[str]] = {}
    counting: set[str] = set()
    for path in sorted((SOURCE / "web").rglob("*")):
        if path.suffix == ".html":
            pairs = _from_template(path.read_text(encoding="utf-8"))
        elif path.suffix == ".py":
            pairs = _from_code(path.read_text(encoding="utf-8"))
        else:
            continue
        for text, counts in pairs:
            place = path.relative_to(ROOT).as_posix()
            if place not in found.setdefault(text, []):
                found[text].append(place)
            if counts:
                counting.add(text)
    return found, counting


def _from_template(text: str) -> Iterator[tuple[str, bool]]:
    for match in _TRANSLATE.finditer(text):
        yield (match[1] or match[2]).replace('\\"', '"'), False
    for match in _BLOCK.finditer(text):
        body = match[2]
        if "trimmed" in match[1]:
            body = " ".join(line.strip() for line in body.strip().splitlines())
        # Django looks the sentence up with %(name)s for {{ name }} and a doubled per cent sign.
        yield _VARIABLE.sub(r"%(\1)s", body.replace("%", "%%")), match[3] is not None


def _from_code(text: str) -> Iterator[tuple[str, bool]]:
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        # `_(…)`, `counted(…)` and `texts.counted(…)`
        name = getattr(node.func, "id", None) or (node.func.attr if isinstance(node.func, ast.Attribute) else "")
        first = node.args[0]
        if name in _FUNCTIONS and isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value, name == "counted"


def missing() -> list[str]:
    """Sentences without an English translation."""
    from babel.messages.pofile import read_po

    with CATALOGUE.open("rb") as handle:
        catalogue = read_po(handle, locale="en")
    wanted = []
    found, counting = _collected()
    for text in found:
        entry = catalogue.get(text)
        if entry is None or "fuzzy" in entry.flags or not all(_forms(entry.string, text in counting)):
            wanted.append(text)
    return wanted


def _forms(english: str | Sequence[str], counts: bool) -> tuple[str, ...]:
    """The forms that a sentence has, an empty one where one of two is missing."""
    known = (english,) if isinstance(english, str) else tuple(english)
    if counts and len(known) == 1:
        return ("", known[0])
    return known if counts else known[-1:]


def update() -> None:
    """Bring the catalogue in step with pages and code; translations that are no longer wanted are dropped."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po, write_po

    old = Catalog(locale="en")
    if CATALOGUE.is_file():
        with CATALOGUE.open("rb") as handle:
            old = read_po(handle, locale="en")
    new = Catalog(
        locale="en", project="saishang", version="", charset="utf-8", header_comment="# English of the portal."
    )
    new.fuzzy = False
    found, counting = _collected()
    for text, places in sorted(found.items(), key=lambda pair: (pair[1], pair[0])):
        known = old.get(text)
        forms = _forms(known.string if known is not None else "", text in counting)
        new.add(
            (text, text) if text in counting else text,
            forms if text in counting else forms[0],
            locations=[(place, 0) for place in places],
        )
    out = BytesIO()
    write_po(out, new, width=120, omit_header=False, include_lineno=False, sort_by_file=False)
    body = re.sub(rb'^"(POT-Creation-Date|PO-Revision-Date|Generated-By)[^\n]*\n', b"", out.getvalue(), flags=re.M)
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    if not CATALOGUE.is_file() or CATALOGUE.read_bytes() != body:
        CATALOGUE.write_bytes(body)


def compile_catalogue() -> Path:
    """Write the .mo beside the .po when it is missing or older."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    target = CATALOGUE.with_suffix(".mo")
    if target.is_file() and target.stat().st_mtime >= CATALOGUE.stat().st_mtime:
        return target
    with CATALOGUE.open("rb") as handle:
        catalogue = read_po(handle, locale="en")
    out = BytesIO()
    write_mo(out, catalogue)
    staged = target.with_suffix(".mo.new")
    staged.write_bytes(out.getvalue())
    staged.replace(target)
    return target


def _main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when translations are missing")
    parser.add_argument("--compile", action="store_true", help="only compile")
    asked = parser.parse_args()
    if not asked.check and not asked.compile:
        update()
    if not asked.check:
        compile_catalogue()
    wanted = [] if asked.compile else missing()
    for text in wanted:
        sys.stderr.write(f"no English for: {text}\n")
    return 1 if wanted else 0


if __name__ == "__main__":
    sys.exit(_main())
