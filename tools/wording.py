"""Messages of errors and refusals that the portal shows: found in the code, compared with their Chinese.

Code says an error in English, with the figures in it (an f-string). `src/saishang/web/wording/errors.csv` holds the
Chinese of every such sentence, the figures as named slots. This lists the sentences of the code that have no Chinese.

Usage: python tools/wording.py        exit 1 when something is missing
"""

from __future__ import annotations

import ast
import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path

__all__ = ["SHOWN", "shape", "spoken", "table"]

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "saishang"
TABLE = SOURCE / "web" / "wording" / "errors.csv"
#: Folders whose errors a user of the portal can meet. The plan importer and the rules loader speak to the command line.
SHOWN = (
    "science", "lake", "apps/indicators", "apps/observations", "apps/jobs", "apps/plan/actions", "apps/registers",
    "apps/ecology", "apps/organisations", "apps/execution", "apps/notices", "apps/reports", "rules/model",
    "rules/table",
)  # fmt: skip
_BASE = {"SaishangError", "ConfigurationError"}
#: Helpers that make an error or a refusal of the texts they are given.
_HELPERS = {
    "Reject", "Refusal", "_refuse", "_refused", "_wrong", "reject", "wrong", "_Wrong", "FieldFault", "RowRefusal",
    "Fault", "_Refused", "_Trouble",
}  # fmt: skip
#: Names that hold such a text before it is used.
_HOLDERS = {"why", "hint", "fix", "message"}
_SLOT = re.compile(r"\{[^{}]*\}")


def shape(text: str) -> str:
    """The sentence with its slots made nameless, so that two writings of one sentence compare equal."""
    return _SLOT.sub("{}", text)


def table() -> list[dict[str, str]]:
    """Rows of the Chinese table: en, zh."""
    with TABLE.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def spoken() -> dict[str, str]:
    """Every sentence in the folders of `SHOWN`: shape → the first place that says it."""
    found: dict[str, str] = {}
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(SOURCE.rglob("*.py"))}
    errors = _errors(list(trees.values()))
    for path, tree in trees.items():
        place = path.relative_to(SOURCE).as_posix()
        if place.startswith(SHOWN):
            for text, line in _sentences(tree, errors):
                # One word is a code or a name; a text without a blank is no sentence.
                if " " in shape(text).strip() and re.search(r"[a-z]{2}", _SLOT.sub("", text)):
                    found.setdefault(shape(text), f"{place}:{line}")
    return found


def _errors(trees: list[ast.Module]) -> set[str]:
    known = set(_BASE)
    for _ in range(4):  # a subclass of a subclass
        for tree in trees:
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef) and any(
                    isinstance(b, ast.Name) and b.id in known for b in node.bases
                ):
                    known.add(node.name)
    return known


def _sentences(tree: ast.Module, errors: set[str]) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            if name in errors | _HELPERS:
                wanted = [*node.args, *(k.value for k in node.keywords if k.arg in {"fix", "message"})]
                for part in wanted:
                    for text in _texts(part):
                        yield text, node.lineno
        elif isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id in _HOLDERS for t in node.targets):
            for text in _texts(node.value):
                yield text, node.lineno


def _texts(node: ast.expr) -> list[str]:
    """Every text that an expression can be: constants, f-strings, either side of a choice, sums."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        return ["".join(str(p.value) if isinstance(p, ast.Constant) else "{}" for p in node.values)]
    if isinstance(node, ast.IfExp):
        return _texts(node.body) + _texts(node.orelse)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [left + right for left in _texts(node.left) for right in _texts(node.right)]
    return []


def problems() -> list[str]:
    """What is missing, in words."""
    said = spoken()
    known = [shape(row["en"]) for row in table()]
    return [f"no Chinese for: {text}   ({place})" for text, place in said.items() if text not in known]


def main() -> int:
    """Print the list."""
    found = problems()
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
